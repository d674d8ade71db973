//! Making accounts in the stream (XEP-0077), with whatever questions a test likes, and by invitation (XEP-0445).

use std::collections::{BTreeMap, VecDeque};

use jid::BareJid;
use linnet_messenger::wire::{Element, ns};

use super::{DOMAIN, FakeServer, LinkId};

/// Who may make an account, and what he is asked.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The children of the query in which the questions are; `{try}` becomes the number of times they were asked.
    pub questions: String,
    /// The right answer to the field `ocr`, if it is asked.
    pub captcha: &'static str,
    /// Conditions with which the next answers are refused.
    pub refusals: VecDeque<(&'static str, &'static str)>,
    /// Only who brings this token may.
    pub invitation: Option<&'static str>,
    /// How often somebody asked for the questions.
    pub asked: u32,
    /// Who makes an account is thrown out before he is told.
    pub silent: bool,
    /// Whoever asks is thrown out, with this condition.
    pub ends: Option<&'static str>,
    /// Pictures to be asked for (XEP-0231): their names, and their files in Base64.
    pub pictures: BTreeMap<String, String>,
}

impl Default for Registration {
    fn default() -> Self {
        Self {
            questions: "<instructions>Choose a name</instructions><username/><password/>".into(),
            captcha: "42",
            refusals: VecDeque::new(),
            invitation: None,
            asked: 0,
            silent: false,
            ends: None,
            pictures: BTreeMap::new(),
        }
    }
}

impl FakeServer {
    /// A stanza of somebody who is not signed in.
    pub(super) fn anonymous_iq(&mut self, link: LinkId, iq: &Element) {
        let Some(mut registration) = self.registration.take() else {
            return self.refuse_iq(link, iq, "service-unavailable", "");
        };
        if let Some(condition) = registration.ends {
            self.end_stream(link, condition);
            self.registration = Some(registration);
            return;
        }
        let query = iq.first("query", ns::REGISTER);
        match (iq.attribute("type"), query) {
            (Some("set"), None) if iq.first("preauth", ns::INVITATION).is_some() => {
                let token = iq.first("preauth", ns::INVITATION).and_then(|preauth| preauth.attribute("token"));
                if registration.invitation.is_some() && token == registration.invitation {
                    self.invited.insert(link);
                    self.answer_iq(link, iq, None);
                } else {
                    self.refuse_iq(link, iq, "item-not-found", "");
                }
            }
            (Some(_), Some(_)) if registration.invitation.is_some() && !self.invited.contains(&link) => {
                self.refuse_iq(link, iq, "not-allowed", "Registration is not allowed");
            }
            (Some("get"), None) if iq.first("data", ns::BITS_OF_BINARY).is_some() => {
                let name = iq.first("data", ns::BITS_OF_BINARY).and_then(|data| data.attribute("cid"));
                match name.and_then(|name| Some((name, registration.pictures.get(name)?))) {
                    Some((name, file)) => {
                        let data = Element::new("data", ns::BITS_OF_BINARY).with("cid", name);
                        self.answer_iq(link, iq, Some(data.with("type", "image/gif").text(file.as_str())));
                    }
                    None => self.refuse_iq(link, iq, "item-not-found", ""),
                }
            }
            (Some("get"), Some(_)) => {
                registration.asked += 1;
                let children = registration.questions.replace("{try}", &registration.asked.to_string());
                let xml = format!("<query xmlns='{}'>{children}</query>", ns::REGISTER);
                let query = Element::parse(&xml).expect("invariant: a test's questions are XML");
                self.answer_iq(link, iq, Some(query));
            }
            (Some("set"), Some(query)) => self.make(link, iq, query, &mut registration),
            _ => self.refuse_iq(link, iq, "bad-request", ""),
        }
        self.registration = Some(registration);
    }

    fn make(&mut self, link: LinkId, iq: &Element, query: &Element, registration: &mut Registration) {
        if let Some((condition, text)) = registration.refusals.pop_front() {
            return self.refuse_iq(link, iq, condition, text);
        }
        let given = |name: &str| match query.first("x", ns::DATA_FORM) {
            Some(form) => form
                .children()
                .find(|field| field.attribute("var") == Some(name))
                .and_then(|field| field.first("value", ns::DATA_FORM))
                .map(Element::content),
            None => query.first(name, ns::REGISTER).map(Element::content),
        };
        if registration.questions.contains("'ocr'") && given("ocr").as_deref() != Some(registration.captcha) {
            return self.refuse_iq(link, iq, "not-allowed", "The CAPTCHA verification has failed");
        }
        let (Some(name), Some(password)) = (given("username"), given("password")) else {
            return self.refuse_iq(link, iq, "not-acceptable", "");
        };
        let Ok(jid) = BareJid::new(&format!("{name}@{DOMAIN}")) else {
            return self.refuse_iq(link, iq, "jid-malformed", "");
        };
        if self.accounts.contains_key(&jid) {
            return self.refuse_iq(link, iq, "conflict", "");
        }
        self.register(&jid, &password);
        if registration.silent {
            registration.silent = false;
            return self.close(link);
        }
        self.answer_iq(link, iq, None);
    }

    fn answer_iq(&mut self, link: LinkId, iq: &Element, child: Option<Element>) {
        let mut answer = Element::new("iq", ns::CLIENT)
            .with("type", "result")
            .with("from", DOMAIN)
            .with_some("id", iq.attribute("id"));
        if let Some(child) = child {
            answer = answer.child(child);
        }
        self.write_element(link, &answer);
    }

    fn refuse_iq(&mut self, link: LinkId, iq: &Element, condition: &str, text: &str) {
        let mut error =
            Element::new("error", ns::CLIENT).with("type", "cancel").child(Element::new(condition, ns::STANZA_ERROR));
        if !text.is_empty() {
            error = error.child(Element::new("text", ns::STANZA_ERROR).text(text));
        }
        let answer = Element::new("iq", ns::CLIENT)
            .with("type", "error")
            .with("from", DOMAIN)
            .with_some("id", iq.attribute("id"))
            .child(error);
        self.write_element(link, &answer);
    }
}
