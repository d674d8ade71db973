//! What is said of a move, between elements and addresses. Everything here is a stranger's.
//!
//! XEPs: 0060, 0283, RFC 5122, RFC 6120 8.3.3.5

use jid::BareJid;

use crate::contact::address::{Address, without_scheme};
use crate::engine::request::error_condition;
use crate::wire::{Element, ns};

/// The only item of the node.
pub const CURRENT: &str = "current";
/// Children of a statement, and of a claim: there is one, and room for what later versions say besides.
const MOST: usize = 32;

/// Nobody who keeps to XEP-0283 writes this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The older address that a subscription request names, if it names one.
pub fn claim(presence: &Element) -> Option<Result<BareJid, Malformed>> {
    let mut claims = presence.children().filter(|child| child.is("moved", ns::MOVED));
    let claim = claims.next()?;
    Some(if claims.next().is_some() { Err(Malformed) } else { address(claim, "old-jid") })
}

/// The same, to be put into a request.
pub fn claiming(old: &str) -> Element {
    Element::new("moved", ns::MOVED).child(Element::new("old-jid", ns::MOVED).text(old))
}

/// What is published at the old account.
pub fn statement(new: &str) -> Element {
    Element::new("moved", ns::MOVED).child(Element::new("new-jid", ns::MOVED).text(new))
}

/// Asks for it.
pub fn question() -> Element {
    let item = Element::new("item", ns::PUBSUB).with("id", CURRENT);
    let items = Element::new("items", ns::PUBSUB).with("node", ns::MOVED).child(item);
    Element::new("pubsub", ns::PUBSUB).child(items)
}

/// Where the owner of the node says that he has gone; `None`: he says nothing.
pub fn stated(iq: &Element) -> Result<Option<BareJid>, Malformed> {
    let Some(pubsub) = iq.first("pubsub", ns::PUBSUB) else { return Ok(None) };
    let Some(items) = pubsub.first("items", ns::PUBSUB) else { return Ok(None) };
    if items.attribute("node") != Some(ns::MOVED) {
        return Err(Malformed);
    }
    let mut items = items.children().filter(|child| child.is("item", ns::PUBSUB));
    let Some(item) = items.next() else { return Ok(None) };
    let mut payloads = item.children();
    let (Some(moved), None, None) = (payloads.next(), payloads.next(), items.next()) else { return Err(Malformed) };
    if item.attribute("id") != Some(CURRENT) || !moved.is("moved", ns::MOVED) {
        return Err(Malformed);
    }
    address(moved, "new-jid").map(Some)
}

/// Where a server says that the account has gone for good; it counts like its owner's own word.
pub fn gone(iq: &Element) -> Option<BareJid> {
    if error_condition(iq) != Some("gone") {
        return None;
    }
    let uri = iq.first("error", ns::CLIENT)?.first("gone", ns::STANZA_ERROR)?.content();
    let rest = without_scheme(uri.trim())?;
    // Neither an account that shall act nor a device: that is not whom a person has become.
    if rest.split(['?', '#']).next().is_some_and(|path| path.contains('/')) {
        return None;
    }
    Address::of_link(rest).ok().map(|address| address.jid).filter(|jid| jid.node().is_some())
}

