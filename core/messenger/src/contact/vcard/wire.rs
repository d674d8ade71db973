//! vCards on the wire, in both forms: read as plain, bounded texts, and changed field by field, so that what others wrote
//! besides stays as it is. A picture in one is never looked at here, and nothing in one is ever fetched.

use crate::command::VcardFields;
use crate::contact::address::Address;
use crate::contact::nickname;
use crate::engine::request::Answer;
use crate::view::item::{VcardItem, VcardKind, VcardLine};
use crate::wire::{Element, Node, ns};

/// Fields of a vCard that is looked at. People have some twenty.
const MOST_FIELDS: usize = 256;
/// Lines that are shown.
const MOST_LINES: usize = 20;
/// Characters of a line, of a link, and of what somebody says about themselves; and the lines of that.
pub const LONGEST: usize = 200;
pub const LONGEST_LINK: usize = 500;
pub const LONGEST_ABOUT: usize = 1_000;
const MOST_ABOUT_LINES: usize = 40;

/// What a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    FullName,
    About,
    Line(VcardKind),
}

/// Where one field stands in both forms: (vCard4's element, its value; vcard-temp's elements, their value).
struct Place {
    field: Field,
    vcard4: (&'static str, &'static [&'static str]),
    temp: (&'static [&'static str], Option<&'static str>),
}

const PLACES: [Place; 9] = [
    Place { field: Field::FullName, vcard4: ("fn", &["text"]), temp: (&["FN"], None) },
    // Programs write either of the two.
    Place { field: Field::About, vcard4: ("note", &["text"]), temp: (&["DESC", "NOTE"], None) },
    Place {
        field: Field::Line(VcardKind::Organisation),
        vcard4: ("org", &["text"]),
        temp: (&["ORG"], Some("ORGNAME")),
    },
    Place { field: Field::Line(VcardKind::Role), vcard4: ("role", &["text"]), temp: (&["ROLE"], None) },
    Place { field: Field::Line(VcardKind::Role), vcard4: ("title", &["text"]), temp: (&["TITLE"], None) },
    Place { field: Field::Line(VcardKind::Email), vcard4: ("email", &["text"]), temp: (&["EMAIL"], Some("USERID")) },
    Place { field: Field::Line(VcardKind::Website), vcard4: ("url", &["uri"]), temp: (&["URL"], None) },
    Place {
        field: Field::Line(VcardKind::Telephone),
        vcard4: ("tel", &["uri", "text"]),
        temp: (&["TEL"], Some("NUMBER")),
    },
    Place { field: Field::Line(VcardKind::Address), vcard4: ("impp", &["uri"]), temp: (&["JABBERID"], None) },
];

/// The two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Vcard4,
    Temp,
}

impl Form {
    /// An empty one.
    pub fn empty(self) -> Element {
        match self {
            Self::Vcard4 => Element::new("vcard", ns::VCARD4),
            Self::Temp => Element::new("vCard", ns::VCARD_TEMP),
        }
    }

    fn ns(self) -> &'static str {
        match self {
            Self::Vcard4 => ns::VCARD4,
            Self::Temp => ns::VCARD_TEMP,
        }
    }
}

/// More fields than anybody has.
#[derive(Debug)]
pub struct TooLarge;

/// The vCard in an answer, if there is one.
pub fn card(iq: &Element, form: Form) -> Option<&Element> {
    match form {
        Form::Temp => iq.first("vCard", ns::VCARD_TEMP),
        Form::Vcard4 => {
            let items = iq.first("pubsub", ns::PUBSUB)?.first("items", ns::PUBSUB)?;
            items.children().filter(|item| item.is("item", ns::PUBSUB)).last()?.first("vcard", ns::VCARD4)
        }
    }
}

/// Only the head of the answer came: the rest was too large to be taken in. No other answer is empty (XEP-0054 3.1).
pub fn was_too_large(answer: &Answer<'_>) -> bool {
    matches!(answer, Answer::Result(iq) | Answer::Error(iq) if iq.children().next().is_none())
}

/// Asks for one.
pub fn request(form: Form) -> Element {
    match form {
        Form::Temp => form.empty(),
        Form::Vcard4 => {
            Element::new("pubsub", ns::PUBSUB).child(Element::new("items", ns::PUBSUB).with("node", ns::VCARD4_NODE))
        }
    }
}

/// What is shown of somebody's.
pub fn item(card: &Element, form: Form) -> Result<VcardItem, TooLarge> {
    if card.children().nth(MOST_FIELDS).is_some() {
        return Err(TooLarge);
    }
    let mut item = VcardItem::default();
    for child in card.children() {
        let Some((field, text)) = read(child, form) else { continue };
        match field {
            Field::FullName => item.full_name = item.full_name.or_else(|| nickname::clean(&text)),
            Field::About => item.about = item.about.or_else(|| paragraph(&text)),
            Field::Line(kind) => item.lines.extend(line(kind, &text)),
        }
    }
    item.lines.sort_by_key(|line| line.kind);
    item.lines.dedup();
    item.lines.truncate(MOST_LINES);
    Ok(item)
}

