//! One chat: messages, the unread mark, and gaps in what this device knows.

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::ids::{ChatId, GapId, MessageId};
use linnet_messenger::view::{Page, item, whole_text};

use crate::client::{Client, unexpected};
use crate::error::CommandError;
use crate::subscription::subscription;

/// One row of a chat.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum TimelineItem {
    /// A message.
    Message {
        /// It.
        item: MessageItem,
    },
    /// Everything below is unread.
    UnreadMark {
        /// Stable, unique in the list.
        key: String,
    },
    /// History that this device has not read.
    Gap {
        /// It.
        item: GapItem,
    },
    /// The other side is writing (XEP-0085); always the last row.
    Typing {
        /// Stable, unique in the list.
        key: String,
        /// Who, as in `MessageItem.sender_name`.
        name: String,
    },
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct MessageItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Names the message in commands.
    pub id: i64,
    /// Sent by this account, from any of its devices.
    pub outgoing: bool,
    /// Bare JID of the sender.
    pub sender: String,
    /// Roster name of the sender, else the local part of the address, else the address.
    pub sender_name: String,
    /// The text as it was written, for copying and correcting; its beginning, if it is `cut`.
    pub body: String,
    /// The same for showing: paragraphs and styles (XEP-0393), without a leading `/me `. At most 8 KiB, 200 blocks and 1,000
    /// spans.
    pub text: Vec<TextBlock>,
    /// The text says what its sender does (XEP-0245): show it after the sender's name.
    pub me: bool,
    /// It was corrected (XEP-0308); `body` and `text` are the newest version, `Client.versions` has the others.
    pub edited: bool,
    /// UTC milliseconds: the archive's stamp (XEP-0313) once known, else the clock corrected by the server's offset.
    pub time: i64,
    /// Where it stands.
    pub state: MessageState,
    /// Where in a run of messages by one sender within five minutes.
    pub group: GroupPosition,
    /// What the user may do with it.
    pub actions: Vec<MessageAction>,
    /// What it points to may be loaded unasked. Never so with strangers; else as the user wants it (`Privacy.auto_load`).
    #[uniffi(default = false)]
    pub auto_load: bool,
    /// The text is longer than a row can bear, and this is its beginning: `Client.text` and `Client.text_portion` have the
    /// whole.
    #[uniffi(default = false)]
    pub cut: bool,
}

/// Which text of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum TextOf {
    /// What the timeline shows: the newest version.
    Message {
        /// `MessageItem.id`.
        message: i64,
    },
    /// This version itself (XEP-0308).
    Version {
        /// `VersionItem.id`.
        version: i64,
    },
}

/// A part of a long text, bounded as `MessageItem.text`; it ends between two lines or words where that can be.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TextPortion {
    /// Paragraphs and styles (XEP-0393).
    pub text: Vec<TextBlock>,
    /// As `MessageItem.me`; of the first portion.
    pub me: bool,
    /// Where the next one begins; `None`: this is the last.
    pub next: Option<u64>,
}

/// A paragraph or a preformatted block (XEP-0393).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TextBlock {
    /// Depth of quotation; 0 is none.
    pub quote: u32,
    /// Shown as it is, line breaks included, in a fixed width; has one span.
    pub preformatted: bool,
    /// In reading order; together they are the block's text. Line breaks are `\n`.
    pub spans: Vec<TextSpan>,
}

/// A run of text of one style (XEP-0393 5).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct TextSpan {
    /// The characters, never empty.
    pub text: String,
    /// `*strong*`
    pub strong: bool,
    /// `_emphasis_`
    pub emphasis: bool,
    /// `~struck through~`
    pub strike: bool,
    /// `` `fixed width` ``
    pub code: bool,
    /// A styling character itself: shown faintly.
    pub directive: bool,
    /// The address that a tap opens. Its scheme is one of `https`, `http`, `xmpp`, `mailto`, `tel`, `geo`.
    pub link: Option<String>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum MessageState {
    /// From someone else.
    Received,
    /// Kept on this device, not yet taken by the server.
    Sending,
    /// The server has it (XEP-0198 acknowledgement, or seen in the archive).
    Sent,
    /// A device of the recipient has it (XEP-0184).
    Delivered,
    /// The recipient has seen it (XEP-0333).
    Read,
    /// It could not be delivered.
    Failed {
        /// Why.
        reason: SendFailure,
    },
}

/// Why a message could not be delivered (stanza errors, RFC 6120 8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum SendFailure {
    /// The recipient does not exist.
    NoSuchRecipient,
    /// The recipient's server can't be reached.
    ServerUnreachable,
    /// The recipient or a server does not allow it.
    NotAllowed,
    /// The server refuses a message of this size.
    TooLarge,
    /// Any other refusal.
    Refused,
}

