//! Holding the file, letting go of it, and what follows when it can't be had: suspension, the lease, storage that failed,
//! damage.
//!
//! Invariants: a suspended engine has no file open and no lease; what it is then asked is refused. Sessions in memory are
//! kept over a suspension only if nobody else took the lease meanwhile. A lost lease ends an extension; the app takes it
//! back, and reads everything anew.

use std::collections::BTreeMap;

use super::{Engine, Outcome};
use crate::account::settings;
use crate::change::Change;
use crate::effect::Effect;
use crate::fault::{CommandError, Fault};
use crate::ids::{AccountId, ConnectionId};
use crate::input::Input;
use crate::now::Now;
use crate::session::Session;
use crate::store::{OpenError, Role, Store, Verdict, integrity};
use crate::view::item::{Connection, WaitReason};

/// After storage failed.
const RESTART_PAUSE: u64 = 5_000;

/// Why an engine takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The app took the lease from this extension.
    LeaseLost,
    /// The file is damaged; the next open says so too.
    Damaged,
}

/// What was under way when a call began: to be answered and closed if the call fails.
pub(super) struct UnderWay {
    tickets: Vec<u64>,
    open: Vec<(AccountId, ConnectionId)>,
}

/// How many of the inputs make one transaction: a suspension ends one, waking up begins one.
pub(super) fn first_part(inputs: &[Input]) -> usize {
    let end = |(at, input): (usize, &Input)| match input {
        Input::Suspend => Some(at + 1),
        Input::Resume if at > 0 => Some(at),
        _ => None,
    };
    inputs.iter().enumerate().find_map(end).unwrap_or(inputs.len())
}

impl Engine {
    /// Whether the file is open: not while suspended, and not at the end.
    pub fn is_open(&self) -> bool {
        self.store.is_some()
    }

    /// Whether [`Engine::rest`] should be called once nothing has happened for a moment.
    pub fn wants_rest(&self) -> bool {
        self.store.as_ref().is_some_and(Store::wants_rest)
    }

    /// After a burst: what made it faster is let go.
    pub fn rest(&mut self) {
        if let Some(store) = self.store.as_mut().filter(|_| self.kept.is_none()) {
            store.rest();
        }
    }

    /// Set once nothing more will be done. The file is closed then.
    pub fn ended(&self) -> Option<End> {
        self.end
    }

    /// For an extension, between its calls: whether the app has come. If so, this was the end.
    pub fn look_for_app(&mut self) -> Outcome {
        let lost = |store: &Store| !store.lease.holds(&store.connection).unwrap_or(true);
        if self.options.role == Role::Extension && self.store.as_ref().is_some_and(lost) {
            let under_way = self.under_way(&[]);
            return self.finish(End::LeaseLost, &under_way);
        }
        Outcome::default()
    }

    /// Whether all pages of the file should be read now, in the background ([`crate::store::check_pages`]).
    pub fn wants_check(&self, now: &Now) -> bool {
        // An extension has no time for it.
        self.options.role == Role::App && self.store.as_ref().is_some_and(|store| !store.is_checked(&now.boot_id))
    }

    /// All pages have been read.
    pub fn pages_checked(&mut self, verdict: Verdict, now: &Now) -> Outcome {
        if let Some(store) = &self.store
            && let Err(error) = integrity::remember(&store.connection, verdict, &now.boot_id)
        {
            tracing::warn!(%error, "it is not remembered what reading all pages gave");
        }
        if verdict == Verdict::Damaged {
            let under_way = self.under_way(&[]);
            return self.finish(End::Damaged, &under_way);
        }
        Outcome::default()
    }

    pub(super) fn under_way(&self, inputs: &[Input]) -> UnderWay {
        let ticket = |input: &Input| if let Input::Command { ticket, .. } = input { Some(*ticket) } else { None };
        let open = self
            .sessions
            .values()
            .map(|session| (session.account, session.connection()))
            .chain(self.sign_ups.values().map(|sign_up| (sign_up.account(), sign_up.connection())))
            .filter_map(|(account, connection)| Some((account, connection?)))
            .collect();
        UnderWay { tickets: inputs.iter().filter_map(ticket).collect(), open }
    }

