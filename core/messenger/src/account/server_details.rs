//! What an account's server can do, how the login to it went, who answers for it: asked when its user looks.
//!
//! XEPs: 0030, 0092, 0128, 0157, 0440, 0455, 0474
//!
//! Invariants: nothing is asked that nobody wants to see; of an answer only what means something is kept, however much it
//! says; an address is a link only by a scheme that opens a page, a mail, a chat or a call, and everything else is text;
//! what nobody told is unknown, never no.

use std::collections::BTreeSet;

use jid::BareJid;
use rusqlite::{OptionalExtension, params};

use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, Refusal, SessionEvent};
use crate::engine::request::{Answer, Inquiry, Purpose};
use crate::fault::{CommandError, Fault, Violation};
use crate::session::{Enabling, Link};
use crate::view::item::{
    CONTACT_FORM, ContactAddress, ContactKind, KNOWN, OUTAGE_FORM, PEP, ServerAnswers, Software, StreamAnswers,
};
use crate::wire::{Element, ns};

/// Features, identities or items of one answer. Servers have some fifty.
const MOST: usize = 1_000;
/// Services that are asked.
const MOST_SERVICES: usize = 20;
/// Forms of one answer, and addresses or fields of a form.
const MOST_FORMS: usize = 20;
const MOST_ADDRESSES: usize = 20;
/// Characters of an address.
const LONGEST_ADDRESS: usize = 500;
/// Characters of a program's name or version.
const LONGEST_NAME: usize = 100;
/// What may be opened.
const SCHEMES: [&str; 5] = ["https", "http", "mailto", "xmpp", "tel"];

/// See the module.
#[derive(Debug)]
pub struct ServerDetails;

impl Feature for ServerDetails {
    fn command(&self, cx: &mut Cx<'_>, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let Command::AskServer { .. } = command else { return Ok(None) };
        if !cx.session.is_live() {
            return Err(CommandError::Offline.into());
        }
        if !cx.is_under_way(&asks(Inquiry::Host))? {
            ask(cx)?;
        }
        Ok(Some(Receipt::Done))
    }

    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Lost {
            return Ok(());
        }
        change(cx, |_| {})
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::ServerDetails { of } = purpose else { return Ok(Done::Pass) };
        let query = |ns| match answer {
            Answer::Result(iq) => iq.first("query", ns),
            Answer::Error(_) | Answer::None => None,
        };
        if let Some(query) = query(ns::DISCO_INFO).or(query(ns::DISCO_ITEMS))
            && query.children().count() > MOST
        {
            cx.violation(Violation::DiscoTooLarge);
            return Ok(Done::Taken);
        }
        // Who says that it does not know the question has nothing; who says nothing may have everything.
        let told = !matches!(answer, Answer::None);
        match of {
            Inquiry::Host | Inquiry::Account | Inquiry::Service if !told => {}
            Inquiry::Host => {
                let info = query(ns::DISCO_INFO);
                let forms = info.map(forms).unwrap_or_default();
                change(cx, |answers| {
                    answers.host = Some(info.map(known).unwrap_or_default());
                    answers.addresses = addresses(&forms);
                    answers.status_pages = status_pages(&forms);
                })?;
            }
            Inquiry::Account => {
                let features = query(ns::DISCO_INFO).map(known).unwrap_or_default();
                change(cx, |answers| answers.account = Some(features))?;
            }
            Inquiry::Services => services(cx, query(ns::DISCO_ITEMS), told)?,
            Inquiry::Service => {
                let info = query(ns::DISCO_INFO);
                let largest = info.map(forms).unwrap_or_default().iter().find_map(largest_file);
                change(cx, |answers| {
                    answers.services.extend(info.map(known).unwrap_or_default());
                    answers.silent_services = answers.silent_services.map(|silent| silent.saturating_sub(1));
                    answers.largest_file = largest.or(answers.largest_file);
                })?;
            }
            Inquiry::Software => {
                let software = query(ns::VERSION).and_then(software);
                change(cx, |answers| answers.software = software.or(answers.software.take()))?;
            }
        }
        Ok(Done::Taken)
    }
}

