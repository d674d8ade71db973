//! The core thread: owns the engine, takes what is queued, carries out what the engine wants.
//!
//! Invariants: effects are carried out in order and only after `handle` returned, that is after the commit; one
//! `handle` takes at most [`MOST_INPUTS`] inputs; whatever ends this thread, nobody waits for ever.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::effect::{ConnectTarget, Effect};
use linnet_messenger::engine::{End, Engine, Outcome};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::{AccountId, ConnectionId};
use linnet_messenger::input::Input;
use linnet_messenger::store::{Role, StoreError, StoreOptions, Verdict};
use linnet_messenger::wire::Language;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::check::Check;
use crate::client::OpenError;
use crate::clock::Clock;
use crate::memory::Burst;
use crate::net::{self, Net, Order};
use crate::platform::Platform;
use crate::random::SystemRandom;
use crate::readers::{self, Readers};
use crate::subscription::Subscriptions;
use crate::tasks;

/// The most inputs of one transaction: enough for group commit, few enough to answer a command soon.
const MOST_INPUTS: usize = 256;

/// The longest wait at a time. The system's timer stands still while the device sleeps and the deadlines don't: after
/// waking up none may be later than this.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A pause this long ends a burst.
const REST: Duration = Duration::from_secs(1);

/// How soon an extension notices that the app has come, and lets go.
const HAND_OVER: Duration = Duration::from_millis(50);

type Answer = Result<Receipt, CommandError>;

/// What reaches the core thread.
pub(crate) enum Message {
    Input(Input),
    /// What a connection read. The charge is given back when the engine has taken it.
    Frames {
        inputs: Vec<Input>,
        charge: OwnedSemaphorePermit,
    },
    /// The task of this connection is gone, and its socket with it.
    Ended(ConnectionId),
    Command {
        command: Command,
        answer: oneshot::Sender<Answer>,
    },
    Suspend {
        done: oneshot::Sender<()>,
    },
    Resume,
    /// All pages of the database were read.
    Checked(Verdict),
    Stop,
}

/// The way to the core thread. Sending never blocks; after its end messages are dropped.
#[derive(Clone)]
pub(crate) struct Inbox(Sender<Message>);

impl Inbox {
    pub(crate) fn new() -> (Self, Receiver<Message>) {
        let (sender, messages) = mpsc::channel();
        (Self(sender), messages)
    }

    pub(crate) fn input(&self, input: Input) {
        self.send(Message::Input(input));
    }

    pub(crate) fn frames(&self, inputs: Vec<Input>, charge: OwnedSemaphorePermit) {
        self.send(Message::Frames { inputs, charge });
    }

    pub(crate) fn ended(&self, connection: ConnectionId) {
        self.send(Message::Ended(connection));
    }

    /// The channel closes if the thread ends before it answers.
    pub(crate) fn command(&self, command: Command) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Command { command, answer });
        answered
    }

    /// The channel closes if the thread ends: then everything is closed too.
    pub(crate) fn suspend(&self) -> oneshot::Receiver<()> {
        let (done, is_done) = oneshot::channel();
        self.send(Message::Suspend { done });
        is_done
    }

    pub(crate) fn resume(&self) {
        self.send(Message::Resume);
    }

    pub(crate) fn checked(&self, verdict: Verdict) {
        self.send(Message::Checked(verdict));
    }

    pub(crate) fn stop(&self) {
        self.send(Message::Stop);
    }

    fn send(&self, message: Message) {
        // An ended thread needs no messages; what waits for an answer sees its channel close.
        let _ = self.0.send(message);
    }
}

/// How the core thread fares.
#[derive(Clone, Default)]
pub(crate) struct Life(Arc<AtomicU8>);

/// Zero is alive.
const ENDED: u8 = 1;
const DIED: u8 = 2;
const DAMAGED: u8 = 3;

impl Life {
    /// What to answer a command that the thread did not answer.
    pub(crate) fn refusal(&self) -> CommandError {
        match self.0.load(Ordering::Acquire) {
            DIED => CommandError::Internal,
            DAMAGED => CommandError::Storage,
            _ => CommandError::NotNow,
        }
    }

    fn end(&self, with: u8) {
        self.0.store(with, Ordering::Release);
    }
}

/// A core thread that has opened its store.
pub(crate) struct Started {
    pub(crate) inbox: Inbox,
    pub(crate) life: Life,
    pub(crate) readers: Readers,
    pub(crate) handle: JoinHandle<()>,
}

