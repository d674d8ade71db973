//! From no transport to a bound session and back: opens, logs in, waits, gives up. Every phase has a deadline.
//!
//! Invariants: what comes before TLS is anybody's word: it can make us wait, not give up, and costs nothing that is
//! stored; what comes before the session is bounded.
//!
//! XEPs: RFC 6120, 0198, 0352, 0388

use std::sync::atomic::{AtomicU64, Ordering};

use jid::FullJid;
use rusqlite::{OptionalExtension, params};

use super::credentials::{self, Credentials};
use super::features::Features;
use super::negotiate::{
    Enabled, Established, Memory, Negotiation, NegotiationConfig, NegotiationError, OtherHost, Phase, ResumeRequest,
    Step, StreamError, StreamErrorCondition, Verdict,
};
use super::{Enabling, Link, Live, Negotiating, Referral, Session, conflict, leaving, stream, task};
use crate::change::Change;
use crate::effect::{ConnectTarget, Effect, Redirect, SessionKind, SignIn, TransportError};
use crate::engine::announce;
use crate::engine::cx::Cx;
use crate::engine::feature::SessionEvent;
use crate::fault::{Fault, Violation};
use crate::ids::ConnectionId;
use crate::input::TlsInfo;
use crate::view::item::{AccountTask, Connection, LoginFailure, WaitReason};
use crate::wire::{Element, Frame};

/// DNS, TCP and TLS have 10 s each in the runtime.
const OPENING: u64 = 35_000;
/// One answer of the server during the login.
const LOGIN_STEP: u64 = 20_000;
/// All of the login: a server that drips answers does not hold us for ever.
const LOGIN: u64 = 60_000;

/// What comes between the binding and the end of the login waits in memory. A server has next to nothing to say there.
const EARLY: usize = 1_000;
/// Bytes of the same, as built.
const EARLY_MEMORY: usize = 4 << 20;

/// Places tried without a pause.
const DETOURS: u32 = 8;

/// Opens a transport.
pub fn open(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let connection = Session::next_connection();
    cx.session.link = Link::Opening { connection, deadline: cx.now.mono + OPENING };
    cx.session.certificate_refused = false;
    let redirect = match std::mem::replace(&mut cx.session.referral, Referral::None) {
        Referral::To(redirect) => {
            cx.session.referral = Referral::Followed;
            Some(redirect)
        }
        Referral::None | Referral::Followed => None,
    };
    let target = ConnectTarget {
        domain: cx.session.jid.domain().to_string(),
        server: cx.session.server.clone(),
        redirect,
        proxy: cx.session.proxy.clone(),
        pin: cx.session.pin,
    };
    cx.out.effects.push(Effect::Connect { account: cx.session.account, connection, target });
    show(cx, Connection::Connecting)
}

/// The app came to the front, or left it. Who looks wants to see what there is now: a link that was silent for a while
/// is probed, and nobody waits for a back-off to end.
pub fn set_active(cx: &mut Cx<'_>, active: bool) -> Result<(), Fault> {
    let arrived = active && !cx.session.active;
    cx.session.active = active;
    match &cx.session.link {
        Link::Live(live) => {
            let silent = cx.now.mono >= live.heard + STALE;
            stream::tell_client_state(cx);
            if arrived && silent { stream::probe(cx, true) } else { Ok(()) }
        }
        Link::Waiting { .. } if arrived => open(cx),
        _ => Ok(()),
    }
}

/// The way to the server is another one now: leave the old one, and try the new one at once.
pub fn again(cx: &mut Cx<'_>) -> Result<(), Fault> {
    if matches!(cx.session.link, Link::Off) {
        return Ok(());
    }
    leave(cx, false)?;
    cx.session.backoff.reset();
    open(cx)
}

/// A link that was silent for that long may be dead.
const STALE: u64 = 30_000;
/// So many logins in a row that left with the header and were cut off: maybe that is why.
const CUT_FLIGHTS: u32 = 2;

