//! An account for a further phone, by codes that the two phones show each other: first the new phone's, then two of the old
//! one's, with six digits to be compared in between (ADR 13).

use linnet_messenger::command::{self, Command, Receipt, Secret};
use linnet_messenger::ids::AccountId;

use crate::client::{Client, unexpected};
use crate::error::CommandError;

/// What a new phone shows.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ArrivalCode {
    /// The text of its code, for `draw_qr`.
    pub code: String,
    /// For how many milliseconds it counts, from now on.
    pub patience: u64,
}

/// What a scanned code brought to the new phone.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum ArrivalStep {
    /// Both phones show these six digits: its owner compares them, and says so on the old phone, whose next code is then
    /// to be scanned.
    Compare {
        /// In two groups, as they are read aloud.
        digits: String,
    },
    /// The account is added, and signs in.
    Arrived {
        /// Its row.
        account: i64,
    },
}

/// What an old phone shows.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HandoverCode {
    /// The text of its code, for `draw_qr`.
    pub code: String,
    /// The six digits that the new phone shows as well once it has scanned the code.
    pub digits: String,
    /// For how many milliseconds it counts, from now on.
    pub patience: u64,
}

/// How it was made sure that the owner of this phone holds it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Owner {
    /// By the PIN of the app lock.
    Pin {
        /// As it was typed.
        pin: String,
    },
    /// By the device's own means; counts only where `LockItem.biometrics` is on.
    Device,
}

impl From<Owner> for command::Owner {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::Pin { pin } => Self::Pin(Secret::new(pin)),
            Owner::Device => Self::Device,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// This is a new phone: makes a key for one account, and gives the code that the old phone has to scan. An older
    /// code of this phone no longer counts. Nothing of it is stored. Errors: `NotNow` (after `close`).
    pub async fn begin_arrival(&self) -> Result<ArrivalCode, CommandError> {
        match self.inner.submit(Command::BeginArrival).await? {
            Receipt::Arrival { code, patience } => Ok(ArrivalCode { code, patience }),
            other => Err(unexpected(other)),
        }
    }

    /// What the new phone has scanned off the old one: first gives the digits, then the account. After an error other
    /// than `Expired` and `NotFound` the next code can still be the right one.
    ///
    /// Errors: `NotFound` (no key: begin again), `Expired`, `Unreadable`, `Newer`, `Foreign`, `AddressInvalid`, `Storage`.
    pub async fn read_arrival(&self, code: String) -> Result<ArrivalStep, CommandError> {
        match self.inner.submit(Command::ReadArrival { code: Secret::new(code) }).await? {
            Receipt::Digits(digits) => Ok(ArrivalStep::Compare { digits }),
            Receipt::Account(account) => Ok(ArrivalStep::Arrived { account: account.0 }),
            other => Err(unexpected(other)),
        }
    }

    /// The new phone no longer waits: its key is forgotten. Errors: `NotNow` (after `close`).
    pub async fn end_arrival(&self) -> Result<(), CommandError> {
        self.done(Command::EndArrival).await
    }

    /// The old phone has scanned a new phone's code, and its user said that the account is to be on it. `owner` has to be
    /// named where there is an app lock. An earlier handover ends.
    ///
    /// Errors: `Unreadable`, `Newer`, `Foreign` (not a new phone's code), `NotFound`, `PinWrong` (also without `owner`),
    /// `NotNow` (the app is locked; too many wrong PINs; the account is being left, or its password changed), `Storage`.
    pub async fn begin_handover(
        &self,
        account: i64,
        code: String,
        owner: Option<Owner>,
    ) -> Result<HandoverCode, CommandError> {
        let command = Command::BeginHandover { account: AccountId(account), code, owner: owner.map(Into::into) };
        match self.inner.submit(command).await? {
            Receipt::Handover { code, digits, patience } => Ok(HandoverCode { code, digits, patience }),
            other => Err(unexpected(other)),
        }
    }

    /// Both phones show the same digits: gives the code with the credential (the password where it is kept, else SCRAM's
    /// keys, RFC 5802), sealed for the new phone. To be shown once.
    ///
    /// Errors: `NotFound` (nothing is handed over), `Expired`, `NotNow` (the app is locked), `Storage`.
    pub async fn confirm_handover(&self) -> Result<String, CommandError> {
        match self.inner.submit(Command::ConfirmHandover).await? {
            Receipt::Sealed(code) => Ok(code),
            other => Err(unexpected(other)),
        }
    }

    /// Nothing is handed over any more. Errors: `NotNow` (after `close`).
    pub async fn end_handover(&self) -> Result<(), CommandError> {
        self.done(Command::EndHandover).await
    }
}
