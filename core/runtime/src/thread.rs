//! The core thread: owns the engine, takes what is queued, carries out what the engine wants.
//!
//! Invariants: effects are carried out in order and only after `handle` returned, that is after the commit; one `handle`
//! takes at most [`MOST_INPUTS`] inputs; whatever ends this thread, nobody waits for ever.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::effect::Effect;
use linnet_messenger::engine::Engine;
use linnet_messenger::fault::CommandError;
use linnet_messenger::input::Input;
use linnet_messenger::store::StoreOptions;
use tokio::sync::oneshot;

use crate::client::OpenError;
use crate::clock::Clock;
use crate::platform::Platform;
use crate::random::SystemRandom;
use crate::readers::{self, Readers};
use crate::subscription::Subscriptions;

/// The most inputs of one transaction: enough for group commit, few enough to answer a command soon.
const MOST_INPUTS: usize = 256;

type Answer = Result<Receipt, CommandError>;

/// What reaches the core thread.
pub(crate) enum Message {
    Input(Input),
    Command { command: Command, answer: oneshot::Sender<Answer> },
    Suspend { done: oneshot::Sender<()> },
    Resume,
    Stop,
}

/// The way to the core thread. Sending never blocks; after its end messages are dropped.
#[derive(Clone)]
pub(crate) struct Inbox(Sender<Message>);

impl Inbox {
    pub(crate) fn input(&self, input: Input) {
        self.send(Message::Input(input));
    }

    /// `None`: the thread ended before it answered.
    pub(crate) async fn command(&self, command: Command) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        self.send(Message::Command { command, answer });
        answered.await.ok()
    }

    pub(crate) async fn suspend(&self) {
        let (done, is_done) = oneshot::channel();
        self.send(Message::Suspend { done });
        // Unanswered: the thread ended, so everything is closed too.
        let _ = is_done.await;
    }

    pub(crate) fn resume(&self) {
        self.send(Message::Resume);
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

impl Life {
    /// What to answer a command that the thread did not answer.
    pub(crate) fn refusal(&self) -> CommandError {
        if self.0.load(Ordering::Acquire) == DIED { CommandError::Internal } else { CommandError::NotNow }
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

/// Starts the thread and waits until the store is open.
pub(crate) fn start(
    store: StoreOptions,
    clock: Clock,
    platform: Arc<dyn Platform>,
    subscriptions: Subscriptions,
) -> Result<Started, OpenError> {
    let (sender, messages) = mpsc::channel();
    let (opened, is_open) = mpsc::sync_channel(1);
    let life = Life::default();
    let ending = life.clone();
    let handle = std::thread::Builder::new().name("linnet-core".to_owned()).spawn(move || {
        let (engine, readers) = match open(store, &clock) {
            Ok(open) => open,
            Err(error) => {
                let _ = opened.send(Err(error));
                return;
            }
        };
        let _ = opened.send(Ok(readers.clone()));
        let mut core =
            Core { engine, clock, platform, messages, readers, subscriptions, tickets: HashMap::new(), last_ticket: 0 };
        let end = catch_unwind(AssertUnwindSafe(|| core.run()));
        let on_purpose = end.is_ok();
        if !on_purpose {
            tracing::error!("the core thread panicked");
        }
        ending.end(if on_purpose { ENDED } else { DIED });
        core.readers.close();
        core.subscriptions.finish(on_purpose);
    })?;
    match is_open.recv() {
        Ok(Ok(readers)) => Ok(Started { inbox: Inbox(sender), life, readers, handle }),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(OpenError::Thread(std::io::Error::other("the core thread panicked while opening"))),
    }
}

fn open(store: StoreOptions, clock: &Clock) -> Result<(Engine, Readers), OpenError> {
    let engine = Engine::open(store, Box::new(SystemRandom), &clock.now())?;
    let readers = Readers::start(reader_connections(&engine)?)?;
    Ok((engine, readers))
}

fn reader_connections(engine: &Engine) -> Result<Vec<rusqlite::Connection>, linnet_messenger::store::StoreError> {
    (0..readers::COUNT).map(|_| engine.reader()).collect()
}

struct Core {
    engine: Engine,
    clock: Clock,
    platform: Arc<dyn Platform>,
    messages: Receiver<Message>,
    readers: Readers,
    subscriptions: Subscriptions,
    tickets: HashMap<u64, oneshot::Sender<Answer>>,
    last_ticket: u64,
}

/// What has to happen after the inputs of a round were handled.
enum After {
    Nothing,
    Suspend(oneshot::Sender<()>),
    Resume,
    Stop,
}

impl Core {
    fn run(&mut self) {
        // The first round connects what is enabled.
        self.handle(vec![Input::Tick]);
        loop {
            let (inputs, after) = self.round();
            self.handle(inputs);
            match after {
                After::Nothing => {}
                After::Suspend(done) => {
                    self.readers.park();
                    let _ = done.send(());
                }
                After::Resume => self.reopen_readers(),
                After::Stop => return,
            }
        }
    }

    /// Waits for something to do, then takes what is queued, up to the first message that needs a round's end.
    fn round(&mut self) -> (Vec<Input>, After) {
        let mut inputs = Vec::new();
        let mut next = self.wait();
        while let Some(message) = next {
            match message {
                Message::Input(input) => inputs.push(input),
                Message::Command { command, answer } => {
                    self.last_ticket += 1;
                    self.tickets.insert(self.last_ticket, answer);
                    inputs.push(Input::Command { ticket: self.last_ticket, command });
                }
                Message::Suspend { done } => {
                    inputs.push(Input::Suspend);
                    return (inputs, After::Suspend(done));
                }
                Message::Resume => {
                    inputs.push(Input::Resume);
                    return (inputs, After::Resume);
                }
                Message::Stop => {
                    inputs.push(Input::Suspend);
                    return (inputs, After::Stop);
                }
            }
            next = if inputs.len() < MOST_INPUTS { self.messages.try_recv().ok() } else { None };
        }
        (inputs, After::Nothing)
    }

    /// The next message, or `None` when a deadline passes.
    fn wait(&self) -> Option<Message> {
        let Some(deadline) = self.engine.next_deadline() else {
            // All senders gone is as good as a stop.
            return Some(self.messages.recv().unwrap_or(Message::Stop));
        };
        match self.messages.recv_timeout(Clock::until(deadline)) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Message::Stop),
        }
    }

    fn handle(&mut self, mut inputs: Vec<Input>) {
        let now = self.clock.now();
        if self.engine.next_deadline().is_some_and(|deadline| deadline <= now.mono) {
            inputs.push(Input::Tick);
        }
        if inputs.is_empty() {
            return;
        }
        let outcome = self.engine.handle(inputs, &now);
        for effect in outcome.effects {
            self.platform.effect(&effect);
            self.carry_out(effect);
        }
        self.subscriptions.notice(&outcome.changes);
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Answer { ticket, result } => {
                if let Some(answer) = self.tickets.remove(&ticket) {
                    // A caller that went away does not need its answer.
                    let _ = answer.send(result);
                }
            }
            _ => {}
        }
    }

    fn reopen_readers(&mut self) {
        let connections = reader_connections(&self.engine);
        if let Err(error) = &connections {
            tracing::error!(%error, "no reader connection after a suspension");
        }
        self.readers.serve_again(connections.ok());
    }
}
