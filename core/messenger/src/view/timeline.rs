//! The messages of a chat, oldest first, with its gaps and the mark above what is unread.
//!
//! Invariant: the window is bounded, and so is each row, however long its text; reading it costs the same wherever it lies in
//! a chat of any length.

use rusqlite::{Connection, OptionalExtension};

use super::item::{
    GapItem, GapState, GroupPosition, MessageAction, MessageItem, MessageState, SendFailure, TimelineItem,
};
use super::{Page, View, Window};
use crate::change::Change;
use crate::ids::{ChatId, GapId, MessageId};
use crate::message::portion::{self, Place};
use crate::message::state as stored;
use crate::message::text::LONGEST;
use crate::store::StoreError;

/// Messages in the first window.
const FIRST: u32 = 50;
/// Messages a window can grow to; beyond, it moves.
const MOST: u32 = 5_000;
/// Messages of one sender closer together than this form a group, milliseconds.
const GROUP: i64 = 5 * 60_000;

/// A window on one chat.
#[derive(Debug)]
pub struct Timeline {
    chat: ChatId,
    size: u32,
    /// The message in the middle; `None`: the window hangs at the newest.
    around: Option<MessageId>,
    /// The first message that was unread when the chat was opened: the mark stays above it while the chat is open.
    first_unread: Option<Option<MessageId>>,
    /// The window's first message, as last read.
    oldest: Option<MessageId>,
}

impl Timeline {
    /// The newest messages of a chat.
    pub fn new(chat: ChatId) -> Self {
        Self { chat, size: FIRST, around: None, first_unread: None, oldest: None }
    }

    fn find_first_unread(&mut self, connection: &Connection) -> rusqlite::Result<Option<MessageId>> {
        if let Some(found) = self.first_unread {
            return Ok(found);
        }
        let found = connection
            .prepare_cached("SELECT id FROM message WHERE chat_id = ?1 AND unread = 1 ORDER BY position LIMIT 1")?
            .query_row([self.chat], |row| row.get(0))
            .optional()?;
        self.first_unread = Some(found);
        Ok(found)
    }

    /// The position below which the newest-first search starts.
    fn top(&self, connection: &Connection) -> rusqlite::Result<i64> {
        let Some(middle) = self.around else { return Ok(i64::MAX) };
        let top: Option<i64> = connection
            .prepare_cached(
                "SELECT position FROM message WHERE chat_id = ?1 AND hidden = 0
                     AND position >= (SELECT position FROM message WHERE id = ?2)
                 ORDER BY position LIMIT 1 OFFSET ?3",
            )?
            .query_row((self.chat, middle, self.size / 2), |row| row.get(0))
            .optional()?;
        Ok(top.unwrap_or(i64::MAX))
    }
}

impl View for Timeline {
    type Item = TimelineItem;

