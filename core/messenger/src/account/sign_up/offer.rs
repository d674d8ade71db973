//! What a server asks of whoever wants an account, in whichever of its forms, as one list of questions; and the answer in
//! the form in which it was asked.
//!
//! XEPs: 0004, 0066, 0077, 0158, 0221, 0231

use super::picture;
use crate::view::item::{SignUpField, SignUpFieldKind, SignUpForm, SignUpMeaning, SignUpOption};
use crate::wire::form::{Field, FieldKind, Form, FormTooLarge};
use crate::wire::{Element, ns};

/// Bytes of instructions.
const TEXT: usize = 10_000;
/// Pictures to ask for.
const PICTURES: usize = 5;

/// The questions of XEP-0077 4; `key` goes back as it came.
const PLAIN: [&str; 17] = [
    "username", "nick", "password", "name", "first", "last", "email", "address", "city", "state", "zip", "phone",
    "url", "date", "misc", "text", "key",
];

/// What the server said.
#[derive(Debug, PartialEq)]
pub enum Offer {
    Questions(Questions),
    /// Only a page on the web makes accounts.
    Web {
        url: String,
        instructions: Option<String>,
    },
    /// Nothing that could be answered.
    Nothing,
}

/// Questions, and the form in which they were asked.
#[derive(Debug, PartialEq)]
pub struct Questions {
    pub shown: SignUpForm,
    asked: Asked,
    /// Names of pictures that did not come along, with the fields that they belong to.
    lacking: Vec<(usize, String)>,
}

#[derive(Debug, PartialEq)]
enum Asked {
    Form(Form),
    /// Names of elements, with what has to go back.
    Plain(Vec<(String, Option<String>)>),
}

/// Answers by the names of their fields.
pub type Answers = [(String, Vec<String>)];

impl Offer {
    /// Reads `<query xmlns='jabber:iq:register'/>` of the server's result.
    pub fn parse(query: &Element) -> Result<Self, FormTooLarge> {
        let instructions = query.first("instructions", ns::REGISTER).map(|text| text.content().trim().to_owned());
        let instructions = instructions.filter(|text| !text.is_empty());
        if instructions.as_ref().is_some_and(|text| text.len() > TEXT) {
            return Err(FormTooLarge);
        }
        let url = query.first("x", ns::OUT_OF_BAND).and_then(|oob| oob.first("url", ns::OUT_OF_BAND));
        let url = url.map(|url| url.content().trim().to_owned()).filter(|url| is_web(url));
        let form =
            query.children().find(|child| child.is("x", ns::DATA_FORM) && child.attribute("type") == Some("form"));
        if let Some(form) = form.map(Form::parse).transpose()? {
            let visible = form.fields.iter().filter(|field| field.kind != FieldKind::Hidden);
            let fields: Vec<SignUpField> = visible.clone().map(|field| shown(field, query)).collect();
            let lacking = visible.zip(&fields).enumerate().filter(|(_, (_, shown))| shown.picture.is_none());
            let lacking = lacking.filter_map(|(at, (field, _))| Some((at, named(field)?))).take(PICTURES).collect();
            let instructions = Some(form.instructions.join("\n")).filter(|text| !text.is_empty()).or(instructions);
            let shown = SignUpForm { title: form.title.clone(), instructions, fields, web: url };
            return Ok(Self::Questions(Questions { shown, asked: Asked::Form(form), lacking }));
        }
        let plain: Vec<&Element> =
            query.children().filter(|child| child.ns == ns::REGISTER && PLAIN.contains(&child.name.as_str())).collect();
        if plain.is_empty() {
            return Ok(url.map_or(Self::Nothing, |url| Self::Web { url, instructions }));
        }
        if plain.len() > PLAIN.len() {
            return Err(FormTooLarge);
        }
        let fields = plain.iter().filter(|child| child.name != "key").map(|child| plain_field(&child.name)).collect();
        let asked =
            plain.iter().map(|child| (child.name.clone(), Some(child.content()).filter(|_| child.name == "key")));
        let asked = Asked::Plain(asked.collect());
        let shown = SignUpForm { title: None, instructions, fields, web: url };
        Ok(Self::Questions(Questions { shown, asked, lacking: Vec::new() }))
    }
}

impl Questions {
    /// Whether this is among them.
    pub fn asks(&self, var: &str) -> bool {
        self.shown.fields.iter().any(|field| field.var == var)
    }

