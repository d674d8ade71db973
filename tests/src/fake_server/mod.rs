//! An XMPP server without sockets, threads or clock: frames in, bytes out. It holds what a scenario needs of a real one
//! (SCRAM, binding, XEP-0198 with hibernation, roster and subscriptions, routing, archives, offline store) and what no
//! real one has: switches that take features away, faults, and a list of everything a client did that a strict server
//! would not stand ([`FakeServer::complaints`]).
//!
//! Where servers differ, it does as Prosody 0.12 does; the live tests keep it honest.

pub mod archive;
mod blocking;
mod carbon;
pub mod clients;
pub mod invite;
mod login;
mod pep;
pub mod register;
mod roster;
mod route;
mod sasl2;
pub mod scram;
mod session;
mod vcard;
pub mod whim;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jid::{BareJid, FullJid, Jid};
use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::{Certificate, CertificateProblem};
use linnet_messenger::wire::{Element, Frame, ns};

use self::archive::{Archive, Archived, Archiving};
use self::invite::Inviting;
use self::login::Stage;
pub use self::pep::Node;
use self::register::{OwnRegistrations, Registration};
use self::roster::Contact;
pub use self::route::stanza_error;
use self::scram::{Bindings, Credentials, Lie, Mechanism};
use self::session::Session;
use self::whim::Whim;
use crate::seed::Seed;
use crate::xml;

/// The domain of every account.
pub const DOMAIN: &str = "linnet.test";

/// One transport connection to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// What the server wants done on a link, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    Bytes(LinkId, Vec<u8>),
    /// The client opens a new stream next: read it with a fresh reader.
    RestartReader(LinkId),
    /// The server closes the transport after what it wrote.
    Close(LinkId),
}

