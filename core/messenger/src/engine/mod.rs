//! The loop that knows every feature: one call is one transaction, one input is one savepoint, and effects are handed out
//! only after the commit that caused them. While the archive is read several calls may share a transaction (`keeping.rs`).
//!
//! Invariants: a stanza is counted (XEP-0198 `h`) in the transaction that stores what it brought; what a failed handler
//! did is rolled back and the stanza kept in `undecided`, and the stream goes on; if the commit itself fails, no effect
//! leaves and every session starts again from what is stored.

mod app;
mod backup;
pub mod cx;
pub mod envelope;
pub mod fault;
pub mod feature;
mod file;
mod handing_over;
mod keeping;
pub mod pipeline;
pub mod request;
mod signing_up;
mod undecided;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection as Database, OptionalExtension};

use crate::account::settings::{self, NewAccount};
use crate::account::sign_up::SignUp;
use crate::app::lock;
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::contact::last_seen;
use crate::effect::Effect;
use crate::fault::{CommandError, Fault, Violation};
use crate::ids::{AccountId, ConnectionId};
use crate::input::Input;
use crate::now::Now;
use crate::random::Random;
use crate::session::connect::LoginInput;
use crate::session::{Link, Session, certificate, connect, leaving, stream};
use crate::store::{Durability, OpenError, Role, Store, StoreError, StoreOptions, open_reader};
use crate::view::item::WaitReason;
use crate::wire::{Element, Frame, Language, ns};
use crate::{archive, chat, contact, outbox};
use cx::{Cx, Modes};
use envelope::{Inbound, Kind};
use fault::{FaultPoint, Faults};
use feature::{Done, Refusal, SessionEvent};
pub use file::End;
use handing_over::Handing;
use keeping::Kept;
use pipeline::FEATURES;
use request::{Answer, Purpose};
use signing_up::SignUps;

/// The messenger: all accounts over one database.
pub struct Engine {
    /// `None` while suspended, and at the end.
    store: Option<Store>,
    options: StoreOptions,
    /// The epoch with which the file was let go.
    left: i64,
    end: Option<End>,
    random: Box<dyn Random>,
    sessions: BTreeMap<AccountId, Session>,
    sign_ups: SignUps,
    handing: Handing,
    faults: Faults,
    modes: Modes,
    suspended: bool,
    /// The last call committed a stanza; by the next call its effects have left.
    released: bool,
    /// What an earlier version could not handle is still to be read again.
    undecided: bool,
    /// A transaction is open.
    kept: Option<Kept>,
    next_deadline: Option<u64>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("accounts", &self.sessions.len()).finish_non_exhaustive()
    }
}

/// What a call of [`Engine::handle`] gave, already committed, or promised to nobody.
#[derive(Debug, Default)]
pub struct Outcome {
    /// To be carried out in this order.
    pub effects: Vec<Effect>,
    pub changes: BTreeSet<Change>,
}

impl Engine {
    /// Opens the store, migrates it, and is ready for inputs. The first `handle` connects what is enabled.
    pub fn open(options: StoreOptions, random: Box<dyn Random>, now: &Now) -> Result<Self, OpenError> {
        let mut store = Store::open(options.clone())?;
        if options.role == Role::App {
            lock::begin(&store.connection)?;
        }
        let sessions = settings::load(&mut store, now)?;
        let next_deadline = sessions.values().filter_map(Session::deadline).min();
        Ok(Self {
            store: Some(store),
            options,
            left: 0,
            end: None,
            random,
            sessions,
            sign_ups: SignUps::new(),
            handing: Handing::default(),
            faults: Faults::default(),
            modes: Modes::default(),
            suspended: false,
            released: false,
            undecided: true,
            kept: None,
            next_deadline,
        })
    }

    /// Plants what the chaos test needs.
    #[cfg(feature = "sabotage")]
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// For benches: pages of the archive are read and dropped.
    pub fn set_discard(&mut self, discard: bool) {
        self.modes.discard = discard;
    }

    /// What servers are asked to say things in, from the next stream on; English at first.
    pub fn set_language(&mut self, language: Language) {
        self.modes.language = language;
    }

