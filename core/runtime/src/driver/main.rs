//! `linnet-driver`: Linnet's core without a screen, driven by JSON lines. How any other program tests Linnet; every
//! line is described in `docs/driver.md`.

#![forbid(unsafe_code)]

mod command;
mod dump;
mod file;
mod options;
mod output;
mod watch;

use std::collections::HashMap;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use linnet_messenger::command::OwnPicture;
use linnet_messenger::ids::{AccountId, ChatId, GapId, MessageId, SignUpId};
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::app::App;
use linnet_messenger::view::blocks::Blocks;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::codes::Codes;
use linnet_messenger::view::contact::Contact;
use linnet_messenger::view::notifications::Notifications;
use linnet_messenger::view::own_devices::OwnDevices;
use linnet_messenger::view::requests::Requests;
use linnet_messenger::view::server_details::ServerDetails;
use linnet_messenger::view::sign_up::SignUps;
use linnet_messenger::view::timeline::Timeline;
use linnet_messenger::view::versions::Versions;
use linnet_messenger::view::whole_text::TextOf;
use linnet_runtime::Client;
use serde_json::{Value, json};
use tokio::sync::RwLock;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use command::{Do, Line, ViewName};
use options::Arguments;
use output::{Answer, Output};
use watch::Watching;

fn main() -> ExitCode {
    let arguments = match options::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            output::complain(&problem);
            return ExitCode::from(2);
        }
    };
    if let Err(problem) = output::log_to_stderr(&arguments.log) {
        output::complain(&problem);
        return ExitCode::from(2);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let output = Output::start();
    let success = runtime.block_on(tokio::task::LocalSet::new().run_until(drive(arguments, output.clone())));
    output.finish();
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Opens the client and obeys until the input ends. False: it could not be opened.
async fn drive(arguments: Arguments, output: Output) -> bool {
    let Arguments { options, boot_id, server, proxy, discard, .. } = arguments;
    let opened_at = Instant::now();
    let ended = Arc::new(tokio::sync::Notify::new());
    let surroundings = output::Surroundings { output: output.clone(), boot_id, ended: Arc::clone(&ended) };
    let surroundings = Arc::new(surroundings);
    let client = match Client::open(options, surroundings) {
        Ok(client) => Arc::new(client),
        Err(error) => {
            output.line(json!({ "error": output::open_error(&error), "detail": error.to_string() }));
            return false;
        }
    };
    output.line(json!({ "ready": true, "micros": output::micros(opened_at) }));
    let mut driver = Driver {
        client,
        output,
        server,
        proxy,
        discard,
        opened_at,
        watches: HashMap::new(),
        answering: JoinSet::new(),
        turn: Arc::default(),
        suspended: false,
    };
    let mut lines = read_lines();
    let mut quit = None;
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            // Whatever is still said comes too late.
            () = ended.notified() => None,
        };
        let Some(line) = line else { break };
        match command::parse(&line) {
            Ok(Line { id, command: Do::Quit {} }) => {
                quit = Some(id);
                break;
            }
            Ok(line) => driver.obey(line),
            Err(problem) => driver.output.line(problem.to_json()),
        }
    }
    driver.finish().await;
    if let Some(id) = quit {
        driver.output.answer(id, Ok(json!({})));
    }
    true
}

/// Standard input on a thread of its own: reading it blocks.
fn read_lines() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    let read = move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if !line.trim().is_empty() && sender.send(line).is_err() {
                return;
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("input".to_owned()).spawn(read) {
        output::complain(&error.to_string());
    }
    lines
}

struct Driver {
    client: Arc<Client>,
    output: Output,
    /// Where `add_account` connects unless it says.
    server: Option<linnet_messenger::command::ServerAddress>,
    /// The proxy of `add_account` unless it says.
    proxy: Option<linnet_messenger::command::ProxyAddress>,
    discard: bool,
    opened_at: Instant,
    watches: HashMap<u64, Box<dyn Watching>>,
    /// Commands on their way to an answer.
    answering: JoinSet<()>,
    /// Shared by every command that waits for its answer, so that a dump can wait for all before it: the lock is fair.
    turn: Arc<RwLock<()>>,
    suspended: bool,
}

/// What a view is of.
struct Of {
    chat: Option<i64>,
    message: Option<i64>,
    account: Option<i64>,
}

/// The middle of the picture in a file; what is none is empty, and refused by the core.
fn picture_of(file: &std::path::Path) -> OwnPicture {
    let none = OwnPicture { bytes: Vec::new(), png: false, side: 0 };
    let Ok(bytes) = std::fs::read(file) else { return none };
    linnet_picture::draw(&bytes).map_or(none, |drawn| OwnPicture {
        bytes: drawn.bytes,
        png: drawn.png,
        side: drawn.side,
    })
}

