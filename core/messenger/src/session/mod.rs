//! The stream level of one account: connecting, login, resumption, liveness, back-off.
//!
//! Invariants: one transport at a time, named by its [`ConnectionId`]; what an older one still says is ignored. Nothing
//! here decides what a stanza means.

pub mod backoff;
pub mod capabilities;
pub mod certificate;
pub mod clock;
pub mod conflict;
pub mod connect;
pub mod credentials;
pub mod device;
pub mod disco;
pub mod enable;
pub mod features;
pub mod keepalive;
pub mod leaving;
pub mod negotiate;
pub mod ping;
pub mod saslprep;
pub mod scram;
pub mod stream;
pub mod task;

use jid::{BareJid, FullJid};

use crate::command::{ProxyAddress, Secret, ServerAddress};
use crate::effect::Redirect;
use crate::ids::{AccountId, ConnectionId, Fingerprint};
use crate::wire::Frame;
use backoff::Backoff;
use features::Features;
use keepalive::Keepalive;
use negotiate::Negotiation;

/// One account's stream.
pub struct Session {
    pub account: AccountId,
    pub jid: BareJid,
    /// Empty where its keys were kept instead.
    pub password: Secret,
    pub server: Option<ServerAddress>,
    pub proxy: Option<ProxyAddress>,
    /// The only certificate to accept.
    pub pin: Option<Fingerprint>,
    /// The last certificate was refused: on another network path there may be another one.
    pub certificate_refused: bool,
    /// Places left for another one without a pause, since the last session.
    pub detours: u32,
    pub resource: String,
    /// What the user calls this device.
    pub device: Option<String>,
    /// Times that another session took this one's name, since the last good session or since it was given up.
    pub conflicts: u32,
    pub password_doubt: PasswordDoubt,
    pub enabled: bool,
    pub scram_seen: bool,
    /// The app is in front (XEP-0352).
    pub active: bool,
    /// The app has been out of sight since, UTC milliseconds by the server's clock.
    pub idle_since: Option<i64>,
    /// Out of sight until then, mono, and the user counts as away.
    pub away_at: Option<u64>,
    /// He does.
    pub away: bool,
    /// The server's clock minus ours, milliseconds.
    pub clock_offset: i64,
    /// It was measured on this connection.
    pub clock_known: bool,
    pub link: Link,
    pub backoff: Backoff,
    pub keepalive: Keepalive,
    /// What the server offers in the session; until it tells, what it did in the last one.
    pub features: Features,
    /// The transport had TLS from the first byte.
    pub direct_tls: bool,
    /// Logins sent with the stream header that were cut off before an answer, in a row.
    pub flights_cut: u32,
    pub referral: Referral,
    /// Look at the outbox before this call ends.
    pub pump: bool,
    pub archive: crate::archive::run::ArchiveState,
    pub read_sync: crate::chat::read_sync::ReadSyncState,
    /// How the last login of this process went, for who wants to know the server.
    pub last_login: Option<crate::view::item::LoginAnswers>,
    /// It comes back only to take its token back; until when it may take, mono.
    pub leaving: Option<u64>,
    /// The account was forgotten: so has this to be.
    pub gone: bool,
}

/// Where the transport stands.
pub enum Link {
    /// Not wanted.
    Off,
    /// The next try is at `until` (mono).
    Waiting {
        until: u64,
    },
    /// Only the user can help.
    Failed,
    Opening {
        connection: ConnectionId,
        deadline: u64,
    },
    Negotiating(Box<Negotiating>),
    Live(Box<Live>),
}

/// What an error would mean to the question for another password; see `account::password`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordDoubt {
    /// No.
    None,
    /// Nobody knows: it was asked before, and that answer got lost.
    Repeated,
    /// The login under way is by the old password, to find out.
    Proving,
}

/// A server may send us to another of its machines, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Referral {
    None,
    /// The next transport goes there.
    To(Redirect),
    /// The present one did.
    Followed,
}

/// A login under way.
pub struct Negotiating {
    pub connection: ConnectionId,
    pub negotiation: Negotiation,
    /// For the next step, mono.
    pub deadline: u64,
    /// For all of it, mono.
    pub last_deadline: u64,
    /// The server may be found elsewhere, too.
    pub alternatives: bool,
    /// Stanzas that came between bind and the end of the login.
    pub early: Vec<Frame>,
    /// Bytes of them, about.
    pub early_memory: usize,
}

