//! The names that people give themselves. A contact whom the user has given no name is shown by it; who gave none, by the
//! full name in their vCard, if that is known.
//!
//! Invariants: only contacts and our own account are listened to; a name is one line, bounded, and can't turn the text
//! around it the other way.
//!
//! XEPs: 0163, 0172, 0292

use jid::BareJid;

use super::{avatar, profile, vcard};
use crate::change::Change;
use crate::engine::cx::Cx;
use crate::engine::envelope::{Inbound, Kind};
use crate::engine::feature::{Done, Feature};
use crate::fault::{Fault, Violation};
use crate::wire::ns;

/// Characters of a name.
pub const LONGEST: usize = 100;

/// See the module.
#[derive(Debug)]
pub struct Nicknames;

impl Feature for Nicknames {
    fn stanza(&self, cx: &mut Cx<'_>, inbound: &Inbound<'_>) -> Result<Done, Fault> {
        let event = inbound.stanza.first("event", ns::PUBSUB_EVENT).filter(|_| inbound.kind == Kind::Message);
        let Some(items) = event.and_then(|event| event.first("items", ns::PUBSUB_EVENT)) else {
            return Ok(Done::Pass);
        };
        if items.attribute("node") != Some(ns::NICK) {
            return Ok(Done::Pass);
        }
        let Some(owner) = avatar::owner(cx, inbound)? else {
            cx.violation(Violation::ProfileForged);
            return Ok(Done::Taken);
        };
        if owner == cx.own() && profile::waits(cx, profile::NICKNAME)? {
            return Ok(Done::Taken);
        }
        let item = items.children().filter(|child| child.is("item", ns::PUBSUB_EVENT)).last();
        let nick = item.and_then(|item| item.first("nick", ns::NICK)).map(|nick| nick.content());
        take(cx, &owner, nick.as_deref().and_then(clean))?;
        Ok(Done::Taken)
    }
}

/// What can be shown of a name; `None`: nothing.
pub fn clean(name: &str) -> Option<String> {
    line(name, LONGEST)
}

/// What can be shown of a stranger's text as one line of so many characters; `None`: nothing.
pub fn line(text: &str, longest: usize) -> Option<String> {
    let shown: String = text.chars().filter(|letter| !turns(*letter)).collect();
    let line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let bounded: String = line.chars().filter(|letter| !letter.is_control()).take(longest).collect();
    Some(bounded).filter(|line| !line.is_empty())
}

/// Characters that change the direction of what follows (Unicode's embeddings, overrides, isolates and marks).
pub(super) fn turns(letter: char) -> bool {
    matches!(letter, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Somebody is called so now; `None`: by their address again.
pub fn take(cx: &mut Cx<'_>, jid: &BareJid, name: Option<String>) -> Result<(), Fault> {
    let account = cx.account();
    match name {
        Some(name) => cx
            .tx
            .prepare_cached(
                "INSERT INTO nickname (account_id, jid, name) VALUES (?1, ?2, ?3)
                 ON CONFLICT (account_id, jid) DO UPDATE SET name = excluded.name, full_name = 0",
            )?
            .execute((account, jid.as_str(), name))?,
        None => {
            forget(cx, jid)?;
            return take_full_name(cx, jid, vcard::full_name(cx, jid)?);
        }
    };
    told(cx);
    Ok(())
}

/// The full name in somebody's vCard: they are called so unless they have told a nickname.
pub fn take_full_name(cx: &mut Cx<'_>, jid: &BareJid, name: Option<String>) -> Result<(), Fault> {
    let key = (cx.session.account, jid.as_str());
    match name {
        Some(name) => cx
            .tx
            .prepare_cached(
                "INSERT INTO nickname (account_id, jid, name, full_name) VALUES (?1, ?2, ?3, 1)
                 ON CONFLICT (account_id, jid) DO UPDATE SET name = excluded.name WHERE full_name = 1",
            )?
            .execute((key.0, key.1, name))?,
        None => cx
            .tx
            .prepare_cached("DELETE FROM nickname WHERE account_id = ?1 AND jid = ?2 AND full_name = 1")?
            .execute(key)?,
    };
    told(cx);
    Ok(())
}

fn told(cx: &mut Cx<'_>) {
    let account = cx.account();
    cx.change(Change::Contacts(account));
    cx.change(Change::ChatList);
    cx.change(Change::Accounts);
}

/// The roster is read anew: who is not on it any more is nobody to us.
pub fn forget_strangers(cx: &Cx<'_>) -> Result<(), Fault> {
    cx.tx
        .prepare_cached(
            "DELETE FROM nickname WHERE account_id = ?1 AND jid <> ?2 AND NOT EXISTS
                 (SELECT 1 FROM contact WHERE contact.account_id = ?1 AND contact.jid = nickname.jid)",
        )?
        .execute((cx.session.account, cx.session.jid.as_str()))?;
    Ok(())
}

/// They are nobody to us any more.
pub fn forget(cx: &Cx<'_>, jid: &BareJid) -> Result<usize, Fault> {
    Ok(cx
        .tx
        .prepare_cached("DELETE FROM nickname WHERE account_id = ?1 AND jid = ?2")?
        .execute((cx.session.account, jid.as_str()))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_name_is_one_bounded_line_that_turns_nothing() {
        assert_eq!(clean("  Bob \n of  the\tlake ").as_deref(), Some("Bob of the lake"));
        assert_eq!(clean("\u{202E}gpj.exe\u{2066}").as_deref(), Some("gpj.exe"));
        assert_eq!(clean("ب\u{200F}وب").as_deref(), Some("بوب"));
        for nothing in ["", " \n ", "\u{0}\u{7}", "\u{202E}"] {
            assert_eq!(clean(nothing), None);
        }
        assert_eq!(clean(&"ä".repeat(5_000)).unwrap().chars().count(), LONGEST);
    }
}
