//! The versions of a corrected message.

use linnet_messenger::view::item;

use crate::subscription::subscription;
use crate::timeline::TextBlock;

/// One version of a message (XEP-0308).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct VersionItem {
    /// Stable for the life of the row, unique in the list.
    pub key: String,
    /// Names it in `TextOf.Version`.
    pub id: i64,
    /// Paragraphs and styles (XEP-0393), as in `MessageItem.text`; a leading `/me ` stays.
    pub text: Vec<TextBlock>,
    /// When it was sent, UTC milliseconds.
    pub time: i64,
    /// As `MessageItem.cut`.
    #[uniffi(default = false)]
    pub cut: bool,
}

subscription! {
    /// All versions of a message, oldest first; the last one is what the timeline shows. Of one that was corrected more
    /// than 100 times, the first and the newest 100.
    VersionsSubscription, VersionsBatch, VersionsOp, VersionItem, linnet_messenger::view::versions::Versions
}

impl From<item::VersionItem> for VersionItem {
    fn from(item: item::VersionItem) -> Self {
        Self {
            key: item.key,
            id: item.id.0,
            text: item.text.into_iter().map(Into::into).collect(),
            time: item.time,
            cut: item.cut,
        }
    }
}
