//! IQ requests as rows `{id, responder, purpose, deadline}`: an answer after a killed process and a resumed stream still
//! finds what it was for, and only the entity that was asked may answer.
//!
//! XEPs: RFC 6120 8.2.3

use jid::Jid;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::cx::Cx;
use crate::command::VcardFields;
use crate::fault::{Fault, Violation};
use crate::wire::{Element, ns};

/// How long an answer may take.
pub const DEADLINE: u64 = 60_000;

/// What a request was for; the feature that made it gets the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Purpose {
    AccountDeletion,
    AccountFeatures,
    ArchivePage {
        query: String,
    },
    ArchivePreferences,
    /// The preferences are read so that switching the default keeps the lists.
    ArchiveSwitch {
        on: bool,
    },
    ArchiveSwitched {
        on: bool,
    },
    /// The file behind somebody's picture (XEP-0084).
    AvatarData {
        jid: String,
        hash: String,
    },
    /// The same out of their vCard (XEP-0153).
    AvatarVcard {
        jid: String,
        hash: String,
    },
    /// The server was told to block this JID, or to lift that.
    Block {
        jid: String,
        on: bool,
        reported: bool,
    },
    BlockList,
    Carbons,
    /// What the server does on demand (XEP-0050).
    Commands,
    /// What a contact's device is, by its full JID.
    ContactDevice {
        device: String,
        of: DeviceQuestion,
    },
    /// A contact out of a backup goes on the roster.
    ContactWish {
        jid: String,
    },
    /// Who has access to the account.
    ClientList,
    ClientRevoked {
        id: String,
    },
    /// What program another device of ours is.
    DeviceSoftware {
        resource: String,
    },
    /// A part of what goes into a file for another server (XEP-0227).
    ExportPart {
        part: String,
    },
    /// What the account has already of what an import brings.
    ImportLook {
        step: i64,
    },
    ImportNodeConfigured {
        step: i64,
    },
    /// A contact is put on the roster, or an item or vCard published.
    ImportStep {
        step: i64,
    },
    Invitation,
    /// Where a contact says that he has gone, who is said to have come back as somebody else (XEP-0283).
    MovedStatement {
        jid: String,
        old: String,
    },
    /// Where an account of ours says that its user has gone.
    MovedPublished,
    MovedConfigured,
    MovedRetracted,
    MovedLook,
    PasswordChange,
    /// Everything sent up to this number of the session has been handled when the answer comes.
    Ping {
        sent: i64,
    },
    /// What of the own profile was published, and as what (XEP-0084, 0172).
    ProfilePublished {
        node: String,
        value: Option<String>,
    },
    ProfileNodeConfigured {
        node: String,
    },
    ReadStates,
    ReadStatePublished {
        jid: String,
    },
    ReadNodeConfigured,
    /// Whether the account has already what a backup says of its profile.
    RestoredProfile {
        part: String,
    },
    Roster,
    /// Nothing was asked: it is time to ask for the roster again.
    RosterAgain,
    RosterSet,
    /// What the user wants to know of the server.
    ServerDetails {
        of: Inquiry,
    },
    ServerFeatures,
    /// Asked at this moment, mono, which time in a row.
    ServerTime {
        asked: u64,
        tries: u32,
    },
    /// Somebody's vCard, our own included (XEP-0292).
    Vcard {
        jid: String,
    },
    /// The older one of who has no such (XEP-0054).
    VcardTemp {
        jid: String,
    },
    /// Our own, for the picture in it (XEP-0153).
    VcardPhoto,
    VcardPhotoWritten {
        hash: String,
    },
    /// Our own is being published.
    VcardPublication {
        step: Box<VcardStep>,
    },
}

/// What has come first, in publishing the own vCard (`contact/vcard/own.rs`): what the older one said `before` it began,
/// and which fields the newer one has now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum VcardStep {
    /// The older one is read.
    Before,
    /// The newer one is read.
    Read {
        before: VcardFields,
    },
    Published {
        before: VcardFields,
        fields: VcardFields,
    },
    /// The older one is read again.
    After {
        before: VcardFields,
        fields: VcardFields,
    },
    /// The older one is emptied, to see whether the newer one brings it back.
    Emptied,
    Written {
        fields: VcardFields,
    },
}

/// What a contact's device is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum DeviceQuestion {
    Version,
    /// Asked at this moment, mono.
    Time {
        asked: u64,
    },
    /// What it can do, which its presence called so.
    Info {
        hash: Option<String>,
        ver: String,
    },
}

/// What is asked of a server for its user to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inquiry {
    Host,
    Account,
    /// Which services there are.
    Services,
    Service,
    Software,
}

/// What came back.
#[derive(Debug)]
pub enum Answer<'a> {
    /// The whole `<iq type='result'/>`.
    Result(&'a Element),
    /// The whole `<iq type='error'/>`.
    Error(&'a Element),
    /// Nothing, and nothing will come.
    None,
}

impl Answer<'_> {
    /// The defined condition of an error answer.
    pub fn condition(&self) -> Option<&str> {
        if let Self::Error(iq) = self { error_condition(iq) } else { None }
    }
}

/// The defined condition inside a stanza of type error (RFC 6120 8.3.3).
pub fn error_condition(stanza: &Element) -> Option<&str> {
    let error = stanza.first("error", ns::CLIENT)?;
    error.children().find(|child| child.ns == ns::STANZA_ERROR && child.name != "text").map(|child| child.name.as_str())
}