/// What the server has, and how it behaves.
#[derive(Debug, Clone)]
pub struct Switches {
    /// XEP-0313 for every account.
    pub archive: bool,
    /// XEP-0441 preferences can be read and set.
    pub preferences: bool,
    /// XEP-0359 ids on live messages (and the promise of `urn:xmpp:sid:0` not to let forged ones through).
    pub stanza_ids: bool,
    /// XEP-0280.
    pub carbons: bool,
    /// XEP-0191.
    pub blocking: bool,
    /// XEP-0377.
    pub reporting: bool,
    /// XEP-0163: nodes of the account, and news of them to devices whose capabilities ask for it.
    pub pep: bool,
    /// XEP-0054 is made out of XEP-0292; else it is kept for itself.
    pub derives_vcard: bool,
    /// It says that it brings pictures into the older vCard and presence by itself (XEP-0398).
    pub vcard_conversion: bool,
    /// XEP-0198.
    pub stream_management: bool,
    /// An `<enable/>` that does not come with the binding is refused.
    pub refuses_to_enable: bool,
    /// An `<enable/>` is not answered.
    pub enable_silent: bool,
    /// XEP-0198 sessions can be resumed.
    pub resumption: bool,
    /// `<failed/>` names `h` when the session is known but over.
    pub failed_with_h: bool,
    /// How long a session without transport is kept, milliseconds.
    pub hibernation: u64,
    /// How long an unanswered `<r/>` is waited for, milliseconds.
    pub ack_timeout: u64,
    /// The largest archive page.
    pub page_cap: usize,
    /// Archive stamps have milliseconds; most servers have none.
    pub millisecond_stamps: bool,
    /// Offline messages are kept and delivered although they are in the archive too.
    pub offline_with_archive: bool,
    /// Who asks for his roster is told that there was an error.
    pub roster_refused: bool,
    /// Who asks for his roster is told nothing.
    pub roster_silent: bool,
    /// Roster versioning (RFC 6121 2.6).
    pub roster_versions: bool,
    /// STARTTLS is offered.
    pub tls: bool,
    /// Somebody on the way ends every stream before TLS with this stream error.
    pub injected: Option<&'static str>,
    pub mechanisms: Vec<Mechanism>,
    /// SASL2 (XEP-0388), with Bind 2 and resumption, for clients that say who they are in the stream header.
    pub sasl2: bool,
    /// Mechanisms for tokens (XEP-0484).
    pub fast: Vec<&'static str>,
    /// Every login by token brings another one.
    pub rotates_tokens: bool,
    /// A new password takes all tokens away.
    pub password_voids_tokens: bool,
    /// Features come behind a resumption, too.
    pub features_after_resumption: bool,
    /// A login that comes with the stream header ends the stream.
    pub flight_breaks: bool,
    /// It is passed over in silence.
    pub flight_ignored: bool,
    /// XEP-0352.
    pub client_state: bool,
    /// XEP-0478: bytes, seconds.
    pub limits: Option<(u32, u32)>,
    /// Percent of live deliveries that are lost inside the server; the archive has them.
    pub drop_live: u8,
    /// Percent of live deliveries that come twice.
    pub duplicate_live: u8,
    /// Archive queries are not answered at all.
    pub archive_silent: bool,
    /// Every archive query is answered with the same page, and that there is more.
    pub archive_loops: bool,
    /// Archived messages come without their stamps.
    pub archive_stampless: bool,
    /// Archive queries are answered with something else.
    pub archive_whim: Option<Whim>,
    /// The stream breaks in the middle of the login.
    pub login_breaks: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            archive: true,
            preferences: true,
            stanza_ids: true,
            carbons: true,
            blocking: true,
            reporting: true,
            pep: true,
            derives_vcard: false,
            vcard_conversion: true,
            stream_management: true,
            refuses_to_enable: false,
            enable_silent: false,
            resumption: true,
            failed_with_h: true,
            hibernation: 600_000,
            ack_timeout: 60_000,
            page_cap: 50,
            millisecond_stamps: false,
            offline_with_archive: false,
            roster_refused: false,
            roster_silent: false,
            roster_versions: true,
            tls: true,
            injected: None,
            mechanisms: vec![Mechanism::Sha256Plus, Mechanism::Sha1Plus, Mechanism::Sha256, Mechanism::Sha1],
            sasl2: false,
            fast: vec!["HT-SHA-256-NONE", "HT-SHA-256-EXPR"],
            rotates_tokens: false,
            password_voids_tokens: true,
            features_after_resumption: true,
            flight_breaks: false,
            flight_ignored: false,
            client_state: true,
            limits: None,
            drop_live: 0,
            duplicate_live: 0,
            archive_silent: false,
            archive_loops: false,
            archive_stampless: false,
            archive_whim: None,
            login_breaks: false,
        }
    }
}

/// How often something happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub bound: u32,
    pub resumed: u32,
    pub resume_failed: u32,
    pub login_failed: u32,
    pub scram_logins: u32,
    pub token_logins: u32,
    /// Logins that came with the stream header.
    pub flights: u32,
    /// XEP-0198 switched on, with the binding or behind it.
    pub enabled: u32,
    /// `<active/>` and `<inactive/>` outside of a binding.
    pub client_states: u32,
    /// Subscriptions asked for on other servers.
    pub asked_elsewhere: u32,
    pub archive_queries: u32,
    pub archive_results: u32,
    pub carbons: u32,
    pub published: u32,
    /// How often one account asked for another one's picture.
    pub pictures: u32,
    /// The same of vCards, in either form.
    pub vcards: u32,
    /// How often one account asked where another one has gone (XEP-0283).
    pub statements: u32,
    /// How often an account wrote its older one (XEP-0054).
    pub vcards_set: u32,
    /// How often a client asked for an acknowledgement.
    pub asked: u32,
}