    fn concerns(&self, change: Change) -> bool {
        change == Change::Chat(self.chat) || matches!(change, Change::Contacts(_))
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<TimelineItem>, StoreError> {
        let snapshot = connection.unchecked_transaction()?;
        let first_unread = self.find_first_unread(&snapshot)?;
        let top = self.top(&snapshot)?;
        let mut rows = read_messages(&snapshot, self.chat, top, self.size + 1)?;
        let at_start = rows.len() <= self.size as usize;
        rows.truncate(self.size as usize);
        rows.reverse();
        self.oldest = rows.first().map(|row| row.id);
        let bottom = if at_start { i64::MIN } else { rows.first().map_or(i64::MIN, |row| row.position) };
        let gaps = read_gaps(&snapshot, self.chat, bottom, top)?;
        let auto_load = may_load(&snapshot, self.chat)?;
        let mut items = arrange(rows, gaps, first_unread, auto_load);
        if top == i64::MAX
            && let Some(name) = who_writes(&snapshot, self.chat)?
        {
            items.push(TimelineItem::Typing { key: "typing".to_owned(), name });
        }
        Ok(Window { items, at_start, at_end: top == i64::MAX })
    }

    fn page(&mut self, page: Page) {
        match page {
            Page::Older(_) if self.size >= MOST => self.around = self.oldest,
            Page::Older(count) => self.size = self.size.saturating_add(count).min(MOST),
            Page::Newest => {
                self.around = None;
                self.size = FIRST;
            }
            Page::Around(message) => {
                self.around = Some(message);
                self.size = 2 * FIRST;
            }
        }
    }
}

struct MessageRow {
    position: i64,
    id: MessageId,
    outgoing: bool,
    sender: String,
    name: Option<String>,
    body: String,
    edited: bool,
    unstyled: bool,
    named: bool,
    time: i64,
    state: MessageState,
}

struct GapRow {
    position: i64,
    id: GapId,
    state: GapState,
}

fn read_messages(connection: &Connection, chat: ChatId, top: i64, count: u32) -> rusqlite::Result<Vec<MessageRow>> {
    // The other side has seen everything of ours up to here.
    let read: Option<i64> = connection
        .prepare_cached("SELECT max(position) FROM message WHERE chat_id = ?1 AND state = 5")?
        .query_row([chat], |row| row.get(0))?;
    connection
        .prepare_cached(
            "SELECT message.position, message.id, message.outgoing, message.sender, coalesce(contact.name, nickname.name),
                    coalesce(version.body, message.body), message.time, message.state, message.failure,
                    version.state, version.failure, version.id IS NOT NULL,
                    coalesce(version.unstyled, message.unstyled), message.stanza_id IS NOT NULL
             FROM message
             JOIN chat ON chat.id = message.chat_id
             LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = message.sender
             LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = message.sender
             LEFT JOIN message AS version ON version.id = (SELECT id FROM message AS newer
                 WHERE newer.corrects = message.id ORDER BY newer.position DESC LIMIT 1)
             WHERE message.chat_id = ?1 AND message.hidden = 0 AND message.position <= ?2
             ORDER BY message.position DESC LIMIT ?3",
        )?
        .query_map((chat, top, count), |row| {
            let position = row.get(0)?;
            Ok(MessageRow {
                position,
                id: row.get(1)?,
                outgoing: row.get(2)?,
                sender: row.get(3)?,
                name: row.get(4)?,
                body: row.get(5)?,
                edited: row.get(11)?,
                unstyled: row.get(12)?,
                named: row.get(13)?,
                time: row.get(6)?,
                state: state(&Stored {
                    state: row.get(7)?,
                    failure: row.get(8)?,
                    version_state: row.get(9)?,
                    version_failure: row.get(10)?,
                    position,
                    read,
                }),
            })
        })?
        .collect()
}

fn read_gaps(connection: &Connection, chat: ChatId, bottom: i64, top: i64) -> rusqlite::Result<Vec<GapRow>> {
    connection
        .prepare_cached(
            "SELECT position, id, state FROM gap WHERE chat_id = ?1 AND position BETWEEN ?2 AND ?3 ORDER BY position",
        )?
        .query_map((chat, bottom, top), |row| {
            let state: String = row.get(2)?;
            let state = match state.as_str() {
                "loading" => GapState::Loading,
                "failed" => GapState::Failed,
                "unreadable" => GapState::Unreadable,
                _ => GapState::Open,
            };
            Ok(GapRow { position: row.get(0)?, id: row.get(1)?, state })
        })?
        .collect()
}

/// Messages and gaps in one list, the unread mark in its place, groups worked out.
fn arrange(
    rows: Vec<MessageRow>,
    gaps: Vec<GapRow>,
    first_unread: Option<MessageId>,
    auto_load: bool,
) -> Vec<TimelineItem> {
    let mut items = Vec::with_capacity(rows.len() + gaps.len() + 1);
    let mut gaps = gaps.into_iter().peekable();
    let mut before: Option<i64> = None;
    for row in rows {
        while let Some(gap) = gaps.next_if(|gap| gap.position < row.position) {
            items.push(gap_item(&gap, before, Some(row.time)));
        }
        if Some(row.id) == first_unread {
            items.push(TimelineItem::UnreadMark { key: "unread".to_owned() });
        }
        before = Some(row.time);
        items.push(TimelineItem::Message(message_item(row, auto_load)));
    }
    for gap in gaps {
        items.push(gap_item(&gap, before, None));
    }
    group(&mut items);
    items
}

fn gap_item(gap: &GapRow, since: Option<i64>, until: Option<i64>) -> TimelineItem {
    TimelineItem::Gap(GapItem { key: format!("gap {}", gap.id), id: gap.id, state: gap.state, since, until })
}

fn message_item(row: MessageRow, auto_load: bool) -> MessageItem {
    let mut actions = vec![MessageAction::Copy];
    if matches!(row.state, MessageState::Failed { .. }) {
        actions.push(MessageAction::Retry);
    } else if row.outgoing && row.named && row.body.len() <= LONGEST {
        actions.push(MessageAction::Correct);
    }
    if row.edited {
        actions.push(MessageAction::Versions);
    }
    actions.push(MessageAction::Delete);
    let shown = portion::read(&row.body, row.unstyled, true, Place::default());
    let (text, me, cut, end) = shown.map_or((Vec::new(), false, false, 0), |shown| {
        (shown.blocks, shown.me, shown.next.is_some(), shown.body.len())
    });
    let mut body = row.body;
    body.truncate(end);
    // What was cut off is not carried along.
    body.shrink_to_fit();
    MessageItem {
        key: format!("{}", row.id),
        id: row.id,
        outgoing: row.outgoing,
        sender_name: display_name(row.name, &row.sender),
        sender: row.sender,
        text,
        me,
        body,
        cut,
        edited: row.edited,
        time: row.time,
        state: row.state,
        group: GroupPosition::Single,
        auto_load,
        actions,
    }
}

/// Runs of one sender, with nothing between and close in time.
fn group(items: &mut [TimelineItem]) {
    let joined: Vec<bool> = items
        .windows(2)
        .map(|pair| match pair {
            [TimelineItem::Message(above), TimelineItem::Message(below)] => {
                above.sender == below.sender && (below.time - above.time).abs() < GROUP
            }
            _ => false,
        })
        .collect();
    for (index, item) in items.iter_mut().enumerate() {
        let above = index.checked_sub(1).and_then(|above| joined.get(above)).copied().unwrap_or(false);
        let below = joined.get(index).copied().unwrap_or(false);
        if let TimelineItem::Message(message) = item {
            message.group = match (above, below) {
                (false, false) => GroupPosition::Single,
                (false, true) => GroupPosition::First,
                (true, true) => GroupPosition::Middle,
                (true, false) => GroupPosition::Last,
            };
        }
    }
}

/// What is stored of how far a message got.
pub(super) struct Stored {
    pub state: i64,
    pub failure: Option<String>,
    /// Of its newest correction.
    pub version_state: Option<i64>,
    pub version_failure: Option<String>,
    pub position: i64,
    /// The position of the last own message that was marked as read.
    pub read: Option<i64>,
}

/// A stored state as the user sees it: a correction that is under way, or failed, counts for its message.
pub(super) fn state(of: &Stored) -> MessageState {
    let failed = |failure: &Option<String>| MessageState::Failed {
        reason: failure.as_ref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or(SendFailure::Refused),
    };
    match (of.state, of.version_state) {
        (stored::RECEIVED, _) => MessageState::Received,
        (stored::FAILED, _) => failed(&of.failure),
        (stored::SENDING, _) | (_, Some(stored::SENDING)) => MessageState::Sending,
        (_, Some(stored::FAILED)) => failed(&of.version_failure),
        (stored::READ, _) => MessageState::Read,
        _ if of.read.is_some_and(|read| of.position <= read) => MessageState::Read,
        (stored::DELIVERED, _) => MessageState::Delivered,
        _ => MessageState::Sent,
    }
}

/// Whether what this chat points to may be loaded unasked.
fn may_load(connection: &Connection, chat: ChatId) -> rusqlite::Result<bool> {
    let allowed = connection
        .prepare_cached(
            "SELECT chat.known AND coalesce(
                 (SELECT allowed FROM privacy_exception AS exception WHERE exception.account_id = chat.account_id
                      AND exception.jid = chat.jid AND exception.setting = 'auto_load'),
                 account.auto_load)
             FROM chat JOIN account ON account.id = chat.account_id WHERE chat.id = ?1",
        )?
        .query_row([chat], |row| row.get(0))
        .optional()?;
    Ok(allowed.unwrap_or(false))
}

/// The name of the other side, if it is writing.
fn who_writes(connection: &Connection, chat: ChatId) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached(
            "SELECT coalesce(contact.name, nickname.name), chat.jid FROM composing
             JOIN chat ON chat.id = composing.chat_id
             LEFT JOIN contact ON contact.account_id = chat.account_id AND contact.jid = chat.jid
             LEFT JOIN nickname ON nickname.account_id = chat.account_id AND nickname.jid = chat.jid
             WHERE composing.chat_id = ?1 AND composing.own = 0",
        )?
        .query_row([chat], |row| {
            let jid: String = row.get(1)?;
            Ok(display_name(row.get(0)?, &jid))
        })
        .optional()
}

/// The name that was given, or that they gave themselves; else the local part, else the whole address.
pub(super) fn display_name(name: Option<String>, address: &str) -> String {
    name.unwrap_or_else(|| address.split_once('@').map_or(address, |(local, _)| local).to_owned())
}
