//! Another session has this one's name (RFC 6120 4.9.3.3).

use super::connect::{give_up, lost};
use super::{backoff, credentials};
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::view::item::{LoginFailure, WaitReason};

/// So many conflicts in a row are one too many.
const CONFLICTS: u32 = 3;

/// The server has thrown us out for it. Mostly the other is an earlier try of our own, whose connection was cut and whose
/// request the server took up late: then coming back is all it takes, under another name (RFC 6120 4.9.3.3). If a copy
/// of this device's store lives elsewhere, each becomes a device of its own. Who still throws us out then will go on
/// doing so, and only the user can tell why.
pub fn borne(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if cx.session.live().is_some_and(|live| cx.now.mono.saturating_sub(live.since) >= backoff::GOOD) {
        cx.session.conflicts = 0;
    }
    cx.session.conflicts += 1;
    if cx.session.conflicts >= CONFLICTS {
        cx.session.conflicts = 0;
        return give_up(cx, LoginFailure::Replaced);
    }
    credentials::rename_session(cx)?;
    if cx.session.conflicts > 1 {
        credentials::rename(cx.tx, Some(cx.session.account))?;
    }
    lost(cx, WaitReason::Lost)
}