/// One local account.
#[derive(Debug)]
struct Account {
    credentials: Credentials,
    refused: Option<&'static str>,
    archive: Archive,
    archiving: Archiving,
    always: BTreeSet<BareJid>,
    never: BTreeSet<BareJid>,
    roster: BTreeMap<BareJid, Contact>,
    roster_version: u32,
    /// Subscription requests that wait for an answer, with what they say of an older address (XEP-0283).
    requests: BTreeMap<BareJid, Option<Element>>,
    offline: Vec<(i64, Element)>,
    nodes: BTreeMap<String, Node>,
    /// XEP-0054.
    vcard: Option<Element>,
    blocked: BTreeSet<String>,
}

#[derive(Debug)]
struct Link {
    secure: bool,
    bindings: Bindings,
    stage: Stage,
    /// When the last stream header came.
    opened: i64,
    /// Prosody takes one token a stream.
    token_tried: bool,
}

/// See the module.
#[derive(Debug)]
pub struct FakeServer {
    pub switches: Switches,
    pub counts: Counts,
    /// What a strict server would have ended a stream for.
    pub complaints: Vec<String>,
    /// The next archive queries are answered with these stanza errors, one each.
    pub archive_errors: VecDeque<&'static str>,
    /// Messages to these JIDs bounce with this condition, whether the account exists or not.
    pub bounces: BTreeMap<BareJid, &'static str>,
    /// How the next logins are lied to.
    pub lie: Option<Lie>,
    /// Whether and how strangers may make accounts.
    pub registration: Option<Registration>,
    /// What comes of the wish for an invitation (XEP-0401); `None`: there are no such wishes.
    pub inviting: Option<Inviting>,
    /// What it and its services answer to who reads from them, instead of what they would: by address and namespace of
    /// what is asked for. Empty: nothing is answered.
    pub told: BTreeMap<(&'static str, &'static str), String>,
    /// Accounts that it says are gone for good, and where to.
    pub gone: BTreeMap<BareJid, String>,
    /// Clients that have access besides those with tokens (XEP-0494); `None`: the server lists none.
    pub clients: Option<Vec<clients::Client>>,
    /// How it meets accounts that want to be another.
    pub own_registrations: OwnRegistrations,
    /// What it shows when shaking hands.
    pub certificate: Certificate,
    /// What it answers about its clock stays on the way, here; `None`: it doesn't.
    pub on_the_way: Option<Vec<(u64, Element)>>,
    now: i64,
    seed: Seed,
    accounts: BTreeMap<BareJid, Account>,
    links: BTreeMap<LinkId, Link>,
    sessions: BTreeMap<u64, Session>,
    next_session: u64,
    /// Sessions that are over, with the `h` they ended with.
    ended: BTreeMap<String, u32>,
    /// By account and client.
    tokens: BTreeMap<(BareJid, String), Vec<sasl2::Granted>>,
    /// What capabilities stand for (XEP-0115), by `node#ver`; `None` while a client is asked.
    capabilities: BTreeMap<String, Option<BTreeSet<String>>>,
    /// Links that brought a good invitation.
    invited: BTreeSet<LinkId>,
    /// What users have reported.
    reports: Vec<String>,
    outputs: Vec<Output>,
}

/// A certificate of this server, one per number, with what a device finds wrong with it.
pub fn certificate(number: u8, problem: Option<CertificateProblem>) -> Certificate {
    Certificate {
        sha256: Fingerprint([number; 32]),
        subject: format!("CN={DOMAIN}"),
        issuer: format!("CN=Authority {number}"),
        names: vec![DOMAIN.to_owned()],
        not_before: 1_735_689_600_000,
        not_after: 1_893_456_000_000,
        problem,
    }
}

