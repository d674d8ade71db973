//! The one queue of events: what is due next, at which device or at the server, and what an engine's effects bring.

use linnet_messenger::effect::{ComputeJob, ComputeResult, Effect};
use linnet_messenger::input::Input;
use linnet_messenger::view::item::{Connection as ConnectionState, SignUpState};

use super::network::Event;
use super::phone::Death;
use super::{EPOCH, Inner, START, STEPS_AT_ONCE, TRACE_LINES, network};

impl Inner {
    /// Why the world is not at rest; `None` if it is.
    pub(super) fn busy(&mut self) -> Option<String> {
        for phone in &mut self.phones {
            let name = phone.name.clone();
            let Some(running) = phone.running.as_mut().filter(|_| phone.network) else { continue };
            let accounts = match running.accounts.look(&running.reader) {
                Ok(accounts) => accounts.to_vec(),
                Err(error) => panic!("{name}: {error}"),
            };
            let sign_ups = match running.sign_ups.look(&running.reader) {
                Ok(sign_ups) => sign_ups.to_vec(),
                Err(error) => panic!("{name}: {error}"),
            };
            for sign_up in sign_ups {
                if matches!(sign_up.state, SignUpState::Asking | SignUpState::Sending) {
                    return Some(format!("{name}: an account is being made"));
                }
            }
            let mut online = false;
            for account in accounts.iter().filter(|account| account.enabled) {
                match account.connection {
                    ConnectionState::Online => online = true,
                    ConnectionState::Failed { .. } | ConnectionState::Off => {}
                    other => return Some(format!("{name} is {other:?}")),
                }
            }
            for (what, sql) in [
                ("jobs are waiting", "SELECT count(*) FROM job"),
                ("gaps are loading", "SELECT count(*) FROM gap WHERE state = 'loading'"),
            ] {
                if online && phone.count(sql) > 0 {
                    return Some(format!("{name}: {what}"));
                }
            }
        }
        None
    }

    pub(super) fn note(&mut self, line: String) {
        if self.trace.len() == TRACE_LINES {
            self.trace.pop_front();
        }
        let time = self.time - START;
        self.trace.push_back(format!("{:>7}.{:03} {line}", time / 1_000, time % 1_000));
    }

    pub(super) fn open(&mut self, device: usize) {
        let time = self.time;
        let seed = self.seed.fork();
        let phone = &mut self.phones[device];
        let now = phone.now(time, EPOCH);
        if let Err(error) = phone.open(seed, &now) {
            panic!("{} can't open its store: {error}", phone.name);
        }
        let name = self.phones[device].name.clone();
        self.note(format!("{name} starts"));
        self.handle(device, vec![Input::Tick]);
    }

    pub(super) fn kill(&mut self, device: usize) {
        let phone = &mut self.phones[device];
        phone.doom = None;
        let name = phone.name.clone();
        let links = phone.kill().unwrap_or_else(|error| panic!("{name}: {error}"));
        self.note(format!("{name} is killed"));
        for link in links {
            self.abandon(link);
        }
    }

    /// Gives inputs to a device's engine and does what it wants.
    pub(super) fn handle(&mut self, device: usize, inputs: Vec<Input>) {
        let time = self.time;
        let stanzas = inputs.iter().filter(|input| network::is_stanza(input)).count();
        let phone = &mut self.phones[device];
        let death = match &mut phone.doom {
            Some((death, nth)) if stanzas > 0 => {
                *nth = nth.saturating_sub(u32::try_from(stanzas).unwrap_or(u32::MAX));
                (*nth == 0).then_some(*death)
            }
            _ => None,
        };
        if death == Some(Death::Received) {
            return self.kill(device);
        }
        phone.cost.act(time);
        let now = phone.now(time, EPOCH);
        let Some(running) = phone.running.as_mut() else { return };
        let outcome = running.engine.handle(inputs, &now);
        let changes: Vec<_> = outcome.changes.into_iter().collect();
        running.timelines.values_mut().for_each(|held| held.notice(changes.iter().copied()));
        running.chat_list.notice(changes.iter().copied());
        running.accounts.notice(changes.iter().copied());
        running.requests.notice(changes.iter().copied());
        running.notifications.notice(changes.iter().copied());
        running.app.notice(changes.iter().copied());
        running.sign_ups.notice(changes.iter().copied());
        running.codes.notice(changes.iter().copied());
        if death == Some(Death::Committed) {
            return self.kill(device);
        }
        for effect in outcome.effects {
            self.perform(device, effect);
        }
        if death == Some(Death::Acknowledged) {
            self.kill(device);
        }
    }