    /// Takes what happened; returns what to do about it.
    pub fn handle(&mut self, mut inputs: Vec<Input>, now: &Now) -> Outcome {
        if std::mem::take(&mut self.released) {
            self.faults.pass(FaultPoint::Acknowledged);
        }
        if let Some(metered) = inputs.iter().rev().find_map(metered) {
            self.modes.metered = metered;
        }
        let mut outcome = Outcome::default();
        while !inputs.is_empty() {
            let rest = inputs.split_off(file::first_part(&inputs));
            self.handle_part(inputs, now, &mut outcome);
            inputs = rest;
        }
        self.next_deadline = self.earliest_deadline();
        outcome
    }

    fn handle_part(&mut self, inputs: Vec<Input>, now: &Now, outcome: &mut Outcome) {
        if self.end.is_some() || (self.suspended && !matches!(inputs.first(), Some(Input::Resume))) {
            return outcome.refuse(&inputs, CommandError::NotNow);
        }
        if self.suspended
            && let Err(error) = self.open_again(now, outcome)
        {
            tracing::error!(%error, "the database can't be opened after a suspension");
            return outcome.refuse(&inputs, CommandError::Storage);
        }
        let under_way = self.under_way(&inputs);
        let suspends = inputs.iter().any(|input| matches!(input, Input::Suspend));
        let mut part = Outcome::default();
        if let Err(fault) = self.transact(inputs, now, &mut part) {
            self.kept = None;
            self.store.iter().for_each(|store| keeping::roll_back(&store.connection));
            part = self.recover(&fault, &under_way, now);
        }
        outcome.add(part);
        if suspends {
            self.suspended = true;
            self.let_go();
        }
    }

    /// When to send [`Input::Tick`] at the latest, in [`Now::mono`] milliseconds.
    pub fn next_deadline(&self) -> Option<u64> {
        if self.suspended { None } else { self.next_deadline }
    }

    /// A read-only connection for views.
    pub fn reader(&self) -> Result<Database, StoreError> {
        self.store.as_ref().map_or_else(|| open_reader(&self.options), Store::reader)
    }

    /// Where the file is, for [`crate::store::check_pages`].
    pub fn store_options(&self) -> &StoreOptions {
        &self.options
    }

    fn transact(&mut self, inputs: Vec<Input>, now: &Now, outcome: &mut Outcome) -> Result<(), Fault> {
        let stanzas = inputs.iter().any(is_stanza);
        let messages = self.faults.on_point.is_some() && inputs.iter().any(is_message);
        // What leaves the outbox must be known to have left: else it would leave again, unasked.
        let pumps = self.sessions.values().any(|session| session.pump);
        let repeatable = !pumps && inputs.iter().all(archive::page::is_repeatable);
        let (sabotage, modes, role) = (self.faults.sabotage, self.modes, self.options.role);
        let (asks_only, count) = (keeping::is_archive(&inputs), inputs.len());
        let Some(store) = &mut self.store else { return Err(Fault::Corrupt("no file is open")) };
        // A planted bug lies between two commits.
        if self.kept.is_some() && (!repeatable || sabotage.is_some()) {
            keeping::commit(&store.connection, &mut self.kept, outcome)?;
        }
        if self.kept.as_ref().is_some_and(Kept::is_much) {
            store.expect_much()?;
        }
        store.set_durability(if repeatable { Durability::Normal } else { Durability::Full })?;
        store.lease.secure();
        let premature = match sabotage {
            Some(fault::Sabotage::AckBeforeCommit) => {
                fault::count_before_commit(&store.connection, &self.sessions, &inputs)?
            }
            _ => Vec::new(),
        };
        let Store { connection, lease, .. } = store;
        let tx = &*connection;
        keeping::begin(tx, self.kept.as_ref())?;
        if !lease.holds(tx)? {
            return Err(Fault::LeaseLost);
        }
        for fault::Premature { account, cursor } in premature.into_iter().rev() {
            tx.execute("UPDATE account SET archive_cursor = ?2 WHERE id = ?1", (account, cursor))?;
        }
        for input in inputs {
            let mut call = Call { tx, now, random: &mut *self.random, sabotage, modes, repeatable, out: outcome };
            let Some(input) = call.signing_up(input, &mut self.sign_ups, &mut self.sessions)? else { continue };
            if let Some(input) = call.handing_over(input, &mut self.handing, &mut self.sessions)? {
                call.dispatch(input, &mut self.sessions)?;
            }
            self.sessions.retain(|_, session| !session.gone);
        }
        let read_again = std::mem::take(&mut self.undecided) && undecided::is_due(tx)?;
        for session in self.sessions.values_mut() {
            let mut call = Call { tx, now, random: &mut *self.random, sabotage, modes, repeatable, out: outcome };
            if read_again {
                undecided::read_again(&mut call.cx(session))?;
            }
            call.settle(session)?;
        }
        if messages {
            self.faults.pass(FaultPoint::Received);
        }
        if repeatable
            && role == Role::App
            && Kept::has_room(self.kept.as_ref(), now.mono, count, asks_only)
            && keeping::reads_on(&self.sessions)
            && keeping::promises_nothing(asks_only, &outcome.effects, &self.sessions)
        {
            self.kept = Some(Kept::add(self.kept.take(), now.mono, count, outcome));
            return Ok(());
        }
        keeping::commit(tx, &mut self.kept, outcome)?;
        if stanzas {
            self.faults.pass(FaultPoint::Committed);
            self.released = true;
        }
        Ok(())
    }

