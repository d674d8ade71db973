//! What the own account's server can do, asked at every fresh bind and kept for the next start; and what we can do, told
//! to who asks, and in short with our presence, so that the server knows of which nodes we want news. Which program that is
//! stands in it only if all may know.
//!
//! XEPs: 0030, 0115, 0163

use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::archive;
use crate::change::Change;
use crate::command::PrivacySetting;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::session::capabilities::{Hash, verification};
use crate::session::ping::result_of;
use crate::session::{Enabling, device};
use crate::view::item::Missing;
use crate::wire::{Element, ns};

/// What the account's bare JID offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFeatures {
    /// XEP-0313 `urn:xmpp:mam:2`.
    pub archive: bool,
    /// XEP-0359: the server writes archive ids on live messages and removes forged ones.
    pub stanza_ids: bool,
    /// The server refused XEP-0280 when it was last asked.
    #[serde(default)]
    pub no_carbons: bool,
    /// XEP-0398: the server brings the picture of the profile into the older vCard, and its hash into presence. `None`:
    /// stored before that was asked.
    #[serde(default)]
    pub vcard_conversion: Option<bool>,
}

/// What we are.
const CATEGORY: &str = "client";
const TYPE: &str = "phone";
pub(super) const NAME: &str = "Linnet";
/// Which program it is whose capabilities a presence names, where all may know it.
const NODE: &str = "https://linnet.org";
/// And where not: a node has to be named (XEP-0115 4).
const SOME_NODE: &str = "https://xmpp.org";
/// What we can do, in the order of XEP-0115 5.1: sorted.
const FEATURES: [&str; 12] = [
    ns::CAPS,
    ns::CHAT_STATES,
    ns::DISCO_INFO,
    "http://jabber.org/protocol/nick+notify",
    // News of contacts' nodes, and of our own (XEP-0163 4.2).
    "urn:xmpp:avatar:metadata+notify",
    ns::MARKERS,
    // News of the account's own nodes that other devices write (XEP-0163 4.2).
    "urn:xmpp:mds:displayed:0+notify",
    ns::CORRECTION,
    ns::PING,
    ns::RECEIPTS,
    ns::STANZA_ID,
    ns::STYLING,
];

/// See the module.
#[derive(Debug)]
pub struct Disco;

/// What we can do, as our presence names it.
pub fn capabilities_of(cx: &Cx<'_>) -> Result<Element, Fault> {
    Ok(Abilities::of(cx)?.named())
}

/// What we say that we are and can do: the same to all, so only what all may know.
struct Abilities {
    /// Which program it is.
    named: bool,
    /// In the order of XEP-0115 5.1.
    features: Vec<&'static str>,
}

impl Abilities {
    fn of(cx: &Cx<'_>) -> Result<Self, Fault> {
        let named = cx.tells_all(PrivacySetting::DeviceInformation)?;
        let mut features = FEATURES.to_vec();
        if named {
            features.extend(device::FEATURES);
        }
        if cx.tells_all(PrivacySetting::LastSeen)? {
            features.push(ns::LAST);
        }
        features.sort_unstable();
        Ok(Self { named, features })
    }

    fn named(&self) -> Element {
        let caps = Element::new("c", ns::CAPS).with("hash", "sha-1").with("node", self.node());
        caps.with("ver", self.version())
    }

    fn node(&self) -> &'static str {
        if self.named { NODE } else { SOME_NODE }
    }

    /// XEP-0115 5.1.
    fn version(&self) -> String {
        verification(&self.info(None), Hash::Sha1).expect("invariant: what we can do is said once")
    }

    fn info(&self, node: Option<&str>) -> Element {
        let identity = Element::new("identity", ns::DISCO_INFO).with("category", CATEGORY).with("type", TYPE);
        let identity = identity.with_some("name", self.named.then_some(NAME));
        let info = Element::new("query", ns::DISCO_INFO).with_some("node", node).child(identity);
        let feature = |var: &&str| Element::new("feature", ns::DISCO_INFO).with("var", *var);
        self.features.iter().map(feature).fold(info, Element::child)
    }
}

