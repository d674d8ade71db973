//! What a scanned code or a clicked link wants: told to the user before anything is done, since anybody can print a code
//! and write a link.
//!
//! Invariants: reading one does nothing; what comes out is one of few wishes, each with valid addresses and bounded,
//! plain texts, or an error. A page on the web is never fetched: only an address that stands in the link itself counts.
//!
//! XEPs: RFC 5122, 0147, 0379, 0401, 0445

use jid::BareJid;

use super::address::{Address, without_scheme};
use crate::account::handover;

/// Characters of a name that a link gives its contact.
const NAME: usize = 100;
/// Characters of a token: servers make them of some twenty.
const TOKEN: usize = 250;
/// Characters of a link to a page.
const PAGE: usize = 2_000;
/// Actions of XEP-0147's registry that would mean something else than the bare address does.
const OTHER: [&str; 11] =
    ["captcha", "command", "disco", "invite", "join", "probe", "pubsub", "recvfile", "sendfile", "unregister", "vcard"];

/// What a link wants. `link` is the same in its shortest form, for the command that does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// A chat with someone, with a text to begin with. The text is only ever proposed.
    Chat { address: BareJid, link: String, body: Option<String> },
    /// Someone to be a contact; `invited`: with a token that makes him agree at once (XEP-0379).
    Contact { address: BareJid, link: String, name: Option<String>, invited: bool, newcomers: bool },
    /// Someone to be no contact any more.
    Remove { address: BareJid },
    /// Someone whose presence is not to be seen any more.
    Unsubscribe { address: BareJid },
    /// An account on a server, perhaps under a name that is kept for it (XEP-0445).
    SignUp { server: String, link: String, name: Option<String>, invited: bool },
    /// A page that only a browser can open.
    Page { host: String, url: String },
}

/// There is nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    #[error("neither an address nor a link")]
    Unreadable,
    #[error("a link for something that Linnet does not do")]
    Unsupported,
    /// It must not lead anywhere from where contacts are added: whoever follows it gives an account away.
    #[error("a code of a phone that takes over an account")]
    Device,
}

impl Link {
    /// Reads what a code says, or the system hands over.
    pub fn read(text: &str) -> Result<Self, LinkError> {
        let text = text.trim();
        if handover::is_code(text) {
            return Err(LinkError::Device);
        }
        if let Some(rest) = https(text) {
            return Self::of_page(text, rest);
        }
        let address = match without_scheme(text) {
            Some(link) => Address::of_link(link),
            None => Address::read(text),
        };
        Self::of(address.map_err(|_| LinkError::Unreadable)?)
    }

    /// Invitation pages have the address behind the `#`, where their server does not see it (XEP-0379 3.3).
    fn of_page(url: &str, rest: &str) -> Result<Self, LinkError> {
        // A backslash is a slash to browsers, and marks of direction turn what is read around.
        if url.len() > PAGE || url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\' || turns(c)) {
            return Err(LinkError::Unreadable);
        }
        if let Some((_, fragment)) = rest.split_once('#')
            && let Ok(address) = Address::of_link(without_scheme(fragment).unwrap_or(fragment))
            && address.jid.node().is_some()
        {
            return Self::of(address);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // `https://bank.example@evil.example/` names a user, to be taken for the host.
        let host = authority.split_once(':').map_or(authority, |(host, _)| host);
        if host.is_empty() || authority.contains('@') {
            return Err(LinkError::Unreadable);
        }
        Ok(Self::Page { host: host.to_owned(), url: url.to_owned() })
    }

    fn of(address: Address) -> Result<Self, LinkError> {
        let jid = address.jid.clone();
        let action = address.action.as_deref().unwrap_or_default();
        if action == "register" {
            let token = token(&address);
            let mut link = Address { jid, action: address.action.clone(), parameters: Vec::new() };
            link.parameters.extend(token.map(|token| ("preauth".to_owned(), token)));
            return Ok(Self::SignUp {
                server: link.jid.domain().to_string(),
                name: link.jid.node().map(|node| node.to_string()),
                invited: !link.parameters.is_empty(),
                link: link.link(),
            });
        }
        if jid.node().is_none() || OTHER.contains(&action) {
            return Err(if OTHER.contains(&action) { LinkError::Unsupported } else { LinkError::Unreadable });
        }
        match action {
            "remove" => Ok(Self::Remove { address: jid }),
            "unsubscribe" => Ok(Self::Unsubscribe { address: jid }),
            "roster" | "subscribe" => {
                let (token, name) = (token(&address), name(&address));
                let newcomers = token.is_some() && address.parameter("ibr") == Some("y");
                let mut parameters = Vec::new();
                parameters.extend(token.map(|token| ("preauth".to_owned(), token)));
                let invited = !parameters.is_empty();
                parameters.extend(name.clone().map(|name| ("name".to_owned(), name)));
                parameters.extend(newcomers.then(|| ("ibr".to_owned(), "y".to_owned())));
                let link = Address { jid: jid.clone(), action: Some("roster".to_owned()), parameters }.link();
                Ok(Self::Contact { address: jid, link, name, invited, newcomers })
            }
            // RFC 5122 2.5: a query that means nothing here is as if it were not there.
            _ => {
                let link = Address { jid: jid.clone(), action: None, parameters: Vec::new() }.link();
                let body = address.parameter("body").filter(|_| action == "message").map(plain);
                Ok(Self::Chat { address: jid, link, body: body.filter(|body| !body.trim().is_empty()) })
            }
        }
    }
}