/// Position in a group of bubbles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum GroupPosition {
    /// Alone.
    Single,
    /// The uppermost of several.
    First,
    /// Between others.
    Middle,
    /// The lowest of several.
    Last,
}

/// What the user may do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum MessageAction {
    /// Copy its text; the platform does that.
    Copy,
    /// `Client.retry`.
    Retry,
    /// `Client.correct`.
    Correct,
    /// Show `Client.versions`.
    Versions,
    /// `Client.delete_message`.
    Delete,
}

/// History that this device has not read.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct GapItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Names the gap in `Client.fill_gap`.
    pub id: i64,
    /// What it says of itself.
    pub state: GapState,
    /// Time of the last known message before it, UTC milliseconds; `None` at the beginning of a chat.
    pub since: Option<i64>,
    /// Time of the first known message after it, UTC milliseconds; `None` if there is none.
    pub until: Option<i64>,
}

/// What a gap says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum GapState {
    /// There is, or may be, more in the archive.
    Open,
    /// Being read.
    Loading,
    /// The server answered with an error; it can be asked again.
    Failed,
    /// One archived message can't be read; given up after three tries.
    Unreadable,
}

subscription! {
    /// A window on one chat, oldest item first. It starts at the newest messages and follows them.
    TimelineSubscription, TimelineBatch, TimelineOp, TimelineItem, linnet_messenger::view::timeline::Timeline
}

#[uniffi::export]
impl TimelineSubscription {
    /// Grows the window by up to `count` older rows (1–200 is sensible). The next batch brings them; `at_start` there
    /// says whether more are stored.
    pub fn load_older(&self, count: u32) {
        self.inner.page(Page::Older(count));
    }

    /// Moves the window back to the newest messages.
    pub fn jump_to_newest(&self) {
        self.inner.page(Page::Newest);
    }

    /// Moves the window so that this message is in its middle; ignored if the chat has no such message.
    pub fn jump_to(&self, message: i64) {
        self.inner.page(Page::Around(MessageId(message)));
    }
}

impl From<item::TimelineItem> for TimelineItem {
    fn from(item: item::TimelineItem) -> Self {
        match item {
            item::TimelineItem::Message(item) => Self::Message { item: item.into() },
            item::TimelineItem::UnreadMark { key } => Self::UnreadMark { key },
            item::TimelineItem::Gap(item) => Self::Gap { item: item.into() },
            item::TimelineItem::Typing { key, name } => Self::Typing { key, name },
        }
    }
}

