//! Making an account in the app (XEP-0077): asks the server what it wants to know, shows it as a form, sends the answers,
//! and hands over an account to sign in with.
//!
//! Invariants: nothing is asked or told without TLS; answers are kept in memory only, and wiped; a sign-up is over when
//! its screen is closed or the process ends, and leaves nothing behind but the account.
//!
//! XEPs: 0077, 0158, 0445

mod offer;
mod picture;
mod talk;

use std::collections::BTreeSet;

use jid::BareJid;
use rusqlite::Connection as Database;

use super::settings;
use crate::change::Change;
use crate::command::{ProxyAddress, Secret, ServerAddress, SignUpAnswer};
use crate::effect::{ConnectTarget, Effect, TransportError};
use crate::engine::feature::Refusal;
use crate::fault::{CommandError, Fault};
use crate::ids::{AccountId, ConnectionId, SignUpId};
use crate::input::TlsInfo;
use crate::now::Now;
use crate::random::Random;
use crate::session::Session;
use crate::view::item::{LoginFailure, SignUpProblem, SignUpState, WaitReason};
use crate::wire::{Frame, Language, STREAM_CLOSE};
use offer::Questions;
use talk::{Heard, Talk};

/// DNS, TCP and TLS have 10 s each in the runtime.
const OPENING: u64 = 35_000;
/// One answer of the server.
const STEP: u64 = 30_000;

/// One account in the making.
pub struct SignUp {
    id: SignUpId,
    domain: String,
    server: Option<ServerAddress>,
    proxy: Option<ProxyAddress>,
    connection: Option<ConnectionId>,
    talk: Talk,
    /// The name that an invitation keeps for the account.
    name: Option<String>,
    /// Who becomes the account's first contact, as a link.
    inviter: Option<String>,
    /// Mono.
    deadline: Option<u64>,
    asked: Option<Questions>,
    /// Under way, or to be sent as soon as the server has asked again.
    answers: Option<Vec<SignUpAnswer>>,
    /// Why the last answers were not taken, to be shown with the new questions.
    problem: Option<SignUpProblem>,
}

/// What a sign-up may touch.
pub struct SignUpCx<'a> {
    pub tx: &'a Database,
    pub now: &'a Now,
    pub random: &'a mut dyn Random,
    pub language: Language,
    pub effects: &'a mut Vec<Effect>,
    pub changes: &'a mut BTreeSet<Change>,
}

/// What to sign in with.
pub struct Made {
    pub sign_up: SignUpId,
    pub address: String,
    pub password: Secret,
    pub server: Option<ServerAddress>,
    pub proxy: Option<ProxyAddress>,
    /// Who becomes its first contact, as a link.
    pub inviter: Option<String>,
}

impl SignUp {
    /// Begins one: the server is asked.
    pub fn start(
        cx: &mut SignUpCx<'_>,
        domain: &str,
        server: Option<ServerAddress>,
        proxy: Option<ProxyAddress>,
        invitation: Option<&Secret>,
    ) -> Result<Self, Refusal> {
        let domain = settings::domain_in_letters(domain.trim()).ok_or(CommandError::AddressInvalid)?;
        if let Some(proxy) = &proxy {
            settings::proxy_json(proxy)?;
        }
        let state = json(&SignUpState::Asking)?;
        cx.tx.prepare_cached("INSERT INTO sign_up (server, state) VALUES (?1, ?2)")?.execute((&domain, state))?;
        let id = SignUpId(cx.tx.last_insert_rowid());
        cx.changes.insert(Change::SignUps);
        let talk = Talk::new(&domain, invitation.map(Secret::expose), cx.language);
        let mut sign_up = Self {
            id,
            domain,
            server,
            proxy,
            connection: None,
            talk,
            name: None,
            inviter: None,
            deadline: None,
            asked: None,
            answers: None,
            problem: None,
        };
        sign_up.open(cx);
        Ok(sign_up)
    }