    /// Fills in the name that an invitation keeps.
    pub fn propose_name(&mut self, name: &str) {
        for field in self.shown.fields.iter_mut().filter(|field| field.meaning == Some(SignUpMeaning::Username)) {
            field.values = vec![name.to_owned()];
        }
    }

    /// The next picture to ask for.
    pub fn lacking(&self) -> Option<&str> {
        self.lacking.first().map(|(_, name)| name.as_str())
    }

    /// The picture that was asked for last, or `None` if there is none.
    pub fn take_picture(&mut self, result: Option<&Element>) {
        if self.lacking.is_empty() {
            return;
        }
        let (at, name) = self.lacking.remove(0);
        let found = result.and_then(|result| picture::find(&name, result));
        if let (Some(found), Some(field)) = (found, self.shown.fields.get_mut(at)) {
            field.picture = Some(found);
            field.meaning = meaning(&field.var, true);
        }
    }

    /// Whether the answers to the others fit these questions, too: a new challenge they can't know.
    pub fn same_as(&self, others: &Self) -> bool {
        let vars = |questions: &Self| -> Vec<String> {
            questions.shown.fields.iter().map(|field| field.var.clone()).collect()
        };
        let challenge = |field: &SignUpField| field.picture.is_some() || field.picture_url.is_some();
        vars(self) == vars(others) && !self.shown.fields.iter().any(challenge)
    }

    /// The answers as the server wants them.
    pub fn answer(&self, answers: &Answers) -> Element {
        let query = Element::new("query", ns::REGISTER);
        match &self.asked {
            Asked::Form(form) => query.child(form.submit(answers)),
            Asked::Plain(names) => names.iter().fold(query, |query, (name, fixed)| {
                let given = answers.iter().find(|(var, _)| var == name).and_then(|(_, values)| values.first());
                let text = fixed.as_ref().or(given).map_or("", String::as_str);
                query.child(Element::new(name, ns::REGISTER).text(text))
            }),
        }
    }

    /// Questions that must be answered and are not.
    pub fn missing<'a>(&'a self, answers: &'a Answers) -> impl Iterator<Item = &'a SignUpField> {
        let answered = |field: &SignUpField| {
            answers.iter().any(|(var, values)| *var == field.var && values.iter().any(|value| !value.is_empty()))
        };
        self.shown.fields.iter().filter(move |field| field.required && !answered(field))
    }
}

fn plain_field(name: &str) -> SignUpField {
    let kind = if name == "password" { SignUpFieldKind::Secret } else { SignUpFieldKind::Line };
    SignUpField {
        var: name.to_owned(),
        kind,
        meaning: meaning(name, false),
        // The element has no words for people: those are the platforms'.
        label: None,
        hint: None,
        // XEP-0077 3.1.1: whatever it asks for this way must be told.
        required: true,
        values: Vec::new(),
        options: Vec::new(),
        picture: None,
        picture_url: None,
    }
}

fn shown(field: &Field, query: &Element) -> SignUpField {
    let kind = match field.kind {
        FieldKind::Fixed | FieldKind::Hidden => SignUpFieldKind::Note,
        FieldKind::Boolean => SignUpFieldKind::Switch,
        FieldKind::ListSingle => SignUpFieldKind::Choice,
        FieldKind::ListMulti => SignUpFieldKind::Choices,
        FieldKind::JidMulti | FieldKind::TextMulti => SignUpFieldKind::Lines,
        FieldKind::TextPrivate => SignUpFieldKind::Secret,
        // Some servers ask for it in the open.
        _ if field.var == "password" => SignUpFieldKind::Secret,
        FieldKind::JidSingle | FieldKind::TextSingle => SignUpFieldKind::Line,
    };
    let picture = named(field).and_then(|name| picture::find(&name, query));
    // Only named: whoever fetched it would tell a stranger of us, so that is the user's to decide.
    let elsewhere = field.media.iter().find(|(kind, uri)| kind.starts_with("image/") && is_web(uri));
    let picture_url = elsewhere.map(|(_, uri)| uri.clone()).filter(|_| picture.is_none());
    let options = field.options.iter().map(|option| SignUpOption {
        label: option.label.clone().unwrap_or_else(|| option.value.clone()),
        value: option.value.clone(),
    });
    SignUpField {
        var: if kind == SignUpFieldKind::Note { String::new() } else { field.var.clone() },
        kind,
        meaning: meaning(&field.var, picture.is_some() || picture_url.is_some()),
        label: field.label.clone(),
        hint: field.description.clone(),
        // A text has nothing to fill in, whatever the server says of it.
        required: field.required && kind != SignUpFieldKind::Note,
        values: field.values.clone(),
        options: options.collect(),
        picture,
        picture_url,
    }
}