/// What the thread is started with.
pub(crate) struct Start {
    pub(crate) store: StoreOptions,
    pub(crate) clock: Clock,
    pub(crate) net: Net,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) discard: bool,
    pub(crate) language: String,
    #[cfg(feature = "sabotage")]
    pub(crate) sabotage: crate::sabotage::Sabotages,
}

/// Starts the thread and waits until the store is open.
pub(crate) fn start(start: Start) -> Result<Started, OpenError> {
    let runtime = tasks::runtime().ok_or_else(|| std::io::Error::other("no threads for input and output"))?.handle();
    let (inbox, messages) = Inbox::new();
    let (opened, is_open) = mpsc::sync_channel(1);
    let life = Life::default();
    let (own_inbox, own_life) = (inbox.clone(), life.clone());
    let handle = std::thread::Builder::new().name("linnet-core".to_owned()).spawn(move || {
        let Start { store, clock, net, platform, subscriptions, discard, language, .. } = start;
        let role = store.role;
        let (mut engine, readers) = match open(store, &clock) {
            Ok(open) => open,
            Err(error) => {
                // The opener waits for exactly this.
                let _ = opened.send(Err(error));
                return;
            }
        };
        engine.set_discard(discard);
        engine.set_language(Language::new(&language).unwrap_or_default());
        #[cfg(feature = "sabotage")]
        engine.set_faults(start.sabotage.faults());
        let _ = opened.send(Ok(readers.clone()));
        let core = Core {
            engine,
            role,
            clock,
            runtime,
            net: Arc::new(net),
            platform,
            messages,
            inbox: own_inbox,
            readers,
            subscriptions,
            tickets: HashMap::new(),
            last_ticket: 0,
            connections: HashMap::new(),
            suspending: Vec::new(),
            asleep: false,
            waiting: Vec::new(),
            check: None,
            burst: Burst::default(),
            easel: Arc::default(),
            #[cfg(feature = "sabotage")]
            sabotage: start.sabotage,
        };
        core.live(&own_life);
    })?;
    match is_open.recv() {
        Ok(Ok(readers)) => Ok(Started { inbox, life, readers, handle }),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(OpenError::Thread(std::io::Error::other("the core thread panicked while opening"))),
    }
}

fn open(store: StoreOptions, clock: &Clock) -> Result<(Engine, Readers), OpenError> {
    let engine = Engine::open(store, Box::new(SystemRandom), &clock.now())?;
    let readers = Readers::start(reader_connections(&engine)?)?;
    Ok((engine, readers))
}

fn reader_connections(engine: &Engine) -> Result<Vec<rusqlite::Connection>, StoreError> {
    (0..readers::COUNT).map(|_| engine.reader()).collect()
}

struct Core {
    engine: Engine,
    role: Role,
    clock: Clock,
    runtime: &'static tokio::runtime::Handle,
    net: Arc<Net>,
    platform: Arc<dyn Platform>,
    messages: Receiver<Message>,
    inbox: Inbox,
    readers: Readers,
    subscriptions: Subscriptions,
    tickets: HashMap<u64, oneshot::Sender<Answer>>,
    last_ticket: u64,
    connections: HashMap<ConnectionId, UnboundedSender<Order>>,
    /// Who waits until all connections are closed.
    suspending: Vec<oneshot::Sender<()>>,
    /// Suspended: commands wait.
    asleep: bool,
    waiting: Vec<(Command, oneshot::Sender<Answer>)>,
    check: Option<Check>,
    burst: Burst,
    /// Whoever draws a picture holds it.
    easel: Arc<Mutex<()>>,
    #[cfg(feature = "sabotage")]
    sabotage: crate::sabotage::Sabotages,
}

/// One round's work.
#[derive(Default)]
struct Round {
    inputs: Vec<Input>,
    /// Given back when the inputs are handled.
    charges: Vec<OwnedSemaphorePermit>,
    then: Then,
}

/// What has to happen after a round's inputs were handled.
#[derive(Default)]
enum Then {
    #[default]
    Nothing,
    Suspend(oneshot::Sender<()>),
    Resume,
    Checked(Verdict),
    Stop,
}