fn asks(of: Inquiry) -> Purpose {
    Purpose::ServerDetails { of }
}

fn ask(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let (host, own) = (cx.session.jid.domain().to_string(), cx.own().to_string());
    let info = || Element::new("query", ns::DISCO_INFO);
    let time = cx.server_time();
    change(cx, |answers| {
        // What it no longer has must not stay.
        let login = answers.login.take();
        *answers = ServerAnswers { login, asked: Some(time), ..ServerAnswers::default() };
    })?;
    cx.request("get", Some(&host), info(), &asks(Inquiry::Host))?;
    cx.request("get", Some(&own), info(), &asks(Inquiry::Account))?;
    cx.request("get", Some(&host), Element::new("query", ns::DISCO_ITEMS), &asks(Inquiry::Services))?;
    cx.request("get", Some(&host), Element::new("query", ns::VERSION), &asks(Inquiry::Software))
}

/// Changes what is known, and what the stream tells along with it.
fn change(cx: &mut Cx<'_>, change: impl FnOnce(&mut ServerAnswers)) -> Result<(), Fault> {
    let account = cx.account();
    let stored: Option<String> = cx
        .tx
        .prepare_cached("SELECT answers FROM server_details WHERE account_id = ?1")?
        .query_row([account], |row| row.get(0))
        .optional()?;
    let before: ServerAnswers = stored.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let mut answers = before.clone();
    change(&mut answers);
    if let Link::Live(live) = &cx.session.link {
        let management = live.managed || live.enabling != Enabling::No || cx.session.features.stream_management;
        answers.stream = Some(StreamAnswers { management, client_state: cx.session.features.client_state });
    }
    if let Some(mut login) = cx.session.last_login.clone() {
        // A login by token, or over a session that was resumed, tells less.
        let earlier = answers.login.take().unwrap_or_default();
        login.certificate = login.certificate.or(earlier.certificate);
        login.lists_proven = login.lists_proven.or(earlier.lists_proven);
        answers.login = Some(login);
    }
    if answers == before && stored.is_some() {
        return Ok(());
    }
    let json = serde_json::to_string(&answers).map_err(|_| Fault::Corrupt("server"))?;
    cx.tx
        .prepare_cached(
            "INSERT INTO server_details (account_id, answers) VALUES (?1, ?2)
             ON CONFLICT (account_id) DO UPDATE SET answers = excluded.answers",
        )?
        .execute(params![account, json])?;
    cx.change(Change::ServerDetails(account));
    Ok(())
}

/// The services there are, each of which is asked what it is.
fn services(cx: &mut Cx<'_>, items: Option<&Element>, told: bool) -> Result<(), Fault> {
    if !told {
        return Ok(());
    }
    let mut asked = BTreeSet::new();
    let mut more = false;
    for item in items.into_iter().flat_map(Element::children).filter(|item| item.is("item", ns::DISCO_ITEMS)) {
        let Some(jid) = item.attribute("jid").and_then(|jid| BareJid::new(jid).ok()) else {
            cx.violation(Violation::JidMalformed);
            continue;
        };
        // Only servers: no person is to learn that we look.
        if jid.node().is_some() || item.attribute("node").is_some() || jid.domain() == cx.session.jid.domain() {
            continue;
        }
        more |= asked.len() >= MOST_SERVICES && !asked.contains(jid.as_str());
        if asked.len() < MOST_SERVICES {
            asked.insert(jid.to_string());
        }
    }
    let silent = u32::try_from(asked.len()).unwrap_or(u32::MAX);
    // Of those that are not asked nobody knows.
    change(cx, |answers| answers.silent_services = Some(silent + u32::from(more)))?;
    for service in asked {
        cx.request("get", Some(&service), Element::new("query", ns::DISCO_INFO), &asks(Inquiry::Service))?;
    }
    Ok(())
}

