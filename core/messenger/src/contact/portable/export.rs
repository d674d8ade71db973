//! Out of an account: its server is asked for what only it knows.
//!
//! XEPs: 0054, 0060, 0227

use super::{NODES, PortableAccount, PortableContact, PortableItem, file};
use crate::change::Change;
use crate::command::Receipt;
use crate::contact::roster;
use crate::engine::cx::Cx;
use crate::engine::feature::Refusal;
use crate::engine::request::{Answer, Purpose};
use crate::fault::{CommandError, Fault};
use crate::wire::{Element, ns};

const VCARD: &str = "vcard";
const ITEMS: &str = "items ";
const CONFIGURATION: &str = "configuration ";

/// Asks anew for everything.
pub fn collect(cx: &mut Cx<'_>) -> Result<(), Refusal> {
    if !cx.session.is_live() || roster::is_awaited(cx)? {
        return Err(CommandError::Offline.into());
    }
    if is_asked(cx)? {
        return Err(CommandError::NotNow.into());
    }
    forget(cx)?;
    ask(cx, VCARD.to_owned(), Element::new("vCard", ns::VCARD_TEMP))?;
    for node in NODES {
        let items = Element::new("items", ns::PUBSUB).with("node", node);
        ask(cx, format!("{ITEMS}{node}"), Element::new("pubsub", ns::PUBSUB).child(items))?;
        let configure = Element::new("configure", ns::PUBSUB_OWNER).with("node", node);
        ask(cx, format!("{CONFIGURATION}{node}"), Element::new("pubsub", ns::PUBSUB_OWNER).child(configure))?;
    }
    cx.change(Change::Accounts);
    Ok(())
}

fn ask(cx: &mut Cx<'_>, part: String, payload: Element) -> Result<(), Fault> {
    cx.tx
        .prepare_cached("INSERT INTO export_part (account_id, part, state) VALUES (?1, ?2, 'asked')")?
        .execute((cx.session.account, &part))?;
    cx.request("get", None, payload, &Purpose::ExportPart { part })
}

fn is_asked(cx: &Cx<'_>) -> Result<bool, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT 1 FROM export_part WHERE account_id = ?1 AND state = 'asked'")?
        .exists([cx.session.account])?)
}

fn forget(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM export_part WHERE account_id = ?1")?.execute([cx.session.account])?;
    cx.change(Change::Accounts);
    Ok(())
}

/// The server has told a part, or won't.
pub fn answered(cx: &mut Cx<'_>, part: &str, answer: &Answer<'_>) -> Result<(), Fault> {
    let (state, content) = match answer {
        Answer::Result(iq) => ("here", iq.children().next().map(Element::to_xml)),
        // What was never published is no loss; nor is the configuration of a node, which has a usual one.
        Answer::Error(_) if answer.condition() == Some("item-not-found") => ("here", None),
        _ if part.starts_with(CONFIGURATION) => ("here", None),
        Answer::Error(_) | Answer::None => ("missing", None),
    };
    cx.tx
        .prepare_cached(
            "UPDATE export_part SET state = ?3, content = ?4 WHERE account_id = ?1 AND part = ?2 AND state = 'asked'",
        )?
        .execute((cx.session.account, part, state, content))?;
    cx.change(Change::Accounts);
    Ok(())
}

/// The file, once everything is there. What was collected for it is forgotten.
pub fn read(cx: &mut Cx<'_>) -> Result<Receipt, Refusal> {
    let parts: Vec<(String, Option<String>)> = cx
        .tx
        .prepare_cached("SELECT part, content FROM export_part WHERE account_id = ?1")?
        .query_map([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if parts.is_empty() || is_asked(cx)? {
        return Err(CommandError::NotNow.into());
    }
    let mut account = of_store(cx)?;
    let mut configurations = Vec::new();
    for (part, content) in parts {
        let Some(payload) = content.and_then(|xml| Element::parse(&xml).ok()) else { continue };
        if part == VCARD {
            account.vcard = Some(payload).filter(|vcard| vcard.is("vCard", ns::VCARD_TEMP) && !vcard.nodes.is_empty());
        } else if let Some(node) = part.strip_prefix(ITEMS) {
            account.items.extend(items_of(&payload, node));
        } else if let Some(node) = part.strip_prefix(CONFIGURATION) {
            configurations.extend(access_of(&payload).map(|access| (node.to_owned(), access)));
        }
    }
    let requests = requests(cx)?;
    forget(cx)?;
    let own = cx.own();
    let name = own.node().map_or("", |node| node.as_str()).to_owned();
    Ok(Receipt::Exported(file::write(&name, own.domain().as_str(), &account, &configurations, &requests)))
}

/// The items in an answer about a node.
pub fn items_of(pubsub: &Element, node: &str) -> Vec<PortableItem> {
    let items = pubsub.first("items", ns::PUBSUB).filter(|items| items.attribute("node") == Some(node));
    let items = items.into_iter().flat_map(Element::children).filter(|item| item.is("item", ns::PUBSUB));
    items
        .filter_map(|item| {
            let id = item.attribute("id").filter(|id| !id.is_empty())?.to_owned();
            Some(PortableItem { node: node.to_owned(), id, payload: item.children().next()?.clone() })
        })
        .collect()
}

/// Who may see a node, by its configuration form (XEP-0060 4.5).
fn access_of(pubsub: &Element) -> Option<String> {
    let form = pubsub.first("configure", ns::PUBSUB_OWNER)?.first("x", ns::DATA_FORM)?;
    let field = form.children().find(|field| field.attribute("var") == Some("pubsub#access_model"))?;
    let access = field.first("value", ns::DATA_FORM)?.content();
    matches!(access.as_str(), "open" | "presence" | "roster" | "authorize" | "whitelist").then_some(access)
}

fn of_store(cx: &Cx<'_>) -> Result<PortableAccount, Fault> {
    let account = cx.session.account;
    let contacts = cx
        .tx
        .prepare_cached("SELECT jid, name, subscription, ask, tags FROM contact WHERE account_id = ?1 ORDER BY jid")?
        .query_map([account], |row| {
            let tags: String = row.get(4)?;
            Ok(PortableContact {
                address: row.get(0)?,
                name: row.get(1)?,
                subscription: row.get(2)?,
                asked: row.get(3)?,
                tags: serde_json::from_str(&tags).unwrap_or_default(),
            })
        })?
        .collect::<Result<_, _>>()?;
    let blocks = cx
        .tx
        .prepare_cached("SELECT jid FROM block WHERE account_id = ?1 AND state <> 'lifting' ORDER BY jid")?
        .query_map([account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(PortableAccount { address: cx.session.jid.to_string(), contacts, blocks, ..PortableAccount::default() })
}

/// Who asks to be a contact and waits for an answer.
fn requests(cx: &Cx<'_>) -> Result<Vec<String>, Fault> {
    Ok(cx
        .tx
        .prepare_cached("SELECT jid FROM subscription_request WHERE account_id = ?1 ORDER BY jid")?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}
