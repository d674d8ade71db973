//! A timeline as text: what a person would see, without anything the platforms decide.
//!
//! ```text
//! bob: hi
//! ── unread ──
//! alice: hello ✓
//! ~~ open ~~
//! ```
//! `…` sending, `✓` the server has it, `✗ reason` failed. A gap says its state.

use linnet_messenger::view::item::{GroupPosition, MessageItem, MessageState, TimelineItem};

/// One line an item.
pub fn of(items: &[TimelineItem]) -> String {
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same with the bubbles' grouping in front of each message: `•` single, `┌` first, `│` middle, `└` last.
pub fn grouped(items: &[TimelineItem]) -> String {
    let line = |item: &TimelineItem| match item {
        TimelineItem::Message(message) => {
            let corner = match message.group {
                GroupPosition::Single => '•',
                GroupPosition::First => '┌',
                GroupPosition::Middle => '│',
                GroupPosition::Last => '└',
            };
            format!("{corner} {}", line(item))
        }
        TimelineItem::UnreadMark { .. } | TimelineItem::Gap(_) | TimelineItem::Typing { .. } => line(item),
    };
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The texts alone, in order.
pub fn bodies(items: &[TimelineItem]) -> Vec<String> {
    messages(items).map(|message| message.body.clone()).collect()
}

/// The messages among the items.
pub fn messages(items: &[TimelineItem]) -> impl Iterator<Item = &MessageItem> {
    items.iter().filter_map(|item| if let TimelineItem::Message(message) = item { Some(message) } else { None })
}

/// An expected picture as it stands in a test: indented, with empty lines around.
pub fn expected(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn line(item: &TimelineItem) -> String {
    match item {
        TimelineItem::Message(message) => {
            let sender = message.sender.split('@').next().unwrap_or_default();
            let state = match message.state {
                MessageState::Received => String::new(),
                MessageState::Sending => " …".to_owned(),
                MessageState::Sent => " ✓".to_owned(),
                MessageState::Delivered => " ✓✓".to_owned(),
                MessageState::Read => " ✓✓ read".to_owned(),
                MessageState::Failed { reason } => {
                    let reason = serde_json::to_value(reason).unwrap_or_default();
                    format!(" ✗ {}", reason.as_str().unwrap_or_default())
                }
            };
            let edited = if message.edited { " (edited)" } else { "" };
            format!("{sender}: {}{edited}{state}", message.body)
        }
        TimelineItem::UnreadMark { .. } => "── unread ──".to_owned(),
        TimelineItem::Typing { name, .. } => format!("{name} …"),
        TimelineItem::Gap(gap) => format!("~~ {} ~~", format!("{:?}", gap.state).to_lowercase()),
    }
}
