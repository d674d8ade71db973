//! What a contact's device is.

use linnet_messenger::command::Command;
use linnet_messenger::ids::ChatId;
use linnet_messenger::view::item;

use crate::client::Client;
use crate::error::CommandError;

/// What a contact's device is, by its own word. While it is asked again, what it told before stays.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct DeviceDetails {
    /// What became of the question.
    pub state: DetailsState,
    /// What program it is (XEP-0092 3): one line of at most 100 characters. `None`: not told.
    pub program: Option<String>,
    /// The program's version, likewise.
    pub version: Option<String>,
    /// The operating system, likewise; many programs keep it to themselves.
    pub system: Option<String>,
    /// What kind of device it is (XEP-0115). `None`: not told, or of no kind that means something to people.
    pub kind: Option<DeviceKind>,
    /// What time it has (XEP-0202). `None`: not told, or no time that can be right.
    pub clock: Option<DeviceClock>,
}

/// What became of the question to a contact's device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DetailsState {
    /// Not everything is answered yet; at the latest after a minute it is settled.
    Asking,
    /// At least program or time is known.
    Told,
    /// Neither is, for the device doesn't tell (an error, XEP-0092 4). Its kind may be known.
    Refused,
    /// Neither is, for it gave no answer. Its kind may be known.
    Silent,
}

/// The clock of a contact's device (XEP-0202 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct DeviceClock {
    /// How far local time there is ahead of UTC, minutes, -840 to 840. Some programs, Linnet among them, tell UTC wherever
    /// they are: 0.
    pub utc_offset: i32,
    /// What is to be added to this device's clock to have UTC as that device has it, milliseconds. If this device's clock
    /// is wrong, the time there is right all the same.
    pub ahead: i64,
}

/// What kind of device it is (the registry of XEP-0030's identities).
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum DeviceKind {
    /// `client/bot`: a program that answers by itself.
    Bot,
    /// `client/phone` and what is like it.
    Phone,
    /// `client/tablet`.
    Tablet,
    /// `client/pc`.
    Computer,
    /// `client/web`: a page in a browser.
    Web,
    /// `client/console`: a program in a terminal.
    Terminal,
    /// `gateway`, whichever its type: the way to people on another network.
    Gateway,
}

#[uniffi::export(async_runtime = "tokio")]
impl Client {
    /// Asks a device out of `ContactItem.devices` (`device` is its `name`) what it is (XEP-0092, 0202, 0115), unless it was
    /// asked within the last minute; `DeviceItem.details` shows what comes. To be called when the user wants to know, never
    /// by itself: the question tells the contact that somebody looks.
    ///
    /// Errors: `NotFound` (also: no longer there, a stranger's, one's own), `NotNow` (blocked, or not
    /// `ContactItem.devices_askable`), `Offline`, `Storage`.
    pub async fn ask_contact_device(&self, chat: i64, device: String) -> Result<(), CommandError> {
        self.done(Command::AskContactDevice { chat: ChatId(chat), device }).await
    }
}

impl From<item::DeviceDetails> for DeviceDetails {
    fn from(details: item::DeviceDetails) -> Self {
        Self {
            state: details.state.into(),
            program: details.program,
            version: details.version,
            system: details.system,
            kind: details.kind.map(Into::into),
            clock: details.clock.map(|clock| DeviceClock { utc_offset: clock.utc_offset, ahead: clock.ahead }),
        }
    }
}

impl From<item::DetailsState> for DetailsState {
    fn from(state: item::DetailsState) -> Self {
        match state {
            item::DetailsState::Asking => Self::Asking,
            item::DetailsState::Told => Self::Told,
            item::DetailsState::Refused => Self::Refused,
            item::DetailsState::Silent => Self::Silent,
        }
    }
}

impl From<item::DeviceKind> for DeviceKind {
    fn from(kind: item::DeviceKind) -> Self {
        match kind {
            item::DeviceKind::Bot => Self::Bot,
            item::DeviceKind::Phone => Self::Phone,
            item::DeviceKind::Tablet => Self::Tablet,
            item::DeviceKind::Computer => Self::Computer,
            item::DeviceKind::Web => Self::Web,
            item::DeviceKind::Terminal => Self::Terminal,
            item::DeviceKind::Gateway => Self::Gateway,
        }
    }
}
