//! Addresses as people type, scan and click them: a bare JID, or a link `xmpp:bob@example.org?action;key=value`.
//!
//! Invariant: whatever the text, the result is a valid bare JID of a person (with a local part), or an error; a link's
//! parameters are bounded and mean nothing until a feature asks for one by name.
//!
//! XEPs: RFC 5122, RFC 7622, 0147

use jid::{BareJid, Jid};

/// Longest text that is looked at, bytes: three times the longest JID (RFC 7622 3.1), percent-encoded, with room.
const LONGEST: usize = 16 * 1024;
/// Parameters kept of a link.
const PARAMETERS: usize = 32;

/// Whom a text means, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub jid: BareJid,
    /// XEP-0147's query type, such as `message` or `roster`; `None` for a plain address.
    pub action: Option<String>,
    /// In the order of the link.
    pub parameters: Vec<(String, String)>,
}

/// The text is no address of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address")]
pub struct AddressError;

impl Address {
    /// Reads what was typed, scanned or clicked.
    pub fn read(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(AddressError);
        }
        let address = match without_scheme(text) {
            None => Self { jid: settled(BareJid::new(text))?, action: None, parameters: Vec::new() },
            Some(link) => Self::of_link(link)?,
        };
        if address.jid.node().is_none() { Err(AddressError) } else { Ok(address) }
    }

    /// Reads what follows `xmpp:`; the address may be a server's.
    pub(super) fn of_link(link: &str) -> Result<Self, AddressError> {
        if link.len() > LONGEST {
            return Err(AddressError);
        }
        let link = link.split_once('#').map_or(link, |(link, _)| link);
        let (path, query) = link.split_once('?').map_or((link, None), |(path, query)| (path, Some(query)));
        // An authority names the account that shall act (RFC 5122 2.3); which that is, is the user's choice here.
        let path = match path.strip_prefix("//") {
            Some(rest) => rest.split_once('/').ok_or(AddressError)?.1,
            None => path,
        };
        let jid = settled(Jid::new(&decode(path)?).map(|jid| jid.to_bare()))?;
        let mut pairs = query.unwrap_or_default().split(';');
        let action = pairs.next().map(decode).transpose()?.filter(|action| !action.is_empty());
        let parameters = pairs
            .filter(|pair| !pair.is_empty())
            .take(PARAMETERS)
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(key)?, decode(value)?))
            })
            .collect::<Result<_, AddressError>>()?;
        Ok(Self { jid, action, parameters })
    }

    /// The first parameter of this name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same as a link that any XMPP program understands.
    pub fn link(&self) -> String {
        let mut link = format!("xmpp:{}", encode(self.jid.as_str()));
        if self.action.is_some() || !self.parameters.is_empty() {
            link.push('?');
            link.push_str(&encode(self.action.as_deref().unwrap_or_default()));
        }
        for (key, value) in &self.parameters {
            link.push(';');
            link.push_str(&encode(key));
            link.push('=');
            link.push_str(&encode(value));
        }
        link
    }
}

/// The form that stays itself when it is read again. Letters younger than nameprep's tables can need a second turn: they
/// become capitals at first.
fn settled(jid: Result<BareJid, jid::Error>) -> Result<BareJid, AddressError> {
    let jid = jid.map_err(|_| AddressError)?;
    let settled = BareJid::new(jid.as_str()).map_err(|_| AddressError)?;
    if BareJid::new(settled.as_str()).as_ref() == Ok(&settled) { Ok(settled) } else { Err(AddressError) }
}

/// What follows `xmpp:`, in any case (RFC 3986 3.1).
pub(super) fn without_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("xmpp").then_some(rest)
}

fn decode(text: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().ok_or(AddressError)?, rest.next().ok_or(AddressError)?];
                let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                let [high, low] = digits.map(digit);
                high.ok_or(AddressError)? << 4 | low.ok_or(AddressError)?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| AddressError)
}

/// RFC 3986's unreserved characters and the `@` of an address stay; everything else is safe in any place of a link.
fn encode(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Option<String> {
        Address::read(text).ok().map(|address| address.jid.to_string())
    }

    #[test]
    fn plain_addresses_and_links() {
        for text in [
            "bob@example.org",
            "  bob@example.org\n",
            "BOB@Example.ORG",
            "xmpp:bob@example.org",
            "XMPP:bob@example.org",
            "xmpp:bob@example.org/phone",
            "xmpp:bob@example.org?message;body=hi%20there",
            "xmpp:b%6Fb%40example.org",
            "xmpp://guest@example.com/bob@example.org?message",
            "xmpp:bob@example.org#top",
        ] {
            assert_eq!(jid(text).as_deref(), Some("bob@example.org"), "{text}");
        }
        for (text, settled) in [("bob@\u{3f9}.example", "bob@σ.example"), ("xmpp:bob@%CF%B9", "bob@σ")] {
            assert_eq!(jid(text).as_deref(), Some(settled), "a letter younger than nameprep");
        }
        assert_eq!(jid("xmpp:j%C3%BCrgen@m%C3%BCnchen.example").as_deref(), Some("jürgen@münchen.example"));
    }

    #[test]
    fn what_is_no_address_of_a_person() {
        let long = format!("xmpp:{}@x", "a".repeat(LONGEST));
        for text in [
            "",
            "xmpp:",
            "example.org",
            "xmpp:example.org",
            "bob@",
            "@example.org",
            "bob@example.org/phone",
            "xmpp:%",
            "xmpp:%4",
            "xmpp:%ZZ@x",
            "xmpp:%FF@x",
            "xmpp://bob@example.org",
            "xmpp:a b@x",
            "https://example.org/a@b",
            "bob@exa mple.org",
            &long,
        ] {
            assert_eq!(jid(text), None, "{text}");
        }
    }

    #[test]
    fn actions_and_parameters() {
        let address = Address::read("xmpp:bob@example.org?roster;name=B%3Bob;preauth=x=y;flag;").unwrap();
        assert_eq!(address.action.as_deref(), Some("roster"));
        assert_eq!(address.parameter("name"), Some("B;ob"));
        assert_eq!(address.parameter("preauth"), Some("x=y"));
        assert_eq!(address.parameter("flag"), Some(""));
        assert_eq!(address.parameter("body"), None);
        assert_eq!(Address::read(&address.link()), Ok(address));
        let many = format!("xmpp:bob@example.org?x{}", ";k=v".repeat(1_000));
        assert_eq!(Address::read(&many).unwrap().parameters.len(), PARAMETERS);
    }
}