impl Core {
    /// Runs to the end, whatever it is, and lets nobody wait after it.
    fn live(mut self, life: &Life) {
        let end = catch_unwind(AssertUnwindSafe(|| self.run()));
        let how = match end {
            Ok(None | Some(End::LeaseLost)) => ENDED,
            Ok(Some(End::Damaged)) => DAMAGED,
            Err(_) => DIED,
        };
        if how == DIED {
            tracing::error!("the core thread panicked");
        }
        self.stop_reading();
        life.end(how);
        self.readers.close();
        self.subscriptions.finish(how == ENDED);
        if let Ok(Some(end)) = end {
            self.platform.ended(end);
        }
        // Dropping the tickets and the messages still queued answers them; dropping the orders closes the connections.
    }

    /// Gives why it ended, if nobody asked for it.
    fn run(&mut self) -> Option<End> {
        // The first round connects what is enabled.
        self.handle(vec![Input::Tick]);
        self.plan_check();
        loop {
            let round = self.round();
            if matches!(round.then, Then::Suspend(_) | Then::Stop) {
                // A reader would keep the write-ahead log from moving into the file.
                self.stop_reading();
            }
            self.handle(round.inputs);
            drop(round.charges);
            if let Some(end) = self.engine.ended() {
                return Some(end);
            }
            match round.then {
                Then::Nothing => {}
                Then::Suspend(done) => self.suspend(done),
                Then::Resume => self.resume(),
                Then::Checked(verdict) => {
                    let outcome = self.engine.pages_checked(verdict, &self.clock.now());
                    self.act(outcome);
                }
                Then::Stop => return None,
            }
            self.finish_suspend();
        }
    }

    /// Waits for something to do, then takes what is queued, up to the first message that needs a round's end.
    fn round(&mut self) -> Round {
        let mut round = Round::default();
        let mut next = self.wait();
        while let Some(message) = next {
            match message {
                Message::Input(input) => {
                    if matches!(input, Input::NetworkChanged) {
                        self.net.places.forget();
                    }
                    round.inputs.push(input);
                }
                Message::Frames { inputs, charge } => {
                    round.inputs.extend(inputs);
                    round.charges.push(charge);
                }
                Message::Ended(connection) => {
                    self.connections.remove(&connection);
                }
                Message::Command { command, answer } if self.asleep => self.waiting.push((command, answer)),
                Message::Command { command, answer } => round.inputs.push(self.command(command, answer)),
                Message::Suspend { done } => {
                    self.asleep = true;
                    round.inputs.push(Input::Suspend);
                    round.then = Then::Suspend(done);
                    return round;
                }
                Message::Resume => {
                    self.asleep = false;
                    round.inputs.push(Input::Resume);
                    for (command, answer) in std::mem::take(&mut self.waiting) {
                        let command = self.command(command, answer);
                        round.inputs.push(command);
                    }
                    round.then = Then::Resume;
                    return round;
                }
                Message::Checked(verdict) => {
                    round.then = Then::Checked(verdict);
                    return round;
                }
                Message::Stop => {
                    round.inputs.push(Input::Suspend);
                    round.then = Then::Stop;
                    return round;
                }
            }
            next = if round.inputs.len() < MOST_INPUTS { self.messages.try_recv().ok() } else { None };
        }
        round
    }

    /// The next message, or `None` when it is time to look at the clock. The channel can't close: this thread holds an
    /// end of it.
    fn wait(&mut self) -> Option<Message> {
        let longest = if self.role == Role::Extension { HAND_OVER } else { LONGEST_WAIT };
        if self.burst.was_one() || self.engine.wants_rest() {
            let until_due = self.engine.next_deadline().map_or(longest, Clock::until);
            match self.messages.recv_timeout(until_due.min(longest).min(REST)) {
                Ok(message) => return Some(message),
                Err(_) if until_due <= REST => return None,
                Err(_) => {
                    self.engine.rest();
                    self.burst.is_over();
                }
            }
        }
        match self.engine.next_deadline() {
            Some(deadline) => self.messages.recv_timeout(Clock::until(deadline).min(longest)).ok(),
            None if self.role == Role::Extension => self.messages.recv_timeout(longest).ok(),
            None => self.messages.recv().ok(),
        }
    }

    fn command(&mut self, command: Command, answer: oneshot::Sender<Answer>) -> Input {
        self.last_ticket += 1;
        self.tickets.insert(self.last_ticket, answer);
        Input::Command { ticket: self.last_ticket, command }
    }