impl Driver {
    /// Answers what was asked, acknowledges what was read, closes. The end of the input is as good as a quit.
    async fn finish(&mut self) {
        if !self.suspended {
            while self.answering.join_next().await.is_some() {}
        }
        self.client.suspend().await;
        self.watches.clear();
        self.client.close();
        // Nothing is read while suspended: a dump that waits is refused by the close.
        while self.answering.join_next().await.is_some() {}
    }

    /// Commands are given in the order of the lines; answers come when they come.
    fn obey(&mut self, line: Line) {
        while self.answering.try_join_next().is_some() {}
        let Line { id, command } = line;
        use linnet_messenger::command::{Command, Owner, Secret, SignUpAnswer};
        let core = match command {
            Do::AddAccount { address, password, server, proxy, again } => Command::AddAccount {
                address,
                password: Secret::new(password),
                server: server.or_else(|| self.server.clone()),
                proxy: proxy.or_else(|| self.proxy.clone()),
                again: again.unwrap_or(true),
            },
            Do::StartSignUp { domain, server, proxy, invitation } => Command::StartSignUp {
                domain,
                server: server.or_else(|| self.server.clone()),
                proxy: proxy.or_else(|| self.proxy.clone()),
                invitation: invitation.map(Secret::new),
            },
            Do::FollowInvitation { link, server, proxy } => Command::FollowInvitation {
                link,
                server: server.or_else(|| self.server.clone()),
                proxy: proxy.or_else(|| self.proxy.clone()),
            },
            Do::ShowCode { account } => Command::ShowCode { account: AccountId(account) },
            Do::CreateInvitation { account } => Command::CreateInvitation { account: AccountId(account) },
            Do::SubmitSignUp { sign_up, answers } => {
                let answer = |(var, values): (String, Vec<String>)| SignUpAnswer {
                    var,
                    values: values.into_iter().map(Secret::new).collect(),
                };
                let answers = answers.into_iter().map(answer).collect();
                Command::SubmitSignUp { sign_up: SignUpId(sign_up), answers }
            }
            Do::CancelSignUp { sign_up } => Command::CancelSignUp { sign_up: SignUpId(sign_up) },
            Do::BeginArrival {} => Command::BeginArrival,
            Do::ReadArrival { code } => Command::ReadArrival { code: Secret::new(code) },
            Do::EndArrival {} => Command::EndArrival,
            Do::BeginHandover { account, code, pin } => {
                let owner = pin.map(|pin| Owner::Pin(Secret::new(pin)));
                Command::BeginHandover { account: AccountId(account), code, owner }
            }
            Do::ConfirmHandover {} => Command::ConfirmHandover,
            Do::EndHandover {} => Command::EndHandover,
            Do::SetServer { account, server } => Command::SetServer { account: AccountId(account), server },
            Do::SetProxy { account, proxy } => Command::SetProxy { account: AccountId(account), proxy },
            Do::PinCertificate { account, sha256 } => Command::PinCertificate { account: AccountId(account), sha256 },
            Do::UnpinCertificate { account } => Command::UnpinCertificate { account: AccountId(account) },
            Do::SetAccountEnabled { account, enabled } => {
                Command::SetAccountEnabled { account: AccountId(account), enabled }
            }
            Do::SetDevice { account, name, priority } => {
                Command::SetDevice { account: AccountId(account), name, priority }
            }
            Do::SetPresence { account, show, status } => {
                Command::SetPresence { account: AccountId(account), show, status }
            }
            Do::SetAutoAway { account, on } => Command::SetAutoAway { account: AccountId(account), on },
            Do::AskDevices { account } => Command::AskDevices { account: AccountId(account) },
            Do::RevokeClient { account, client } => Command::RevokeClient { account: AccountId(account), id: client },
            Do::SignOutEverywhere { account, password } => {
                Command::SignOutEverywhere { account: AccountId(account), password: Secret::new(password) }
            }
            Do::AskServer { account } => Command::AskServer { account: AccountId(account) },
            Do::EditAccount { account, name, colour } => {
                Command::EditAccount { account: AccountId(account), name, colour }
            }
            Do::MoveAccount { account, to } => Command::MoveAccount { account: AccountId(account), to },
            Do::ShowAccount { account } => Command::ShowAccount { account: account.map(AccountId) },
            Do::ChangePassword { account, password } => {
                Command::ChangePassword { account: AccountId(account), password: Secret::new(password) }
            }
            Do::SignOut { account } => Command::SignOut { account: AccountId(account) },
            Do::DeleteAccount { account } => Command::DeleteAccount { account: AccountId(account) },
            Do::RemoveAccount { account } => Command::RemoveAccount { account: AccountId(account) },
            Do::StartChat { account, address } => Command::StartChat { account: AccountId(account), address },
            Do::Block { account, address, report } => Command::Block { account: AccountId(account), address, report },
            Do::AddContact { account, address } => Command::AddContact { account: AccountId(account), address },
            Do::EditContact { account, address, name, tags } => {
                Command::EditContact { account: AccountId(account), address, name, tags }
            }
            Do::Unsubscribe { account, address } => Command::Unsubscribe { account: AccountId(account), address },
            Do::RemoveContact { account, address } => Command::RemoveContact { account: AccountId(account), address },
            Do::SetPicture { account, file } => {
                Command::SetPicture { account: AccountId(account), picture: file.map(|file| picture_of(&file)) }
            }
            Do::SetNickname { account, nickname } => Command::SetNickname { account: AccountId(account), nickname },
            Do::SetVcard { account, vcard } => Command::SetVcard { account: AccountId(account), vcard },
            Do::AskVcard { account, address } => Command::AskVcard { account: AccountId(account), address },
            Do::AskContactDevice { chat, device } => Command::AskContactDevice { chat: ChatId(chat), device },
            Do::SetProfileOpen { account, open } => Command::SetProfileOpen { account: AccountId(account), open },
            Do::SetMuted { chat, muted } => Command::SetMuted { chat: ChatId(chat), muted },
            Do::Unblock { account, address } => Command::Unblock { account: AccountId(account), address },
            Do::AnswerRequest { account, address, accept } => {
                Command::AnswerRequest { account: AccountId(account), address, accept }
            }
            Do::SendText { chat, body, token } => {
                let token = token.unwrap_or_else(linnet_runtime::new_token);
                Command::SendText { chat: ChatId(chat), body, token }
            }
            Do::Retry { message } => Command::Retry { message: MessageId(message) },
            Do::DeleteMessage { message } => Command::DeleteMessage { message: MessageId(message) },
            Do::DeleteChat { chat } => Command::DeleteChat { chat: ChatId(chat) },
            Do::MarkRead { chat, message } => Command::MarkRead { chat: ChatId(chat), message: MessageId(message) },
            Do::FillGap { gap } => Command::FillGap { gap: GapId(gap) },
            Do::ChatOpened { chat } => Command::ChatOpened { chat: ChatId(chat) },
            Do::SetArchiving { account, on } => Command::SetArchiving { account: AccountId(account), on },
            Do::Correct { message, body, token } => {
                let token = token.unwrap_or_else(linnet_runtime::new_token);
                Command::Correct { message: MessageId(message), body, token }
            }
            Do::SetComposing { chat, composing } => Command::SetComposing { chat: ChatId(chat), composing },
            Do::SetPrivacy { account, setting, on } => Command::SetPrivacy { account: AccountId(account), setting, on },
            Do::SetException { account, address, setting, allowed } => {
                Command::SetException { account: AccountId(account), address, setting, allowed }
            }
            Do::SetCallers { account, callers } => Command::SetCallers { account: AccountId(account), callers },
            Do::SetAdders { account, adders } => Command::SetAdders { account: AccountId(account), adders },
            Do::SetActive { active } => Command::SetActive { active },
            Do::AskLocked {} => Command::AskLocked,
            Do::SetPin { current, pin } => {
                Command::SetPin { current: current.map(Secret::new), pin: pin.map(Secret::new) }
            }
            Do::SetLockOptions { biometrics, patience } => Command::SetLockOptions { biometrics, patience },
            Do::Unlock { pin } => Command::Unlock { pin: Secret::new(pin) },
            Do::LockNow {} => Command::LockNow,
            Do::SetNotificationContent { content } => Command::SetNotificationContent { content },
            Do::HideScreen { hides } => Command::HideScreen { hides },
            Do::CollectExport { account } => Command::CollectExport { account: AccountId(account) },
            Do::EndImport { account } => Command::EndImport { account: AccountId(account) },
            Do::PublishMoved { account, to } => {
                Command::PublishMoved { account: AccountId(account), to: AccountId(to) }
            }
            Do::RetractMoved { account } => Command::RetractMoved { account: AccountId(account) },
            Do::AskMoved { account } => Command::AskMoved { account: AccountId(account) },
            other => return self.obey_here(id, other),
        };
        let (answered, output, turn) = (self.client.submit(core), self.output.clone(), Arc::clone(&self.turn));
        self.answering.spawn_local(async move {
            let _turn = turn.read().await;
            let answer = answered.await.map(output::receipt).map_err(output::command_error);
            output.answer(id, answer);
        });
    }