impl FakeServer {
    /// A server without accounts.
    pub fn new(seed: Seed, now: i64) -> Self {
        Self {
            switches: Switches::default(),
            counts: Counts::default(),
            complaints: Vec::new(),
            archive_errors: VecDeque::new(),
            bounces: BTreeMap::new(),
            lie: None,
            registration: None,
            inviting: None,
            told: BTreeMap::new(),
            gone: BTreeMap::new(),
            clients: None,
            own_registrations: OwnRegistrations::default(),
            certificate: certificate(0, None),
            on_the_way: None,
            now,
            seed,
            accounts: BTreeMap::new(),
            links: BTreeMap::new(),
            sessions: BTreeMap::new(),
            next_session: 0,
            ended: BTreeMap::new(),
            tokens: BTreeMap::new(),
            capabilities: BTreeMap::new(),
            invited: BTreeSet::new(),
            reports: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Makes an account, or gives it another password.
    pub fn register(&mut self, jid: &BareJid, password: &str) {
        // A new password has a new salt.
        let salt = format!("{jid} {password}").into_bytes();
        let credentials = Credentials::new(password, salt, 4_096);
        match self.accounts.get_mut(jid) {
            Some(account) => {
                account.credentials = credentials;
                if self.switches.password_voids_tokens {
                    self.tokens.retain(|(owner, _), _| owner != jid);
                }
            }
            None => {
                let account = Account {
                    credentials,
                    refused: None,
                    archive: Archive::default(),
                    archiving: Archiving::Always,
                    always: BTreeSet::new(),
                    never: BTreeSet::new(),
                    roster: BTreeMap::new(),
                    roster_version: 0,
                    requests: BTreeMap::new(),
                    offline: Vec::new(),
                    nodes: BTreeMap::new(),
                    vcard: None,
                    blocked: BTreeSet::new(),
                };
                self.accounts.insert(jid.clone(), account);
            }
        }
    }

    /// Refuses an account at login with this SASL condition; `None` lets it in again.
    pub fn refuse(&mut self, jid: &BareJid, condition: Option<&'static str>) {
        if let Some(account) = self.accounts.get_mut(jid) {
            account.refused = condition;
        }
    }

    /// The time, UTC milliseconds.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// What time it has, UTC milliseconds.
    pub fn time(&self) -> i64 {
        self.now
    }

    /// Sets the clock and does what became due.
    pub fn tick(&mut self, now: i64) {
        self.now = now;
        self.expire_sessions();
        self.flush();
    }

    /// When to tick at the latest, UTC milliseconds.
    pub fn next_deadline(&self) -> Option<i64> {
        self.sessions.values().filter_map(Session::deadline).min()
    }

    /// A client connected; with direct TLS `secure` is set from the start.
    pub fn accept(&mut self, link: LinkId, secure: bool, bindings: Bindings) {
        self.links.insert(link, Link { secure, bindings, stage: Stage::Fresh, opened: 0, token_tried: false });
    }

    /// The client sent a frame.
    pub fn receive(&mut self, link: LinkId, frame: Frame) {
        if !self.links.contains_key(&link) {
            return;
        }
        match frame {
            Frame::StreamOpen(open) => self.open_stream(link, &open),
            Frame::Element(element) => self.element(link, element),
            Frame::TooLarge { head } => {
                self.complain(format!("a {} above the limits", head.name));
                self.end_stream(link, "policy-violation");
            }
            Frame::StreamClose => {
                if let Some(session) = self.session_on(link) {
                    self.destroy_session(session);
                }
                self.write(link, "</stream:stream>");
                self.close(link);
            }
        }
        self.flush();
    }

    /// The client's bytes are no XMPP stream.
    pub fn bad_wire(&mut self, link: LinkId) {
        // A client that is not satisfied with <success/> closes the old stream where the new one would begin.
        if !matches!(self.links.get(&link).map(|state| &state.stage), Some(Stage::Proven(_))) {
            self.complain("bytes that are no XML stream");
        }
        self.end_stream(link, "not-well-formed");
        self.flush();
    }

    /// The transport is gone.
    pub fn lost(&mut self, link: LinkId) {
        if self.links.remove(&link).is_some() {
            self.detach(link);
            self.flush();
        }
    }

    /// What was written since the last call.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Stops and starts: every transport is closed, no session survives; accounts, rosters, archives and offline
    /// messages do. What a session had not acknowledged goes where a gracefully stopping server puts it.
    pub fn restart(&mut self) {
        for session in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.destroy_session(session);
        }
        for link in self.links.keys().copied().collect::<Vec<_>>() {
            self.close(link);
        }
        self.ended.clear();
    }

    /// Ends every stream of an account and sends it elsewhere.
    pub fn send_elsewhere(&mut self, jid: &BareJid, host: &str) {
        let xml = format!(
            "<stream:error><see-other-host xmlns='{}'>{host}</see-other-host></stream:error></stream:stream>",
            ns::STREAM_ERROR
        );
        let links: Vec<LinkId> =
            self.sessions.values().filter(|session| session.jid.to_bare() == *jid).filter_map(|s| s.link).collect();
        for link in links {
            self.write(link, &xml);
            self.detach(link);
            self.close(link);
        }
        self.flush();
    }

    /// Ends every stream of an account with this stream error.
    pub fn throw_out(&mut self, jid: &BareJid, condition: &str) {
        let links: Vec<LinkId> =
            self.sessions.values().filter(|session| session.jid.to_bare() == *jid).filter_map(|s| s.link).collect();
        for link in links {
            self.end_stream(link, condition);
        }
        self.flush();
    }

    /// Whether there is such an account.
    pub fn has_account(&self, jid: &BareJid) -> bool {
        self.accounts.contains_key(jid)
    }

    /// Where the account is signed in.
    pub fn resources(&self, jid: &BareJid) -> Vec<String> {
        let sessions = self.sessions.values().filter(|session| session.link.is_some() && session.jid.to_bare() == *jid);
        let mut names: Vec<String> = sessions.map(|session| session.jid.resource().to_string()).collect();
        names.sort();
        names
    }

    /// The archive of an account.
    pub fn archive(&self, owner: &BareJid) -> &Archive {
        &self.accounts[owner].archive
    }

    /// Puts a message into an archive, as if it had come at `stamp`; gives its archive id.
    pub fn archive_by_hand(&mut self, owner: &BareJid, from: &Jid, to: &Jid, message: Element, stamp: i64) -> String {
        let id = self.seed.uuid();
        let row = Archived { id: id.clone(), stamp, from: from.clone(), to: to.clone(), message, raw: None };
        if let Some(account) = self.accounts.get_mut(owner) {
            let place = account.archive.rows.partition_point(|other| other.stamp <= stamp);
            account.archive.rows.insert(place, row);
        }
        id
    }

    /// Takes a text out of an archive, which is late to write it; gives its place, too.
    pub fn withhold(&mut self, owner: &BareJid, body: &str) -> Option<(usize, Archived)> {
        let rows = &mut self.accounts.get_mut(owner)?.archive.rows;
        let place = rows.iter().position(|row| row.body() == body)?;
        Some((place, rows.remove(place)))
    }

    /// Writes what was withheld.
    pub fn archive_late(&mut self, owner: &BareJid, (place, row): (usize, Archived)) {
        if let Some(account) = self.accounts.get_mut(owner) {
            account.archive.rows.insert(place, row);
        }
    }

    /// Sends these bytes instead of the archived message from now on.
    pub fn poison(&mut self, owner: &BareJid, id: &str, raw: &str) {
        if let Some(row) = self.accounts.get_mut(owner).and_then(|a| a.archive.rows.iter_mut().find(|row| row.id == id))
        {
            row.raw = Some(raw.to_owned());
        }
    }

    /// The archive forgets its oldest `count` messages.
    pub fn expire(&mut self, owner: &BareJid, count: usize) {
        if let Some(account) = self.accounts.get_mut(owner) {
            let count = count.min(account.archive.rows.len());
            account.archive.rows.drain(..count);
        }
    }

    /// The archive forgets its newest `count` messages, as an administrator or another client may have wished.
    pub fn forget_newest(&mut self, owner: &BareJid, count: usize) {
        if let Some(account) = self.accounts.get_mut(owner) {
            let kept = account.archive.rows.len().saturating_sub(count);
            account.archive.rows.truncate(kept);
        }
    }

    /// What the account's archiving is set to.
    pub fn archiving(&self, owner: &BareJid) -> Archiving {
        self.accounts[owner].archiving
    }

    /// Sets it, as another client would.
    pub fn set_archiving(&mut self, owner: &BareJid, choice: Archiving) {
        if let Some(account) = self.accounts.get_mut(owner) {
            account.archiving = choice;
        }
    }

    /// The JIDs that are signed in, hibernating ones too.
    pub fn signed_in(&self) -> Vec<FullJid> {
        self.sessions.values().map(|session| session.jid.clone()).collect()
    }

    /// How many sessions of an account wait for their client to come back.
    pub fn hibernating(&self, jid: &BareJid) -> usize {
        self.sessions.values().filter(|session| session.jid.to_bare() == *jid && session.link.is_none()).count()
    }

    /// Sends bytes down every live stream of an account, uncounted: what only a broken server would write.
    pub fn write_raw(&mut self, jid: &BareJid, bytes: &str) {
        let links: Vec<LinkId> =
            self.sessions.values().filter(|session| session.jid.to_bare() == *jid).filter_map(|s| s.link).collect();
        for link in links {
            self.write(link, bytes);
        }
    }

    /// Delivers a stanza to every session of an account as it is: no `from` is checked, nothing is stripped.
    pub fn inject(&mut self, jid: &BareJid, stanza: &Element) {
        let sessions: Vec<u64> =
            self.sessions.iter().filter(|(_, session)| session.jid.to_bare() == *jid).map(|(id, _)| *id).collect();
        for session in sessions {
            self.send(session, stanza.clone(), true);
        }
        self.flush();
    }

    /// A message for a local account comes from elsewhere: another server, or a client this world does not play.
    pub fn arrives(&mut self, message: &Element) {
        let jid = |name: &str| message.attribute(name).and_then(|jid| Jid::new(jid).ok());
        if let (Some(from), Some(to)) = (jid("from"), jid("to")) {
            self.deliver(&from, &to, message.clone());
            self.flush();
        }
    }

    /// Another client of an account, which this world does not play, sent a message that is archived under this id.
    pub fn copies(&mut self, owner: &BareJid, message: &Element, id: &str) {
        let message = match self.switches.stanza_ids {
            true => message
                .clone()
                .child(Element::new("stanza-id", ns::STANZA_ID).with("by", owner.as_str()).with("id", id)),
            false => message.clone(),
        };
        self.copy("sent", owner, &message, &[]);
        self.flush();
    }

    fn complain(&mut self, what: impl Into<String>) {
        self.complaints.push(what.into());
    }

    fn write(&mut self, link: LinkId, text: &str) {
        self.outputs.push(Output::Bytes(link, text.as_bytes().to_vec()));
    }

    fn write_element(&mut self, link: LinkId, element: &Element) {
        self.write(link, &xml::write(element));
    }

    /// Closes from the server's side; the session, if any, must be dealt with before.
    fn close(&mut self, link: LinkId) {
        if self.links.remove(&link).is_some() {
            self.outputs.push(Output::Close(link));
        }
    }

    /// A stream error: the session behind is over.
    fn end_stream(&mut self, link: LinkId, condition: &str) {
        let error = Element::new("error", ns::STREAM).child(Element::new(condition, ns::STREAM_ERROR));
        self.write_element(link, &error);
        self.write(link, "</stream:stream>");
        if let Some(session) = self.session_on(link) {
            self.destroy_session(session);
        }
        self.close(link);
    }

    fn is_local(jid: &Jid) -> bool {
        jid.domain().as_str() == DOMAIN
    }
}