/// What the user can change of the own one.
pub fn fields(card: &Element, form: Form) -> VcardFields {
    let first = |field: Field| {
        let place = place(field);
        let text = children(card, form, place).find_map(|child| value(child, form, place)).unwrap_or_default();
        match field {
            Field::About => paragraph(&text).unwrap_or_default(),
            _ => one_line(&text, LONGEST_LINK).unwrap_or_default(),
        }
    };
    VcardFields {
        full_name: first(Field::FullName),
        about: first(Field::About),
        organisation: first(Field::Line(VcardKind::Organisation)),
        role: first(Field::Line(VcardKind::Role)),
        email: first(Field::Line(VcardKind::Email)),
        website: first(Field::Line(VcardKind::Website)),
    }
}

/// What the user has changed goes into the vCard; everything else of it stays.
pub fn change(card: &mut Element, form: Form, from: &VcardFields, to: &VcardFields) {
    for (field, from, to) in [
        (Field::FullName, &from.full_name, &to.full_name),
        (Field::About, &from.about, &to.about),
        (Field::Line(VcardKind::Organisation), &from.organisation, &to.organisation),
        (Field::Line(VcardKind::Role), &from.role, &to.role),
        (Field::Line(VcardKind::Email), &from.email, &to.email),
        (Field::Line(VcardKind::Website), &from.website, &to.website),
    ] {
        if from != to {
            put(card, form, place(field), to);
        }
    }
    // RFC 6350 6.2.1: there has to be one.
    if form == Form::Vcard4 && card.first("fn", ns::VCARD4).is_none() {
        let name = Element::new("fn", ns::VCARD4).child(Element::new("text", ns::VCARD4));
        card.nodes.insert(0, Node::Element(name));
    }
}

fn put(card: &mut Element, form: Form, place: &Place, text: &str) {
    let names = names(form, place);
    let mut left = names.to_vec();
    let mut done = text.is_empty();
    card.nodes.retain_mut(|node| {
        let Node::Element(child) = node else { return true };
        let Some(at) = left.iter().position(|name| child.is(name, form.ns())) else { return true };
        left.remove(at);
        if done {
            return !text.is_empty();
        }
        fill(child, form, place, text);
        done = true;
        true
    });
    if done {
        return;
    }
    let Some(name) = names.first() else { return };
    let mut child = Element::new(name, form.ns());
    if *name == "EMAIL" {
        child = child.child(Element::new("INTERNET", form.ns()));
    }
    fill(&mut child, form, place, text);
    card.nodes.push(Node::Element(child));
}

/// Puts the value in, and leaves what stands beside it (what kind of address it is, say).
fn fill(child: &mut Element, form: Form, place: &Place, text: &str) {
    let inner = match form {
        Form::Vcard4 => place.vcard4.1.first().copied(),
        Form::Temp => place.temp.1,
    };
    let Some(inner) = inner else {
        child.nodes = vec![Node::Text(text.to_owned())];
        return;
    };
    let is_value = |node: &Node| matches!(node, Node::Element(element) if element.is(inner, form.ns()));
    child.nodes.retain(|node| !is_value(node) && !matches!(node, Node::Text(_)));
    child.nodes.push(Node::Element(Element::new(inner, form.ns()).text(text)));
}

fn place(field: Field) -> &'static Place {
    PLACES.iter().find(|place| place.field == field).expect("invariant: every field has its place")
}

fn names(form: Form, place: &Place) -> &[&'static str] {
    match form {
        Form::Vcard4 => std::slice::from_ref(&place.vcard4.0),
        Form::Temp => place.temp.0,
    }
}

fn children<'a>(card: &'a Element, form: Form, place: &'static Place) -> impl Iterator<Item = &'a Element> {
    let names = names(form, place);
    card.children().filter(move |child| child.ns == form.ns() && names.contains(&child.name.as_str()))
}

fn read(child: &Element, form: Form) -> Option<(Field, String)> {
    let place =
        PLACES.iter().find(|place| child.ns == form.ns() && names(form, place).contains(&child.name.as_str()))?;
    Some((place.field, value(child, form, place)?))
}

/// The text of a field; of an organisation with its units.
fn value(child: &Element, form: Form, place: &Place) -> Option<String> {
    let parts: Vec<String> = match form {
        Form::Temp => match place.temp.1 {
            None => vec![child.content()],
            Some(inner) => {
                let parts = child.children().filter(|part| part.is(inner, form.ns()) || part.is("ORGUNIT", form.ns()));
                parts.map(Element::content).collect()
            }
        },
        Form::Vcard4 => {
            let parts = child.children().filter(|part| part.ns == form.ns());
            parts.filter(|part| place.vcard4.1.contains(&part.name.as_str())).map(Element::content).collect()
        }
    };
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    Some(parts.join(", ")).filter(|text| !text.is_empty())
}