    /// What is no command of the core.
    fn obey_here(&mut self, id: u64, command: Do) {
        let done: Answer = match command {
            Do::NetworkChanged {} => {
                self.client.network_changed();
                Ok(json!({}))
            }
            Do::SetMetered { metered } => {
                self.client.set_metered(metered);
                Ok(json!({}))
            }
            Do::Resume {} => {
                self.client.resume();
                self.suspended = false;
                Ok(json!({}))
            }
            Do::Suspend {} => {
                self.suspended = true;
                let (done, output) = (self.client.suspend(), self.output.clone());
                self.answering.spawn_local(async move {
                    done.await;
                    output.answer(id, Ok(json!({})));
                });
                return;
            }
            about_files if file::is_about_files(&about_files) => {
                let done = file::obey(Arc::clone(&self.client), about_files);
                let (output, turn) = (self.output.clone(), Arc::clone(&self.turn));
                self.answering.spawn_local(async move {
                    let _turn = turn.read().await;
                    output.answer(id, done.await);
                });
                return;
            }
            Do::Watch { view, chat, message, account } => self.watch(id, view, Of { chat, message, account }),
            Do::Page { watch, page } => match self.watches.get(&watch) {
                Some(watching) => {
                    watching.page(page.into());
                    Ok(json!({}))
                }
                None => Err("not_found"),
            },
            Do::Unwatch { watch } => self.watches.remove(&watch).map(|_| json!({})).ok_or("not_found"),
            Do::Dump { chat } => {
                let (client, output, turn) = (Arc::clone(&self.client), self.output.clone(), Arc::clone(&self.turn));
                self.answering.spawn_local(async move {
                    // What was asked before is committed now.
                    drop(turn.write().await);
                    output.answer(id, dump::dump(&client, ChatId(chat)).await);
                });
                return;
            }
            Do::Text { message } => {
                let (text, output) = (self.client.text(TextOf::Message(MessageId(message))), self.output.clone());
                self.answering.spawn_local(async move {
                    output.answer(id, text.await.map(|text| json!({ "text": text })).ok_or("not_found"));
                });
                return;
            }
            other => {
                linnet_runtime::report_bug(&format!("nobody obeys {other:?}"));
                Err("internal")
            }
        };
        self.output.answer(id, done);
    }

