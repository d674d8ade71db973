//! Into an account: a step each thing that its server is still to be told, done in order, few at a time.
//!
//! What the account has is asked first: of a profile nothing is published where there is something, of bookmarks only
//! rooms that it does not know. Contacts who are on the roster keep name and groups. Who waits for an answer at the old
//! account is not taken along: asked was another address, and to an answer of this one's nobody would listen.
//!
//! XEPs: 0054, 0060, 0163, 0227, 0283, 0402, RFC 6121 2, 3

use jid::BareJid;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{NODES, PortableAccount, PortableContact, PortableItem, export};
use crate::change::Change;
use crate::contact::link::Introduction;
use crate::contact::{blocking, roster, subscription};
use crate::engine::cx::Cx;
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::ids::AccountId;
use crate::wire::{Element, ns};

/// Contacts that the server is told of at a time. Everything else goes one by one.
const AT_A_TIME: u32 = 10;
/// How often a step is tried that the server does not answer.
const MOST_TRIES: u32 = 3;
/// What goes around an item on its way.
const ENVELOPE: usize = 2_048;

/// One thing to do; as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Step {
    Vcard {
        xml: String,
    },
    Look {
        node: String,
    },
    Item {
        node: String,
        id: String,
        xml: String,
    },
    Contact {
        jid: String,
        name: Option<String>,
        tags: Vec<String>,
        asks: bool,
        /// He knows us by this address.
        #[serde(default)]
        moved: Option<String>,
    },
}

/// Notes what there is to do, and begins.
pub fn begin(cx: &mut Cx<'_>, from: &PortableAccount) -> Result<(), Fault> {
    end(cx)?;
    let own = cx.own().to_string();
    let mut steps: Vec<(Step, Option<&str>)> = Vec::new();
    steps.extend(from.vcard.as_ref().map(|vcard| (Step::Vcard { xml: vcard.to_xml() }, None)));
    for node in NODES {
        let mut items = from.items.iter().filter(|item| item.node == node).peekable();
        if items.peek().is_some() {
            steps.push((Step::Look { node: node.to_owned() }, None));
        }
        for PortableItem { id, payload, .. } in items {
            steps.push((Step::Item { node: node.to_owned(), id: id.clone(), xml: payload.to_xml() }, Some(node)));
        }
    }
    for contact in from.contacts.iter().filter(|contact| contact.address != own && contact.address != from.address) {
        let asks = contact.asked || matches!(contact.subscription.as_str(), "to" | "both");
        let (jid, name, tags) = (contact.address.clone(), contact.name.clone(), contact.tags.clone());
        steps.push((Step::Contact { jid, name, tags, asks, moved: None }, None));
    }
    let total = steps.iter().filter(|(step, _)| !matches!(step, Step::Look { .. })).count();
    let total = u32::try_from(total).unwrap_or(u32::MAX);
    cx.tx.prepare_cached("INSERT INTO import (account_id, source, total) VALUES (?1, ?2, ?3)")?.execute(params![
        cx.session.account,
        from.address,
        total
    ])?;
    for (step, node) in &steps {
        let what = serde_json::to_string(step).map_err(|_| Fault::Corrupt("step"))?;
        let counts = !matches!(step, Step::Look { .. });
        cx.tx
            .prepare_cached("INSERT INTO import_step (account_id, what, node, counts) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![cx.session.account, what, node, counts])?;
    }
    cx.change(Change::Accounts);
    blocking::block_all(cx, &from.blocks)?;
    advance(cx)
}

/// Notes whom another account of ours tells that its user has gone on from this address (`moved/statement.rs`); returns
/// how many they are. That account goes on with it by itself.
pub fn add_moved(cx: &mut Cx<'_>, into: AccountId, own: &str, contacts: &[PortableContact]) -> Result<u32, Fault> {
    for contact in contacts {
        // Who was on the roster only, and has nothing to do with us, is taken along and not asked.
        let asks = contact.asked || contact.subscription != "none";
        let (jid, name, tags) = (contact.address.clone(), contact.name.clone(), contact.tags.clone());
        let step = Step::Contact { jid, name, tags, asks, moved: Some(own.to_owned()) };
        let what = serde_json::to_string(&step).map_err(|_| Fault::Corrupt("step"))?;
        cx.tx
            .prepare_cached("INSERT INTO import_step (account_id, what, moved_from) VALUES (?1, ?2, ?3)")?
            .execute(params![into, what, own])?;
    }
    cx.change(Change::Accounts);
    Ok(u32::try_from(contacts.len()).unwrap_or(u32::MAX))
}

/// Nothing more of it is done, and it is not shown any more.
pub fn end(cx: &mut Cx<'_>) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM import_step WHERE account_id = ?1 AND moved_from IS NULL",
        "DELETE FROM import WHERE account_id = ?1",
    ] {
        cx.tx.prepare_cached(sql)?.execute([cx.session.account])?;
    }
    cx.change(Change::Accounts);
    Ok(())
}