fn line(kind: VcardKind, text: &str) -> Option<VcardLine> {
    let longest = if kind == VcardKind::Website { LONGEST_LINK } else { LONGEST };
    let text = one_line(text, longest)?;
    let without = |scheme: &str| match text.split_once(':') {
        Some((found, rest)) if found.eq_ignore_ascii_case(scheme) => rest.to_owned(),
        _ => text.clone(),
    };
    Some(match kind {
        VcardKind::Organisation | VcardKind::Role => VcardLine { kind, link: None, text },
        VcardKind::Email => {
            let text = without("mailto");
            VcardLine { kind, link: is_email(&text).then(|| format!("mailto:{text}")), text }
        }
        VcardKind::Website => VcardLine { kind, link: is_website(&text).then(|| text.clone()), text },
        VcardKind::Telephone => {
            let text = without("tel");
            let number: String = text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
            let plain = text.chars().all(|letter| letter.is_ascii_digit() || "+-.() /".contains(letter));
            VcardLine { kind, link: (plain && number.len() > 2).then(|| format!("tel:{number}")), text }
        }
        VcardKind::Address => {
            // Another network's, in vCard4: nothing of ours.
            if text.contains(':') && text.split_once(':').is_none_or(|(found, _)| !found.eq_ignore_ascii_case("xmpp")) {
                return None;
            }
            let text = without("xmpp");
            // Only whom it means: a link may ask for more.
            let address =
                Address::of_link(&text).ok().map(|address| Address { action: None, parameters: Vec::new(), ..address });
            match address {
                Some(address) => VcardLine { kind, text: address.jid.to_string(), link: Some(address.link()) },
                None => VcardLine { kind, text, link: None },
            }
        }
    })
}

/// Whether it can stand in a link that writes a mail, and does nothing but that.
pub fn is_email(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "@.-_+!#$*~".contains(letter);
    text.chars().all(plain) && text.split_once('@').is_some_and(|(one, other)| !one.is_empty() && !other.is_empty())
}

/// Whether it is the address of a page that may be opened.
pub fn is_website(text: &str) -> bool {
    let rest = text.split_once("://").filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https"));
    rest.is_some_and(|(_, rest)| !rest.is_empty()) && !text.contains(char::is_whitespace)
}

/// One line that turns nothing; none if it is longer, since half an address is another one.
pub fn one_line(text: &str, longest: usize) -> Option<String> {
    let shown: String = text.chars().filter(|letter| !nickname::turns(*letter)).collect();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|letter| !letter.is_control()).take(longest + 1).collect();
    Some(line).filter(|line| !line.is_empty() && line.chars().count() <= longest)
}

