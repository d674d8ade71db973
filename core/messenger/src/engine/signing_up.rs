//! Brings to the accounts in the making what is theirs. They have no session and no row of `account` yet; their
//! transports belong to account numbers below zero.

use std::collections::BTreeMap;

use super::Call;
use crate::account::sign_up::{Made, SignUp, SignUpCx};
use crate::command::{Command, Receipt, Secret};
use crate::contact::link::NewAccount;
use crate::effect::Effect;
use crate::fault::{CommandError, Fault};
use crate::ids::{AccountId, ConnectionId, SignUpId};
use crate::input::Input;
use crate::session::Session;
use crate::view::item::WaitReason;

use super::feature::Refusal;

/// Accounts in the making.
pub type SignUps = BTreeMap<SignUpId, SignUp>;

impl Call<'_> {
    /// Takes what is for a sign-up; gives back what others have to see.
    pub fn signing_up(
        &mut self,
        input: Input,
        sign_ups: &mut SignUps,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<Option<Input>, Fault> {
        match input {
            Input::Command {
                ticket,
                command:
                    command @ (Command::StartSignUp { .. }
                    | Command::FollowInvitation { .. }
                    | Command::SubmitSignUp { .. }
                    | Command::CancelSignUp { .. }),
            } => {
                let result = match self.obey_sign_up(command, sign_ups) {
                    Ok(receipt) => Ok(receipt),
                    Err(Refusal::Command(error)) => Err(error),
                    Err(Refusal::Fault(fault)) => return Err(fault),
                };
                self.out.effects.push(Effect::Answer { ticket, result });
                Ok(None)
            }
            Input::Tick => {
                sign_ups.values_mut().try_for_each(|sign_up| sign_up.tick(&mut self.sign_up_cx()))?;
                Ok(Some(input))
            }
            Input::Suspend => {
                sign_ups.values_mut().try_for_each(|sign_up| sign_up.suspend(&mut self.sign_up_cx()))?;
                Ok(Some(input))
            }
            Input::TransportOpen { account, connection, tls, .. } if is_sign_up(account) => {
                if let Some(sign_up) = find(sign_ups, connection) {
                    sign_up.opened(&mut self.sign_up_cx(), tls.as_ref());
                }
                Ok(None)
            }
            Input::TlsReady { account, connection, tls } if is_sign_up(account) => {
                if let Some(sign_up) = find(sign_ups, connection) {
                    sign_up.tls_ready(&mut self.sign_up_cx(), &tls);
                }
                Ok(None)
            }
            Input::Frame { account, connection, frame } if is_sign_up(account) => {
                let made = match find(sign_ups, connection) {
                    Some(sign_up) => sign_up.frame(&mut self.sign_up_cx(), frame)?,
                    None => None,
                };
                if let Some(made) = made {
                    self.sign_in(made, sign_ups, sessions)?;
                }
                Ok(None)
            }
            Input::BadWire { account, connection, error } if is_sign_up(account) => {
                tracing::debug!(%error, "the stream can't be read");
                if let Some(sign_up) = find(sign_ups, connection) {
                    sign_up.broken(&mut self.sign_up_cx(), WaitReason::ServerError)?;
                }
                Ok(None)
            }
            Input::TransportClosed { account, connection, error } if is_sign_up(account) => {
                if let Some(sign_up) = find(sign_ups, connection) {
                    sign_up.closed(&mut self.sign_up_cx(), error)?;
                }
                Ok(None)
            }
            Input::Certificate { account, .. } | Input::Computed { account, .. } if is_sign_up(account) => Ok(None),
            other => Ok(Some(other)),
        }
    }

    fn obey_sign_up(&mut self, command: Command, sign_ups: &mut SignUps) -> Result<Receipt, Refusal> {
        match command {
            Command::StartSignUp { domain, server, proxy, invitation } => {
                let sign_up = SignUp::start(&mut self.sign_up_cx(), &domain, server, proxy, invitation.as_ref())?;
                let id = sign_up.id();
                sign_ups.insert(id, sign_up);
                Ok(Receipt::SignUp(id))
            }
            Command::FollowInvitation { link, server, proxy } => {
                let account = NewAccount::of(&link).ok_or(CommandError::AddressInvalid)?;
                let token = account.token.map(Secret::new);
                let cx = &mut self.sign_up_cx();
                let sign_up = SignUp::start(cx, &account.server, server, proxy, token.as_ref())?;
                let id = sign_up.id();
                sign_ups.insert(id, sign_up.invited(account.name, account.inviter));
                Ok(Receipt::SignUp(id))
            }
            Command::SubmitSignUp { sign_up, answers } => {
                let sign_up = sign_ups.get_mut(&sign_up).ok_or(CommandError::NotFound)?;
                sign_up.submit(&mut self.sign_up_cx(), answers)?;
                Ok(Receipt::Done)
            }
            Command::CancelSignUp { sign_up } => {
                match sign_ups.remove(&sign_up) {
                    Some(sign_up) => sign_up.cancel(&mut self.sign_up_cx())?,
                    // It is done, and only its row is left.
                    None => SignUp::dismiss(&mut self.sign_up_cx(), sign_up)?,
                }
                Ok(Receipt::Done)
            }
            _ => Err(CommandError::Internal.into()),
        }
    }

    /// The account is there: it is added like any other.
    fn sign_in(
        &mut self,
        made: Made,
        sign_ups: &mut SignUps,
        sessions: &mut BTreeMap<AccountId, Session>,
    ) -> Result<(), Fault> {
        let Made { sign_up, address, password, server, proxy, inviter } = made;
        let add = Command::AddAccount { address, password, server, proxy, again: true };
        let account = match self.obey(add, sessions) {
            Ok(Receipt::Account(account)) => account,
            Ok(_) | Err(Refusal::Command(_)) => return Err(Fault::Corrupt("an account that was just made")),
            Err(Refusal::Fault(fault)) => return Err(fault),
        };
        if let Some(inviter) = inviter {
            // He is asked as soon as the account is online.
            match self.obey(Command::StartChat { account, address: inviter }, sessions) {
                Ok(_) | Err(Refusal::Command(_)) => {}
                Err(Refusal::Fault(fault)) => return Err(fault),
            }
        }
        match sign_ups.remove(&sign_up) {
            Some(sign_up) => sign_up.done(&mut self.sign_up_cx(), account),
            None => Ok(()),
        }
    }

    fn sign_up_cx(&mut self) -> SignUpCx<'_> {
        SignUpCx {
            tx: self.tx,
            now: self.now,
            random: self.random,
            language: self.modes.language,
            effects: &mut self.out.effects,
            changes: &mut self.out.changes,
        }
    }
}

fn is_sign_up(account: AccountId) -> bool {
    account.0 < 0
}

fn find(sign_ups: &mut SignUps, connection: ConnectionId) -> Option<&mut SignUp> {
    sign_ups.values_mut().find(|sign_up| sign_up.connection() == Some(connection))
}