    /// The same by an invitation: the name it keeps is filled in, and who invited is remembered.
    #[must_use]
    pub fn invited(self, name: Option<String>, inviter: Option<String>) -> Self {
        Self { name, inviter, ..self }
    }

    /// Its row.
    pub fn id(&self) -> SignUpId {
        self.id
    }

    /// Its transport, while there is one.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.connection
    }

    /// Whom its transport belongs to: nobody that there is.
    pub fn account(&self) -> AccountId {
        AccountId(-self.id.0)
    }

    /// When something has to be done, mono.
    pub fn deadline(&self) -> Option<u64> {
        self.deadline
    }

    /// The user has answered.
    pub fn submit(&mut self, cx: &mut SignUpCx<'_>, answers: Vec<SignUpAnswer>) -> Result<(), Refusal> {
        let Some(asked) = self.asked.as_ref().filter(|_| self.answers.is_none()) else {
            return Err(CommandError::NotNow.into());
        };
        let plain = plain(&answers);
        if let Some(missing) = asked.missing(&plain).next() {
            tracing::debug!(kind = ?missing.kind, "a question is not answered");
            return self.refused(cx, SignUpProblem::Answers { text: None });
        }
        if address(&self.domain, &answers).is_none() {
            return self.refused(cx, SignUpProblem::NameInvalid);
        }
        self.problem = None;
        if self.connection.is_some() && self.talk.is_ready() {
            let text = self.talk.answer(asked.answer(&plain), cx.random);
            self.send(cx, text);
            self.deadline = Some(cx.now.mono + STEP);
        } else if self.connection.is_none() {
            // The server did not wait so long.
            self.open(cx);
        }
        self.answers = Some(answers);
        Ok(self.show(cx, &SignUpState::Sending)?)
    }

    /// The transport is open, or encrypted.
    pub fn opened(&mut self, cx: &mut SignUpCx<'_>, tls: Option<&TlsInfo>) {
        let text = self.talk.start(tls);
        self.send(cx, text);
        self.deadline = Some(cx.now.mono + STEP);
    }

    /// The handshake is done.
    pub fn tls_ready(&mut self, cx: &mut SignUpCx<'_>, tls: &TlsInfo) {
        if self.talk.shakes_hands() {
            self.opened(cx, Some(tls));
        }
    }

    /// The server sent something.
    pub fn frame(&mut self, cx: &mut SignUpCx<'_>, frame: Frame) -> Result<Option<Made>, Fault> {
        match self.talk.frame(frame, cx.random) {
            Heard::Nothing => {}
            Heard::Send(text) => self.send(cx, text),
            Heard::StartTls => {
                if let Some(connection) = self.connection {
                    let account = self.account();
                    cx.effects.push(Effect::StartTls { account, connection });
                }
            }
            Heard::Asked(asked) => return self.asked(cx, asked).map(|()| None),
            Heard::Web { url, instructions } => {
                self.close(cx);
                self.show(cx, &SignUpState::Web { url, instructions })?;
            }
            Heard::Made => return Ok(self.made(cx)),
            Heard::NotTaken(SignUpProblem::NotOffered) => self.fail(cx, SignUpProblem::NotOffered)?,
            Heard::NotTaken(problem) => {
                // A picture is good for one try: the server is asked anew.
                self.answers = None;
                self.problem = Some(problem);
                let text = self.talk.ask(cx.random);
                self.send(cx, text);
                self.deadline = Some(cx.now.mono + STEP);
            }
            Heard::Failed(problem) => self.interrupted(cx, problem)?,
        }
        Ok(None)
    }

    /// The transport is gone, or never came up.
    pub fn closed(&mut self, cx: &mut SignUpCx<'_>, error: Option<TransportError>) -> Result<(), Fault> {
        self.connection = None;
        let problem = match error {
            Some(TransportError::Certificate) => SignUpProblem::Unsafe { why: LoginFailure::Certificate },
            Some(TransportError::Dns) => talk::connection(WaitReason::ServerNotFound),
            Some(TransportError::Unreachable) => talk::connection(WaitReason::Unreachable),
            Some(TransportError::Tls) => talk::connection(WaitReason::Tls),
            Some(TransportError::Timeout) => talk::connection(WaitReason::Timeout),
            Some(TransportError::Proxy) => talk::connection(WaitReason::Proxy),
            Some(TransportError::Cut) | None => talk::connection(WaitReason::Lost),
        };
        self.interrupted(cx, problem)
    }

    /// The stream can't be read any further.
    pub fn broken(&mut self, cx: &mut SignUpCx<'_>, why: WaitReason) -> Result<(), Fault> {
        self.interrupted(cx, talk::connection(why))
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut SignUpCx<'_>) -> Result<(), Fault> {
        if self.deadline.is_some_and(|deadline| cx.now.mono >= deadline) {
            self.interrupted(cx, talk::connection(WaitReason::Timeout))?;
        }
        Ok(())
    }

    /// The app is suspended: what was asked can still be answered later.
    pub fn suspend(&mut self, cx: &mut SignUpCx<'_>) -> Result<(), Fault> {
        self.interrupted(cx, talk::connection(WaitReason::Lost))
    }

    /// Nothing of it stays.
    pub fn cancel(mut self, cx: &mut SignUpCx<'_>) -> Result<(), Fault> {
        self.close(cx);
        cx.tx.prepare_cached("DELETE FROM sign_up WHERE id = ?1")?.execute([self.id])?;
        cx.changes.insert(Change::SignUps);
        Ok(())
    }

    /// Takes a finished one off the list.
    pub fn dismiss(cx: &mut SignUpCx<'_>, id: SignUpId) -> Result<(), Refusal> {
        if cx.tx.prepare_cached("DELETE FROM sign_up WHERE id = ?1")?.execute([id])? == 0 {
            return Err(CommandError::NotFound.into());
        }
        cx.changes.insert(Change::SignUps);
        Ok(())
    }

    /// The account was added.
    pub fn done(self, cx: &mut SignUpCx<'_>, account: AccountId) -> Result<(), Fault> {
        self.show(cx, &SignUpState::Done { account })
    }

    fn open(&mut self, cx: &mut SignUpCx<'_>) {
        let connection = Session::next_connection();
        self.connection = Some(connection);
        self.deadline = Some(cx.now.mono + OPENING);
        let target = ConnectTarget {
            domain: self.domain.clone(),
            server: self.server.clone(),
            redirect: None,
            proxy: self.proxy.clone(),
            pin: None,
        };
        cx.effects.push(Effect::Connect { account: self.account(), connection, target });
    }

    fn asked(&mut self, cx: &mut SignUpCx<'_>, mut asked: Questions) -> Result<(), Fault> {
        self.deadline = None;
        if let Some(name) = &self.name {
            asked.propose_name(name);
        }
        // Answers that came too late for the last connection fit the same questions.
        let fits = self.asked.as_ref().is_some_and(|before| asked.same_as(before));
        if let Some(answers) = self.answers.as_ref().filter(|_| fits) {
            let text = self.talk.answer(asked.answer(&plain(answers)), cx.random);
            self.send(cx, text);
            self.deadline = Some(cx.now.mono + STEP);
            return Ok(());
        }
        self.answers = None;
        let state = SignUpState::Form { form: asked.shown.clone(), problem: self.problem.take() };
        self.asked = Some(asked);
        self.show(cx, &state)
    }

    fn made(&mut self, cx: &mut SignUpCx<'_>) -> Option<Made> {
        self.close(cx);
        let answers = self.answers.take()?;
        Some(Made {
            sign_up: self.id,
            address: address(&self.domain, &answers)?.to_string(),
            password: answer(&answers, "password")?.clone(),
            server: self.server.clone(),
            proxy: self.proxy.clone(),
            inviter: self.inviter.clone(),
        })
    }

    /// The connection ended by itself or has to. While the user fills in the form nothing is lost by that, and while the
    /// answers are on their way they can be sent again: if the account was made after all, its name is taken, and the
    /// user's own.
    fn interrupted(&mut self, cx: &mut SignUpCx<'_>, problem: SignUpProblem) -> Result<(), Fault> {
        self.close(cx);
        let passing = matches!(problem, SignUpProblem::Connection { .. } | SignUpProblem::Later { .. });
        match &self.asked {
            Some(_) if passing && self.answers.is_none() => Ok(()),
            Some(asked) if passing => {
                self.answers = None;
                let state = SignUpState::Form { form: asked.shown.clone(), problem: Some(problem) };
                self.show(cx, &state)
            }
            _ => self.fail(cx, problem),
        }
    }

    fn refused(&self, cx: &mut SignUpCx<'_>, problem: SignUpProblem) -> Result<(), Refusal> {
        if let Some(asked) = &self.asked {
            self.show(cx, &SignUpState::Form { form: asked.shown.clone(), problem: Some(problem) })?;
        }
        Ok(())
    }

    fn fail(&mut self, cx: &mut SignUpCx<'_>, problem: SignUpProblem) -> Result<(), Fault> {
        self.close(cx);
        self.answers = None;
        self.asked = None;
        self.show(cx, &SignUpState::Failed { problem })
    }

    fn show(&self, cx: &mut SignUpCx<'_>, state: &SignUpState) -> Result<(), Fault> {
        cx.tx.prepare_cached("UPDATE sign_up SET state = ?2 WHERE id = ?1")?.execute((self.id, json(state)?))?;
        cx.changes.insert(Change::SignUps);
        Ok(())
    }

    fn send(&self, cx: &mut SignUpCx<'_>, text: String) {
        if let Some(connection) = self.connection {
            let account = self.account();
            cx.effects.push(Effect::Write { account, connection, bytes: text.into_bytes() });
        }
    }

    fn close(&mut self, cx: &mut SignUpCx<'_>) {
        self.deadline = None;
        if let Some(connection) = self.connection.take() {
            let account = self.account();
            cx.effects.push(Effect::Write { account, connection, bytes: STREAM_CLOSE.as_bytes().to_vec() });
            cx.effects.push(Effect::Close { account, connection });
        }
    }
}