/// A bound session.
pub struct Live {
    pub connection: ConnectionId,
    pub bound: FullJid,
    /// XEP-0198 is on: both sides count.
    pub managed: bool,
    /// Where it is not: whether it will be.
    pub enabling: Enabling,
    /// XEP-0280 is on: what other devices of the account say and are told is copied to us. `None` until the server says.
    pub carbons: Option<bool>,
    /// Stanzas received and handled, modulo 2^32.
    pub h_in: u32,
    /// Our stanzas of this session.
    pub sent: i64,
    /// Of those, confirmed by the server.
    pub acknowledged: i64,
    /// Since when, mono.
    pub since: u64,
    /// When the server last said anything, mono.
    pub heard: u64,
    /// When we last did, mono.
    pub spoken: u64,
    /// The features of the session are still to come.
    pub features_due: bool,
    /// XEP-0352: what the server takes our state to be; `None` if that can't be known.
    pub told_active: Option<bool>,
    /// The probe was sent because of silence.
    pub silence_probed: bool,
    /// The server must have answered until then, mono. What else it says buys time up to `probe_limit`: its answer may
    /// stand behind a page of the archive, but a link that carries in one direction only must not look alive for ever.
    pub probe: Option<u64>,
    pub probe_limit: u64,
    /// A resumed stream on which the server has not answered yet.
    pub unproven: bool,
    /// An `<r/>` or ping that covers this many of our stanzas is on its way.
    pub asked: Option<i64>,
    /// The last of our stanzas asks for a page of the archive.
    pub asks_for_page: Option<i64>,
    /// Text to write when this call has committed.
    pub outgoing: String,
    /// The counters differ from the row.
    pub dirty: bool,
}

/// Stream management of a session that was bound without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabling {
    /// It is on, or not to be had.
    No,
    /// To be asked for after the catch-up.
    Later,
    /// Asked for.
    Asked,
}

impl Session {
    /// The live session, if there is one.
    pub fn live(&mut self) -> Option<&mut Live> {
        if let Link::Live(live) = &mut self.link { Some(live) } else { None }
    }

    /// Whether stanzas can leave now.
    pub fn is_live(&self) -> bool {
        matches!(self.link, Link::Live(_))
    }

    /// Whether XEP-0280 is on in this session.
    pub fn has_carbons(&self) -> bool {
        matches!(&self.link, Link::Live(live) if live.carbons == Some(true))
    }

    /// The transport in use.
    pub fn connection(&self) -> Option<ConnectionId> {
        match &self.link {
            Link::Opening { connection, .. } => Some(*connection),
            Link::Negotiating(negotiating) => Some(negotiating.connection),
            Link::Live(live) => Some(live.connection),
            Link::Off | Link::Waiting { .. } | Link::Failed => None,
        }
    }

    /// Whether there is a session that ends with its connection (without XEP-0198).
    pub fn is_unmanaged(&self) -> bool {
        matches!(&self.link, Link::Live(live) if !live.managed)
    }

    /// Queues a stanza for writing and gives its number in this session.
    pub(crate) fn queue_stanza(&mut self, text: &str) -> Option<i64> {
        let live = self.live()?;
        live.outgoing.push_str(text);
        live.sent += 1;
        live.dirty = true;
        Some(live.sent)
    }

    /// When a silent link has to be probed, mono.
    pub fn silence_ends(&self, live: &Live) -> u64 {
        let theirs = live.heard + self.keepalive.interval();
        let ours = keepalive::own_silence(self.features.limits.idle_seconds).map(|limit| live.spoken + limit);
        ours.map_or(theirs, |ours| ours.min(theirs))
    }

    /// When this session wants to be woken, mono.
    pub fn deadline(&self) -> Option<u64> {
        if let Some(leaving) = self.leaving {
            return Some(leaving);
        }
        if self.pump && self.is_live() {
            return Some(0);
        }
        let link = match &self.link {
            Link::Off | Link::Failed => None,
            Link::Waiting { until } => Some(*until),
            Link::Opening { deadline, .. } => Some(*deadline),
            Link::Negotiating(negotiating) => Some(negotiating.deadline.min(negotiating.last_deadline)),
            Link::Live(live) => {
                let alive = live.probe.unwrap_or(self.silence_ends(live));
                [Some(alive), self.archive.deadline()].into_iter().flatten().min()
            }
        };
        if self.archive.is_storing() { Some(0) } else { link }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("account", &self.account).finish_non_exhaustive()
    }
}
