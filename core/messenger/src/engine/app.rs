//! What the user asks of the app itself, whatever accounts there are.

use super::Call;
use super::feature::Refusal;
use crate::account::look;
use crate::app::{bystander, lock};
use crate::change::Change;
use crate::command::{Command, Receipt};
use crate::fault::CommandError;

impl Call<'_> {
    /// Carries it out, or gives `None` if it is about something else.
    pub(super) fn obey_app(&mut self, command: &Command) -> Result<Option<Receipt>, Refusal> {
        let (tx, now) = (self.tx, self.now);
        // A wrong PIN is a change, too.
        let done = match command {
            // Whom somebody knows, and where he has gone, leaves the device only while the app is open.
            Command::CollectExport { .. } | Command::ReadExport { .. } | Command::PublishMoved { .. }
                if lock::is_locked(tx)? =>
            {
                return Err(CommandError::NotNow.into());
            }
            Command::AskLocked => return Ok(Some(Receipt::Locked(lock::is_locked(tx)?))),
            Command::SetPin { current, pin } => lock::set_pin(tx, self.random, current.as_ref(), pin.as_ref(), now),
            Command::SetLockOptions { biometrics, patience } => lock::set_options(tx, *biometrics, *patience),
            Command::Unlock { pin } => lock::unlock(tx, pin, now),
            Command::UnlockByDevice => lock::unlock_by_device(tx),
            Command::LockNow => lock::lock_now(tx),
            Command::SetNotificationContent { content } => Ok(bystander::set_notification_content(tx, *content)?),
            Command::HideScreen { hides } => Ok(bystander::hide_screen(tx, *hides)?),
            Command::ShowAccount { account } => look::show_only(tx, *account),
            _ => return Ok(None),
        };
        self.out.changes.insert(Change::App);
        done.map(|()| Some(Receipt::Done))
    }
}