/// A new session: whatever the server was asked is forgotten.
pub fn begin_again(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("UPDATE import_step SET state = 'ready', tries = 0 WHERE account_id = ?1")?
        .execute([cx.session.account])?;
    Ok(())
}

/// Does what there is to do, as far as the server may be told of more. The roster is known.
pub fn advance(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Ok(());
    }
    loop {
        let under_way: u32 = cx
            .tx
            .prepare_cached("SELECT count(*) FROM import_step WHERE account_id = ?1 AND state = 'under_way'")?
            .query_row([cx.session.account], |row| row.get(0))?;
        let next: Option<(i64, String)> = cx
            .tx
            .prepare_cached(
                "SELECT id, what FROM import_step WHERE account_id = ?1 AND state = 'ready' ORDER BY id LIMIT 1",
            )?
            .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((id, what)) = next else { return Ok(()) };
        let step: Step = serde_json::from_str(&what).map_err(|_| Fault::Corrupt("step"))?;
        let room = if matches!(step, Step::Contact { .. }) { AT_A_TIME } else { 1 };
        if under_way >= room {
            return Ok(());
        }
        set_state(cx, id, "under_way")?;
        do_step(cx, id, step)?;
    }
}

fn do_step(cx: &mut Cx<'_>, id: i64, step: Step) -> Result<(), Fault> {
    match step {
        Step::Vcard { .. } => {
            cx.request("get", None, Element::new("vCard", ns::VCARD_TEMP), &Purpose::ImportLook { step: id })
        }
        Step::Look { node } => {
            let items = Element::new("items", ns::PUBSUB).with("node", node);
            let pubsub = Element::new("pubsub", ns::PUBSUB).child(items);
            cx.request("get", None, pubsub, &Purpose::ImportLook { step: id })
        }
        Step::Item { node, id: item, xml } => {
            let Ok(payload) = Element::parse(&xml) else { return refuse(cx, id) };
            // The server would end the stream for it (XEP-0478 3).
            let limit = cx.session.features.limits.largest_stanza();
            if limit.is_some_and(|limit| xml.len() + ENVELOPE > limit) {
                return refuse(cx, id);
            }
            let item = Element::new("item", ns::PUBSUB).with("id", item).child(payload);
            let publish = Element::new("publish", ns::PUBSUB).with("node", &node).child(item);
            let options = Element::new("publish-options", ns::PUBSUB).child(form(cx, "publish-options", &node)?);
            let pubsub = Element::new("pubsub", ns::PUBSUB).child(publish).child(options);
            cx.request("set", None, pubsub, &Purpose::ImportStep { step: id })
        }
        Step::Contact { jid, name, tags, asks, moved } => {
            let Ok(peer) = BareJid::new(&jid) else { return refuse(cx, id) };
            let known: Option<(Option<String>, String)> = cx
                .tx
                .prepare_cached("SELECT name, tags FROM contact WHERE account_id = ?1 AND jid = ?2")?
                .query_row((cx.session.account, &jid), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let asked = match moved {
                // Who has not answered yet does not know that it is we who ask.
                Some(_) => subscription::sees_already(cx, &peer)?,
                None => subscription::sees(cx, &peer)?,
            };
            if known.is_some() && (!asks || asked) {
                return done(cx, id);
            }
            // Of who is on the roster the item is set as it is: the answer to it says when the next one may follow.
            let (name, tags) = match known {
                Some((name, tags)) => (name, serde_json::from_str(&tags).unwrap_or_default()),
                None => (name, tags),
            };
            let item = Element::new("item", ns::ROSTER).with("jid", jid).with_some("name", name);
            let group = |tag: &String| Element::new("group", ns::ROSTER).text(tag.as_str());
            let item = tags.iter().fold(item, |item, tag| item.child(group(tag)));
            let query = Element::new("query", ns::ROSTER).child(item);
            cx.request("set", None, query, &Purpose::ImportStep { step: id })
        }
    }
}

/// What the account has of the kind.
pub fn looked(cx: &mut Cx<'_>, id: i64, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(step) = step(cx, id)? else { return Ok(()) };
    let payload = match answer {
        Answer::Result(iq) => iq.children().next(),
        Answer::Error(_) if answer.condition() == Some("item-not-found") => None,
        Answer::Error(_) => {
            if let Step::Look { node } = &step {
                drop_items(cx, node, None, "refused")?;
                return done(cx, id).and_then(|()| advance(cx));
            }
            return refuse(cx, id).and_then(|()| advance(cx));
        }
        Answer::None => return missed(cx, id),
    };
    match step {
        Step::Vcard { xml } => {
            if payload.is_some_and(|vcard| vcard.children().next().is_some()) {
                keep(cx, 1)?;
                done(cx, id)?;
            } else if let Ok(vcard) = Element::parse(&xml) {
                return cx.request("set", None, vcard, &Purpose::ImportStep { step: id });
            } else {
                refuse(cx, id)?;
            }
        }
        Step::Look { node } => {
            let there = payload.map(|pubsub| export::items_of(pubsub, &node)).unwrap_or_default();
            if node == ns::BOOKMARKS {
                for item in there {
                    drop_items(cx, &node, Some(&item.id), "kept")?;
                }
            } else if !there.is_empty() {
                drop_items(cx, &node, None, "kept")?;
            }
            done(cx, id)?;
        }
        Step::Item { .. } | Step::Contact { .. } => {}
    }
    advance(cx)
}

/// A step was done, or won't be.
pub fn answered(cx: &mut Cx<'_>, id: i64, answer: &Answer<'_>) -> Result<(), Fault> {
    let Some(step) = step(cx, id)? else { return Ok(()) };
    match (answer, step) {
        (Answer::Result(_), Step::Contact { jid, asks, moved, .. }) => {
            if let Some(peer) = BareJid::new(&jid).ok().filter(|_| asks) {
                let introduction = Introduction { placed: true, moved, ..Introduction::default() };
                subscription::ask_unless_subscribed(cx, &peer, &introduction)?;
            }
            done(cx, id)?;
        }
        (Answer::Result(_), _) => done(cx, id)?,
        // A program has made the node for other eyes, or for one item.
        (Answer::Error(_), Step::Item { node, .. })
            if answer.condition() == Some("conflict") && tries(cx, id)? + 1 < MOST_TRIES =>
        {
            miss(cx, id)?;
            let form = form(cx, "node_config", &node)?;
            let configure = Element::new("configure", ns::PUBSUB_OWNER).with("node", node).child(form);
            let pubsub = Element::new("pubsub", ns::PUBSUB_OWNER).child(configure);
            return cx.request("set", None, pubsub, &Purpose::ImportNodeConfigured { step: id });
        }
        (Answer::Error(_), _) => refuse(cx, id)?,
        (Answer::None, _) => return missed(cx, id),
    }
    advance(cx)
}

/// The node is as it has to be; then the item is published again.
pub fn configured(cx: &mut Cx<'_>, id: i64, answer: &Answer<'_>) -> Result<(), Fault> {
    if step(cx, id)?.is_none() {
        return Ok(());
    }
    match answer {
        Answer::Result(_) => set_state(cx, id, "ready")?,
        Answer::Error(_) => refuse(cx, id)?,
        Answer::None => return missed(cx, id),
    }
    advance(cx)
}

fn step(cx: &Cx<'_>, id: i64) -> Result<Option<Step>, Fault> {
    let what: Option<String> = cx
        .tx
        .prepare_cached("SELECT what FROM import_step WHERE id = ?1 AND account_id = ?2")?
        .query_row((id, cx.session.account), |row| row.get(0))
        .optional()?;
    what.map(|what| serde_json::from_str(&what).map_err(|_| Fault::Corrupt("step"))).transpose()
}

fn set_state(cx: &Cx<'_>, id: i64, state: &str) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE import_step SET state = ?2 WHERE id = ?1")?.execute((id, state))?;
    Ok(())
}

fn done(cx: &mut Cx<'_>, id: i64) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM import_step WHERE id = ?1")?.execute([id])?;
    cx.change(Change::Accounts);
    Ok(())
}

fn refuse(cx: &mut Cx<'_>, id: i64) -> Result<(), Fault> {
    let moved = cx
        .tx
        .prepare_cached(
            "UPDATE moved_statement SET refused = refused + 1 WHERE account_id = (SELECT account.id FROM account
                 WHERE account.jid = (SELECT moved_from FROM import_step WHERE import_step.id = ?1))",
        )?
        .execute([id])?;
    if moved == 0 {
        count(cx, "refused", 1)?;
    }
    done(cx, id)
}