/// Sign-ups of a process that is no more.
pub fn forget(tx: &Database) -> rusqlite::Result<()> {
    tx.execute("DELETE FROM sign_up", []).map(|_| ())
}

fn answer<'a>(answers: &'a [SignUpAnswer], var: &str) -> Option<&'a Secret> {
    answers.iter().find(|answer| answer.var == var)?.values.first()
}

/// The address that the account will have.
fn address(domain: &str, answers: &[SignUpAnswer]) -> Option<BareJid> {
    let name = answer(answers, "username")?.expose().trim();
    BareJid::new(&format!("{name}@{domain}")).ok().filter(|jid| jid.node().is_some() && !name.contains(['@', '/']))
}

/// What is sent. Keyboards put a space behind a word that they complete: the name is the one in [`address`].
fn plain(answers: &[SignUpAnswer]) -> Vec<(String, Vec<String>)> {
    let said = |answer: &SignUpAnswer, value: &Secret| {
        let value = value.expose();
        if answer.var == "username" { value.trim().to_owned() } else { value.to_owned() }
    };
    let values = |answer: &SignUpAnswer| answer.values.iter().map(|value| said(answer, value)).collect();
    answers.iter().map(|answer| (answer.var.clone(), values(answer))).collect()
}

fn json(state: &SignUpState) -> Result<String, Fault> {
    serde_json::to_string(state).map_err(|_| Fault::Corrupt("sign-up"))
}