/// The name of the field's picture, if the server has one.
fn named(field: &Field) -> Option<String> {
    field.media.iter().find_map(|(kind, uri)| picture::name(kind, uri))
}

fn meaning(var: &str, with_picture: bool) -> Option<SignUpMeaning> {
    match var {
        "username" => Some(SignUpMeaning::Username),
        "password" => Some(SignUpMeaning::Password),
        "email" => Some(SignUpMeaning::Email),
        "nick" => Some(SignUpMeaning::Nick),
        "name" => Some(SignUpMeaning::Name),
        "first" => Some(SignUpMeaning::First),
        "last" => Some(SignUpMeaning::Last),
        "address" => Some(SignUpMeaning::Address),
        "city" => Some(SignUpMeaning::City),
        "state" => Some(SignUpMeaning::State),
        "zip" => Some(SignUpMeaning::Zip),
        "phone" => Some(SignUpMeaning::Phone),
        "url" => Some(SignUpMeaning::Url),
        "date" => Some(SignUpMeaning::Date),
        "misc" => Some(SignUpMeaning::Misc),
        "text" => Some(SignUpMeaning::Text),
        // XEP-0158 4: what can be read or recognised in a picture.
        "ocr" | "picture_recog" | "picture_q" if with_picture => Some(SignUpMeaning::Captcha),
        _ => None,
    }
}