    fn handle(&mut self, mut inputs: Vec<Input>) {
        let now = self.clock.now();
        self.burst.count(inputs.len());
        if self.engine.next_deadline().is_some_and(|deadline| deadline <= now.mono) {
            inputs.push(Input::Tick);
        }
        let outcome = match inputs.is_empty() {
            true => self.engine.look_for_app(),
            false => self.engine.handle(inputs, &now),
        };
        self.act(outcome);
    }

    fn act(&mut self, outcome: Outcome) {
        let mut writes = false;
        for effect in outcome.effects {
            self.platform.effect(&effect);
            writes |= matches!(effect, Effect::Write { .. });
            self.carry_out(effect);
        }
        if writes {
            // The connection's thread may want this core: what it writes is what the server waits for.
            std::thread::yield_now();
        }
        #[cfg(feature = "sabotage")]
        self.sabotage.let_effects_leave(self.connections.values());
        self.subscriptions.notice(&outcome.changes);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { account, connection, target } => self.connect(account, connection, target),
            Effect::StartTls { connection, .. } => self.order(connection, Order::StartTls),
            Effect::RestartReader { connection, .. } => self.order(connection, Order::RestartReader),
            Effect::Write { connection, bytes, .. } => self.order(connection, Order::Write(bytes)),
            Effect::Close { connection, .. } => self.order(connection, Order::Close),
            Effect::Compute { account, connection, job } => {
                let inbox = self.inbox.clone();
                self.runtime.spawn_blocking(move || {
                    inbox.input(Input::Computed { account, connection, result: job.run() });
                });
            }
            Effect::DrawPicture { account, hash, file } => {
                let (inbox, turn) = (self.inbox.clone(), Arc::clone(&self.easel));
                self.runtime.spawn_blocking(move || {
                    // One at a time: unfolded, a picture takes a hundred times its bytes.
                    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    let drawn = catch_unwind(AssertUnwindSafe(|| linnet_picture::draw(&file)));
                    let picture = drawn.ok().and_then(Result::ok).map(|picture| picture.bytes);
                    inbox.input(Input::PictureDrawn { account, hash, picture });
                });
            }
            Effect::Answer { ticket, result } => {
                if let Some(answer) = self.tickets.remove(&ticket) {
                    // A caller that went away does not need its answer.
                    let _ = answer.send(result);
                }
            }
            Effect::Session { account, kind, .. } => {
                self.net.places.good(account);
                tracing::info!(?kind, "a stream was established");
            }
            Effect::Violation { violation, .. } => tracing::debug!(?violation, "a peer misbehaved"),
        }
    }

    fn connect(&mut self, account: AccountId, connection: ConnectionId, target: ConnectTarget) {
        let inbox = self.inbox.clone();
        let orders = net::start(self.runtime, Arc::clone(&self.net), inbox, account, connection, target);
        self.connections.insert(connection, orders);
    }

    /// An order to a connection that has ended is late, not wrong: the engine will hear of its end.
    fn order(&self, connection: ConnectionId, order: Order) {
        if let Some(orders) = self.connections.get(&connection) {
            let _ = orders.send(order);
        }
    }

    /// The engine has written its acknowledgements and closed its connections; whatever it left open is closed here,
    /// for a suspended process must hold no socket.
    fn suspend(&mut self, done: oneshot::Sender<()>) {
        self.net.places.forget();
        for orders in self.connections.values() {
            let _ = orders.send(Order::Close);
        }
        self.suspending.push(done);
    }

    /// No thread has the database open any more.
    fn stop_reading(&mut self) {
        if let Some(check) = self.check.take() {
            check.stop();
        }
        self.readers.park();
    }

    fn plan_check(&mut self) {
        if self.check.is_none() && self.engine.wants_check(&self.clock.now()) {
            self.check = Check::start(self.engine.store_options().clone(), self.inbox.clone());
        }
    }

    /// Answers those who wait for a suspension once the last connection has ended.
    fn finish_suspend(&mut self) {
        if self.suspending.is_empty() || !self.connections.is_empty() {
            return;
        }
        for done in self.suspending.drain(..) {
            let _ = done.send(());
        }
    }

    fn resume(&mut self) {
        // A suspension overtaken by this resume is over.
        for done in self.suspending.drain(..) {
            let _ = done.send(());
        }
        if self.readers.serving() {
            return;
        }
        let connections = if self.engine.is_open() { reader_connections(&self.engine).ok() } else { None };
        if connections.is_none() {
            tracing::error!("no reader connection after a suspension");
        }
        self.readers.serve_again(connections);
        self.plan_check();
    }
}
