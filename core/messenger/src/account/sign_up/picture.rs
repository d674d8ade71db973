//! Pictures that come with a server's questions: looked at before anybody else decodes them.
//!
//! Invariants: a picture is the one that its name says (by its hash), a file of a kind that every platform draws, and of a
//! size that nobody chokes on, whatever a few bytes could claim to unfold to. Pictures on the web are named, never fetched.
//!
//! XEPs: 0221, 0231

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::wire::{Element, ns};

/// Bytes of a file.
const LARGEST: usize = 256 * 1024;
/// Pixels of a side.
const WIDEST: u32 = 2_000;

/// The name by which the server has it (XEP-0231), if the address is one.
pub fn name(kind: &str, uri: &str) -> Option<String> {
    let named = uri.strip_prefix("cid:").filter(|cid| kind.starts_with("image/") && cid.len() < 200)?;
    Some(named.to_owned())
}

/// The picture among these children, if it is there and what its name says.
pub fn find(name: &str, parent: &Element) -> Option<Vec<u8>> {
    let data =
        parent.children().find(|data| data.is("data", ns::BITS_OF_BINARY) && data.attribute("cid") == Some(name))?;
    let text: String = data.content().split_ascii_whitespace().collect();
    if text.len() / 4 * 3 > LARGEST {
        return None;
    }
    let bytes = STANDARD.decode(text).ok()?;
    let hash = name.strip_prefix("sha1+")?.strip_suffix("@bob.xmpp.org")?;
    let actual: String = Sha1::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let (width, height) = size(&bytes).filter(|_| actual.eq_ignore_ascii_case(hash))?;
    let fits = |side: u32| (1..=WIDEST).contains(&side);
    (fits(width) && fits(height)).then_some(bytes)
}

/// Asks for one that did not come along.
pub fn request(name: &str) -> Element {
    Element::new("data", ns::BITS_OF_BINARY).with("cid", name)
}

/// Width and height that the file claims, if it is PNG, GIF or JPEG.
fn size(file: &[u8]) -> Option<(u32, u32)> {
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        let header = file.get(8..)?;
        return (header.get(4..8)? == b"IHDR")
            .then_some(())
            .and_then(|()| Some((big_endian(header.get(8..12)?), big_endian(header.get(12..16)?))));
    }
    if file.starts_with(b"GIF87a") || file.starts_with(b"GIF89a") {
        let side = |at: usize| Some(u32::from(*file.get(at)?) | u32::from(*file.get(at + 1)?) << 8);
        return Some((side(6)?, side(8)?));
    }
    if file.starts_with(&[0xFF, 0xD8]) { jpeg(file) } else { None }
}

/// Goes from segment to segment until the one that begins a frame.
fn jpeg(file: &[u8]) -> Option<(u32, u32)> {
    let mut rest = file.get(2..)?;
    loop {
        let marker = *rest.get(1).filter(|_| rest.first() == Some(&0xFF))?;
        let length = usize::try_from(big_endian(rest.get(2..4)?)).ok()?;
        // C4, C8 and CC are tables, all others of the row begin a frame.
        if (0xC0..=0xCF).contains(&marker) && ![0xC4, 0xC8, 0xCC].contains(&marker) {
            return Some((big_endian(rest.get(7..9)?), big_endian(rest.get(5..7)?)));
        }
        // A length counts itself, so each step goes on.
        rest = rest.get(2 + length.max(2)..)?;
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// The beginning of a PNG of this size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes()].concat()
    }

    fn named(file: &[u8]) -> String {
        let hash: String = Sha1::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha1+{hash}@bob.xmpp.org")
    }

    fn found(name: &str, file: &[u8]) -> bool {
        let xml = format!(
            "<query><data xmlns='{}' cid='{name}'>{}</data></query>",
            ns::BITS_OF_BINARY,
            STANDARD.encode(file)
        );
        find(name, &Element::parse(&xml).unwrap()).is_some()
    }

    #[test]
    fn the_size_is_read_of_each_kind() {
        assert_eq!(size(&png(120, 40)), Some((120, 40)));
        assert_eq!(size(b"GIF89a\x10\x01\x20\x00"), Some((272, 32)));
        let tables = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC4, 0, 2];
        let frame = [0xFF, 0xC0, 0, 17, 8, 0, 60, 0, 200];
        assert_eq!(size(&[&tables[..], &frame[..]].concat()), Some((200, 60)));
    }

    #[test]
    fn what_is_cut_off_or_something_else_has_no_size() {
        for file in [
            &b""[..],
            b"GIF89a",
            b"\x89PNG\r\n\x1a\n",
            b"<svg/>",
            b"RIFF",
            &[0xFF, 0xD8],
            &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0],
        ] {
            assert_eq!(size(file), None, "{file:?}");
        }
        let endless = [&[0xFF, 0xD8][..], &[0xFF, 0xE0, 0, 0].repeat(1000)].concat();
        assert_eq!(size(&endless), None);
        assert_eq!(size(&png(1, 1)[..20]), None);
    }

    #[test]
    fn what_would_unfold_to_gigabytes_is_no_picture() {
        let fine = png(WIDEST, 1);
        assert!(found(&named(&fine), &fine));
        for file in [png(WIDEST + 1, 1), png(1, 65_000), png(0, 5), vec![0; 40]] {
            assert!(!found(&named(&file), &file));
        }
        let long = [png(10, 10), vec![0; LARGEST]].concat();
        assert!(!found(&named(&long), &long));
    }

    #[test]
    fn what_is_not_what_its_name_says_is_no_picture() {
        let file = png(10, 10);
        assert!(!found(&named(b"another"), &file));
        assert!(!found("sha1+@bob.xmpp.org", &file));
        assert!(!found("sha256+00@bob.xmpp.org", &file));
    }
}