impl Cx<'_> {
    /// Asks `to` (our own account if `None`). The stanza leaves with this input's commit.
    pub fn request(&mut self, kind: &str, to: Option<&str>, payload: Element, purpose: &Purpose) -> Result<(), Fault> {
        let id = self.expect(to, purpose)?;
        let iq = Element::new("iq", ns::CLIENT).with("type", kind).with("id", id).with_some("to", to).child(payload);
        self.send(&iq, None)
    }

    /// Asks nobody: [`Answer::None`] comes after [`DEADLINE`].
    pub fn wait(&mut self, purpose: &Purpose) -> Result<(), Fault> {
        self.expect(None, purpose).map(drop)
    }

    fn expect(&mut self, to: Option<&str>, purpose: &Purpose) -> Result<String, Fault> {
        let id = self.random.id();
        let purpose = serde_json::to_string(purpose).map_err(|_| Fault::Corrupt("purpose"))?;
        let deadline = i64::try_from(self.now.mono.saturating_add(DEADLINE)).unwrap_or(i64::MAX);
        self.tx
            .prepare_cached(
                "INSERT INTO request (account_id, stanza_id, responder, purpose, deadline) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((self.session.account, &id, to, purpose, deadline))?;
        Ok(id)
    }

    /// The purpose of the request this answer belongs to, which is thereby done.
    pub fn take_request(&mut self, id: &str, from: Option<&Jid>) -> Result<Option<Purpose>, Fault> {
        let row: Option<(Option<String>, String)> = self
            .tx
            .prepare_cached("SELECT responder, purpose FROM request WHERE account_id = ?1 AND stanza_id = ?2")?
            .query_row((self.session.account, id), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((responder, purpose)) = row else {
            self.violation(Violation::IqAnswerUnasked);
            return Ok(None);
        };
        if !self.may_answer(responder.as_deref(), from) {
            self.violation(Violation::IqAnswerFromStranger);
            return Ok(None);
        }
        self.forget_request(id)?;
        parse(&purpose).map(Some)
    }

    fn may_answer(&self, responder: Option<&str>, from: Option<&Jid>) -> bool {
        let own = self.session.jid.as_str();
        match (responder, from) {
            // No sender is our own account (RFC 6120 8.1.2.1).
            (responder, None) => responder.is_none_or(|responder| responder == own),
            (None, Some(from)) => from.as_str() == own || self.is_bound_jid(from),
            (Some(responder), Some(from)) => from.as_str() == responder,
        }
    }

    /// Old servers answer for the account with the full JID that asked.
    fn is_bound_jid(&self, from: &Jid) -> bool {
        matches!(&self.session.link, crate::session::Link::Live(live) if from.as_str() == live.bound.as_str())
    }

    /// Whether such a request waits for its answer.
    pub fn is_under_way(&self, purpose: &Purpose) -> Result<bool, Fault> {
        let purpose = serde_json::to_string(purpose).map_err(|_| Fault::Corrupt("purpose"))?;
        Ok(self
            .tx
            .prepare_cached("SELECT 1 FROM request WHERE account_id = ?1 AND purpose = ?2")?
            .exists((self.session.account, purpose))?)
    }

    fn forget_request(&mut self, id: &str) -> Result<(), Fault> {
        self.tx
            .prepare_cached("DELETE FROM request WHERE account_id = ?1 AND stanza_id = ?2")?
            .execute((self.session.account, id))?;
        Ok(())
    }

    /// The stream was away: whoever answers gets the full time again.
    pub fn extend_requests(&mut self) -> Result<(), Fault> {
        let deadline = i64::try_from(self.now.mono.saturating_add(DEADLINE)).unwrap_or(i64::MAX);
        self.tx
            .prepare_cached("UPDATE request SET deadline = ?2 WHERE account_id = ?1")?
            .execute((self.session.account, deadline))?;
        Ok(())
    }

    /// Takes the purposes of all requests whose deadline has passed; of all, with `everything`.
    pub fn take_overdue(&mut self, everything: bool) -> Result<Vec<Purpose>, Fault> {
        let limit = if everything { i64::MAX } else { i64::try_from(self.now.mono).unwrap_or(i64::MAX) };
        let rows: Vec<(String, String)> = self
            .tx
            .prepare_cached("SELECT stanza_id, purpose FROM request WHERE account_id = ?1 AND deadline <= ?2")?
            .query_map((self.session.account, limit), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let mut purposes = Vec::new();
        for (id, purpose) in rows {
            self.forget_request(&id)?;
            // One of an older version may mean nothing any more.
            purposes.extend(parse(&purpose).ok());
        }
        Ok(purposes)
    }
}

/// RFC 6120 8.4: a request that nobody handles is answered, and only told that.
pub fn unavailable(request: &Element) -> Element {
    let condition = Element::new("service-unavailable", ns::STANZA_ERROR);
    Element::new("iq", ns::CLIENT)
        .with("type", "error")
        .with_some("id", request.attribute("id"))
        .with_some("to", request.attribute("from"))
        .child(Element::new("error", ns::CLIENT).with("type", "cancel").child(condition))
}

fn parse(purpose: &str) -> Result<Purpose, Fault> {
    serde_json::from_str(purpose).map_err(|_| Fault::Corrupt("purpose"))
}
