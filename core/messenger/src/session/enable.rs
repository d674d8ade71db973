//! Stream management switched on late. Where a long catch-up is to be expected, the session is bound without it: for
//! every page that such a session brings, the server would keep a copy and count, and the archive has it all anyway. What
//! is said meanwhile is confirmed by pings; a link that breaks costs a new session, which is one round trip as well.
//!
//! Invariants: `<enable/>` leaves when nothing of ours is unconfirmed, so both counts begin at 0. Between it and its
//! answer nothing is asked of the server that only a managed stream understands.
//!
//! XEPs: 0198

use rusqlite::params;

use super::negotiate::{Enabled, enable};
use super::{Enabling, disco, stream};
use crate::engine::cx::Cx;
use crate::fault::Fault;
use crate::wire::Element;

/// Asks for it as soon as the catch-up is over, or has failed.
pub fn when_caught_up(cx: &mut Cx<'_>) {
    if !cx.session.archive.is_over() {
        return;
    }
    let mono = cx.now.mono;
    let Some(live) = cx.session.live().filter(|live| live.enabling == Enabling::Later) else { return };
    if live.sent > live.acknowledged {
        return;
    }
    live.enabling = Enabling::Asked;
    (live.sent, live.acknowledged, live.asked) = (0, 0, None);
    live.dirty = true;
    live.outgoing.push_str(&enable().to_xml());
    stream::expect_sign(live, mono);
}

/// It is on from here: what the server sends next is its first stanza.
pub fn enabled(cx: &mut Cx<'_>, element: &Element) -> Result<bool, Fault> {
    let Some(live) = cx.session.live().filter(|live| live.enabling == Enabling::Asked) else { return Ok(false) };
    live.enabling = Enabling::No;
    live.managed = true;
    live.h_in = 0;
    live.dirty = true;
    live.probe = None;
    cx.tx
        .prepare_cached("UPDATE stream SET previd = ?2 WHERE account_id = ?1")?
        .execute(params![cx.session.account, Enabled::parse(element).id])?;
    Ok(true)
}

/// The server does not want to: pings have to do.
pub fn refused(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    let Some(live) = cx.session.live().filter(|live| live.enabling == Enabling::Asked) else { return Ok(false) };
    live.enabling = Enabling::No;
    live.probe = None;
    if let Some(features) = cx.session.archive.features {
        disco::remember(cx, features)?;
    }
    Ok(true)
}
