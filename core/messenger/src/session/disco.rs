//! What the own account's server can do, asked at every fresh bind and kept for the next start; and what we answer when
//! asked ourselves.
//!
//! XEPs: 0030

use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::archive;
use crate::change::Change;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::session::ping::result_of;
use crate::view::item::Missing;
use crate::wire::{Element, ns};

/// What the account's bare JID offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFeatures {
    /// XEP-0313 `urn:xmpp:mam:2`.
    pub archive: bool,
    /// XEP-0359: the server writes archive ids on live messages and removes forged ones.
    pub stanza_ids: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Disco;

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
        let mut info = Element::new("query", ns::DISCO_INFO).with_some("node", query.attribute("node")).child(
            Element::new("identity", ns::DISCO_INFO)
                .with("category", "client")
                .with("type", "phone")
                .with("name", "Linnet"),
        );
        for feature in [
            ns::DISCO_INFO,
            ns::PING,
            ns::STANZA_ID,
            ns::RECEIPTS,
            ns::MARKERS,
            ns::CHAT_STATES,
            ns::CORRECTION,
            ns::STYLING,
        ] {
            info = info.child(Element::new("feature", ns::DISCO_INFO).with("var", feature));
        }
        cx.send(&result_of(inbound.stanza).child(info), None)?;
        Ok(Done::Taken)
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        if *purpose != Purpose::AccountFeatures {
            return Ok(Done::Pass);
        }
        let features = match answer {
            Answer::Result(iq) => read(iq),
            // Some servers know no disco on accounts: nothing there, then.
            Answer::Error(_) => AccountFeatures::default(),
            // The stream it was asked on is lost: it is asked again.
            Answer::None if !cx.session.is_live() => return Ok(Done::Taken),
            // No answer is no knowledge: what was known stays.
            Answer::None => cx.session.archive.features.unwrap_or_default(),
        };
        let managed = cx.session.live().is_some_and(|live| live.managed);
        let mut missing = Vec::new();
        if !features.archive {
            missing.push(Missing::Archive);
        }
        if !managed {
            missing.push(Missing::StreamManagement);
        }
        if features.archive && !features.stanza_ids {
            missing.push(Missing::StanzaIds);
        }
        let json = |value: serde_json::Result<String>| value.map_err(|_| Fault::Corrupt("features"));
        cx.tx.prepare_cached("UPDATE account SET features = ?2, missing = ?3 WHERE id = ?1")?.execute(params![
            cx.account(),
            json(serde_json::to_string(&features))?,
            json(serde_json::to_string(&missing))?
        ])?;
        cx.change(Change::Accounts);
        archive::feature::features_known(cx, features)?;
        Ok(Done::Taken)
    }
}

fn read(iq: &Element) -> AccountFeatures {
    let has = |var: &str| {
        iq.first("query", ns::DISCO_INFO).is_some_and(|query| {
            query.children().any(|child| child.is("feature", ns::DISCO_INFO) && child.attribute("var") == Some(var))
        })
    };
    AccountFeatures { archive: has(ns::MAM), stanza_ids: has(ns::STANZA_ID) }
}