fn keep(cx: &Cx<'_>, number: u32) -> Result<(), Fault> {
    count(cx, "kept", number)
}

fn count(cx: &Cx<'_>, column: &str, number: u32) -> Result<(), Fault> {
    let sql = match column {
        "kept" => "UPDATE import SET kept = kept + ?2 WHERE account_id = ?1",
        _ => "UPDATE import SET refused = refused + ?2 WHERE account_id = ?1",
    };
    cx.tx.prepare_cached(sql)?.execute(params![cx.session.account, number])?;
    Ok(())
}

/// The items of a node, or one of them, need not be published: the account has its own, or its server can't keep them.
fn drop_items(cx: &Cx<'_>, node: &str, id: Option<&str>, column: &str) -> Result<(), Fault> {
    let dropped = cx
        .tx
        .prepare_cached(
            "DELETE FROM import_step WHERE account_id = ?1 AND node = ?2 AND (?3 IS NULL OR what ->> 'id' = ?3)",
        )?
        .execute((cx.session.account, node, id))?;
    count(cx, column, u32::try_from(dropped).unwrap_or(u32::MAX))
}

fn tries(cx: &Cx<'_>, id: i64) -> Result<u32, Fault> {
    Ok(cx.tx.prepare_cached("SELECT tries FROM import_step WHERE id = ?1")?.query_row([id], |row| row.get(0))?)
}