/// The one address of this kind inside. Children of other namespaces are for later versions.
fn address(moved: &Element, name: &str) -> Result<BareJid, Malformed> {
    if moved.children().count() > MOST {
        return Err(Malformed);
    }
    let mut named = moved.children().filter(|child| child.is(name, ns::MOVED));
    let (Some(jid), None) = (named.next(), named.next()) else { return Err(Malformed) };
    let jid = BareJid::new(jid.content().trim()).map_err(|_| Malformed)?;
    if jid.node().is_some() { Ok(jid) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn presence(inner: &str) -> Element {
        Element::parse(&format!("<presence xmlns='jabber:client' type='subscribe'>{inner}</presence>")).unwrap()
    }

    fn answer(items: &str) -> Element {
        let pubsub = format!("<pubsub xmlns='{}'>{items}</pubsub>", ns::PUBSUB);
        Element::parse(&format!("<iq xmlns='jabber:client' type='result'>{pubsub}</iq>")).unwrap()
    }

    fn error(inner: &str) -> Element {
        let inner = inner.replace("<gone", "<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'");
        Element::parse(&format!("<iq xmlns='jabber:client' type='error'><error type='cancel'>{inner}</error></iq>"))
            .unwrap()
    }

    #[test]
    fn a_claim_is_one_address_of_a_person() {
        let claimed = |inner: &str| claim(&presence(inner)).map(|claim| claim.map(|jid| jid.to_string()));
        let moved = |inner: &str| format!("<moved xmlns='urn:xmpp:moved:1'>{inner}</moved>");
        let of = |jid: &str| moved(&format!("<old-jid>{jid}</old-jid>"));
        assert_eq!(claimed(""), None);
        assert_eq!(claimed("<moved xmlns='urn:xmpp:moved:0'/>"), None);
        assert_eq!(claimed(&of(" Juliet@IM.example.net\n")), Some(Ok("juliet@im.example.net".to_owned())));
        let later = moved("<old-jid>a@b.test</old-jid><proof xmlns='urn:later'/>");
        assert_eq!(claimed(&later), Some(Ok("a@b.test".to_owned())));
        for junk in ["", "a@b.test/phone", "b.test", "@", "a@b.test a@b.test", "\u{202e}@x", "a@b.test\u{0}"] {
            let junk = junk.replace('\0', "");
            if junk != "a@b.test" {
                assert_eq!(claimed(&of(&junk)), Some(Err(Malformed)), "{junk}");
            }
        }
        for junk in [
            moved(""),
            moved("<old-jid>a@b.test</old-jid><old-jid>a@b.test</old-jid>"),
            moved("<new-jid>a@b.test</new-jid>"),
            moved(&format!("<old-jid>a@b.test</old-jid>{}", "<x xmlns='y'/>".repeat(10_000))),
            of("a@b.test") + &of("a@b.test"),
        ] {
            assert_eq!(claimed(&junk), Some(Err(Malformed)), "{junk:.200}");
        }
        assert_eq!(claim(&presence("").child(claiming("a@b.test"))).unwrap().unwrap().as_str(), "a@b.test");
    }

    #[test]
    fn a_statement_is_the_one_current_item() {
        let stated = |items: &str| stated(&answer(items)).map(|jid| jid.map(|jid| jid.to_string()));
        let item = |id: &str, jid: &str| {
            format!("<item id='{id}'><moved xmlns='urn:xmpp:moved:1'><new-jid>{jid}</new-jid></moved></item>")
        };
        let items = |inner: &str| format!("<items node='urn:xmpp:moved:1'>{inner}</items>");
        assert_eq!(stated(&items(&item("current", "a@b.test"))), Ok(Some("a@b.test".to_owned())));
        assert_eq!(stated(&items("")), Ok(None));
        assert_eq!(stated(""), Ok(None));
        for junk in [
            items(&item("other", "a@b.test")),
            items(&item("current", "a@b.test/phone")),
            items(&(item("current", "a@b.test") + &item("current", "c@d.test"))),
            items("<item id='current'/>"),
            items("<item id='current'><moved xmlns='urn:xmpp:moved:1'/></item>"),
            items(&format!("<item id='current'>{}</item>", "<moved xmlns='urn:xmpp:moved:1'/>".repeat(10_000))),
            format!("<items node='urn:xmpp:avatar:data'>{}</items>", item("current", "a@b.test")),
        ] {
            assert_eq!(stated(&junk), Err(Malformed), "{junk:.200}");
        }
        let published = Element::new("item", ns::PUBSUB).with("id", CURRENT).child(statement("a@b.test"));
        assert_eq!(stated(&items(&published.to_xml())), Ok(Some("a@b.test".to_owned())));
    }

    #[test]
    fn a_server_may_say_that_somebody_is_gone() {
        let gone = |inner: &str| gone(&error(inner)).map(|jid| jid.to_string());
        assert_eq!(gone("<gone>xmpp:juliet@capulet.example</gone>").as_deref(), Some("juliet@capulet.example"));
        assert_eq!(
            gone("<gone>xmpp:juliet%2Bnew@capulet.example?message</gone>").as_deref(),
            Some("juliet+new@capulet.example")
        );
        for junk in ["", "juliet@capulet.example", "https://capulet.example", "xmpp:", "xmpp:capulet.example"] {
            assert_eq!(gone(&format!("<gone>{junk}</gone>")), None, "{junk}");
        }
        assert_eq!(gone("<gone>xmpp:juliet@capulet.example/phone</gone>"), None);
        assert_eq!(gone("<gone>xmpp://guest@a.test/juliet@capulet.example</gone>"), None);
        assert_eq!(gone("<gone/>"), None);
    }
}