/// Some lines that turn nothing.
pub fn paragraph(text: &str) -> Option<String> {
    let shown = |letter: &char| !nickname::turns(*letter) && (!letter.is_control() || *letter == '\n');
    let shown: String = text.trim().chars().filter(shown).take(LONGEST_ABOUT).collect();
    let lines: Vec<&str> = shown.lines().map(str::trim).take(MOST_ABOUT_LINES).collect();
    Some(lines.join("\n").trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parsed(xml: &str) -> Element {
        Element::parse(xml).unwrap()
    }

    fn vcard4(inner: &str) -> Element {
        parsed(&format!("<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'>{inner}</vcard>"))
    }

    fn temp(inner: &str) -> Element {
        parsed(&format!("<vCard xmlns='vcard-temp'>{inner}</vCard>"))
    }

    fn shown(card: &Element, form: Form) -> Vec<(String, Option<String>)> {
        item(card, form).unwrap().lines.into_iter().map(|line| (line.text, line.link)).collect()
    }

    fn wanted() -> VcardFields {
        VcardFields {
            full_name: "Anna Lake".to_owned(),
            about: "I sail.\nAnd swim.".to_owned(),
            organisation: "Harbour".to_owned(),
            role: "Pilot".to_owned(),
            email: "anna@lake.example".to_owned(),
            website: "https://lake.example/".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_what_is_read_in_both_forms() {
        for form in [Form::Vcard4, Form::Temp] {
            let mut card = form.empty();
            change(&mut card, form, &VcardFields::default(), &wanted());
            assert_eq!(fields(&card, form), wanted(), "{form:?}");
            let item = item(&card, form).unwrap();
            assert_eq!(item.full_name.as_deref(), Some("Anna Lake"));
            assert_eq!(item.about.as_deref(), Some("I sail.\nAnd swim."));
            assert_eq!(item.lines.len(), 4);
            change(&mut card, form, &wanted(), &VcardFields::default());
            assert_eq!(fields(&card, form), VcardFields::default(), "{form:?}");
            assert!(card.children().all(|child| child.name == "fn"), "{card:?}");
        }
    }

    #[test]
    fn what_others_wrote_stays() {
        let others = "<fn><text>Old</text></fn><bday><date>1966-08-06</date></bday><email><parameters><type>\
            <text>work</text></type></parameters><text>old@a.example</text></email><email><text>two@a.example</text>\
            </email><x-y xmlns='urn:z'>kept</x-y>";
        let mut card = vcard4(others);
        let before = fields(&card, Form::Vcard4);
        change(&mut card, Form::Vcard4, &before, &VcardFields { email: "new@a.example".to_owned(), ..before.clone() });
        let changed = vcard4(&others.replace("old@", "new@"));
        assert_eq!(card, changed);
        let others = "<N><FAMILY>Lake</FAMILY></N><PHOTO><BINVAL>AAAA</BINVAL></PHOTO><EMAIL><HOME/>\
            <USERID>old@a.example</USERID></EMAIL><NOTE>old</NOTE>";
        let mut card = temp(others);
        let before = fields(&card, Form::Temp);
        let after = VcardFields { email: "new@a.example".to_owned(), about: "new".to_owned(), ..before.clone() };
        change(&mut card, Form::Temp, &before, &after);
        assert_eq!(card, temp(&others.replace("old", "new")));
        change(&mut card, Form::Temp, &after, &VcardFields::default());
        assert_eq!(card, temp("<N><FAMILY>Lake</FAMILY></N><PHOTO><BINVAL>AAAA</BINVAL></PHOTO>"));
    }

    #[test]
    fn only_what_does_no_harm_is_a_link() {
        let card = vcard4(
            "<url><uri>https://a.example/x</uri></url><url><uri>http://a.example/</uri></url>\
             <url><uri>javascript:alert(1)</uri></url><url><uri>https://a.example/a b</uri></url>\
             <email><text>a@b.example</text></email><email><text>a@b.example?bcc=c@d.example</text></email>\
             <tel><uri>tel:+49-30-1</uri></tel><tel><text>*21*1#</text></tel>\
             <impp><uri>xmpp:anna@lake.example?remove</uri></impp><impp><uri>sip:a@b.example</uri></impp>",
        );
        let link = |text: &str, link: Option<&str>| (text.to_owned(), link.map(str::to_owned));
        assert_eq!(
            shown(&card, Form::Vcard4),
            [
                link("a@b.example", Some("mailto:a@b.example")),
                link("a@b.example?bcc=c@d.example", None),
                link("+49-30-1", Some("tel:+49301")),
                link("*21*1#", None),
                link("https://a.example/x", Some("https://a.example/x")),
                link("http://a.example/", None),
                link("javascript:alert(1)", None),
                link("https://a.example/a b", None),
                link("anna@lake.example", Some("xmpp:anna@lake.example")),
            ]
        );
    }

    #[test]
    fn pictures_are_not_looked_at_and_texts_turn_nothing() {
        for (card, form) in [
            (
                vcard4("<photo><uri>https://evil.test/me.png</uri></photo><fn><text>A\u{202E}nn\na</text></fn>"),
                Form::Vcard4,
            ),
            (temp("<PHOTO><EXTVAL>https://evil.test/me.png</EXTVAL></PHOTO><FN>A\u{202E}nn\na</FN>"), Form::Temp),
        ] {
            let shown = item(&card, form).unwrap();
            assert_eq!(shown, VcardItem { full_name: Some("Ann a".to_owned()), ..VcardItem::default() });
        }
        let about = vcard4(&format!("<note><text>{}</text></note>", "x\n".repeat(5_000)));
        let about = item(&about, Form::Vcard4).unwrap().about.unwrap();
        assert_eq!(about.lines().count(), MOST_ABOUT_LINES);
        let name = temp(&format!("<FN>{}</FN><ORG><ORGNAME>{0}</ORGNAME></ORG>", "y".repeat(50_000)));
        let shown = item(&name, Form::Temp).unwrap();
        assert_eq!((shown.full_name.unwrap().len(), shown.lines.len()), (nickname::LONGEST, 0));
    }

    #[test]
    fn more_fields_than_anybody_has_are_refused_and_many_are_cut() {
        let mails = |count: usize| {
            vcard4(&(0..count).map(|n| format!("<email><text>{n}@a.example</text></email>")).collect::<String>())
        };
        assert!(item(&mails(10_000), Form::Vcard4).is_err());
        assert_eq!(item(&mails(100), Form::Vcard4).unwrap().lines.len(), MOST_LINES);
    }
}
