//! The whole timeline of a chat, read window by window: a window has a largest size, a chat has none.

use std::collections::HashSet;

use linnet_messenger::ids::ChatId;
use linnet_messenger::view::item::TimelineItem;
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::{Item as _, Page, diff};
use linnet_runtime::Client;
use serde_json::json;

use crate::output::Answer;

/// How many more rows to ask for at once.
const STEP: u32 = 4_000;

/// Every item of the chat, oldest first.
pub(crate) async fn dump(client: &Client, chat: ChatId) -> Answer {
    let subscription = client.subscribe(Timeline::new(chat));
    let (mut window, mut applied) = (Vec::new(), 0);
    let mut all: Vec<TimelineItem> = Vec::new();
    subscription.page(Page::Older(STEP));
    loop {
        let batch = match subscription.next(applied).await {
            Ok(Some(batch)) => batch,
            Ok(None) => return Err("not_now"),
            Err(_) => return Err("storage"),
        };
        applied = batch.revision;
        diff::apply(&mut window, &batch.ops);
        let known = all.len();
        prepend(&mut all, &window);
        if batch.at_start {
            return Ok(json!({ "items": all }));
        }
        if all.len() == known {
            // Only a change of what is known already.
            continue;
        }
        let Some(oldest) = all.iter().find_map(message) else { return Err("internal") };
        subscription.page(Page::Around(oldest));
        subscription.page(Page::Older(STEP));
    }
}

/// Puts before `all` what the window has before it. The window may overlap; what is known stays as it was read first.
fn prepend(all: &mut Vec<TimelineItem>, window: &[TimelineItem]) {
    let known: HashSet<&str> = all.iter().map(|item| item.key()).collect();
    let new = window.iter().take_while(|item| !known.contains(item.key())).count();
    drop(known);
    all.splice(0..0, window.iter().take(new).cloned());
}

fn message(item: &TimelineItem) -> Option<linnet_messenger::ids::MessageId> {
    if let TimelineItem::Message(message) = item { Some(message.id) } else { None }
}
