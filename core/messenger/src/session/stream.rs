//! A bound session: counting, acknowledging, noticing a dead link, and what happens to unacknowledged stanzas when the
//! session goes on or is lost.
//!
//! Invariants: `h` is written in the transaction that stores the stanza and told to the server only after its commit.
//! A message leaves `unacknowledged` when the server has confirmed it, or becomes a job again when the session is lost;
//! never both, never neither. Presence and IQs of a lost session are made anew, not resent.
//!
//! XEPs: 0198, 0352

use rusqlite::params;

use crate::engine::cx::Cx;
use crate::fault::{Fault, Violation};
use crate::ids::JobId;
use crate::outbox;
use crate::session::negotiate::client_state;
use crate::session::{Enabling, Live, enable};
use crate::wire::{Element, ns};

/// How long a probe may take; and how long if all the time other data comes.
const PROBE: Patience = Patience { quiet: 30_000, at_most: 120_000 };
/// The same after the network changed: the old path is most likely gone.
const QUICK_PROBE: Patience = Patience { quiet: 5_000, at_most: 20_000 };
/// Other data keeps a probe from ending that soon.
const STILL_TALKING: u64 = 5_000;

/// How long the server may take to answer, milliseconds.
struct Patience {
    quiet: u64,
    at_most: u64,
}

impl Live {
    /// The server has said something.
    pub fn hears(&mut self, mono: u64) {
        self.heard = mono;
        self.probe = self.probe.map(|probe| probe.max(mono + STILL_TALKING).min(self.probe_limit));
    }

    fn expect_answer(&mut self, mono: u64, patience: &Patience) {
        let (until, limit) = (mono + patience.quiet, mono + patience.at_most);
        (self.probe, self.probe_limit) = match self.probe {
            None => (Some(until), limit),
            Some(probe) => (Some(probe.min(until)), self.probe_limit.min(limit)),
        };
    }
}

/// Something was written that the server has to answer, by whatever it says.
pub(super) fn expect_sign(live: &mut Live, mono: u64) {
    live.expect_answer(mono, &PROBE);
}

/// Handles a nonza of XEP-0198. False if it is none.
pub fn nonza(cx: &mut Cx<'_>, element: &Element) -> Result<bool, Fault> {
    if element.ns != ns::STREAM_MANAGEMENT {
        return Ok(false);
    }
    match element.name.as_str() {
        "r" => answer_count(cx),
        "a" => {
            let Some(h) = element.attribute("h").and_then(|h| h.parse::<u32>().ok()) else {
                cx.violation(Violation::StanzaMalformed);
                return Ok(true);
            };
            confirmed(cx, h)?;
        }
        "enabled" if enable::enabled(cx, element)? => {}
        "failed" if enable::refused(cx)? => {}
        _ => cx.violation(Violation::UnknownNonza),
    }
    Ok(true)
}

/// Tells the server how many of its stanzas are stored. Written after the commit of everything handled so far.
pub fn answer_count(cx: &mut Cx<'_>) {
    if let Some(live) = cx.session.live().filter(|live| live.managed) {
        live.outgoing.push_str(&format!("<a xmlns='{}' h='{}'/>", ns::STREAM_MANAGEMENT, live.h_in));
    }
}

/// The server has handled `h` of our stanzas, counted modulo 2^32. False if that can't be.
pub fn confirmed(cx: &mut Cx<'_>, h: u32) -> Result<bool, Fault> {
    let Some(live) = cx.session.live() else { return Ok(true) };
    // Both run modulo 2^32; fewer than 2^31 stanzas are ever in flight.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the counter wraps by design")]
    let known = live.acknowledged as u32;
    let newly = i64::from(h.wrapping_sub(known));
    let up_to = live.acknowledged + newly;
    if up_to > live.sent {
        cx.violation(Violation::AckTooHigh);
        return Ok(false);
    }
    acknowledge(cx, up_to)?;
    Ok(true)
}

/// The last of our stanzas asks for a page of the archive. Without XEP-0198 its answer is as good as that to a ping, for
/// itself and for what left before it. Gives its number.
pub fn asks_for_page(cx: &mut Cx<'_>) -> i64 {
    let Some(live) = cx.session.live() else { return 0 };
    live.asks_for_page = Some(live.sent);
    live.sent
}

/// The page was answered.
pub fn page_came(cx: &mut Cx<'_>, sent: i64) -> Result<(), Fault> {
    match cx.session.live() {
        Some(live) if !live.managed => {
            live.asks_for_page = None;
            acknowledge(cx, sent)
        }
        _ => Ok(()),
    }
}

/// No answer within the time a sign of life may take: it may be the archive that is slow, so the server is asked for one
/// in another way. False if that was done before.
pub fn ask_otherwise(cx: &mut Cx<'_>) -> Result<bool, Fault> {
    let mono = cx.now.mono;
    let Some(live) = cx.session.live() else { return Ok(false) };
    if live.managed || live.asks_for_page.take().is_none() {
        return Ok(false);
    }
    live.probe = None;
    live.expect_answer(mono, &PROBE);
    ping(cx)?;
    Ok(true)
}