/// Of all it can do, what means something to us.
fn known(info: &Element) -> BTreeSet<String> {
    let features = info.children().filter(|child| child.is("feature", ns::DISCO_INFO));
    let mut known: BTreeSet<String> = features
        .filter_map(|feature| feature.attribute("var"))
        .filter(|var| KNOWN.contains(var))
        .map(str::to_owned)
        .collect();
    let pep = |child: &&Element| {
        child.is("identity", ns::DISCO_INFO)
            && (child.attribute("category"), child.attribute("type")) == (Some("pubsub"), Some("pep"))
    };
    known.extend(info.children().find(pep).map(|_| PEP.to_owned()));
    let forms = forms(info);
    let kinds = [CONTACT_FORM, OUTAGE_FORM].into_iter().filter(|kind| forms.iter().any(|form| form.is(kind)));
    known.extend(kinds.map(str::to_owned));
    known
}

/// A form of results (XEP-0128): what it is about, and what it says.
struct ResultForm {
    kind: Option<String>,
    fields: Vec<(String, Vec<String>)>,
}

fn forms(info: &Element) -> Vec<ResultForm> {
    let elements = info.children().filter(|child| child.is("x", ns::DATA_FORM)).take(MOST_FORMS);
    elements.map(ResultForm::read).collect()
}

impl ResultForm {
    fn read(form: &Element) -> Self {
        let fields = form.children().filter(|child| child.is("field", ns::DATA_FORM)).take(MOST_ADDRESSES);
        let fields: Vec<(String, Vec<String>)> = fields
            .map(|field| {
                let values = field.children().filter(|child| child.is("value", ns::DATA_FORM)).take(MOST_ADDRESSES);
                let var = field.attribute("var").unwrap_or_default().to_owned();
                (var, values.map(|value| value.content().trim().to_owned()).collect())
            })
            .collect();
        let kind = fields.iter().find(|(var, _)| var == "FORM_TYPE").and_then(|(_, values)| values.first());
        Self { kind: kind.map(|kind| format!("form:{kind}")), fields }
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }

    fn values(&self, var: &str) -> impl Iterator<Item = &str> {
        let of = self.fields.iter().filter(move |(name, _)| name == var);
        of.flat_map(|(_, values)| values).map(String::as_str)
    }
}

/// The fields of XEP-0157 3 and what they are for.
const KINDS: [(&str, ContactKind); 7] = [
    ("support-addresses", ContactKind::Support),
    ("admin-addresses", ContactKind::Admin),
    ("abuse-addresses", ContactKind::Abuse),
    ("security-addresses", ContactKind::Security),
    ("status-addresses", ContactKind::Status),
    ("feedback-addresses", ContactKind::Feedback),
    ("sales-addresses", ContactKind::Sales),
];

fn addresses(forms: &[ResultForm]) -> Vec<ContactAddress> {
    let Some(form) = forms.iter().find(|form| form.is(CONTACT_FORM)) else { return Vec::new() };
    let of = |(var, kind): (&str, ContactKind)| -> Vec<ContactAddress> {
        let shown = form.values(var).filter_map(shown_address);
        shown.map(|uri| ContactAddress { kind, link: is_link(&uri), uri }).collect()
    };
    KINDS.into_iter().flat_map(of).take(MOST_ADDRESSES).collect()
}

fn status_pages(forms: &[ResultForm]) -> Vec<String> {
    let Some(form) = forms.iter().find(|form| form.is(OUTAGE_FORM)) else { return Vec::new() };
    let pages = form.values("external-status-addresses").filter_map(shown_address);
    pages.filter(|uri| uri.starts_with("https://") || uri.starts_with("http://")).take(MOST_ADDRESSES).collect()
}