    pub(super) fn perform(&mut self, device: usize, effect: Effect) {
        match effect {
            Effect::Connect { account, connection, target } => {
                self.connect(device, account, connection, &target);
                self.targets.push((device, target));
            }
            Effect::StartTls { connection, .. } => self.start_tls(device, connection),
            Effect::RestartReader { connection, .. } => self.restart_reader(device, connection),
            Effect::Write { connection, bytes, .. } => self.write_up(device, connection, bytes),
            Effect::Close { connection, .. } => self.close_up(device, connection),
            Effect::Compute { account, connection, job } => {
                let result = self.compute(job);
                let life = self.phones[device].life;
                self.schedule(self.time + 5, Event::Computed { device, life, account, connection, result });
            }
            Effect::DrawPicture { account, hash, file } => {
                let life = self.phones[device].life;
                let picture = linnet_picture::draw(&file).ok().map(|picture| picture.bytes);
                self.schedule(self.time + 5, Event::Drawn { device, life, account, hash, picture });
            }
            Effect::Answer { ticket, result } => {
                self.answers.insert(ticket, result);
            }
            Effect::Session { kind, sign_in, .. } => {
                let name = self.phones[device].name.clone();
                self.note(format!("{name}: {kind:?} by {sign_in:?}"));
                self.sign_ins.push((device, kind, sign_in));
            }
            Effect::Violation { violation, .. } => {
                let name = self.phones[device].name.clone();
                self.note(format!("{name}: violation {violation:?}"));
                self.violations.push((device, violation));
            }
        }
    }

    /// Runs a job, each only once: key derivation is slow on purpose, and a hundred logins use the same password.
    pub(super) fn compute(&mut self, job: ComputeJob) -> ComputeResult {
        let ComputeJob::ScramSaltedPassword { hash, password, salt, iterations } = &job;
        let key = (*hash, password.expose().to_owned(), salt.clone(), *iterations);
        if let Some(known) = self.salted.get(&key) {
            return ComputeResult::ScramSaltedPassword(known.clone().into());
        }
        let ComputeResult::ScramSaltedPassword(result) = job.run();
        self.salted.insert(key, result.to_vec());
        ComputeResult::ScramSaltedPassword(result)
    }

    /// Runs everything that is due up to this time, and lets the clocks show it.
    pub(super) fn run_until(&mut self, until: u64) {
        while let Some(next) = self.next_moment().filter(|next| *next <= until) {
            self.move_clock(next);
            self.step();
        }
        self.move_clock(until);
    }

    pub(super) fn move_clock(&mut self, to: u64) {
        if to > self.time {
            self.time = to;
            self.steps_now = 0;
        }
    }

    pub(super) fn next_moment(&self) -> Option<u64> {
        let event = self.queue.keys().next().map(|(time, _)| *time);
        let server =
            self.server.next_deadline().filter(|_| self.server_up).map(|due| u64::try_from(due - EPOCH).unwrap_or(0));
        let devices = self.phones.iter().filter_map(|phone| {
            let deadline = phone.running.as_ref()?.engine.next_deadline()?;
            Some(deadline.saturating_add(phone.booted))
        });
        event.into_iter().chain(server).chain(devices).min().map(|moment| moment.max(self.time))
    }

    pub(super) fn step(&mut self) {
        self.steps_now += 1;
        if self.steps_now > STEPS_AT_ONCE {
            let trace: Vec<String> = self.trace.iter().rev().take(60).rev().cloned().collect();
            panic!("time stands still: a deadline that is past is asked for again and again\n{}", trace.join("\n"));
        }
        if let Some((&(time, _), _)) = self.queue.first_key_value()
            && time <= self.time
            && let Some((_, event)) = self.queue.pop_first()
        {
            return self.happen(event);
        }
        if self.server_up && self.server.next_deadline().is_some_and(|due| due <= self.server_now()) {
            self.catch_up_server();
            return self.drain_server();
        }
        let time = self.time;
        let due = self.phones.iter().position(|phone| {
            let deadline = phone.running.as_ref().and_then(|running| running.engine.next_deadline());
            deadline.is_some_and(|deadline| deadline.saturating_add(phone.booted) <= time)
        });
        if let Some(device) = due {
            self.handle(device, vec![Input::Tick]);
        }
    }

    pub(super) fn server_now(&self) -> i64 {
        EPOCH.saturating_add_unsigned(self.time)
    }

    pub(super) fn catch_up_server(&mut self) {
        let now = self.server_now();
        self.server.tick(now);
    }
}