/// Everything up to this number of the session has reached the server.
pub fn acknowledge(cx: &mut Cx<'_>, up_to: i64) -> Result<(), Fault> {
    let mono = cx.now.mono;
    let Some(live) = cx.session.live().filter(|live| up_to <= live.sent) else { return Ok(()) };
    live.unproven = false;
    live.probe = None;
    let was_silent = std::mem::take(&mut live.silence_probed);
    live.asked = live.asked.filter(|asked| *asked > up_to);
    if live.asked.is_some() {
        live.expect_answer(mono, &PROBE);
    }
    let was_full = outbox::is_full(live.sent - live.acknowledged);
    let news = up_to > live.acknowledged;
    if news {
        live.acknowledged = up_to;
        live.dirty = true;
    }
    if was_silent {
        cx.session.keepalive.answered();
    }
    if !news {
        return Ok(());
    }
    let jobs: Vec<JobId> = cx
        .tx
        .prepare_cached(
            "SELECT job_id FROM unacknowledged WHERE account_id = ?1 AND seq <= ?2 AND job_id IS NOT NULL ORDER BY seq",
        )?
        .query_map((cx.session.account, up_to), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    cx.tx
        .prepare_cached("DELETE FROM unacknowledged WHERE account_id = ?1 AND seq <= ?2")?
        .execute((cx.session.account, up_to))?;
    cx.session.pump |= was_full || !jobs.is_empty();
    for job in jobs {
        outbox::acknowledged(cx, job)?;
    }
    Ok(())
}

/// The old session goes on: what the server did not get is written again, byte for byte, in the old order.
pub fn resend(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let stanzas: Vec<String> = cx
        .tx
        .prepare_cached("SELECT stanza FROM unacknowledged WHERE account_id = ?1 ORDER BY seq")?
        .query_map([cx.session.account], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if let Some(live) = cx.session.live() {
        for stanza in stanzas {
            live.outgoing.push_str(&stanza);
        }
    }
    Ok(())
}

/// The old session is lost: its unacknowledged messages are in doubt until the archive has told.
pub fn abandon(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.tx.prepare_cached("DELETE FROM unacknowledged WHERE account_id = ?1")?.execute([cx.session.account])?;
    cx.tx.prepare_cached("DELETE FROM stream WHERE account_id = ?1")?.execute([cx.session.account])?;
    outbox::put_in_doubt(cx)
}

/// Ends a call: asks for a confirmation if anything waits for one, and saves the counters.
pub fn settle(cx: &mut Cx<'_>) -> Result<(), Fault> {
    enable::when_caught_up(cx);
    let mono = cx.now.mono;
    let Some(live) = cx.session.live() else { return Ok(()) };
    if live.sent > live.acknowledged && live.asked.is_none() && live.enabling != Enabling::Asked {
        live.asked = Some(live.sent);
        live.expect_answer(mono, &PROBE);
        if live.managed {
            live.outgoing.push_str(&format!("<r xmlns='{}'/>", ns::STREAM_MANAGEMENT));
        } else if live.asks_for_page != Some(live.sent) {
            ping(cx)?;
        }
    }
    save(cx)
}

/// Writes the counters beside the rows they count. Before a session ends, too: its last stanzas may have come in the
/// same call.
pub fn save(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(live) = cx.session.live().filter(|live| live.dirty) else { return Ok(()) };
    live.dirty = false;
    let (h_in, acknowledged, sent) = (live.h_in, live.acknowledged, live.sent);
    cx.tx
        .prepare_cached("UPDATE stream SET h_in = ?2, acknowledged = ?3, sent = ?4 WHERE account_id = ?1")?
        .execute(params![cx.session.account, h_in, acknowledged, sent])?;
    Ok(())
}

/// The link was silent for as long as it is trusted.
pub fn probe_silence(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if let Some(live) = cx.session.live() {
        live.silence_probed = true;
    }
    probe(cx, false)
}

/// Tells the server whether the app is in front (XEP-0352), unless it knows. Not a stanza, so nobody counts it.
pub fn tell_client_state(cx: &mut Cx<'_>) {
    let (known, active) = (cx.session.features.client_state, cx.session.active);
    if let Some(live) = cx.session.live().filter(|live| known && live.told_active != Some(active)) {
        live.told_active = Some(active);
        live.outgoing.push_str(&client_state(active).to_xml());
    }
}

/// Asks the server for a sign of life, at most once at a time.
pub fn probe(cx: &mut Cx<'_>, quick: bool) -> Result<(), Fault> {
    let mono = cx.now.mono;
    let Some(live) = cx.session.live() else { return Ok(()) };
    live.expect_answer(mono, if quick { &QUICK_PROBE } else { &PROBE });
    if live.enabling == Enabling::Asked {
        return Ok(());
    }
    if live.managed {
        live.outgoing.push_str(&format!("<r xmlns='{}'/>", ns::STREAM_MANAGEMENT));
        Ok(())
    } else {
        ping(cx)
    }
}

fn ping(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let Some(live) = cx.session.live() else { return Ok(()) };
    // The ping itself is the next number.
    let sent = live.sent + 1;
    live.asked = Some(sent);
    let domain = cx.own().domain().to_string();
    let ping = Element::new("ping", ns::PING);
    cx.request("get", Some(&domain), ping, &crate::engine::request::Purpose::Ping { sent })
}