impl Feature for Disco {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        if event == SessionEvent::Bound {
            let own = cx.own().to_string();
            cx.request("get", Some(&own), Element::new("query", ns::DISCO_INFO), &Purpose::AccountFeatures)?;
        }
        Ok(())
    }

    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let asked = inbound.kind == Kind::Iq && inbound.type_() == "get";
        let Some(query) = inbound.stanza.first("query", ns::DISCO_INFO).filter(|_| asked) else {
            return Ok(Done::Pass);
        };
        let node = query.attribute("node");
        let own = Abilities::of(cx)?;
        if node.is_some_and(|node| node != format!("{}#{}", own.node(), own.version())) {
            cx.send(&no_such_node(inbound.stanza), None)?;
            return Ok(Done::Taken);
        }
        cx.send(&result_of(inbound.stanza).child(own.info(node)), None)?;
        Ok(Done::Taken)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        if *purpose != Purpose::AccountFeatures {
            return Ok(Done::Pass);
        }
        let known = cx.session.archive.features.unwrap_or_default();
        let carbons = cx.session.live().and_then(|live| live.carbons);
        let no_carbons = carbons.map_or(known.no_carbons, |on| !on);
        let features = match answer {
            Answer::Result(iq) => AccountFeatures { no_carbons, ..read(iq) },
            // Some servers know no disco on accounts: nothing there, then.
            Answer::Error(_) => {
                AccountFeatures { no_carbons, vcard_conversion: Some(false), ..AccountFeatures::default() }
            }
            // The stream it was asked on is lost: it is asked again.
            Answer::None if !cx.session.is_live() => return Ok(Done::Taken),
            // No answer is no knowledge: what was known stays.
            Answer::None => known,
        };
        remember(cx, features)?;
        archive::feature::features_known(cx, features)?;
        // Not ours alone: `Vcards` comes later.
        Ok(Done::Pass)
    }
}

/// Keeps what is known of the account's server, and tells what it lacks.
pub fn remember(cx: &mut Cx<'_>, features: AccountFeatures) -> Result<(), Fault> {
    let managed = cx.session.live().is_some_and(|live| live.managed || live.enabling != Enabling::No);
    let missing: Vec<Missing> = [
        (!features.archive, Missing::Archive),
        (!managed, Missing::StreamManagement),
        (features.archive && !features.stanza_ids, Missing::StanzaIds),
        (features.no_carbons, Missing::Carbons),
    ]
    .into_iter()
    .filter_map(|(lacks, what)| lacks.then_some(what))
    .collect();
    let json = |value: serde_json::Result<String>| value.map_err(|_| Fault::Corrupt("features"));
    cx.tx.prepare_cached("UPDATE account SET features = ?2, missing = ?3 WHERE id = ?1")?.execute(params![
        cx.account(),
        json(serde_json::to_string(&features))?,
        json(serde_json::to_string(&missing))?
    ])?;
    cx.change(Change::Accounts);
    Ok(())
}

fn no_such_node(request: &Element) -> Element {
    let condition = Element::new("item-not-found", ns::STANZA_ERROR);
    Element::new("iq", ns::CLIENT)
        .with("type", "error")
        .with_some("id", request.attribute("id"))
        .with_some("to", request.attribute("from"))
        .child(Element::new("error", ns::CLIENT).with("type", "cancel").child(condition))
}

fn read(iq: &Element) -> AccountFeatures {
    let has = |var: &str| {
        iq.first("query", ns::DISCO_INFO).is_some_and(|query| {
            query.children().any(|child| child.is("feature", ns::DISCO_INFO) && child.attribute("var") == Some(var))
        })
    };
    AccountFeatures {
        archive: has(ns::MAM),
        stanza_ids: has(ns::STANZA_ID),
        no_carbons: false,
        vcard_conversion: Some(has(ns::VCARD_CONVERSION)),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use sha1::{Digest, Sha1};

    use super::*;

    #[test]
    fn what_we_can_do_is_said_once_and_sorted() {
        assert!(FEATURES.is_sorted());
        let list = FEATURES.iter().map(|feature| format!("{feature}<")).collect::<String>();
        for (named, name) in [(true, "Linnet"), (false, "")] {
            let own = Abilities { named, features: FEATURES.to_vec() }.named();
            let ver = STANDARD.encode(Sha1::digest(format!("client/phone//{name}<{list}")));
            assert_eq!(own.attribute("ver"), Some(ver.as_str()));
            assert_eq!(own.attribute("node").is_some_and(|node| node.contains("linnet")), named);
        }
        assert!(device::FEATURES.iter().all(|feature| !FEATURES.contains(feature)));
    }
}
