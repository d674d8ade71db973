//! Pictures on the wire: what is announced, and the files themselves.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::wire::{Element, ns};

/// Bytes of a file. Larger ones are not even asked for; what came all the same is not looked at.
pub const LARGEST: usize = 1 << 20;
/// Pixels of a side that are believed to be a picture of a person.
const WIDEST: u32 = 4_096;
/// What our decoder reads.
const TYPES: [&str; 3] = ["image/png", "image/jpeg", "image/webp"];

/// What somebody says of their picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announcement {
    /// There is one with this hash.
    Picture(String),
    /// There is none, or none that could be had without asking the web for it.
    None,
    /// There is one of which nothing is wanted, with its hash if it has one.
    Refused(Option<String>),
}

/// Reads XEP-0084's metadata. Of several formats the first that can be read is taken; one that lies on the web is none.
pub fn metadata(metadata: &Element) -> Announcement {
    let mut refused = None;
    // Some programs write out what they have nothing to say about.
    let said = |info: &Element, name: &str| {
        info.attribute(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let here = |info: &&Element| info.is("info", ns::AVATAR_METADATA) && said(info, "url").is_none();
    for info in metadata.children().filter(here) {
        let hash = info.attribute("id").and_then(hash_of);
        let number = |name: &str| said(info, name).map(|text| text.parse::<u64>().unwrap_or(u64::MAX));
        let small = number("bytes").is_none_or(|bytes| (1..=LARGEST as u64).contains(&bytes));
        let fits = |side: &str| number(side).is_none_or(|side| side <= u64::from(WIDEST));
        let readable = said(info, "type").is_none_or(|kind| TYPES.contains(&kind.as_str()));
        match hash {
            Some(hash) if small && fits("width") && fits("height") && readable => return Announcement::Picture(hash),
            hash => refused = refused.or(Some(hash)),
        }
    }
    refused.map_or(Announcement::None, Announcement::Refused)
}

/// What a presence says of the picture in the vCard (XEP-0153); `None`: nothing.
pub fn update(presence: &Element) -> Option<Announcement> {
    let photo = presence.first("x", ns::VCARD_UPDATE)?.first("photo", ns::VCARD_UPDATE)?.content();
    let photo = photo.trim();
    Some(match hash_of(photo) {
        Some(hash) => Announcement::Picture(hash),
        None if photo.is_empty() => Announcement::None,
        None => Announcement::Refused(None),
    })
}

/// The file in an answer of XEP-0084's data node, if it is what was asked for.
pub fn data(iq: &Element, hash: &str) -> Option<Vec<u8>> {
    let items = iq.first("pubsub", ns::PUBSUB)?.first("items", ns::PUBSUB)?;
    let item = items.children().find(|item| item.is("item", ns::PUBSUB) && item.attribute("id") == Some(hash))?;
    file(&item.first("data", ns::AVATAR_DATA)?.content(), hash)
}

/// The file in a vCard (XEP-0054). An address of a picture on the web is none.
pub fn photo(iq: &Element, hash: &str) -> Option<Vec<u8>> {
    let photo = iq.first("vCard", ns::VCARD_TEMP)?.first("PHOTO", ns::VCARD_TEMP)?;
    file(&photo.first("BINVAL", ns::VCARD_TEMP)?.content(), hash)
}

fn file(text: &str, hash: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    if text.len() / 4 * 3 > LARGEST + 2 {
        return None;
    }
    let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())?;
    (sha1(&bytes) == hash).then_some(bytes)
}

/// In lower case, as it is compared.
fn hash_of(text: &str) -> Option<String> {
    let hexadecimal = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| text.to_ascii_lowercase())
}

