//! What a device's further screens show.

use linnet_messenger::ids::AccountId;
use linnet_messenger::view::blocks::Blocks;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::item::{
    AppItem, BlockItem, ChatItem, OwnDevicesItem, PersonItem, ServerDetailsItem, SignUpItem, TextPortion,
};
use linnet_messenger::view::own_devices::OwnDevices;
use linnet_messenger::view::people::People;
use linnet_messenger::view::picture;
use linnet_messenger::view::server_details::ServerDetails;
use linnet_messenger::view::whole_text::{self, TextOf};

use super::FakeWorld;
use super::held::Held;
use crate::world::{DeviceId, World};

impl FakeWorld {
    /// Whom the device hears nothing of.
    pub fn blocks(&self, device: DeviceId) -> Vec<BlockItem> {
        self.look(device, |running| Held::new(Blocks::new()).look(&running.reader).map(<[_]>::to_vec))
    }

    /// Who may be meant by a text.
    pub fn people(&self, device: DeviceId, typed: &str) -> Vec<PersonItem> {
        let account = self.account(device);
        let view = || Held::new(People::new(account, typed));
        self.look(device, |running| view().look(&running.reader).map(<[_]>::to_vec))
    }

    /// The device's chat list of one account.
    pub fn chats_of(&self, device: DeviceId, account: AccountId) -> Vec<ChatItem> {
        self.look(device, |running| Held::new(ChatList::of(account)).look(&running.reader).map(<[_]>::to_vec))
    }

    /// What the device knows of its account's server.
    pub fn server_details(&self, device: DeviceId) -> ServerDetailsItem {
        let view = ServerDetails::new(self.account(device));
        let rows = self.look(device, |running| Held::new(view).look(&running.reader).map(<[_]>::to_vec));
        rows.into_iter().next().unwrap_or_else(|| self.fail("nothing is known of the server"))
    }

    /// The picture that an item names.
    pub fn picture(&self, device: DeviceId, name: &str) -> Option<Vec<u8>> {
        self.look(device, |running| picture::bytes(&running.reader, name).map_err(|error| error.to_string()))
    }

    /// All portions of a text, as a screen asks for them, and the text that is copied.
    pub fn whole_text(&self, device: DeviceId, of: TextOf) -> (Vec<TextPortion>, String) {
        self.look(device, |running| {
            let gone = || "there is no such text".to_owned();
            let mut portions: Vec<TextPortion> = Vec::new();
            let mut from = Some(0);
            while let Some(place) = from {
                let portion = whole_text::portion(&running.reader, of, place).map_err(|error| error.to_string())?;
                let portion = portion.ok_or_else(gone)?;
                from = portion.next;
                portions.push(portion);
            }
            let body = whole_text::body(&running.reader, of).map_err(|error| error.to_string())?;
            Ok((portions, body.ok_or_else(gone)?))
        })
    }

    /// What the device knows of itself and of its account's others.
    pub fn own_devices(&self, device: DeviceId) -> OwnDevicesItem {
        let view = OwnDevices::new(self.account(device));
        let rows = self.look(device, |running| Held::new(view).look(&running.reader).map(<[_]>::to_vec));
        rows.into_iter().next().unwrap_or_else(|| self.fail("nothing is known of the own devices"))
    }

    /// What the device's own settings show.
    pub fn app(&self, device: DeviceId) -> AppItem {
        let rows = self.look(device, |running| running.app.look(&running.reader).map(<[_]>::to_vec));
        rows.into_iter().next().unwrap_or_else(|| self.fail("the app has no settings"))
    }

    /// What the device's sign-up screens show.
    pub fn sign_ups(&self, device: DeviceId) -> Vec<SignUpItem> {
        self.look(device, |running| running.sign_ups.look(&running.reader).map(<[_]>::to_vec))
    }
}