    fn watch(&mut self, id: u64, view: ViewName, of: Of) -> Answer {
        if self.watches.contains_key(&id) {
            return Err("not_now");
        }
        let print = watch::Print { watch: id, discard: self.discard, opened_at: self.opened_at };
        let output = self.output.clone();
        let watching: Box<dyn Watching> = match (view, of.chat, of.message, of.account) {
            (ViewName::Accounts, None, None, None) => {
                // Few and short, and how a bench sees that it is online.
                watch::start(self.client.subscribe(Accounts), watch::Print { discard: false, ..print }, output)
            }
            (ViewName::App, None, None, None) => watch::start(self.client.subscribe(App), print, output),
            (ViewName::ChatList, None, None, None) => {
                watch::start(self.client.subscribe(ChatList::new()), print, output)
            }
            (ViewName::ChatList, None, None, Some(account)) => {
                watch::start(self.client.subscribe(ChatList::of(AccountId(account))), print, output)
            }
            (ViewName::ServerDetails, None, None, Some(account)) => {
                watch::start(self.client.subscribe(ServerDetails::new(AccountId(account))), print, output)
            }
            (ViewName::OwnDevices, None, None, Some(account)) => {
                watch::start(self.client.subscribe(OwnDevices::new(AccountId(account))), print, output)
            }
            (ViewName::Blocks, None, None, None) => watch::start(self.client.subscribe(Blocks::new()), print, output),
            (ViewName::Requests, None, None, None) => watch::start(self.client.subscribe(Requests), print, output),
            (ViewName::Codes, None, None, None) => watch::start(self.client.subscribe(Codes), print, output),
            (ViewName::SignUps, None, None, None) => watch::start(self.client.subscribe(SignUps), print, output),
            (ViewName::Notifications, None, None, None) => {
                watch::start(self.client.subscribe(Notifications), print, output)
            }
            (ViewName::Timeline, Some(chat), None, None) => {
                watch::start(self.client.subscribe(Timeline::new(ChatId(chat))), print, output)
            }
            (ViewName::Contact, Some(chat), None, None) => {
                watch::start(self.client.subscribe(Contact::new(ChatId(chat))), print, output)
            }
            (ViewName::Versions, None, Some(message), None) => {
                watch::start(self.client.subscribe(Versions::new(MessageId(message))), print, output)
            }
            _ => return Err("bad_command"),
        };
        self.watches.insert(id, watching);
        Ok(Value::from_iter([("watch", id)]))
    }
}