/// The transport is up: begin the login.
pub fn opened(cx: &mut Cx<'_>, tls: Option<TlsInfo>, alternatives: bool) -> Result<(), Fault> {
    let Link::Opening { connection, .. } = cx.session.link else { return Ok(()) };
    cx.session.direct_tls = tls.is_some();
    let Credentials { user_agent, offer, binding_seen, token, keys } = credentials::take(cx)?;
    if cx.session.password.expose().is_empty() && keys.is_empty() && token.is_none() {
        // An account out of a backup, without what signs in: the user is asked, not the server.
        return give_up(cx, LoginFailure::WrongPassword);
    }
    let name = credentials::settle_name(cx)?;
    let mut negotiation = Negotiation::new(NegotiationConfig {
        account: cx.session.jid.clone(),
        password: cx.session.password.clone(),
        keys,
        token,
        scram_seen: cx.session.scram_seen,
        binding_seen,
        resource: cx.session.resource.clone(),
        device: cx.session.device.clone(),
        tag: name,
        user_agent,
        resume: if cx.session.leaving.is_some() { None } else { resumable(cx)? },
        signs_out: cx.session.leaving.is_some(),
        want_stream_management: !crate::archive::run::expects_much(cx)?,
        known: offer.filter(|_| cx.session.flights_cut < CUT_FLIGHTS),
        active: cx.session.active,
        language: cx.modes.language,
    });
    let steps = negotiation.start(tls, cx.random);
    let mono = cx.now.mono;
    cx.session.link = Link::Negotiating(Box::new(Negotiating {
        connection,
        negotiation,
        deadline: mono + LOGIN_STEP,
        last_deadline: mono + LOGIN,
        alternatives,
        early: Vec::new(),
        early_memory: 0,
    }));
    take_steps(cx, steps)
}

/// A resumption that ends without an answer is tried that often.
const RESUMPTIONS: u32 = 3;

/// Whether the server has been asked to resume, and has not answered.
pub fn resuming(cx: &Cx<'_>) -> bool {
    matches!(&cx.session.link, Link::Negotiating(login) if login.negotiation.phase() == Phase::Resuming)
}

/// What the login is told.
#[derive(Debug)]
pub enum LoginInput {
    Tls(TlsInfo),
    Frame(Frame),
    Computed(crate::effect::ComputeResult),
}

/// Feeds the login.
pub fn login(cx: &mut Cx<'_>, input: LoginInput) -> Result<(), Fault> {
    let deadline = cx.now.mono + LOGIN_STEP;
    let Link::Negotiating(negotiating) = &mut cx.session.link else { return Ok(()) };
    negotiating.deadline = deadline;
    let steps = match input {
        LoginInput::Tls(tls) => Ok(negotiating.negotiation.tls_ready(tls, cx.random)),
        LoginInput::Frame(frame) => negotiating.negotiation.frame(frame, cx.random),
        LoginInput::Computed(result) => negotiating.negotiation.computed(result),
    };
    match steps {
        Ok(steps) => take_steps(cx, steps),
        Err(error) => refused(cx, error),
    }
}

fn take_steps(cx: &mut Cx<'_>, steps: Vec<Step>) -> Result<(), Fault> {
    let account = cx.session.account;
    for step in steps {
        let Some(connection) = cx.session.connection() else { return Ok(()) };
        match step {
            Step::Send(text) => {
                cx.out.effects.push(Effect::Write { account, connection, bytes: text.into_bytes() });
            }
            Step::StartTls => cx.out.effects.push(Effect::StartTls { account, connection }),
            Step::RestartReader => cx.out.effects.push(Effect::RestartReader { account, connection }),
            Step::Compute(job) => cx.out.effects.push(Effect::Compute { account, connection, job }),
            Step::Remember(memory) => credentials::remember(cx, memory)?,
            Step::Early(frame) => {
                let Link::Negotiating(login) = &mut cx.session.link else { return Ok(()) };
                login.early_memory += match &frame {
                    Frame::Element(element) | Frame::TooLarge { head: element } => element.memory(),
                    Frame::StreamOpen(_) | Frame::StreamClose => 0,
                };
                login.early.push(frame);
                if login.early.len() > EARLY || login.early_memory > EARLY_MEMORY {
                    return refused(cx, NegotiationError::Protocol("too much before the session"));
                }
            }
            Step::Established(established) => establish(cx, connection, established)?,
            Step::SignedOut => return leaving::depart(cx),
        }
    }
    Ok(())
}