    fn earliest_deadline(&self) -> Option<u64> {
        let store = self.store.as_ref()?;
        let sessions = self.sessions.values().filter_map(Session::deadline);
        let requests = self.sessions.values().filter(|session| session.is_live()).filter_map(|session| {
            let deadline: Option<i64> = store
                .connection
                .prepare_cached(
                    "SELECT min(due) FROM (
                         SELECT min(deadline) AS due FROM request WHERE account_id = ?1
                         UNION ALL SELECT min(composing.until) FROM composing
                             CROSS JOIN chat ON chat.id = composing.chat_id WHERE chat.account_id = ?1)",
                )
                .and_then(|mut statement| statement.query_row([session.account], |row| row.get(0)))
                .unwrap_or(None);
            deadline.and_then(|deadline| u64::try_from(deadline).ok())
        });
        let sign_ups = self.sign_ups.values().filter_map(SignUp::deadline);
        let kept = self.kept.as_ref().map(|kept| kept.until);
        sessions.chain(requests).chain(sign_ups).chain(kept).min()
    }
}

fn metered(input: &Input) -> Option<bool> {
    if let Input::Metered(metered) = input { Some(*metered) } else { None }
}

fn is_stanza(input: &Input) -> bool {
    matches!(input, Input::Frame { frame: Frame::Element(element), .. } if element.ns == ns::CLIENT)
}

fn is_message(input: &Input) -> bool {
    matches!(input, Input::Frame { frame: Frame::Element(element), .. } if element.is("message", ns::CLIENT))
}

/// One transaction at work.
struct Call<'a> {
    tx: &'a Database,
    now: &'a Now,
    random: &'a mut dyn Random,
    sabotage: Option<fault::Sabotage>,
    modes: Modes,
    /// A power cut may take this call back.
    repeatable: bool,
    out: &'a mut Outcome,
}