impl From<item::MessageItem> for MessageItem {
    fn from(item: item::MessageItem) -> Self {
        Self {
            key: item.key,
            id: item.id.0,
            outgoing: item.outgoing,
            sender: item.sender,
            sender_name: item.sender_name,
            body: item.body,
            text: item.text.into_iter().map(Into::into).collect(),
            me: item.me,
            edited: item.edited,
            time: item.time,
            state: item.state.into(),
            group: item.group.into(),
            auto_load: item.auto_load,
            cut: item.cut,
            actions: item.actions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<TextOf> for whole_text::TextOf {
    fn from(of: TextOf) -> Self {
        match of {
            TextOf::Message { message } => Self::Message(MessageId(message)),
            TextOf::Version { version } => Self::Version(MessageId(version)),
        }
    }
}

impl From<item::TextPortion> for TextPortion {
    fn from(portion: item::TextPortion) -> Self {
        let item::TextPortion { text, me, next } = portion;
        Self { text: text.into_iter().map(Into::into).collect(), me, next }
    }
}

impl From<item::TextBlock> for TextBlock {
    fn from(block: item::TextBlock) -> Self {
        let spans = block.spans.into_iter().map(Into::into).collect();
        Self { quote: block.quote, preformatted: block.preformatted, spans }
    }
}

impl From<item::TextSpan> for TextSpan {
    fn from(span: item::TextSpan) -> Self {
        let item::TextSpan { text, strong, emphasis, strike, code, directive, link } = span;
        Self { text, strong, emphasis, strike, code, directive, link }
    }
}

impl From<item::MessageState> for MessageState {
    fn from(state: item::MessageState) -> Self {
        match state {
            item::MessageState::Received => Self::Received,
            item::MessageState::Sending => Self::Sending,
            item::MessageState::Sent => Self::Sent,
            item::MessageState::Delivered => Self::Delivered,
            item::MessageState::Read => Self::Read,
            item::MessageState::Failed { reason } => Self::Failed { reason: reason.into() },
        }
    }
}

impl From<item::SendFailure> for SendFailure {
    fn from(failure: item::SendFailure) -> Self {
        match failure {
            item::SendFailure::NoSuchRecipient => Self::NoSuchRecipient,
            item::SendFailure::ServerUnreachable => Self::ServerUnreachable,
            item::SendFailure::NotAllowed => Self::NotAllowed,
            item::SendFailure::TooLarge => Self::TooLarge,
            item::SendFailure::Refused => Self::Refused,
        }
    }
}

impl From<item::GroupPosition> for GroupPosition {
    fn from(position: item::GroupPosition) -> Self {
        match position {
            item::GroupPosition::Single => Self::Single,
            item::GroupPosition::First => Self::First,
            item::GroupPosition::Middle => Self::Middle,
            item::GroupPosition::Last => Self::Last,
        }
    }
}

impl From<item::MessageAction> for MessageAction {
    fn from(action: item::MessageAction) -> Self {
        match action {
            item::MessageAction::Copy => Self::Copy,
            item::MessageAction::Retry => Self::Retry,
            item::MessageAction::Correct => Self::Correct,
            item::MessageAction::Versions => Self::Versions,
            item::MessageAction::Delete => Self::Delete,
        }
    }
}

impl From<item::GapItem> for GapItem {
    fn from(item: item::GapItem) -> Self {
        Self { key: item.key, id: item.id.0, state: item.state.into(), since: item.since, until: item.until }
    }
}

impl From<item::GapState> for GapState {
    fn from(state: item::GapState) -> Self {
        match state {
            item::GapState::Open => Self::Open,
            item::GapState::Loading => Self::Loading,
            item::GapState::Failed => Self::Failed,
            item::GapState::Unreadable => Self::Unreadable,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Sends a text of 1 byte to 64 KiB. `token` comes from `new_token`: sending the same token again is answered with
    /// the same message and changes nothing. Returns the message; its `state` tells the rest. Works offline.
    ///
    /// Errors: `NotFound`, `TextInvalid`, `Storage`.
    pub async fn send_text(&self, chat: i64, body: String, token: String) -> Result<i64, CommandError> {
        match self.inner.submit(Command::SendText { chat: ChatId(chat), body, token }).await? {
            Receipt::Message(message) => Ok(message.0),
            other => Err(unexpected(other)),
        }
    }

    /// A part of a text, beginning at a place that the part before has named in `next`, 0 at first. `None` once the message
    /// is gone, or if there is no such place.
    pub async fn text_portion(&self, of: TextOf, from: u64) -> Option<TextPortion> {
        self.inner.text_portion(of.into(), from).await.map(Into::into)
    }

    /// All of a text, up to 2 MiB, as it was written: for copying, or for correcting what `MessageItem.actions` allows to be
    /// corrected (at most 64 KiB). `None` once the message is gone.
    pub async fn text(&self, of: TextOf) -> Option<String> {
        self.inner.text(of.into()).await
    }

    /// Replaces the text of an own message (XEP-0308), as often as wanted; the earlier versions stay. `body` and `token`
    /// as for `send_text`. A message that has not left yet is changed in place.
    ///
    /// Errors: `NotFound`, `NotNow` (it is not ours, or failed), `TextInvalid`, `Storage`.
    pub async fn correct(&self, message: i64, body: String, token: String) -> Result<(), CommandError> {
        self.done(Command::Correct { message: MessageId(message), body, token }).await
    }

    /// The user is writing in this chat, or has stopped (XEP-0085). Say it on every keystroke, and `false` when the
    /// text field is empty or left: what leaves is bounded. Nothing leaves if the account's `privacy.typing` is off.
    /// Errors: `NotFound`, `Storage`.
    pub async fn set_composing(&self, chat: i64, composing: bool) -> Result<(), CommandError> {
        self.done(Command::SetComposing { chat: ChatId(chat), composing }).await
    }

    /// Sends a failed message again, under the same id. Errors: `NotFound`, `NotNow` (it has not failed), `Storage`.
    pub async fn retry(&self, message: i64) -> Result<(), CommandError> {
        self.done(Command::Retry { message: MessageId(message) }).await
    }

    /// Deletes a message on this device, for good: the archive does not bring it back. Errors: `NotFound`, `Storage`.
    pub async fn delete_message(&self, message: i64) -> Result<(), CommandError> {
        self.done(Command::DeleteMessage { message: MessageId(message) }).await
    }

    /// Everything up to and including this message has been seen. Errors: `NotFound`, `Storage`.
    pub async fn mark_read(&self, chat: i64, message: i64) -> Result<(), CommandError> {
        self.done(Command::MarkRead { chat: ChatId(chat), message: MessageId(message) }).await
    }

    /// The user looks at this gap, or asks for it again after a failure: reads the archive there (XEP-0313) as soon as
    /// the account is online. Errors: `NotFound`, `Storage`.
    pub async fn fill_gap(&self, gap: i64) -> Result<(), CommandError> {
        self.done(Command::FillGap { gap: GapId(gap) }).await
    }
}