/// What the stored session can be resumed with: only if it is of this boot and of this very file.
fn resumable(cx: &Cx<'_>) -> Result<Option<ResumeRequest>, Fault> {
    let row: Option<(Option<String>, u32, String)> = cx
        .tx
        .prepare_cached("SELECT previd, h_in, boot_id FROM stream WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(row.and_then(|(previd, h, boot_id)| {
        let previd = previd.filter(|_| boot_id == cx.now.boot_id)?;
        Some(ResumeRequest { previd, h })
    }))
}

fn establish(cx: &mut Cx<'_>, connection: ConnectionId, established: Established) -> Result<(), Fault> {
    let (early, sign_in, features_due) = match &mut cx.session.link {
        Link::Negotiating(login) => {
            cx.session.last_login = login.negotiation.told();
            (std::mem::take(&mut login.early), login.negotiation.sign_in(), login.negotiation.features_follow())
        }
        _ => (Vec::new(), SignIn::default(), false),
    };
    cx.session.flights_cut = 0;
    let first = cx
        .tx
        .prepare_cached("UPDATE account SET signed_in = 1 WHERE id = ?1 AND signed_in = 0")?
        .execute([cx.session.account])?;
    if first > 0 {
        // With more than one, each line says whose chat it is.
        cx.change(Change::ChatList);
    }
    super::certificate::settle(cx)?;
    match established {
        Established::Resumed { h } => {
            resumed(cx, connection, features_due, h, sign_in)?;
        }
        Established::Bound { jid, stream_management, can_enable, carbons, active, resume_failed } => {
            let enabling = if can_enable { Enabling::Later } else { Enabling::No };
            let live = live(connection, jid, stream_management.is_some(), cx.now.mono);
            // A new session begins active unless something else was said.
            let told_active = Some(active.unwrap_or(true));
            let carbons = carbons.then_some(true);
            let live = Live { enabling, features_due, carbons, told_active, ..live };
            bound(cx, live, stream_management, resume_failed, sign_in)?;
        }
    }
    // Before XEP-0198 was on nobody counted: these are handled, not numbered.
    for frame in early {
        match frame {
            Frame::Element(element) => crate::engine::stanza(cx, &element, false)?,
            Frame::TooLarge { .. } => cx.violation(Violation::StanzaTooLarge),
            Frame::StreamOpen(_) | Frame::StreamClose => {}
        }
    }
    Ok(())
}