impl Call<'_> {
    fn cx<'b>(&'b mut self, session: &'b mut Session) -> Cx<'b> {
        Cx {
            tx: self.tx,
            now: self.now,
            random: self.random,
            session,
            out: self.out,
            sabotage: self.sabotage,
            modes: self.modes,
        }
    }

    fn dispatch(&mut self, input: Input, sessions: &mut BTreeMap<AccountId, Session>) -> Result<(), Fault> {
        match input {
            Input::Command { ticket, command } => self.command(ticket, command, sessions),
            Input::TransportOpen { account, connection, tls, alternatives } => {
                self.with(sessions, account, connection, |cx| connect::opened(cx, tls, alternatives))
            }
            Input::TlsReady { account, connection, tls } => {
                self.with(sessions, account, connection, |cx| connect::login(cx, LoginInput::Tls(tls)))
            }
            Input::Computed { account, connection, result } => {
                self.with(sessions, account, connection, |cx| connect::login(cx, LoginInput::Computed(result)))
            }
            Input::PictureDrawn { account, hash, picture } => match sessions.get_mut(&account) {
                Some(session) => contact::avatar::drawn(&mut self.cx(session), &hash, picture.as_deref()),
                None => Ok(()),
            },
            Input::Certificate { account, connection, certificate } => {
                self.with(sessions, account, connection, |cx| certificate::seen(cx, &certificate))
            }
            Input::Frame { account, connection, frame } => {
                self.with(sessions, account, connection, |cx| take_frame(cx, frame))
            }
            Input::BadWire { account, connection, error } => self.with(sessions, account, connection, |cx| {
                tracing::debug!(%error, "the stream can't be read");
                // A resumption would bring the same bytes again. Before the login it is somebody else who talks nonsense.
                if cx.session.is_live() || connect::resuming(cx) {
                    stream::abandon(cx)?;
                    archive::run::stream_broke(cx)?;
                }
                connect::lost(cx, WaitReason::ServerError)
            }),
            Input::TransportClosed { account, connection, error } => {
                self.with(sessions, account, connection, |cx| connect::transport_lost(cx, error))
            }
            Input::Tick => self.each(sessions, |cx| {
                connect::tick(cx)?;
                if cx.session.is_live() {
                    for purpose in cx.take_overdue(false)? {
                        reply(cx, &purpose, &Answer::None)?;
                    }
                    FEATURES.iter().try_for_each(|feature| feature.tick(cx))?;
                }
                Ok(())
            }),
            // Who may read more now looks at it when this call settles.
            Input::Metered(_) => Ok(()),
            Input::NetworkChanged => self.each(sessions, connect::network_changed),
            Input::Suspend => self.each(sessions, |cx| {
                if cx.session.leaving.is_some() {
                    return leaving::depart(cx);
                }
                // Only the user can revive a failed account; or, with a refused certificate, another network path.
                if matches!(cx.session.link, Link::Failed) && !cx.session.certificate_refused {
                    Ok(())
                } else {
                    connect::leave(cx, false)
                }
            }),
            Input::Resume => self.each(sessions, |cx| {
                // Sessions that were read anew wait already.
                let waits = matches!(cx.session.link, Link::Off | Link::Waiting { .. });
                if cx.session.enabled && waits { connect::open(cx) } else { Ok(()) }
            }),
        }
    }

    /// Runs a handler for one account's present transport, in a savepoint.
    fn with(
        &mut self,
        sessions: &mut BTreeMap<AccountId, Session>,
        account: AccountId,
        connection: ConnectionId,
        handler: impl FnOnce(&mut Cx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match sessions.get_mut(&account) {
            Some(session) if session.connection() == Some(connection) => handler(&mut self.cx(session)),
            _ => Ok(()),
        }
    }

    fn each(
        &mut self,
        sessions: &mut BTreeMap<AccountId, Session>,
        mut handler: impl FnMut(&mut Cx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        sessions.values_mut().try_for_each(|session| handler(&mut self.cx(session)))
    }

    fn command(
        &mut self,
        ticket: u64,
        command: Command,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<(), Fault> {
        let result = match self.obey(command, sessions) {
            Ok(receipt) => Ok(receipt),
            // Commands are refused before they write; only that a PIN was wrong is kept.
            Err(Refusal::Command(error)) => Err(error),
            // Sessions have changed in memory too: only starting again brings them in line with the store.
            Err(Refusal::Fault(fault)) => return Err(fault),
        };
        self.out.effects.push(Effect::Answer { ticket, result });
        Ok(())
    }

    fn obey(&mut self, command: Command, sessions: &mut BTreeMap<AccountId, Session>) -> Result<Receipt, Refusal> {
        if let Some(receipt) = self.obey_app(&command)? {
            return Ok(receipt);
        }
        if let Some(receipt) = self.obey_backup(&command, sessions)? {
            return Ok(receipt);
        }
        let account = match &command {
            Command::AddAccount { address, password, server, proxy, again } => {
                // What is being left goes at once, and with it what it had: this is a new beginning.
                if let Some(mut left) = settings::leaving(sessions, address).and_then(|id| sessions.remove(&id)) {
                    leaving::depart(&mut self.cx(&mut left))?;
                }
                let (server, proxy) = (server.as_ref(), proxy.as_ref());
                let new = NewAccount { address, password, server, proxy, again: *again };
                let mut session = settings::add(self.tx, self.random, sessions, &new)?;
                let account = session.account;
                let mut cx = self.cx(&mut session);
                cx.change(Change::Accounts);
                if cx.session.connection().is_some() {
                    connect::leave(&mut cx, false)?;
                }
                connect::open(&mut cx)?;
                sessions.insert(account, session);
                return Ok(Receipt::Account(account));
            }
            // Taken before (`app.rs`, `backup.rs`, `signing_up.rs`, `handing_over.rs`).
            Command::SetPin { .. }
            | Command::SetLockOptions { .. }
            | Command::Unlock { .. }
            | Command::UnlockByDevice
            | Command::LockNow
            | Command::SetNotificationContent { .. }
            | Command::HideScreen { .. }
            | Command::ShowAccount { .. }
            | Command::AskLocked
            | Command::StartSignUp { .. }
            | Command::FollowInvitation { .. }
            | Command::SubmitSignUp { .. }
            | Command::CancelSignUp { .. }
            | Command::ReadBackup { .. }
            | Command::RestoreBackup { .. }
            | Command::BeginArrival
            | Command::ReadArrival { .. }
            | Command::EndArrival
            | Command::BeginHandover { .. }
            | Command::ConfirmHandover
            | Command::EndHandover => {
                return Err(CommandError::Internal.into());
            }
            Command::RemoveAccount { account } => {
                let mut session = sessions.remove(account).ok_or(CommandError::NotFound)?;
                let mut cx = self.cx(&mut session);
                connect::leave(&mut cx, true)?;
                settings::remove(&mut cx)?;
                return Ok(Receipt::Done);
            }
            Command::SetPassword { account, password } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                if session.leaving.is_some() {
                    return Err(CommandError::NotNow.into());
                }
                settings::set_password(&mut self.cx(session), password)?;
                return Ok(Receipt::Done);
            }
            Command::SetAccountEnabled { account, enabled } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                settings::set_enabled(&mut self.cx(session), *enabled)?;
                return Ok(Receipt::Done);
            }
            Command::SetActive { active } => {
                if lock::set_active(self.tx, *active, self.now)? {
                    self.out.changes.insert(Change::App);
                }
                for session in sessions.values_mut() {
                    let mut cx = self.cx(session);
                    connect::set_active(&mut cx, *active)?;
                    last_seen::set_active(&mut cx, *active)?;
                }
                return Ok(Receipt::Done);
            }
            Command::SetServer { account, server } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                settings::set_server(&mut self.cx(session), server.as_ref())?;
                return Ok(Receipt::Done);
            }
            Command::SetProxy { account, proxy } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                settings::set_proxy(&mut self.cx(session), proxy.as_ref())?;
                return Ok(Receipt::Done);
            }
            Command::PinCertificate { account, sha256 } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                return certificate::pin(&mut self.cx(session), *sha256);
            }
            Command::UnpinCertificate { account } => {
                let session = sessions.get_mut(account).ok_or(CommandError::NotFound)?;
                return certificate::unpin(&mut self.cx(session));
            }
            Command::StartChat { account, .. }
            | Command::AnswerRequest { account, .. }
            | Command::AddContact { account, .. }
            | Command::EditContact { account, .. }
            | Command::RemoveContact { account, .. }
            | Command::Unsubscribe { account, .. }
            | Command::SetPicture { account, .. }
            | Command::SetNickname { account, .. }
            | Command::SetVcard { account, .. }
            | Command::AskVcard { account, .. }
            | Command::SetProfileOpen { account, .. }
            | Command::CollectExport { account }
            | Command::ReadExport { account }
            | Command::ImportAccount { account, .. }
            | Command::EndImport { account }
            | Command::PublishMoved { account, .. }
            | Command::RetractMoved { account }
            | Command::AskMoved { account }
            | Command::Block { account, .. }
            | Command::Unblock { account, .. }
            | Command::ShowCode { account }
            | Command::CreateInvitation { account }
            | Command::EditAccount { account, .. }
            | Command::MoveAccount { account, .. }
            | Command::AskServer { account }
            | Command::SetDevice { account, .. }
            | Command::SetPresence { account, .. }
            | Command::SetAutoAway { account, .. }
            | Command::AskDevices { account }
            | Command::RevokeClient { account, .. }
            | Command::SignOutEverywhere { account, .. }
            | Command::ChangePassword { account, .. }
            | Command::SignOut { account }
            | Command::DeleteAccount { account }
            | Command::SetPrivacy { account, .. }
            | Command::SetException { account, .. }
            | Command::SetCallers { account, .. }
            | Command::SetAdders { account, .. }
            | Command::SetArchiving { account, .. } => *account,
            Command::SendText { chat, .. }
            | Command::DeleteChat { chat }
            | Command::MarkRead { chat, .. }
            | Command::SetComposing { chat, .. }
            | Command::SetMuted { chat, .. }
            | Command::AskContactDevice { chat, .. }
            | Command::ChatOpened { chat } => self.owner("SELECT account_id FROM chat WHERE id = ?1", chat.0)?,
            Command::Retry { message } | Command::DeleteMessage { message } | Command::Correct { message, .. } => self
                .owner(
                    "SELECT chat.account_id FROM message JOIN chat ON chat.id = message.chat_id WHERE message.id = ?1",
                    message.0,
                )?,
            Command::FillGap { gap } => self
                .owner("SELECT chat.account_id FROM gap JOIN chat ON chat.id = gap.chat_id WHERE gap.id = ?1", gap.0)?,
        };
        let session = sessions.get_mut(&account).ok_or(CommandError::NotFound)?;
        let mut cx = self.cx(session);
        for feature in FEATURES {
            if let Some(receipt) = feature.command(&mut cx, &command)? {
                return Ok(receipt);
            }
        }
        Err(CommandError::Internal.into())
    }

    fn owner(&self, sql: &str, id: i64) -> Result<AccountId, Refusal> {
        let account = self.tx.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
        account.ok_or_else(|| CommandError::NotFound.into())
    }

    /// Ends the call for one session: sends what may leave, asks for confirmations, saves counters, writes.
    fn settle(&mut self, session: &mut Session) -> Result<(), Fault> {
        let repeatable = self.repeatable;
        let mut cx = self.cx(session);
        archive::run::advance(&mut cx)?;
        chat::read_sync::flush(&mut cx)?;
        if !repeatable {
            contact::presence::turn_away(&mut cx)?;
            // What one account of ours has said may give another one something to do.
            if cx.out.changes.contains(&Change::Accounts) {
                contact::portable::import::advance(&mut cx)?;
            }
        }
        if !repeatable && std::mem::take(&mut cx.session.pump) {
            outbox::run(&mut cx)?;
        }
        stream::settle(&mut cx)?;
        let account = session.account;
        let mono = self.now.mono;
        if let Some(live) = session.live().filter(|live| !live.outgoing.is_empty()) {
            live.spoken = mono;
            let bytes = std::mem::take(&mut live.outgoing).into_bytes();
            self.out.effects.push(Effect::Write { account, connection: live.connection, bytes });
        }
        Ok(())
    }
}