fn is_web(url: &str) -> bool {
    url.len() < 2_000
        && url.chars().all(|c| !c.is_control() && !c.is_whitespace())
        && (url.starts_with("https://") || url.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha1::{Digest, Sha1};

    use super::*;

    fn offer(children: &str) -> Result<Offer, FormTooLarge> {
        Offer::parse(&Element::parse(&format!("<query xmlns='jabber:iq:register'>{children}</query>")).unwrap())
    }

    fn questions(children: &str) -> Questions {
        match offer(children).unwrap() {
            Offer::Questions(questions) => questions,
            other => panic!("{other:?}"),
        }
    }

    fn answers(list: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
        list.iter().map(|(var, value)| ((*var).to_owned(), vec![(*value).to_owned()])).collect()
    }

    #[test]
    fn the_old_questions_are_asked_and_answered() {
        let questions = questions("<instructions>Choose</instructions><username/><password/><email/><key>k1</key>");
        assert_eq!(questions.shown.instructions.as_deref(), Some("Choose"));
        let vars: Vec<&str> = questions.shown.fields.iter().map(|field| field.var.as_str()).collect();
        assert_eq!(vars, ["username", "password", "email"]);
        assert_eq!(questions.shown.fields[1].kind, SignUpFieldKind::Secret);
        let given = answers(&[("username", "alice"), ("password", "x<y"), ("nick", "unasked")]);
        let missing: Vec<&str> = questions.missing(&given).map(|field| field.var.as_str()).collect();
        assert_eq!(missing, ["email"]);
        assert_eq!(
            questions.answer(&given).to_xml(),
            "<query xmlns='jabber:iq:register'><username>alice</username><password>x&lt;y</password><email></email>\
             <key>k1</key></query>"
        );
    }

    #[test]
    fn whatever_the_old_questions_are_there_are_words_for_them() {
        let all: String = PLAIN.iter().map(|name| format!("<{name}/>")).collect();
        let fields = questions(&all).shown.fields;
        assert_eq!(fields.len(), PLAIN.len() - 1, "all but the key");
        assert!(fields.iter().all(|field| field.label.is_none() && field.meaning.is_some()), "{fields:?}");
        let form = questions(
            "<x xmlns='jabber:x:data' type='form'><field var='zip' label='Postcode of your club'/>\
             <field var='shoe' label='Size'/></x>",
        );
        let zip = &form.shown.fields[0];
        assert_eq!((zip.meaning, zip.label.as_deref()), (Some(SignUpMeaning::Zip), Some("Postcode of your club")));
        assert_eq!(form.shown.fields[1].meaning, None);
    }

    #[test]
    fn a_form_takes_precedence_and_its_picture_is_shown() {
        let picture = b"GIF89a\x20\x01\x40\x00";
        let hash: String = Sha1::digest(picture).iter().map(|byte| format!("{byte:02x}")).collect();
        let xml = |hash: &str| {
            format!(
                "<instructions>old</instructions><username/><x xmlns='jabber:x:data' type='form'>\
                 <instructions>new</instructions><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:captcha</value>\
                 </field><field var='username'><required/></field><field var='password' type='text-single'/>\
                 <field var='ocr' label='Read'><media xmlns='urn:xmpp:media-element'>\
                 <uri type='image/png'>cid:sha1+{hash}@bob.xmpp.org</uri></media><required/></field></x>\
                 <data xmlns='urn:xmpp:bob' cid='sha1+{hash}@bob.xmpp.org' type='image/png'>{}</data>",
                STANDARD.encode(picture)
            )
        };
        let shown = questions(&xml(&hash)).shown;
        assert_eq!(shown.instructions.as_deref(), Some("new"));
        assert_eq!(shown.fields.len(), 3);
        assert_eq!(shown.fields[1].kind, SignUpFieldKind::Secret);
        assert_eq!(shown.fields[2].picture.as_deref(), Some(&picture[..]));
        assert_eq!(shown.fields[2].meaning, Some(SignUpMeaning::Captcha));
        let forged = questions(&xml(&"0".repeat(40))).shown;
        assert_eq!(forged.fields[2].picture, None, "it is not what its name says");
    }

    #[test]
    fn a_picture_on_the_web_is_named_and_one_at_the_server_is_asked_for() {
        let form = |media: &str| {
            let media: String = media.split(' ').map(|uri| format!("<uri type='image/png'>{uri}</uri>")).collect();
            questions(&format!(
                "<x xmlns='jabber:x:data' type='form'><field var='username'/><field var='ocr'>\
                 <media xmlns='urn:xmpp:media-element'>{media}</media></field></x>"
            ))
        };
        let web = form("http://example.org/captcha.png");
        assert_eq!(web.shown.fields[1].picture_url.as_deref(), Some("http://example.org/captcha.png"));
        assert_eq!((web.shown.fields[1].meaning, web.lacking()), (Some(SignUpMeaning::Captcha), None));
        for junk in ["javascript:alert(1)", "file:///etc/passwd", "ftp://example.org/x"] {
            assert_eq!(form(junk).shown.fields[1].picture_url, None, "{junk}");
        }
        let file = b"GIF89a\x20\x01\x40\x00";
        let hash: String = Sha1::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = format!("sha1+{hash}@bob.xmpp.org");
        let mut there = form(&format!("http://example.org/captcha.png cid:{name}"));
        assert_eq!(there.lacking(), Some(name.as_str()));
        let data =
            format!("<iq><data xmlns='urn:xmpp:bob' cid='{name}'>{}</data></iq>", STANDARD.encode(file.as_slice()));
        there.take_picture(Some(&Element::parse(&data).unwrap()));
        assert_eq!(there.shown.fields[1].picture.as_deref(), Some(&file[..]));
        assert_eq!(there.lacking(), None);
    }

    #[test]
    fn a_page_on_the_web_is_told() {
        let web =
            "<instructions>Go there</instructions><x xmlns='jabber:x:oob'><url>https://example.org/join</url></x>";
        let expected = Offer::Web { url: "https://example.org/join".into(), instructions: Some("Go there".into()) };
        assert_eq!(offer(web), Ok(expected));
        let both = questions(&format!("{web}<username/><password/>")).shown;
        assert_eq!(both.web.as_deref(), Some("https://example.org/join"));
        assert_eq!(offer("<x xmlns='jabber:x:oob'><url>javascript:alert(1)</url></x>"), Ok(Offer::Nothing));
        assert_eq!(offer("<registered/>"), Ok(Offer::Nothing));
    }

    #[test]
    fn what_nobody_would_fill_in_is_refused() {
        let fields = "<field var='x'/>".repeat(10_000);
        assert_eq!(offer(&format!("<x xmlns='jabber:x:data' type='form'>{fields}</x>")), Err(FormTooLarge));
        assert_eq!(offer(&"<username/>".repeat(100)), Err(FormTooLarge));
        assert_eq!(offer(&format!("<instructions>{}</instructions>", "x".repeat(TEXT + 1))), Err(FormTooLarge));
    }
}