fn resumed(
    cx: &mut Cx<'_>,
    connection: ConnectionId,
    features_due: bool,
    h: u32,
    sign_in: SignIn,
) -> Result<(), Fault> {
    let (bound, h_in, acknowledged, sent, carbons): (String, u32, i64, i64, Option<bool>) = cx
        .tx
        .prepare_cached("SELECT bound_jid, h_in, acknowledged, sent, carbons FROM stream WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    let bound = FullJid::new(&bound).map_err(|_| Fault::Corrupt("bound_jid"))?;
    let live = live(connection, bound, true, cx.now.mono);
    cx.session.link = Link::Live(Box::new(Live { features_due, h_in, acknowledged, sent, carbons, ..live }));
    if !stream::confirmed(cx, h)? {
        // Whose counters they are can't be told any more.
        stream::abandon(cx)?;
        return lost(cx, WaitReason::ServerError);
    }
    // Asked before anything is written again: Prosody 0.12 feeds a resumed stream to the parser of the old connection,
    // and if that was cut inside a stanza of ours, all that follows disappears in it, and every resumption ends there.
    if let Some(live) = cx.session.live() {
        live.unproven = true;
    }
    // A resumed stream has forgotten it (XEP-0352 5.2).
    stream::tell_client_state(cx);
    stream::probe(cx, true)?;
    stream::resend(cx)?;
    cx.extend_requests()?;
    cx.session.pump = true;
    cx.out.effects.push(Effect::Session { account: cx.session.account, kind: SessionKind::Resumed, sign_in });
    announce(cx, SessionEvent::Resumed)
}

fn bound(
    cx: &mut Cx<'_>,
    new: Live,
    management: Option<Enabled>,
    resume_failed: Option<Option<u32>>,
    sign_in: SignIn,
) -> Result<(), Fault> {
    // The server may still tell how much of the lost session it got: that much is no longer in doubt.
    if let Some(Some(h)) = resume_failed {
        confirm_lost_session(cx, h)?;
    }
    stream::abandon(cx)?;
    crate::archive::run::reset(cx);
    for purpose in cx.take_overdue(true)? {
        crate::engine::reply(cx, &purpose, &crate::engine::request::Answer::None)?;
    }
    let previd = management.and_then(|enabled| enabled.id);
    cx.tx
        .prepare_cached(
            "INSERT INTO stream (account_id, previd, bound_jid, boot_id, h_in, acknowledged, sent, carbons)
             VALUES (?1, ?2, ?3, ?4, 0, 0, 0, ?5)",
        )?
        .execute(params![cx.session.account, previd, new.bound.to_string(), cx.now.boot_id, new.carbons])?;
    cx.session.link = Link::Live(Box::new(new));
    stream::tell_client_state(cx);
    let kind = SessionKind::Bound { after_failed_resume: resume_failed.is_some() };
    cx.out.effects.push(Effect::Session { account: cx.session.account, kind, sign_in });
    announce(cx, SessionEvent::Bound)
}

/// What the server offers in the session, where it tells that behind the login. Nothing waits for it.
pub fn features(cx: &mut Cx<'_>, element: &Element) -> Result<(), Fault> {
    let Some(live) = cx.session.live().filter(|live| live.features_due) else {
        cx.violation(Violation::UnknownNonza);
        return Ok(());
    };
    live.features_due = false;
    credentials::remember_session(cx, Features::parse(element))?;
    stream::tell_client_state(cx);
    Ok(())
}

/// Acknowledges what `<failed h=''/>` says the server got of the session that is lost.
fn confirm_lost_session(cx: &mut Cx<'_>, h: u32) -> Result<(), Fault> {
    let row: Option<(i64, i64)> = cx
        .tx
        .prepare_cached("SELECT acknowledged, sent FROM stream WHERE account_id = ?1")?
        .query_row([cx.session.account], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((acknowledged, sent)) = row else { return Ok(()) };
    let connection = ConnectionId(0);
    let jid = cx.session.jid.with_resource_str("lost").map_err(|_| Fault::Corrupt("resource"))?;
    let before = std::mem::replace(
        &mut cx.session.link,
        Link::Live(Box::new(Live { acknowledged, sent, ..live(connection, jid, true, cx.now.mono) })),
    );
    let result = stream::confirmed(cx, h);
    cx.session.link = before;
    result.map(|_| ())
}

pub(crate) fn live(connection: ConnectionId, bound: FullJid, managed: bool, mono: u64) -> Live {
    Live {
        connection,
        bound,
        managed,
        enabling: Enabling::No,
        h_in: 0,
        sent: 0,
        acknowledged: 0,
        since: mono,
        heard: mono,
        spoken: mono,
        features_due: false,
        carbons: None,
        told_active: None,
        silence_probed: false,
        probe: None,
        probe_limit: 0,
        unproven: false,
        asked: None,
        asks_for_page: None,
        outgoing: String::new(),
        dirty: false,
    }
}

fn refused(cx: &mut Cx<'_>, error: NegotiationError) -> Result<(), Fault> {
    tracing::debug!(%error, "the login failed");
    if cx.session.leaving.is_some() {
        return leaving::depart(cx);
    }
    let Link::Negotiating(login) = &cx.session.link else { return Ok(()) };
    let (flight, token_refused) = (login.negotiation.unanswered_flight(), login.negotiation.token_refused());
    if token_refused {
        credentials::remember(cx, Memory::TokenRefused)?;
    }
    if let Some(offered) = flight.filter(|_| error.blames_flight()) {
        // In the ordinary order it may go well; and since that is now stored, this happens once.
        credentials::distrust_flight(cx, offered)?;
        if matches!(&error, NegotiationError::Stream(error) if error.handled_count_too_high) {
            stream::abandon(cx)?;
        }
        close_transport(cx, true);
        return open(cx);
    }
    if let NegotiationError::Stream(error) = &error
        && error.other_host.is_some()
    {
        return stream_ended(cx, error);
    }
    if resuming(cx) {
        // Resuming the same session again would run into the same error.
        stream::abandon(cx)?;
    }
    match error.verdict() {
        Verdict::Failed(reason) => give_up(cx, reason),
        Verdict::Waiting(reason) => {
            let broken = match &error {
                NegotiationError::NoTls => false,
                NegotiationError::Stream(error) => error.condition != StreamErrorCondition::Conflict,
                _ => true,
            };
            if broken {
                cx.violation(Violation::LoginBroken);
            }
            match &error {
                NegotiationError::Stream(error) => stream_ended(cx, error),
                _ => lost(cx, reason),
            }
        }
    }
}

/// The transport is gone, or has to go: wait and try again.
pub fn lost(cx: &mut Cx<'_>, reason: WaitReason) -> Result<(), Fault> {
    lost_for(cx, reason, 0)
}

/// The same, and the next try comes no sooner than after `least` milliseconds.
fn lost_for(cx: &mut Cx<'_>, reason: WaitReason, least: u64) -> Result<(), Fault> {
    if cx.session.leaving.is_some() {
        return leaving::depart(cx);
    }
    stream::save(cx)?;
    if matches!(&cx.session.link, Link::Negotiating(login) if login.negotiation.unanswered_flight().is_some()) {
        cx.session.flights_cut += 1;
    }
    if resuming(cx) && cx.session.backoff.tries() >= RESUMPTIONS {
        stream::abandon(cx)?;
    }
    close_transport(cx, true);
    if let Link::Live(live) = &cx.session.link {
        cx.session.backoff.session_ended(cx.now.mono.saturating_sub(live.since));
    }
    let was_live = cx.session.is_live();
    let elsewhere = elsewhere(cx) && least == 0;
    cx.session.detours = if elsewhere { cx.session.detours + 1 } else { 0 };
    let pause = if elsewhere { 0 } else { cx.session.backoff.next(cx.random).max(least) };
    cx.session.link = Link::Waiting { until: cx.now.mono + pause };
    if was_live {
        announce(cx, SessionEvent::Lost)?;
    }
    let until = cx.now.wall.saturating_add(i64::try_from(pause).unwrap_or(0));
    show(cx, Connection::Waiting { until, reason })
}

/// The place takes connections and is of no use, and there are others: the next one is tried at once. What there is, DNS
/// says, so not for ever.
fn elsewhere(cx: &Cx<'_>) -> bool {
    matches!(&cx.session.link, Link::Negotiating(login) if login.alternatives) && cx.session.detours < DETOURS
}

/// No further try until the user does something.
pub fn give_up(cx: &mut Cx<'_>, reason: LoginFailure) -> Result<(), Fault> {
    if cx.session.leaving.is_some() || leaving::was_deleted(cx, reason)? {
        return leaving::depart(cx);
    }
    if reason == LoginFailure::WrongPassword && credentials::take_new_password(cx)? {
        // The server took it, and its answer was lost.
        close_transport(cx, true);
        task::show(cx, Some(&AccountTask::PasswordChanged))?;
        return open(cx);
    }
    stream::save(cx)?;
    close_transport(cx, true);
    let was_live = cx.session.is_live();
    cx.session.link = Link::Failed;
    if was_live {
        announce(cx, SessionEvent::Lost)?;
    }
    show(cx, Connection::Failed { reason })
}

/// Leaves: `for_good` ends the session on the server, else the server keeps it for a resumption.
pub fn leave(cx: &mut Cx<'_>, for_good: bool) -> Result<(), Fault> {
    stream::save(cx)?;
    stream::answer_count(cx);
    if let Some(live) = cx.session.live().filter(|_| for_good) {
        live.outgoing.push_str(crate::wire::STREAM_CLOSE);
    }
    close_transport(cx, false);
    let was_live = cx.session.is_live();
    cx.session.link = Link::Off;
    if was_live {
        announce(cx, SessionEvent::Lost)?;
        if for_good {
            stream::abandon(cx)?;
        }
    }
    show(cx, Connection::Off)
}

/// A stream error (RFC 6120 4.9) in a session.
pub fn stream_error(cx: &mut Cx<'_>, element: &Element) -> Result<(), Fault> {
    let Some(error) = StreamError::parse(element) else { return Ok(()) };
    tracing::debug!(?error, "the server ended the stream");
    if !error.consequence().resumable {
        stream::abandon(cx)?;
    }
    if error.blames_content() {
        // Whatever broke the stream may come again.
        crate::archive::run::stream_broke(cx)?;
    }
    stream_ended(cx, &error)
}

/// What a stream error means, before or in a session.
fn stream_ended(cx: &mut Cx<'_>, error: &StreamError) -> Result<(), Fault> {
    let consequence = error.consequence();
    if !consequence.offer_stands && !in_the_clear(cx) {
        credentials::forget_offer(cx)?;
    }
    // Before the login nobody can have this session's name.
    if error.condition == StreamErrorCondition::Conflict && !before_login(cx) {
        return conflict::borne(cx);
    }
    match (consequence.verdict, &error.other_host) {
        (Verdict::Failed(reason), _) => give_up(cx, reason),
        // Whom we were sent to sends us on: that can go round for ever.
        (Verdict::Waiting(_), Some(_)) if cx.session.referral == Referral::Followed => {
            lost(cx, WaitReason::ServerError)
        }
        (Verdict::Waiting(reason), Some(other)) => {
            let OtherHost { host, port } = other.clone();
            cx.session.referral = Referral::To(Redirect { host, port, direct_tls: cx.session.direct_tls });
            lost(cx, reason)
        }
        (Verdict::Waiting(reason), None) => lost_for(cx, reason, consequence.pause),
    }
}

/// Before TLS anybody on the way can say anything: it may cost time, nothing that is stored.
fn in_the_clear(cx: &Cx<'_>) -> bool {
    matches!(&cx.session.link, Link::Negotiating(login) if !login.negotiation.encrypted())
}

/// Who speaks has not proven yet that it knows the account.
fn before_login(cx: &Cx<'_>) -> bool {
    matches!(&cx.session.link, Link::Negotiating(login) if !login.negotiation.authenticated())
}

/// Why a transport failed, in the user's terms.
pub fn transport_lost(cx: &mut Cx<'_>, error: Option<TransportError>) -> Result<(), Fault> {
    match error {
        // One of several places with a bad certificate is that place's trouble.
        Some(TransportError::Certificate) if elsewhere(cx) => lost(cx, WaitReason::Tls),
        Some(TransportError::Certificate) => {
            give_up(cx, LoginFailure::Certificate)?;
            cx.session.certificate_refused = true;
            Ok(())
        }
        Some(TransportError::Dns) => lost(cx, WaitReason::ServerNotFound),
        Some(TransportError::Unreachable) => lost(cx, WaitReason::Unreachable),
        Some(TransportError::Tls) => lost(cx, WaitReason::Tls),
        Some(TransportError::Timeout) => lost(cx, WaitReason::Timeout),
        Some(TransportError::Proxy) => lost(cx, WaitReason::Proxy),
        Some(TransportError::Cut) | None => lost(cx, WaitReason::Lost),
    }
}

/// What the clock demands of this session now.
pub fn tick(cx: &mut Cx<'_>) -> Result<(), Fault> {
    let mono = cx.now.mono;
    if cx.session.leaving.is_some_and(|until| until <= mono) {
        return leaving::depart(cx);
    }
    match &cx.session.link {
        Link::Waiting { until } if *until <= mono => open(cx),
        Link::Opening { deadline, .. } if *deadline <= mono => lost(cx, WaitReason::Timeout),
        Link::Negotiating(login) if login.deadline.min(login.last_deadline) <= mono => lost(cx, WaitReason::Timeout),
        Link::Live(live) if live.probe.is_some_and(|probe| probe <= mono) => {
            let (unproven, silent) = (live.unproven, live.silence_probed);
            if stream::ask_otherwise(cx)? {
                return Ok(());
            }
            if silent {
                cx.session.keepalive.died();
            }
            if unproven {
                stream::abandon(cx)?;
            }
            lost(cx, WaitReason::Lost)
        }
        Link::Live(live) if live.probe.is_none() && cx.session.silence_ends(live) <= mono => stream::probe_silence(cx),
        _ => Ok(()),
    }
}

/// The network path changed: a live link is probed, a waiting one retried now.
pub fn network_changed(cx: &mut Cx<'_>) -> Result<(), Fault> {
    cx.session.backoff.reset();
    cx.session.keepalive.moved();
    match &cx.session.link {
        Link::Live(_) => stream::probe(cx, true),
        Link::Waiting { .. } => open(cx),
        // A login on the old path would only run into its deadline.
        Link::Opening { .. } | Link::Negotiating(_) => {
            close_transport(cx, true);
            open(cx)
        }
        Link::Failed if cx.session.certificate_refused => open(cx),
        Link::Off | Link::Failed => Ok(()),
    }
}

/// Drops the transport; `at_once` forgets what was not yet written.
fn close_transport(cx: &mut Cx<'_>, at_once: bool) {
    let Some(connection) = cx.session.connection() else { return };
    let account = cx.session.account;
    let last_words = match &mut cx.session.link {
        Link::Live(live) if !at_once => std::mem::take(&mut live.outgoing),
        Link::Negotiating(login) => login.negotiation.farewell().to_owned(),
        _ => String::new(),
    };
    if !last_words.is_empty() {
        cx.out.effects.push(Effect::Write { account, connection, bytes: last_words.into_bytes() });
    }
    cx.out.effects.push(Effect::Close { account, connection });
}

/// Puts the state of the connection where the views find it.
pub fn show(cx: &mut Cx<'_>, connection: Connection) -> Result<(), Fault> {
    let json = serde_json::to_string(&connection).map_err(|_| Fault::Corrupt("connection"))?;
    let changed = cx
        .tx
        .prepare_cached("UPDATE account SET connection = ?2 WHERE id = ?1 AND connection <> ?2")?
        .execute((cx.session.account, json))?;
    if changed > 0 {
        cx.change(Change::Accounts);
    }
    Ok(())
}

impl Session {
    /// A name for a transport.
    pub fn next_connection() -> ConnectionId {
        // Never used twice in a process, whatever is reloaded meanwhile.
        static LAST: AtomicU64 = AtomicU64::new(0);
        ConnectionId(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