    /// Opens the file again after a suspension. What another process did meanwhile is read.
    pub(super) fn open_again(&mut self, now: &Now, outcome: &mut Outcome) -> Result<(), OpenError> {
        if self.store.is_none() {
            let mut store = Store::open(self.options.clone())?;
            let others = store.lease.epoch != self.left.wrapping_add(1);
            if others || store.restored {
                let sessions = settings::load(&mut store, now)?;
                self.adopt(sessions);
                outcome.changes.insert(Change::All);
            }
            self.store = Some(store);
        }
        self.suspended = false;
        Ok(())
    }

    /// Lets go of the file.
    pub(super) fn let_go(&mut self) {
        if self.store.as_ref().is_some_and(Store::is_in_memory) {
            return;
        }
        if let Some(store) = self.store.take() {
            self.left = store.lease.epoch;
            store.close();
        }
    }

    /// Nothing of a call happened, and this is why.
    pub(super) fn recover(&mut self, fault: &Fault, under_way: &UnderWay, now: &Now) -> Outcome {
        match fault {
            Fault::LeaseLost if self.options.role == Role::Extension => self.finish(End::LeaseLost, under_way),
            Fault::LeaseLost => {
                tracing::info!("another process had the lease; it is taken back");
                let raised = self.store.as_mut().map(|store| store.lease.raise(&store.connection));
                let pause = if matches!(raised, Some(Ok(()))) { 0 } else { RESTART_PAUSE };
                self.start_again(under_way, CommandError::NotNow, pause, now)
            }
            Fault::Store(error) if error.is_damage() => {
                tracing::error!(%error, "the database is damaged");
                if let Some(store) = &self.store
                    && let Err(error) = integrity::remember(&store.connection, Verdict::Damaged, &now.boot_id)
                {
                    tracing::warn!(%error, "the damage could not be noted");
                }
                self.finish(End::Damaged, under_way)
            }
            fault => {
                tracing::error!(%fault, "a transaction failed; all sessions start again");
                self.start_again(under_way, CommandError::Storage, RESTART_PAUSE, now)
            }
        }
    }

    /// Transports are dropped, sessions read again; they connect after a pause.
    fn start_again(&mut self, under_way: &UnderWay, refusal: CommandError, pause: u64, now: &Now) -> Outcome {
        let mut outcome = Outcome::default();
        outcome.drop_all(under_way, refusal);
        let until = now.wall.saturating_add_unsigned(pause);
        let waiting = Connection::Waiting { until, reason: WaitReason::Lost };
        let read = self.store.as_mut().map(|store| {
            let sessions = settings::load(store, now)?;
            settings::show_all(store, &waiting)?;
            Ok::<_, OpenError>(sessions)
        });
        if let Some(Ok(sessions)) = read {
            self.adopt(sessions);
        }
        self.sessions.values_mut().for_each(|session| session.wait(now.mono + pause));
        outcome.changes.insert(Change::All);
        outcome
    }

    /// Goes on with what was read from the file. Whether the app is in front, and since when it is not, is not in it.
    fn adopt(&mut self, mut sessions: BTreeMap<AccountId, Session>) {
        let active = self.sessions.values().all(|session| session.active);
        for session in sessions.values_mut() {
            session.active = active;
            if let Some(before) = self.sessions.get(&session.account) {
                session.idle_since = before.idle_since;
                session.away_at = before.away_at;
                session.away = before.away;
            }
        }
        self.sessions = sessions;
        // Their rows went with the rest of what a run leaves.
        self.sign_ups.clear();
    }

    fn finish(&mut self, end: End, under_way: &UnderWay) -> Outcome {
        tracing::info!(?end, "the messenger ends");
        let mut outcome = Outcome::default();
        let refusal = if end == End::LeaseLost { CommandError::NotNow } else { CommandError::Storage };
        outcome.drop_all(under_way, refusal);
        self.end = Some(end);
        self.sessions.clear();
        self.sign_ups.clear();
        self.next_deadline = None;
        // Not closed with care: the file is another's, or damaged.
        self.store = None;
        outcome
    }
}

impl Outcome {
    /// Refuses the commands among these inputs; the others concern nobody.
    pub(super) fn refuse(&mut self, inputs: &[Input], refusal: CommandError) {
        for input in inputs {
            if let Input::Command { ticket, .. } = input {
                self.effects.push(Effect::Answer { ticket: *ticket, result: Err(refusal) });
            }
        }
    }

