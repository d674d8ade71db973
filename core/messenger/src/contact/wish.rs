//! Contacts that are to be on the roster because a backup has them. Nobody is asked for anything by it: only names and tags
//! come back.
//!
//! Invariants: the server's roster wins over a backup: who is on it stays as he is. A wish lasts until the roster shows
//! its contact, or the user takes him off.
//!
//! XEPs: RFC 6121 2

use jid::BareJid;

use super::roster;
use crate::engine::cx::Cx;
use crate::engine::request::Purpose;
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// Wishes that are told at a time: the next ones follow as the roster shows these.
const AT_A_TIME: u32 = 20;

/// What a backup says of a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    pub name: Option<String>,
    pub tags: Vec<String>,
}

/// Puts someone on the roster, unless he is: now, or when there is a connection.
pub fn wish_for(cx: &Cx<'_>, peer: &BareJid, wish: &Wish) -> Result<(), Fault> {
    let tags = serde_json::to_string(&wish.tags).map_err(|_| Fault::Corrupt("tags"))?;
    cx.tx
        .prepare_cached(
            "INSERT INTO contact_wish (account_id, jid, name, tags)
             SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM contact WHERE account_id = ?1 AND jid = ?2)
             ON CONFLICT (account_id, jid) DO UPDATE SET name = excluded.name, tags = excluded.tags",
        )?
        .execute((cx.session.account, peer.as_str(), &wish.name, tags))?;
    Ok(())
}

/// The roster is known and there is a connection: the server is told of some.
pub fn tell(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Ok(());
    }
    let wishes: Vec<(String, Option<String>, String)> = cx
        .tx
        .prepare_cached("SELECT jid, name, tags FROM contact_wish WHERE account_id = ?1 ORDER BY jid LIMIT ?2")?
        .query_map((cx.session.account, AT_A_TIME), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (jid, name, tags) in wishes {
        let purpose = Purpose::ContactWish { jid: jid.clone() };
        if cx.is_under_way(&purpose)? {
            continue;
        }
        let tags: Vec<String> = serde_json::from_str(&tags).unwrap_or_default();
        let name = name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let item = Element::new("item", ns::ROSTER).with("jid", jid.as_str()).with_some("name", name);
        let group = |tag: &String| Element::new("group", ns::ROSTER).text(tag.as_str());
        let item = tags.iter().filter(|tag| !tag.is_empty()).fold(item, |item, tag| item.child(group(tag)));
        cx.request("set", None, Element::new("query", ns::ROSTER).child(item), &purpose)?;
    }
    Ok(())
}

/// The server has said yes or no to this one: either way it is settled.
pub fn settled(cx: &mut Cx<'_>, jid: &str) -> Result<(), Fault> {
    forget(cx, jid)?;
    tell(cx)
}

/// He is on the roster.
pub fn forget(cx: &Cx<'_>, jid: &str) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("DELETE FROM contact_wish WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, jid))?;
    Ok(())
}