/// An address as it can be shown; one that is too long or hides something in itself is none.
fn shown_address(uri: &str) -> Option<String> {
    let fits = !uri.is_empty() && uri.chars().count() <= LONGEST_ADDRESS;
    (fits && uri.chars().all(|letter| letter.is_ascii_graphic())).then(|| uri.to_owned())
}

fn is_link(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty() && SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

fn largest_file(form: &ResultForm) -> Option<u64> {
    let is = form.is("form:urn:xmpp:http:upload:0");
    is.then(|| form.values("max-file-size").next()?.parse().ok()).flatten()
}

fn software(query: &Element) -> Option<Software> {
    let text = |name| -> Option<String> {
        let text = query.first(name, ns::VERSION)?.content();
        let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
        Some(text).filter(|text| !text.is_empty())
    };
    Some(Software { name: text("name")?, version: text("version") })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn info(children: &str) -> Element {
        Element::parse(&format!("<query xmlns='http://jabber.org/protocol/disco#info'>{children}</query>")).unwrap()
    }

    fn field(var: &str, values: &[&str]) -> String {
        let values: String = values.iter().map(|value| format!("<value>{value}</value>")).collect();
        format!("<field var='{var}'>{values}</field>")
    }

    fn form(kind: &str, fields: &str) -> String {
        format!("<x xmlns='jabber:x:data' type='result'>{}{fields}</x>", field("FORM_TYPE", &[kind]))
    }

    #[test]
    fn only_what_means_something_is_kept() {
        let told = info(&format!(
            "<identity category='pubsub' type='pep'/><feature var='urn:xmpp:mam:2'/><feature var='urn:x'/><feature/>\
             <feature xmlns='urn:other' var='urn:xmpp:push:0'/>{}{}",
            form("urn:xmpp:sos:0", ""),
            form("urn:other", ""),
        ));
        let expected = ["urn:xmpp:mam:2", PEP, OUTAGE_FORM].map(str::to_owned);
        assert_eq!(known(&told), BTreeSet::from(expected));
    }

    #[test]
    fn addresses_are_links_only_by_schemes_that_do_no_harm() {
        let fields = field("abuse-addresses", &["mailto:abuse@example.org", "javascript:alert(1)", "data:text/html,x"])
            + &field("support-addresses", &["xmpp:help@example.org?join", "HTTPS://example.org", "a b", "", "https:"])
            + &field("nonsense", &["https://example.org/"]);
        let told = info(&form("http://jabber.org/network/serverinfo", &fields));
        let shown: Vec<(ContactKind, String, bool)> =
            addresses(&forms(&told)).into_iter().map(|address| (address.kind, address.uri, address.link)).collect();
        let expected = [
            (ContactKind::Support, "xmpp:help@example.org?join", true),
            (ContactKind::Support, "HTTPS://example.org", true),
            (ContactKind::Support, "https:", false),
            (ContactKind::Abuse, "mailto:abuse@example.org", true),
            (ContactKind::Abuse, "javascript:alert(1)", false),
            (ContactKind::Abuse, "data:text/html,x", false),
        ];
        assert_eq!(shown, expected.map(|(kind, uri, link)| (kind, uri.to_owned(), link)));
        // Of another form they are nobody's.
        assert_eq!(addresses(&forms(&info(&form("urn:other", &fields)))), []);
        let many: Vec<String> = (0..200).map(|at| format!("mailto:{at}@example.org")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let told = info(&form("http://jabber.org/network/serverinfo", &field("admin-addresses", &many)));
        assert_eq!(addresses(&forms(&told)).len(), MOST_ADDRESSES);
    }

    #[test]
    fn outages_are_announced_on_pages_only() {
        let pages = ["https://status.example.org/x.json", "ftp://example.org/x", "javascript:x", "http://example.org/"];
        let told = info(&form("urn:xmpp:sos:0", &field("external-status-addresses", &pages)));
        assert_eq!(status_pages(&forms(&told)), ["https://status.example.org/x.json", "http://example.org/"]);
    }
}
