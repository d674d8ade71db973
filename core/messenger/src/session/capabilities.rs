//! What a list of capabilities is called in presence: by a hash of all that is in it, our own and others' alike.
//!
//! Invariants: the name of a list depends on nothing but what stands in it, in no order; a list that contradicts itself has
//! none, so that nobody can pass one off as another.
//!
//! XEPs: 0115, 0128

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::wire::{Element, ns};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The functions that are understood (XEP-0115 4, XEP-0300 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// As presence names it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sha-1" => Some(Self::Sha1),
            "sha-256" => Some(Self::Sha256),
            "sha-512" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn of(self, text: &str) -> String {
        match self {
            Self::Sha1 => STANDARD.encode(Sha1::digest(text)),
            Self::Sha256 => STANDARD.encode(Sha256::digest(text)),
            Self::Sha512 => STANDARD.encode(Sha512::digest(text)),
        }
    }
}

/// The list is ill-formed (XEP-0115 5.4, rules 3.3 to 3.5): nothing in it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IllFormed;

/// The verification string of a `<query/>` of disco#info (XEP-0115 5.1).
pub fn verification(info: &Element, hash: Hash) -> Result<String, IllFormed> {
    Ok(hash.of(&factors(info)?))
}

/// What is hashed.
fn factors(info: &Element) -> Result<String, IllFormed> {
    let mut parts: Vec<String> = identities(info)?.into_iter().map(|identity| identity.join("/")).collect();
    let named = |name| info.children().filter(move |child: &&Element| child.is(name, ns::DISCO_INFO));
    let features = sorted(named("feature").map(|feature| feature.attribute("var").ok_or(IllFormed)))?;
    parts.extend(features.into_iter().map(str::to_owned));
    let mut forms = Vec::new();
    let mut kinds = BTreeSet::new();
    for form in info.children().filter(|child| child.is("x", ns::DATA_FORM)) {
        let Some((kind, hidden)) = form_type(form)? else { continue };
        if !kinds.insert(kind.clone()) {
            return Err(IllFormed);
        }
        // Rule 3.6: such a form is passed over.
        if hidden {
            forms.push((kind, form));
        }
    }
    forms.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (kind, form) in forms {
        parts.push(kind);
        let mut fields: Vec<(&str, Vec<String>)> = fields(form)
            .filter(|(var, _)| *var != "FORM_TYPE")
            .map(|(var, field)| {
                let mut values = values(field);
                values.sort_unstable();
                (var, values)
            })
            .collect();
        fields.sort_unstable();
        for (var, values) in fields {
            parts.push(var.to_owned());
            parts.extend(values);
        }
    }
    Ok(parts.into_iter().map(|part| part + "<").collect())
}

/// Category, type, language and name of each identity, sorted.
pub fn identities(info: &Element) -> Result<Vec<[&str; 4]>, IllFormed> {
    let identities = info.children().filter(|child| child.is("identity", ns::DISCO_INFO)).map(|identity| {
        let language =
            identity.attributes.iter().find(|(ns, name, _)| ns == XML && name == "lang").map(|(_, _, value)| value);
        let told = |name| identity.attribute(name).unwrap_or_default();
        let category = identity.attribute("category").ok_or(IllFormed)?;
        Ok([category, told("type"), language.map_or("", String::as_str), told("name")])
    });
    sorted(identities)
}

/// In the order of their bytes, each once.
fn sorted<T: Ord>(parts: impl Iterator<Item = Result<T, IllFormed>>) -> Result<Vec<T>, IllFormed> {
    let mut parts = parts.collect::<Result<Vec<T>, _>>()?;
    parts.sort_unstable();
    let twice = parts.iter().zip(parts.iter().skip(1)).any(|(one, next)| one == next);
    if twice { Err(IllFormed) } else { Ok(parts) }
}

/// What a form is about, and whether it says so the way it has to; `None` if it doesn't say.
fn form_type(form: &Element) -> Result<Option<(String, bool)>, IllFormed> {
    let mut told = fields(form).filter(|(var, _)| *var == "FORM_TYPE").map(|(_, field)| field).peekable();
    let hidden = told.peek().is_some_and(|field| field.attribute("type") == Some("hidden"));
    let mut kinds = told.flat_map(values);
    let Some(kind) = kinds.next() else { return Ok(None) };
    if kinds.any(|other| other != kind) { Err(IllFormed) } else { Ok(Some((kind, hidden))) }
}

fn fields(form: &Element) -> impl Iterator<Item = (&str, &Element)> {
    let fields = form.children().filter(|child| child.is("field", ns::DATA_FORM));
    fields.map(|field| (field.attribute("var").unwrap_or_default(), field))
}