/// Tells every feature that the stream came or went.
pub fn announce(cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
    FEATURES.iter().try_for_each(|feature| feature.session(cx, event))
}

/// Gives an answer to the feature that asked.
pub fn reply(cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<(), Fault> {
    for feature in FEATURES {
        if feature.reply(cx, purpose, answer)? == Done::Taken {
            break;
        }
    }
    Ok(())
}

fn take_frame(cx: &mut Cx<'_>, frame: Frame) -> Result<(), Fault> {
    let mono = cx.now.mono;
    let Some(live) = cx.session.live() else { return connect::login(cx, LoginInput::Frame(frame)) };
    live.hears(mono);
    match frame {
        Frame::Element(element) if element.is("error", ns::STREAM) => connect::stream_error(cx, &element),
        Frame::Element(element) if element.ns == ns::CLIENT => stanza(cx, &element, true),
        Frame::Element(element) if element.is("features", ns::STREAM) => connect::features(cx, &element),
        Frame::Element(element) => {
            if !stream::nonza(cx, &element)? {
                cx.violation(Violation::UnknownNonza);
            }
            Ok(())
        }
        Frame::TooLarge { head } => {
            cx.violation(Violation::StanzaTooLarge);
            count(cx, &head);
            answer_too_large(cx, &head)?;
            archive::run::result_too_large(cx, &head)
        }
        // A second header in a bound stream.
        Frame::StreamOpen(_) => {
            stream::abandon(cx)?;
            connect::lost(cx, WaitReason::ServerError)
        }
        Frame::StreamClose => connect::lost(cx, WaitReason::Lost),
    }
}

/// An answer that was skipped for its size is none that could be used: whoever asked learns of it now.
fn answer_too_large(cx: &mut Cx<'_>, head: &Element) -> Result<(), Fault> {
    if !head.is("iq", ns::CLIENT) || !matches!(head.attribute("type"), Some("result" | "error")) {
        return Ok(());
    }
    let Some(inbound) = Inbound::open(cx, head) else { return Ok(()) };
    let id = head.attribute("id").unwrap_or("");
    match cx.take_request(id, inbound.from.as_ref())? {
        Some(purpose) => reply(cx, &purpose, &Answer::Error(head)),
        None => Ok(()),
    }
}

fn count(cx: &mut Cx<'_>, stanza: &Element) {
    let is_stanza = stanza.ns == ns::CLIENT && matches!(stanza.name.as_str(), "message" | "presence" | "iq");
    if let Some(live) = cx.session.live().filter(|_| is_stanza) {
        live.h_in = live.h_in.wrapping_add(1);
        live.dirty = true;
    }
}

/// Handles one stanza in a savepoint of its own: whatever goes wrong in it stays in it.
pub fn stanza(cx: &mut Cx<'_>, element: &Element, counted: bool) -> Result<(), Fault> {
    if counted {
        count(cx, element);
    }
    cx.tx.execute_batch("SAVEPOINT stanza")?;
    let effects = cx.out.effects.len();
    let written = cx.session.live().map_or(0, |live| live.outgoing.len());
    let sent = cx.session.live().map_or(0, |live| live.sent);
    let reading = cx.session.archive.run.is_some();
    let result = catch_unwind(AssertUnwindSafe(|| handle_stanza(cx, element)));
    let why = match result {
        Ok(Ok(())) => return Ok(cx.tx.execute_batch("RELEASE stanza")?),
        Ok(Err(fault)) => fault.to_string(),
        Err(_) => "panicked".to_owned(),
    };
    tracing::error!(why, "a stanza could not be handled");
    cx.tx.execute_batch("ROLLBACK TO stanza; RELEASE stanza")?;
    cx.out.effects.truncate(effects);
    cx.out.changes.insert(Change::All);
    if let Some(live) = cx.session.live() {
        live.outgoing.truncate(written);
        live.sent = sent;
    }
    if reading {
        cx.session.archive.pause_after_fault(cx.now.mono);
    }
    undecided::keep(cx, element)
}

fn handle_stanza(cx: &mut Cx<'_>, element: &Element) -> Result<(), Fault> {
    let Some(inbound) = Inbound::open(cx, element) else { return Ok(()) };
    if inbound.kind == Kind::Iq {
        let id = element.attribute("id").unwrap_or("");
        match inbound.type_() {
            "result" | "error" => {
                let Some(purpose) = cx.take_request(id, inbound.from.as_ref())? else { return Ok(()) };
                let answer = if inbound.type_() == "result" { Answer::Result(element) } else { Answer::Error(element) };
                return reply(cx, &purpose, &answer);
            }
            // Without an id there is nothing to answer to (RFC 6120 8.1.3).
            "get" | "set" if !id.is_empty() => {}
            _ => {
                cx.violation(Violation::StanzaMalformed);
                return Ok(());
            }
        }
    }
    for feature in FEATURES {
        if feature.stanza(cx, &inbound)? == Done::Taken {
            return Ok(());
        }
    }
    if inbound.kind == Kind::Iq {
        cx.send(&request::unavailable(element), None)?;
    }
    Ok(())
}
