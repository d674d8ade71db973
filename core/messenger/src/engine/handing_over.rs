//! Brings what the user asks of an account's way to a further phone to the two ends of it. Both live in memory: a process
//! that ends in between takes the keys with it, and the user begins again.

use std::collections::BTreeMap;

use super::Call;
use super::feature::Refusal;
use crate::account::handover::{Arrival, Arrived, Credential, Handover, PATIENCE};
use crate::app::lock;
use crate::change::Change;
use crate::command::{Command, Owner, Receipt};
use crate::effect::Effect;
use crate::fault::{CommandError, Fault};
use crate::ids::AccountId;
use crate::input::Input;
use crate::session::{Session, credentials};

/// One of each at a time.
#[derive(Default)]
pub struct Handing {
    arrival: Option<Arrival>,
    handover: Option<Handover>,
}

impl Call<'_> {
    /// Takes the commands that are about it; gives back what others have to see.
    pub(super) fn handing_over(
        &mut self,
        input: Input,
        handing: &mut Handing,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<Option<Input>, Fault> {
        let Input::Command { ticket, command } = input else { return Ok(Some(input)) };
        let result = match command {
            Command::BeginArrival => {
                let arrival = handing.arrival.insert(Arrival::begin(self.random, self.now));
                Ok(Receipt::Arrival { code: arrival.code(), patience: PATIENCE })
            }
            Command::ReadArrival { code } => self.arrive(code.expose(), &mut handing.arrival, sessions),
            Command::EndArrival => {
                handing.arrival = None;
                Ok(Receipt::Done)
            }
            Command::BeginHandover { account, code, owner } => {
                let begun = self.begin_handover(account, &code, owner.as_ref(), sessions);
                begun.map(|begun| {
                    let handover = handing.handover.insert(begun);
                    Receipt::Handover { code: handover.code(), digits: handover.digits(), patience: PATIENCE }
                })
            }
            Command::ConfirmHandover => self.confirm_handover(&mut handing.handover, sessions),
            Command::EndHandover => {
                handing.handover = None;
                Ok(Receipt::Done)
            }
            command => return Ok(Some(Input::Command { ticket, command })),
        };
        let result = match result {
            Ok(receipt) => Ok(receipt),
            Err(Refusal::Command(error)) => Err(error),
            Err(Refusal::Fault(fault)) => return Err(fault),
        };
        self.out.effects.push(Effect::Answer { ticket, result });
        Ok(None)
    }

    fn arrive(
        &mut self,
        code: &str,
        waiting: &mut Option<Arrival>,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<Receipt, Refusal> {
        let arrival = waiting.as_mut().ok_or(CommandError::NotFound)?;
        let read = arrival.read(code, self.now);
        if arrival.is_over(self.now) {
            *waiting = None;
        }
        let credential = match read? {
            Arrived::Digits(digits) => return Ok(Receipt::Digits(digits)),
            Arrived::Credential(credential) => *credential,
        };
        // A key serves once, whatever comes of it.
        *waiting = None;
        let Credential { address, server, proxy, password, keys } = credential;
        let receipt = self.obey(Command::AddAccount { address, password, server, proxy, again: true }, sessions)?;
        if let Receipt::Account(account) = receipt
            && let Some(session) = sessions.get_mut(&account)
        {
            // The login begins once there is a transport: these are there by then.
            credentials::adopt(&mut self.cx(session), &keys)?;
        }
        Ok(receipt)
    }

    fn begin_handover(
        &mut self,
        account: AccountId,
        code: &str,
        owner: Option<&Owner>,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<Handover, Refusal> {
        // Whose code it is comes before who asks: nobody types a PIN for junk.
        let handover = Handover::begin(self.random, account, code, self.now)?;
        let session = sessions.get_mut(&account).ok_or(CommandError::NotFound)?;
        self.credential(session)?;
        let proven = lock::prove(self.tx, owner, self.now);
        self.out.changes.insert(Change::App);
        proven?;
        Ok(handover)
    }

    fn confirm_handover(
        &mut self,
        waiting: &mut Option<Handover>,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<Receipt, Refusal> {
        if lock::is_locked(self.tx)? {
            return Err(CommandError::NotNow.into());
        }
        let handover = waiting.take().ok_or(CommandError::NotFound)?;
        if handover.is_over(self.now) {
            return Err(CommandError::Expired.into());
        }
        let session = sessions.get_mut(&handover.account).ok_or(CommandError::NotFound)?;
        Ok(Receipt::Sealed(handover.finish(&self.credential(session)?)?))
    }

    /// What signs in to the account, if this device has it for certain.
    pub(super) fn credential(&self, session: &Session) -> Result<Credential, Refusal> {
        let keys = credentials::keys(self.tx, session.account)?;
        let unsure = credentials::new_password(self.tx, session.account)?.is_some();
        if unsure || session.leaving.is_some() || (session.password.expose().is_empty() && keys.is_empty()) {
            return Err(CommandError::NotNow.into());
        }
        Ok(Credential {
            address: session.jid.to_string(),
            server: session.server.clone(),
            proxy: session.proxy.clone(),
            password: session.password.clone(),
            keys,
        })
    }
}