fn values(field: &Element) -> Vec<String> {
    field.children().filter(|child| child.is("value", ns::DATA_FORM)).map(Element::content).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn info(inner: &str) -> Element {
        Element::parse(&format!("<query xmlns='http://jabber.org/protocol/disco#info'>{inner}</query>")).unwrap()
    }

    fn sha1(inner: &str) -> Result<String, IllFormed> {
        verification(&info(inner), Hash::Sha1)
    }

    const PSI: &str = "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>\
                       <identity xml:lang='el' category='client' name='&#936; 0.11' type='pc'/>";
    const FEATURES: &str = "<feature var='http://jabber.org/protocol/muc'/>\
                            <feature var='http://jabber.org/protocol/disco#info'/>\
                            <feature var='http://jabber.org/protocol/disco#items'/>\
                            <feature var='http://jabber.org/protocol/caps'/>";
    const SOFTWARE: &str = "<field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field>\
                            <field var='software_version'><value>0.11</value></field>\
                            <field var='os'><value>Mac</value></field>\
                            <field var='os_version'><value>10.5.1</value></field>\
                            <field var='software'><value>Psi</value></field>";

    fn form(kind: &str, fields: &str) -> String {
        format!("<x xmlns='jabber:x:data' type='result'>{kind}{fields}</x>")
    }

    fn hidden(kind: &str) -> String {
        format!("<field var='FORM_TYPE' type='hidden'><value>{kind}</value></field>")
    }

    #[test]
    fn the_examples_have_their_names_in_any_order() {
        // 5.2
        let exodus = format!("<identity category='client' type='pc' name='Exodus 0.9.1'/>{FEATURES}");
        assert_eq!(sha1(&exodus).unwrap(), "QgayPKawpkPSDYmwT/WM94uAlu0=");
        // 5.3
        let software = form(&hidden("urn:xmpp:dataforms:softwareinfo"), SOFTWARE);
        for psi in [format!("{PSI}{FEATURES}{software}"), format!("{software}{FEATURES}{PSI}")] {
            assert_eq!(sha1(&psi).unwrap(), "q07IKJEyjvHSyhy//CH0CxmKi8w=");
        }
    }

    #[test]
    fn other_functions_name_the_same_text() {
        let exodus = info(&format!("<identity category='client' type='pc' name='Exodus 0.9.1'/>{FEATURES}"));
        let text = "client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<\
                    http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<";
        assert_eq!(factors(&exodus).unwrap(), text);
        for (name, bytes) in [("sha-1", 20), ("sha-256", 32), ("sha-512", 64)] {
            let told = verification(&exodus, Hash::named(name).unwrap()).unwrap();
            assert_eq!(STANDARD.decode(told).unwrap().len(), bytes, "{name}");
        }
        assert_eq!(verification(&exodus, Hash::Sha256).unwrap(), STANDARD.encode(Sha256::digest(text)));
        for unknown in ["", "SHA-1", "md5", "sha-3"] {
            assert_eq!(Hash::named(unknown), None);
        }
    }

    #[test]
    fn a_list_that_contradicts_itself_has_no_name() {
        let identity = "<identity category='client' type='pc' name='A'/>";
        let one = form(&hidden("urn:a"), "");
        let two = "<field var='FORM_TYPE' type='hidden'><value>urn:a</value><value>urn:b</value></field>";
        for ill_formed in [
            format!("{identity}{identity}"),
            "<feature var='a'/><feature var='b'/><feature var='a'/>".to_owned(),
            format!("{one}{one}"),
            form(two, ""),
            "<identity type='pc'/>".to_owned(),
            "<feature/>".to_owned(),
        ] {
            assert_eq!(sha1(&ill_formed), Err(IllFormed), "{ill_formed}");
        }
        // The same in another language, or under another name, is another.
        assert!(sha1(PSI).is_ok());
        assert!(sha1(&format!("{identity}<identity category='client' type='pc' name='B'/>")).is_ok());
        let same = "<field var='FORM_TYPE' type='hidden'><value>urn:a</value><value>urn:a</value></field>";
        assert_eq!(sha1(&form(same, "")), sha1(&one));
    }

    #[test]
    fn a_form_that_does_not_say_what_it_is_about_is_passed_over() {
        let plain = sha1(FEATURES).unwrap();
        let shown = "<field var='FORM_TYPE'><value>urn:a</value></field>";
        for passed in [form(shown, SOFTWARE), form("", SOFTWARE), form("<field var='FORM_TYPE' type='hidden'/>", "")] {
            assert_eq!(sha1(&format!("{FEATURES}{passed}")).unwrap(), plain, "{passed}");
        }
        assert_ne!(sha1(&format!("{FEATURES}{}", form(&hidden("urn:a"), ""))).unwrap(), plain);
    }

    #[test]
    fn what_is_escaped_stays_as_it_was_written() {
        // XEP-0115 5.1, the note: four characters that look like an escape are no bracket.
        let name = "A&amp;lt;http://jabber.org/protocol/muc";
        let escaped = format!("<identity category='client' type='pc' name='{name}'/>");
        assert_eq!(factors(&info(&escaped)).unwrap(), "client/pc//A&lt;http://jabber.org/protocol/muc<");
    }
}