/// How someone is asked to be a contact: what the link with his address says besides it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Introduction {
    pub name: Option<String>,
    /// He knows it from his own code (XEP-0379).
    pub token: Option<String>,
    /// The server has just put him on the roster, be it that the news of it is still on its way.
    pub placed: bool,
    /// The roster's groups.
    pub tags: Vec<String>,
    /// He knows us by this address of ours (XEP-0283).
    pub moved: Option<String>,
}

impl Introduction {
    /// What counts of an address that was typed, scanned or clicked.
    pub fn of(address: &Address) -> Self {
        let meant = matches!(address.action.as_deref(), Some("roster" | "subscribe"));
        if meant { Self { name: name(address), token: token(address), ..Self::default() } } else { Self::default() }
    }
}

/// What a link says of an account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub server: String,
    /// The name that is kept for it.
    pub name: Option<String>,
    pub token: Option<String>,
    /// Who becomes its first contact, as a link.
    pub inviter: Option<String>,
}

impl NewAccount {
    /// Of a link that says where an account can be made.
    pub fn of(text: &str) -> Option<Self> {
        let link = Link::read(text).ok()?;
        let (Link::Contact { link, newcomers: true, .. } | Link::SignUp { link, .. }) = link else { return None };
        let address = Address::of_link(without_scheme(&link)?).ok()?;
        let server = address.jid.domain().to_string();
        let token = token(&address);
        if address.action.as_deref() == Some("register") {
            let name = address.jid.node().map(|node| node.to_string());
            return Some(Self { server, name, token, inviter: None });
        }
        Some(Self { server, name: None, token, inviter: Some(link) })
    }
}

fn token(address: &Address) -> Option<String> {
    let token = address.parameter("preauth")?;
    let fits = !token.is_empty() && token.len() <= TOKEN && token.chars().all(|c| c.is_ascii_graphic());
    fits.then(|| token.to_owned())
}

/// Some programs write spaces as in forms.
fn name(address: &Address) -> Option<String> {
    let name: String = plain(&address.parameter("name")?.replace('+', " ")).replace('\n', " ");
    let name: String = name.trim().chars().take(NAME).collect();
    Some(name.trim_end().to_owned()).filter(|name| !name.is_empty())
}

/// Without what would turn the text around it upside down.
fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().filter(|c| *c == '\n' || !(c.is_control() || turns(*c))).collect()
}

