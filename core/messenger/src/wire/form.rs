//! Data forms (XEP-0004): what somebody asks to be filled in, and the answer.
//!
//! Invariant: a form that was read is bounded, whoever wrote it; what is above the bounds is refused as a whole, for half
//! a form can't be filled in.
//!
//! XEPs: 0004, 0221

use super::{Element, ns};

/// Fields of a form.
const FIELDS: usize = 100;
/// Options, values or pictures of a field.
const VALUES: usize = 500;
/// Bytes of one text.
const TEXT: usize = 10_000;

/// A form that has more of something than is reasonable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a form that is too large")]
pub struct FormTooLarge;

/// A form to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    pub title: Option<String>,
    pub instructions: Vec<String>,
    pub fields: Vec<Field>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Names it; empty for a text that only says something.
    pub var: String,
    pub kind: FieldKind,
    pub label: Option<String>,
    pub description: Option<String>,
    pub required: bool,
    /// What is filled in already.
    pub values: Vec<String>,
    pub options: Vec<FieldOption>,
    /// Where to find what belongs to the question (XEP-0221): type and address.
    pub media: Vec<(String, String)>,
}

/// One of the answers to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOption {
    pub label: Option<String>,
    pub value: String,
}

macro_rules! kinds {
    ($($(#[$note:meta])* $variant:ident $name:literal),* $(,)?) => {
        /// What kind of answer a field takes (XEP-0004 3.3).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FieldKind { $($(#[$note])* $variant),* }

        impl FieldKind {
            /// What is not known takes a line of text, as the XEP wants.
            fn named(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::TextSingle,
                }
            }
        }
    };
}

kinds! {
    Boolean "boolean",
    /// Text to read.
    Fixed "fixed",
    /// Goes back as it came, unseen.
    Hidden "hidden",
    JidMulti "jid-multi",
    JidSingle "jid-single",
    ListMulti "list-multi",
    ListSingle "list-single",
    TextMulti "text-multi",
    TextPrivate "text-private",
    TextSingle "text-single",
}

impl Form {
    /// Reads `<x type='form'/>`.
    pub fn parse(element: &Element) -> Result<Self, FormTooLarge> {
        let mut form = Self::default();
        for child in element.children().filter(|child| child.ns == ns::DATA_FORM) {
            match child.name.as_str() {
                "title" => form.title = some(text(child)?),
                "instructions" => form.instructions.extend(some(text(child)?)),
                "field" => form.fields.push(Field::parse(child)?),
                _ => {}
            }
            if form.fields.len() > FIELDS || form.instructions.len() > FIELDS {
                return Err(FormTooLarge);
            }
        }
        Ok(form)
    }

    /// The value of the hidden field that names what the form is for (XEP-0068).
    pub fn form_type(&self) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.var == "FORM_TYPE")?;
        field.values.first().map(String::as_str)
    }

    /// The filled-in form: hidden fields go back as they came, of the others only what was answered. An answer to a
    /// question that was not asked is left out.
    pub fn submit(&self, answers: &[(String, Vec<String>)]) -> Element {
        let mut form = Element::new("x", ns::DATA_FORM).with("type", "submit");
        for field in self.fields.iter().filter(|field| !field.var.is_empty()) {
            let given = answers.iter().find(|(var, _)| *var == field.var).map(|(_, values)| values);
            let values = match field.kind {
                FieldKind::Fixed => continue,
                FieldKind::Hidden => &field.values,
                _ => match given {
                    Some(values) => values,
                    None => continue,
                },
            };
            let values = values.iter().map(|value| Element::new("value", ns::DATA_FORM).text(value.as_str()));
            let mut answer = Element::new("field", ns::DATA_FORM).with("var", field.var.as_str());
            if field.var == "FORM_TYPE" {
                answer = answer.with("type", "hidden");
            }
            form = form.child(values.fold(answer, Element::child));
        }
        form
    }
}

