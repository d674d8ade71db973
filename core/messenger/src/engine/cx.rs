//! What a feature may touch while it handles one input: the open transaction, the clock, randomness, its account's
//! session, and what shall happen after the commit.

use jid::BareJid;
use rusqlite::{Connection, OptionalExtension};

use super::Outcome;
use crate::change::Change;
use crate::command::PrivacySetting;
use crate::effect::Effect;
use crate::fault::{Fault, Violation};
use crate::ids::{AccountId, ChatId, JobId};
use crate::now::Now;
use crate::random::Random;
use crate::session::Session;
use crate::wire::{Element, Language};

/// The context of one input.
pub struct Cx<'a> {
    pub tx: &'a Connection,
    pub now: &'a Now,
    pub random: &'a mut dyn Random,
    pub session: &'a mut Session,
    pub out: &'a mut Outcome,
    pub sabotage: Option<super::fault::Sabotage>,
    pub modes: Modes,
}

/// How the messenger is to work, whoever's the account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Modes {
    /// The network is paid for by the byte: nothing is read that nobody looks at.
    pub metered: bool,
    /// For benches: pages of the archive are read and dropped.
    pub discard: bool,
    /// What servers are asked to say things in.
    pub language: Language,
}

impl Cx<'_> {
    pub fn account(&self) -> AccountId {
        self.session.account
    }

    /// Our own bare JID.
    pub fn own(&self) -> BareJid {
        self.session.jid.clone()
    }

    pub fn change(&mut self, change: Change) {
        self.out.changes.insert(change);
    }

    /// A message, gap or read state of this chat changed: both the chat and its line in the list show it.
    pub fn chat_changed(&mut self, chat: ChatId) {
        self.change(Change::Chat(chat));
        self.change(Change::ChatList);
    }

    /// Counts a peer's misbehaviour.
    pub fn violation(&mut self, violation: Violation) {
        tracing::debug!(?violation, "violation");
        self.out.effects.push(Effect::Violation { account: self.session.account, violation });
    }

    /// Sends a stanza, now, or with the session's resumption; does nothing without a live session.
    pub fn send(&mut self, stanza: &Element, job: Option<JobId>) -> Result<(), Fault> {
        let text = stanza.to_xml();
        let Some(sequence) = self.session.queue_stanza(&text) else { return Ok(()) };
        self.tx
            .prepare_cached("INSERT INTO unacknowledged (account_id, seq, stanza, job_id) VALUES (?1, ?2, ?3, ?4)")?
            .execute((self.session.account, sequence, text, job))?;
        Ok(())
    }

    /// Whether the account tells this to somebody: as it does in general, unless they are excepted.
    pub fn tells(&self, setting: PrivacySetting, to: &BareJid) -> Result<bool, Fault> {
        let excepted: Option<bool> = self
            .tx
            .prepare_cached(
                "SELECT allowed FROM privacy_exception WHERE account_id = ?1 AND jid = ?2 AND setting = ?3",
            )?
            .query_row((self.session.account, to.as_str(), setting.name()), |row| row.get(0))
            .optional()?;
        excepted.map_or_else(|| self.tells_in_general(setting), Ok)
    }

    /// Whether it may be told to all at once: nobody is excepted from it.
    pub fn tells_all(&self, setting: PrivacySetting) -> Result<bool, Fault> {
        Ok(self.tells_in_general(setting)?
            && !self
                .tx
                .prepare_cached(
                    "SELECT 1 FROM privacy_exception WHERE account_id = ?1 AND setting = ?2 AND allowed = 0 LIMIT 1",
                )?
                .exists((self.session.account, setting.name()))?)
    }

    /// Whether the account tells this to who is not excepted.
    pub fn tells_in_general(&self, setting: PrivacySetting) -> Result<bool, Fault> {
        let sql = match setting {
            PrivacySetting::Receipts => "SELECT receipts FROM account WHERE id = ?1",
            PrivacySetting::ReadMarkers => "SELECT read_markers FROM account WHERE id = ?1",
            PrivacySetting::Typing => "SELECT typing FROM account WHERE id = ?1",
            PrivacySetting::DeviceInformation => "SELECT device_information FROM account WHERE id = ?1",
            PrivacySetting::Online => "SELECT online FROM account WHERE id = ?1",
            PrivacySetting::LastSeen => "SELECT last_seen FROM account WHERE id = ?1",
            PrivacySetting::AutoLoad => "SELECT auto_load FROM account WHERE id = ?1",
            PrivacySetting::Calls => "SELECT callers <> 'nobody' FROM account WHERE id = ?1",
        };
        Ok(self.tx.prepare_cached(sql)?.query_row([self.session.account], |row| row.get(0))?)
    }

    /// The server's time as far as we know it, UTC milliseconds.
    pub fn server_time(&self) -> i64 {
        self.now.wall.saturating_add(self.session.clock_offset)
    }
}
