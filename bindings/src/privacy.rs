//! What whom is told: the account's switches, and what single people are told otherwise.

use linnet_messenger::command::{self, Command};
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;

/// What an account tells others, but for those who are excepted (`ContactItem.exceptions`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct Privacy {
    /// Contacts learn that their messages arrived (XEP-0184). On at first.
    pub receipts: bool,
    /// Contacts learn that their messages were seen (XEP-0333). Our own devices learn what was read all the same
    /// (XEP-0490). On at first.
    pub read_markers: bool,
    /// Contacts learn that the user is writing (XEP-0085). On at first.
    pub typing: bool,
    /// Contacts who ask learn name and version of the program (XEP-0092) and the device's time in UTC (XEP-0202). Unless all
    /// may know, neither presence (XEP-0115) nor a device that was given no name says which program it is; the name of its
    /// address changes with the next session. Off at first.
    #[uniffi(default = false)]
    pub device_information: bool,
    /// Contacts see that the user is there (RFC 6121 4), on any device of the account. On at first.
    #[uniffi(default = true)]
    pub online: bool,
    /// Contacts learn since when nobody has looked at this device (XEP-0319, 0012). Off at first.
    #[uniffi(default = false)]
    pub last_seen: bool,
    /// What links and media of contacts point to is loaded unasked: see `MessageItem.auto_load`. On at first.
    #[uniffi(default = true)]
    pub auto_load: bool,
    /// Who may call (XEP-0353). Contacts at first.
    pub callers: Callers,
    /// Who may ask to be a contact. Everyone at first.
    pub adders: Adders,
}

/// One switch of `Privacy`, for `Client.set_privacy` and `Client.set_exception`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum PrivacySetting {
    /// `Privacy.receipts`.
    Receipts,
    /// `Privacy.read_markers`.
    ReadMarkers,
    /// `Privacy.typing`.
    Typing,
    /// `Privacy.device_information`.
    DeviceInformation,
    /// `Privacy.online`.
    Online,
    /// `Privacy.last_seen`.
    LastSeen,
    /// `Privacy.auto_load`.
    AutoLoad,
    /// Calls: of one person. For the account, on means contacts, off nobody; `Client.set_callers` knows more.
    Calls,
}

/// Who may call (XEP-0353). A call from anybody else is not heard, and not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Callers {
    /// Strangers, too.
    Everyone,
    /// Who sees our presence, or we theirs.
    Contacts,
    /// Nobody, but for those who are excepted.
    Nobody,
}

/// Who may ask to be a contact (RFC 6121 3.1). The questions of others never reach the requests; once they may ask, the
/// server tells of them again with a later session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Adders {
    /// Anybody.
    Everyone,
    /// Who comes by the account's own code (XEP-0379).
    Code,
    /// Nobody.
    Nobody,
}

/// What one person is told otherwise than the account tells in general.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct PrivacyException {
    /// What.
    pub setting: PrivacySetting,
    /// Always, or never.
    pub allowed: bool,
}

impl From<item::Privacy> for Privacy {
    fn from(privacy: item::Privacy) -> Self {
        Self {
            receipts: privacy.receipts,
            read_markers: privacy.read_markers,
            typing: privacy.typing,
            device_information: privacy.device_information,
            online: privacy.online,
            last_seen: privacy.last_seen,
            auto_load: privacy.auto_load,
            callers: privacy.callers.into(),
            adders: privacy.adders.into(),
        }
    }
}

impl From<PrivacySetting> for command::PrivacySetting {
    fn from(setting: PrivacySetting) -> Self {
        match setting {
            PrivacySetting::Receipts => Self::Receipts,
            PrivacySetting::ReadMarkers => Self::ReadMarkers,
            PrivacySetting::Typing => Self::Typing,
            PrivacySetting::DeviceInformation => Self::DeviceInformation,
            PrivacySetting::Online => Self::Online,
            PrivacySetting::LastSeen => Self::LastSeen,
            PrivacySetting::AutoLoad => Self::AutoLoad,
            PrivacySetting::Calls => Self::Calls,
        }
    }
}

impl From<command::PrivacySetting> for PrivacySetting {
    fn from(setting: command::PrivacySetting) -> Self {
        match setting {
            command::PrivacySetting::Receipts => Self::Receipts,
            command::PrivacySetting::ReadMarkers => Self::ReadMarkers,
            command::PrivacySetting::Typing => Self::Typing,
            command::PrivacySetting::DeviceInformation => Self::DeviceInformation,
            command::PrivacySetting::Online => Self::Online,
            command::PrivacySetting::LastSeen => Self::LastSeen,
            command::PrivacySetting::AutoLoad => Self::AutoLoad,
            command::PrivacySetting::Calls => Self::Calls,
        }
    }
}

impl From<item::PrivacyException> for PrivacyException {
    fn from(exception: item::PrivacyException) -> Self {
        Self { setting: exception.setting.into(), allowed: exception.allowed }
    }
}

impl From<command::Callers> for Callers {
    fn from(callers: command::Callers) -> Self {
        match callers {
            command::Callers::Everyone => Self::Everyone,
            command::Callers::Contacts => Self::Contacts,
            command::Callers::Nobody => Self::Nobody,
        }
    }
}

impl From<Callers> for command::Callers {
    fn from(callers: Callers) -> Self {
        match callers {
            Callers::Everyone => Self::Everyone,
            Callers::Contacts => Self::Contacts,
            Callers::Nobody => Self::Nobody,
        }
    }
}

impl From<command::Adders> for Adders {
    fn from(adders: command::Adders) -> Self {
        match adders {
            command::Adders::Everyone => Self::Everyone,
            command::Adders::Code => Self::Code,
            command::Adders::Nobody => Self::Nobody,
        }
    }
}

impl From<Adders> for command::Adders {
    fn from(adders: Adders) -> Self {
        match adders {
            Adders::Everyone => Self::Everyone,
            Adders::Code => Self::Code,
            Adders::Nobody => Self::Nobody,
        }
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Switches what the account tells others, but for those who are excepted. Works offline: what has to be told to a
    /// server is told with the next connection. Errors: `NotFound`, `Storage`.
    pub async fn set_privacy(&self, account: i64, setting: PrivacySetting, on: bool) -> Result<(), CommandError> {
        self.done(Command::SetPrivacy { account: AccountId(account), setting: setting.into(), on }).await
    }

    /// Tells one person (a bare JID) something always, never, or (`None`) as the account does in general.
    /// Errors: `NotFound`, `AddressInvalid`, `Storage`.
    pub async fn set_exception(
        &self,
        account: i64,
        address: String,
        setting: PrivacySetting,
        allowed: Option<bool>,
    ) -> Result<(), CommandError> {
        let account = AccountId(account);
        self.done(Command::SetException { account, address, setting: setting.into(), allowed }).await
    }

    /// Chooses who may call (XEP-0353). Errors: `NotFound`, `Storage`.
    pub async fn set_callers(&self, account: i64, callers: Callers) -> Result<(), CommandError> {
        self.done(Command::SetCallers { account: AccountId(account), callers: callers.into() }).await
    }

    /// Chooses who may ask to be a contact (RFC 6121 3.1). Errors: `NotFound`, `Storage`.
    pub async fn set_adders(&self, account: i64, adders: Adders) -> Result<(), CommandError> {
        self.done(Command::SetAdders { account: AccountId(account), adders: adders.into() }).await
    }
}