fn miss(cx: &Cx<'_>, id: i64) -> Result<(), Fault> {
    cx.tx.prepare_cached("UPDATE import_step SET tries = tries + 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// No answer: it is tried again, now or with the next session.
fn missed(cx: &mut Cx<'_>, id: i64) -> Result<(), Fault> {
    if !cx.session.is_live() {
        return set_state(cx, id, "ready");
    }
    miss(cx, id)?;
    if tries(cx, id)? < MOST_TRIES {
        set_state(cx, id, "ready")?;
    } else {
        refuse(cx, id)?;
    }
    advance(cx)
}

/// What a node must be: kept, and for the eyes that the user has chosen for a profile; bookmarks are for nobody else's.
fn form(cx: &Cx<'_>, kind: &str, node: &str) -> Result<Element, Fault> {
    let field = |var: &str, value: &str| {
        Element::new("field", ns::DATA_FORM).with("var", var).child(Element::new("value", ns::DATA_FORM).text(value))
    };
    let form = Element::new("x", ns::DATA_FORM)
        .with("type", "submit")
        .child(field("FORM_TYPE", &format!("{}#{kind}", ns::PUBSUB)).with("type", "hidden"))
        .child(field("pubsub#persist_items", "true"));
    if node == ns::BOOKMARKS {
        return Ok(form
            .child(field("pubsub#max_items", "max"))
            .child(field("pubsub#send_last_published_item", "never"))
            .child(field("pubsub#access_model", "whitelist")));
    }
    let open: bool = cx
        .tx
        .prepare_cached("SELECT profile_open FROM account WHERE id = ?1")?
        .query_row([cx.session.account], |row| row.get(0))?;
    Ok(form.child(field("pubsub#access_model", if open { "open" } else { "presence" })))
}