impl Field {
    fn parse(element: &Element) -> Result<Self, FormTooLarge> {
        let mut field = Self {
            var: short(element.attribute("var").unwrap_or(""))?,
            kind: FieldKind::named(element.attribute("type").unwrap_or("")),
            label: element.attribute("label").map(short).transpose()?.and_then(some),
            description: None,
            required: false,
            values: Vec::new(),
            options: Vec::new(),
            media: Vec::new(),
        };
        for child in element.children() {
            match (child.name.as_str(), child.ns.as_str()) {
                ("required", ns::DATA_FORM) => field.required = true,
                ("desc", ns::DATA_FORM) => field.description = some(text(child)?),
                ("value", ns::DATA_FORM) => field.values.push(text(child)?),
                ("option", ns::DATA_FORM) => field.options.extend(FieldOption::parse(child)?),
                ("media", ns::MEDIA_ELEMENT) => {
                    for uri in child.children().filter(|uri| uri.is("uri", ns::MEDIA_ELEMENT)) {
                        field.media.push((short(uri.attribute("type").unwrap_or(""))?, text(uri)?));
                    }
                }
                _ => {}
            }
            if [field.values.len(), field.options.len(), field.media.len()].into_iter().any(|count| count > VALUES) {
                return Err(FormTooLarge);
            }
        }
        Ok(field)
    }
}

impl FieldOption {
    fn parse(element: &Element) -> Result<Option<Self>, FormTooLarge> {
        let Some(value) = element.first("value", ns::DATA_FORM) else { return Ok(None) };
        let label = element.attribute("label").map(short).transpose()?.and_then(some);
        Ok(Some(Self { label, value: text(value)? }))
    }
}

fn text(element: &Element) -> Result<String, FormTooLarge> {
    short(element.content().trim())
}

fn short(text: &str) -> Result<String, FormTooLarge> {
    if text.len() > TEXT { Err(FormTooLarge) } else { Ok(text.to_owned()) }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn form(fields: &str) -> Result<Form, FormTooLarge> {
        Form::parse(&Element::parse(&format!("<x xmlns='jabber:x:data' type='form'>{fields}</x>")).unwrap())
    }

    #[test]
    fn every_kind_of_field_is_read() {
        let read = form(
            "<title>Join</title><instructions>One</instructions><instructions> </instructions>\
             <field type='hidden' var='FORM_TYPE'><value>urn:x</value></field>\
             <field var='name' label='Name'><required/><desc>yours</desc></field>\
             <field type='list-single' var='where'><value>b</value><option label='A'><value>a</value></option>\
             <option><value>b</value></option><option label='none'/></field>\
             <field type='fixed'><value>Read this</value></field><field type='news' var='n'/>\
             <field type='text-single' var='ocr'><media xmlns='urn:xmpp:media-element'>\
             <uri type='image/png'>cid:sha1+1@bob.xmpp.org</uri></media></field>",
        )
        .unwrap();
        assert_eq!(read.title.as_deref(), Some("Join"));
        assert_eq!(read.instructions, ["One"]);
        assert_eq!(read.form_type(), Some("urn:x"));
        let kinds: Vec<FieldKind> = read.fields.iter().map(|field| field.kind).collect();
        use FieldKind as K;
        assert_eq!(kinds, [K::Hidden, K::TextSingle, K::ListSingle, K::Fixed, K::TextSingle, K::TextSingle]);
        assert!(read.fields[1].required);
        assert_eq!(read.fields[1].description.as_deref(), Some("yours"));
        assert_eq!(read.fields[2].options.len(), 2, "an option without a value can't be chosen");
        assert_eq!(read.fields[5].media, [("image/png".to_owned(), "cid:sha1+1@bob.xmpp.org".to_owned())]);
    }

    #[test]
    fn hidden_fields_go_back_and_nothing_goes_that_was_not_asked() {
        let read = form(
            "<field type='hidden' var='sid'><value>7</value></field><field var='a'/><field var='b'/>\
             <field type='fixed' var='f'><value>x</value></field>",
        );
        let answers = [("b".to_owned(), vec!["1".to_owned(), "2".to_owned()]), ("c".to_owned(), vec!["3".to_owned()])];
        let xml = read.unwrap().submit(&answers).to_xml();
        assert_eq!(
            xml,
            "<x xmlns='jabber:x:data' type='submit'><field var='sid'><value>7</value></field>\
             <field var='b'><value>1</value><value>2</value></field></x>"
        );
    }

    #[test]
    fn what_is_above_the_bounds_is_no_form() {
        assert_eq!(form(&"<field var='a'/>".repeat(FIELDS + 1)), Err(FormTooLarge));
        assert!(form(&"<field var='a'/>".repeat(FIELDS)).is_ok());
        let options = "<option><value>a</value></option>".repeat(VALUES + 1);
        assert_eq!(form(&format!("<field>{options}</field>")), Err(FormTooLarge));
        assert_eq!(form(&format!("<title>{}</title>", "x".repeat(TEXT + 1))), Err(FormTooLarge));
    }
}