/// Marks that change the direction of what is read (Unicode UAX #9).
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn https(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    scheme.eq_ignore_ascii_case("https").then_some(rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn jid(text: &str) -> BareJid {
        BareJid::new(text).unwrap()
    }

    fn contact(text: &str) -> (String, Option<String>, bool, bool) {
        match Link::read(text).unwrap() {
            Link::Contact { link, name, invited, newcomers, .. } => (link, name, invited, newcomers),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_code_that_gives_an_account_away_leads_nowhere() {
        for text in ["linnet-device:1a:AAAA", " linnet-device:9z:junk\n"] {
            assert_eq!(Link::read(text), Err(LinkError::Device), "{text}");
        }
        for text in ["xmpp:linnet-device:1a:AAAA", "https://linnet.example/#linnet-device:1a:AAAA"] {
            assert!(!matches!(Link::read(text), Err(LinkError::Device)), "{text}");
        }
    }

    #[test]
    fn codes_and_invitations_of_every_kind() {
        let plain = "xmpp:romeo@montague.net?roster".to_owned();
        assert_eq!(contact("xmpp:romeo@montague.net?subscribe"), (plain, None, false, false));
        let named = "xmpp:romeo@montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo%20Montague".to_owned();
        for text in [
            "xmpp:romeo@montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo+Montague",
            "XMPP:romeo@montague.net?roster;name=Romeo%20Montague;preauth=1tMFqYDdKhfe2pwp",
            "https://juicyxmpp.example/i/#romeo@montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo+Montague",
            "https://xmpp.example/#xmpp:romeo%40montague.net?roster;preauth=1tMFqYDdKhfe2pwp;name=Romeo+Montague",
        ] {
            assert_eq!(contact(text), (named.clone(), Some("Romeo Montague".into()), true, false), "{text}");
        }
        let newcomers = "xmpp:inviter@example.com?roster;preauth=TOKEN;ibr=y";
        assert_eq!(contact(newcomers), (newcomers.to_owned(), None, true, true));
        assert!(!contact("xmpp:inviter@example.com?roster;ibr=y").3, "nobody lets in without a token");
    }

    #[test]
    fn chats_accounts_pages() {
        let address = jid("bob@example.org");
        let link = "xmpp:bob@example.org".to_owned();
        let chat = |body: Option<&str>| Link::Chat {
            address: address.clone(),
            link: link.clone(),
            body: body.map(str::to_owned),
        };
        assert_eq!(Link::read("bob@example.org"), Ok(chat(None)));
        assert_eq!(Link::read("xmpp:bob@example.org?message;body=hi%20there"), Ok(chat(Some("hi there"))));
        assert_eq!(Link::read("xmpp:bob@example.org?omemo-sid-1=00ff;body=no"), Ok(chat(None)));
        assert_eq!(Link::read("xmpp:bob@example.org?message;body=%E2%80%AEevil%00"), Ok(chat(Some("evil"))));
        for text in ["xmpp:bob@example.org?remove", "xmpp:Bob@example.org/x?remove;name=Alice"] {
            assert_eq!(Link::read(text), Ok(Link::Remove { address: address.clone() }), "{text}");
        }
        assert_eq!(Link::read("xmpp:bob@example.org?unsubscribe"), Ok(Link::Unsubscribe { address }));
        let sign_up = |link: &str, name: Option<&str>, invited| Link::SignUp {
            server: "example.com".into(),
            link: link.into(),
            name: name.map(str::to_owned),
            invited,
        };
        for (text, name, invited) in [
            ("xmpp:juliet@example.com?register;preauth=TOKEN", Some("juliet"), true),
            ("xmpp:example.com?register;preauth=TOKEN", None, true),
            ("xmpp:example.com?register", None, false),
        ] {
            assert_eq!(Link::read(text), Ok(sign_up(text, name, invited)), "{text}");
        }
        let url = "https://chat.example:5281/invite?J7hXmYDuQsXhpqVK".to_owned();
        assert_eq!(Link::read(&url), Ok(Link::Page { host: "chat.example".into(), url }));
    }

    #[test]
    fn junk_is_an_error_and_no_wish() {
        let long = format!("https://example.org/#a@{}", "b".repeat(PAGE));
        for text in [
            "",
            "hello",
            "WIFI:S:home;T:WPA;P:secret;;",
            "BEGIN:VCARD\nFN:Mallory\nEND:VCARD",
            "http://example.org/#bob@example.org",
            "https://",
            "https://example.org@evil.example/",
            "https://exa mple.org/",
            "javascript:alert(1)",
            "tel:+491234",
            "xmpp:",
            "xmpp:example.org",
            "xmpp:example.org?roster",
            "xmpp:%",
            "xmpp:bob@example.org?roster;preauth=%FF",
            "xmpp://a@b",
            &long,
        ] {
            assert_eq!(Link::read(text), Err(LinkError::Unreadable), "{text:?}");
        }
        for text in ["xmpp:room@muc.example.org?join", "xmpp:example.org?disco", "xmpp:a@b?unregister"] {
            assert_eq!(Link::read(text), Err(LinkError::Unsupported), "{text}");
        }
        // A bad token is none; the rest still counts.
        let many = format!("xmpp:a@b?roster;preauth={}", "x".repeat(TOKEN + 1));
        for text in ["xmpp:a@b?roster;preauth=", "xmpp:a@b?roster;preauth=%00", many.as_str()] {
            assert_eq!(contact(text), ("xmpp:a@b?roster".into(), None, false, false), "{text}");
        }
        assert_eq!(contact("xmpp:a@b?roster;name=%E2%80%AE%0A%20").1, None);
        let name = contact(&format!("xmpp:a@b?roster;name={}", "n".repeat(1_000))).1;
        assert_eq!(name.map(|name| name.len()), Some(NAME));
        let cut = contact(&format!("xmpp:a@b?roster;name={}%20x", "n".repeat(NAME - 1))).1;
        assert_eq!(cut, Some("n".repeat(NAME - 1)), "cut at a space it does not end with one");
    }

    #[test]
    fn where_an_account_can_be_made_and_who_asked_for_it() {
        let link = "xmpp:inviter@example.com?roster;preauth=TOKEN;ibr=y";
        let account = |name: Option<&str>, token: Option<&str>, inviter: Option<&str>| {
            let text = |text: &str| text.to_owned();
            Some(NewAccount {
                server: "example.com".into(),
                name: name.map(text),
                token: token.map(text),
                inviter: inviter.map(text),
            })
        };
        assert_eq!(NewAccount::of(link), account(None, Some("TOKEN"), Some(link)));
        let kept = "xmpp:juliet@example.com?register;preauth=T";
        assert_eq!(NewAccount::of(kept), account(Some("juliet"), Some("T"), None));
        assert_eq!(NewAccount::of("xmpp:example.com?register"), account(None, None, None));
        assert_eq!(NewAccount::of("xmpp:inviter@example.com?roster;preauth=TOKEN"), None);
        assert_eq!(NewAccount::of("bob@example.com"), None);
    }
}