    fn drop_all(&mut self, under_way: &UnderWay, refusal: CommandError) {
        for &(account, connection) in &under_way.open {
            self.effects.push(Effect::Close { account, connection });
        }
        for &ticket in &under_way.tickets {
            self.effects.push(Effect::Answer { ticket, result: Err(refusal) });
        }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.effects.extend(more.effects);
        self.changes.extend(more.changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::{Command, Secret};
    use crate::random::Random;
    use crate::store::StoreOptions;

    struct Dice(u8);

    impl Random for Dice {
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0 = self.0.wrapping_add(1);
            bytes.fill(self.0);
        }
    }

    /// An engine with one account, on a file that goes away with it.
    struct Bench {
        engine: Engine,
        path: std::path::PathBuf,
        now: Now,
    }

    impl Bench {
        fn new(name: &str, role: Role) -> Self {
            let path = std::env::temp_dir().join(format!("linnet-file-{name}-{}.db", std::process::id()));
            let now = Now { wall: 1_790_000_000_000, mono: 50_000, boot_id: "boot".to_owned() };
            let options = StoreOptions { role, ..StoreOptions::new(Some(path.clone()), [3; 32]) };
            let engine = Engine::open(options, Box::new(Dice(0)), &now).unwrap();
            let mut bench = Self { engine, path, now };
            let address = "alice@linnet.test".to_owned();
            let password = Secret::new("p");
            let added = bench.ask(Command::AddAccount { address, password, server: None, proxy: None, again: false });
            assert!(added.is_ok());
            bench
        }

        fn handle(&mut self, input: Input) -> Outcome {
            self.engine.handle(vec![input], &self.now)
        }

        fn ask(&mut self, command: Command) -> Result<crate::command::Receipt, CommandError> {
            let outcome = self.handle(Input::Command { ticket: 7, command });
            let mut answers = outcome.effects.into_iter().rev().filter_map(|effect| match effect {
                Effect::Answer { ticket: 7, result } => Some(result),
                _ => None,
            });
            answers.next().expect("every command is answered")
        }

        fn start_chat(&mut self, address: &str) -> Result<crate::command::Receipt, CommandError> {
            self.ask(Command::StartChat { account: AccountId(1), address: address.to_owned() })
        }

        /// Does something to the file as another process would.
        fn behind_its_back(&self, sql: &str) {
            let store = self.engine.store.as_ref().unwrap();
            store.connection.execute_batch(sql).unwrap();
        }

        fn connection(&self) -> Connection {
            let reader = self.engine.reader().unwrap();
            let json: String = reader.query_row("SELECT connection FROM account", [], |row| row.get(0)).unwrap();
            serde_json::from_str(&json).unwrap()
        }
    }

    impl Drop for Bench {
        fn drop(&mut self) {
            for end in ["", "-wal", "-shm", "-lease", "-generation"] {
                drop(std::fs::remove_file(format!("{}{end}", self.path.display())));
            }
        }
    }

    const TAKE: &str = "UPDATE lease SET holder = 'extension', epoch = epoch + 1";

    #[test]
    fn an_extension_that_lost_the_lease_commits_and_sends_nothing_more() {
        let mut bench = Bench::new("extension", Role::Extension);
        bench.behind_its_back(TAKE);
        let command = Command::StartChat { account: AccountId(1), address: "bob@linnet.test".to_owned() };
        let outcome = bench.handle(Input::Command { ticket: 7, command });
        assert_eq!(bench.engine.ended(), Some(End::LeaseLost));
        let closed = outcome.effects.iter().filter(|effect| matches!(effect, Effect::Close { .. })).count();
        assert_eq!(closed, 1, "{:?}", outcome.effects);
        assert!(!outcome.effects.iter().any(|effect| matches!(effect, Effect::Write { .. } | Effect::Connect { .. })));
        let reader = bench.engine.reader().unwrap();
        let chats: i64 = reader.query_row("SELECT count(*) FROM chat", [], |row| row.get(0)).unwrap();
        assert_eq!(chats, 0);
        assert_eq!(bench.start_chat("carol@linnet.test"), Err(CommandError::NotNow));
    }

    #[test]
    fn an_idle_extension_looks_for_the_app() {
        let mut bench = Bench::new("idle", Role::Extension);
        assert!(bench.engine.look_for_app().effects.is_empty());
        bench.behind_its_back(TAKE);
        bench.engine.look_for_app();
        assert_eq!(bench.engine.ended(), Some(End::LeaseLost));
    }

    #[test]
    fn the_app_takes_a_lost_lease_back_and_reads_everything_anew() {
        let mut bench = Bench::new("app", Role::App);
        bench.behind_its_back(TAKE);
        assert_eq!(bench.start_chat("bob@linnet.test"), Err(CommandError::NotNow), "rolled back");
        assert_eq!(bench.engine.ended(), None);
        assert_eq!(bench.engine.next_deadline(), Some(bench.now.mono), "it connects at once");
        assert!(bench.start_chat("bob@linnet.test").is_ok());
    }

    #[test]
    fn after_a_failed_transaction_accounts_wait_and_say_so() {
        let mut bench = Bench::new("failed", Role::App);
        let until = bench.now.wall + i64::try_from(RESTART_PAUSE).unwrap();
        bench.behind_its_back(
            "CREATE TRIGGER broken BEFORE INSERT ON chat BEGIN SELECT RAISE (ABORT, 'no more chats'); END",
        );
        assert_eq!(bench.start_chat("bob@linnet.test"), Err(CommandError::Storage));
        assert_eq!(bench.connection(), Connection::Waiting { until, reason: WaitReason::Lost });
        assert_eq!(bench.engine.next_deadline(), Some(bench.now.mono + RESTART_PAUSE));
    }

    #[test]
    fn what_a_restored_file_forbids_is_forbidden_once() {
        let mut bench = Bench::new("restored", Role::App);
        let stream = "INSERT INTO stream (account_id, previd, bound_jid, boot_id, h_in, acknowledged, sent)
                      VALUES (1, 'p', 'alice@linnet.test/x', 'boot', 0, 0, 0)";
        bench.behind_its_back(stream);
        let store = bench.engine.store.as_mut().unwrap();
        store.restored = true;
        let resumable = |store: &Store| -> Option<String> {
            store.connection.query_row("SELECT previd FROM stream", [], |row| row.get(0)).unwrap()
        };
        settings::load(store, &bench.now).unwrap();
        assert_eq!(resumable(store), None);
        store.connection.execute("UPDATE stream SET previd = 'q'", []).unwrap();
        settings::load(store, &bench.now).unwrap();
        assert_eq!(resumable(store).as_deref(), Some("q"), "a session made since is sound");
    }

    #[test]
    fn a_suspended_engine_has_no_file_and_refuses() {
        let mut bench = Bench::new("suspended", Role::App);
        bench.handle(Input::Suspend);
        assert!(!bench.engine.is_open());
        assert_eq!(bench.engine.next_deadline(), None);
        for input in [Input::Tick, Input::NetworkChanged] {
            assert!(bench.handle(input).effects.is_empty());
        }
        assert_eq!(bench.start_chat("bob@linnet.test"), Err(CommandError::NotNow));
        let enable = Command::SetAccountEnabled { account: AccountId(1), enabled: true };
        assert_eq!(bench.ask(enable), Err(CommandError::NotNow), "and opens no connection");
        let outcome = bench.handle(Input::Resume);
        assert!(outcome.effects.iter().any(|effect| matches!(effect, Effect::Connect { .. })));
        assert!(bench.start_chat("bob@linnet.test").is_ok());
    }

    #[test]
    fn a_damaged_file_ends_everything() {
        let mut bench = Bench::new("damaged", Role::App);
        assert!(bench.engine.wants_check(&bench.now));
        bench.engine.pages_checked(Verdict::Sound, &bench.now);
        assert!(!bench.engine.wants_check(&bench.now), "once a boot");
        let outcome = bench.engine.pages_checked(Verdict::Damaged, &bench.now);
        assert!(outcome.effects.iter().any(|effect| matches!(effect, Effect::Close { .. })));
        assert_eq!(bench.engine.ended(), Some(End::Damaged));
        let options = bench.engine.store_options().clone();
        assert!(matches!(Store::open(options), Err(OpenError::KeyOrFile)), "the next start leads to the recovery");
    }

    #[test]
    fn a_suspension_ends_a_transaction_and_waking_up_begins_one() {
        let parts = |mut inputs: Vec<Input>| {
            let mut parts = Vec::new();
            while !inputs.is_empty() {
                let rest = inputs.split_off(first_part(&inputs));
                parts.push(inputs.len());
                inputs = rest;
            }
            parts
        };
        assert_eq!(parts(vec![Input::Tick, Input::Suspend, Input::Tick, Input::Resume, Input::Tick]), [2, 1, 2]);
        assert_eq!(parts(vec![Input::Resume, Input::Suspend]), [2]);
        assert_eq!(parts(vec![Input::Tick, Input::Tick]), [2]);
    }
}