/// What names a file.
pub fn sha1(bytes: &[u8]) -> String {
    Sha1::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asks for the file behind metadata.
pub fn data_request(hash: &str) -> Element {
    let item = Element::new("item", ns::PUBSUB).with("id", hash);
    let items = Element::new("items", ns::PUBSUB).with("node", ns::AVATAR_DATA).child(item);
    Element::new("pubsub", ns::PUBSUB).child(items)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const HASH: &str = "111f4b3c50d7b0df729d299bc6f8e9ef9066971f";

    fn told(inner: &str) -> Announcement {
        metadata(&Element::parse(&format!("<metadata xmlns='urn:xmpp:avatar:metadata'>{inner}</metadata>")).unwrap())
    }

    #[test]
    fn of_several_formats_the_first_that_can_be_had_is_taken() {
        let picture = Announcement::Picture(HASH.to_owned());
        assert_eq!(told(&format!("<info id='{HASH}' bytes='12345' type='image/png' width='64'/>")), picture);
        assert_eq!(told(&format!("<info id='{}' url='' width='' height=''/>", HASH.to_uppercase())), picture);
        let web = "<info id='357a8123a30844a3aa99861b6349264ba67a5694' bytes='1' url='https://evil.test/a.png'/>";
        let gif = "<info id='357a8123a30844a3aa99861b6349264ba67a5694' bytes='1' type='image/gif'/>";
        assert_eq!(told(&format!("{web}{gif}<info id='{HASH}' bytes='7' type='image/jpeg'/>")), picture);
        assert_eq!(told(web), Announcement::None, "nothing is fetched from the web");
        assert_eq!(told(""), Announcement::None);
    }

    #[test]
    fn what_is_too_large_or_makes_no_sense_is_refused() {
        for info in [
            &format!("<info id='{HASH}' bytes='52428800' type='image/png'/>"),
            &format!("<info id='{HASH}' bytes='-1' type='image/png'/>"),
            &format!("<info id='{HASH}' bytes='0' type='image/png'/>"),
            &format!("<info id='{HASH}' bytes='9' type='image/png' height='100000'/>"),
            &format!("<info id='{HASH}' bytes='9' type='text/html'/>"),
        ] {
            assert_eq!(told(info), Announcement::Refused(Some(HASH.to_owned())), "{info}");
        }
        assert_eq!(told("<info id='../../x' bytes='9' type='image/png'/>"), Announcement::Refused(None));
    }

    #[test]
    fn a_presence_names_one_or_none_or_says_nothing() {
        let said = |inner: &str| update(&Element::parse(&format!("<presence>{inner}</presence>")).unwrap());
        let x = |inner: &str| format!("<x xmlns='vcard-temp:x:update'>{inner}</x>");
        assert_eq!(said(&x(&format!("<photo>{HASH}</photo>"))), Some(Announcement::Picture(HASH.to_owned())));
        assert_eq!(said(&x("<photo/>")), Some(Announcement::None));
        assert_eq!(said(&x("<photo>sha</photo>")), Some(Announcement::Refused(None)));
        assert_eq!(said(&x("")), None);
        assert_eq!(said(""), None);
    }

    #[test]
    fn a_file_is_what_its_hash_says_or_none() {
        let hash = sha1(b"a picture");
        let vcard = |inner: &str| {
            let xml = format!("<iq><vCard xmlns='vcard-temp'><PHOTO>{inner}</PHOTO></vCard></iq>");
            photo(&Element::parse(&xml).unwrap(), &hash)
        };
        let base64 = STANDARD.encode("a picture");
        let (first, second) = base64.split_at(4);
        let broken_in_lines = format!("<BINVAL>\n  {first}\n{second}</BINVAL>");
        assert_eq!(vcard(&broken_in_lines).as_deref(), Some(&b"a picture"[..]));
        for wrong in [
            "<BINVAL/>".to_owned(),
            "<BINVAL>!</BINVAL>".to_owned(),
            format!("<BINVAL>{}</BINVAL>", STANDARD.encode("another")),
            "<EXTVAL>https://evil.test/me.png</EXTVAL>".to_owned(),
        ] {
            assert_eq!(vcard(&wrong), None, "{wrong}");
        }
        let large = vec![7; LARGEST + 3];
        let xml = format!(
            "<iq><vCard xmlns='vcard-temp'><PHOTO><BINVAL>{}</BINVAL></PHOTO></vCard></iq>",
            STANDARD.encode(&large)
        );
        assert_eq!(photo(&Element::parse(&xml).unwrap(), &sha1(&large)), None);
    }
}
