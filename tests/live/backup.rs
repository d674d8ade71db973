//! A backup file, sealed with a passphrase, signs in on another device of a real server, and brings back a profile that the
//! server has lost.

use linnet_messenger::command::{Command, Restored, Secret};
use linnet_messenger::fault::CommandError;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::{AccountItem, ProfileState};
use linnet_runtime::Client;
use linnet_servers::Kind;
use linnet_tests::live_world::follower::Follower;

use crate::anywhere::profile::{chosen, typed};
use crate::devices::{Devices, PATIENCE, is_online};

fn passphrase() -> Secret {
    Secret::new("correct horse")
}

fn export(devices: &Devices, device: &Client) -> Vec<u8> {
    devices.runtime.block_on(device.export_backup(passphrase(), true, None)).unwrap()
}

fn import(devices: &Devices, device: &Client, file: Vec<u8>) {
    let restored = devices.runtime.block_on(device.import_backup(passphrase(), file));
    assert_eq!(restored, Ok(Restored { accounts: 1, ..Restored::default() }));
}

fn a_file_signs_in_on_another_device(kind: Kind) {
    let devices = Devices::new(kind);
    devices.add_user("alice");
    let old = devices.signed_in("old.db", "alice");
    let file = export(&devices, &old);
    let new = devices.open("new.db");
    let wrong = devices.runtime.block_on(new.import_backup(Secret::new("correct house"), file.clone()));
    assert_eq!(wrong, Err(CommandError::PassphraseWrong));
    import(&devices, &new, file);
    devices.see(&new, "it gets in", is_online);
}

fn a_profile_comes_back_where_the_server_has_none(kind: Kind) {
    let devices = Devices::new(kind);
    devices.add_user("alice");
    let old = devices.signed_in("old.db", "alice");
    let account = devices.see(&old, "it is there", is_online).id;
    let name = |nickname: &str| Command::SetNickname { account, nickname: nickname.to_owned() };
    devices.order(&old, name("Alice of the lake"));
    devices.order(&old, Command::SetPicture { account, picture: Some(chosen(1)) });
    devices.order(&old, Command::SetVcard { account, vcard: typed() });
    let before = devices.see(&old, "all is published", |own| own.profile == ProfileState::Known);
    assert!(before.picture.is_some() && before.nickname.is_some());
    let file = export(&devices, &old);
    // The server has all of it, and a newer name.
    devices.order(&old, name("Alice by now"));
    devices.see(&old, "the newer name is published", |own| own.profile == ProfileState::Known);
    let new = devices.open("new.db");
    import(&devices, &new, file.clone());
    devices.see(&new, "what the server has", |own| {
        own.nickname.as_deref() == Some("Alice by now") && own.picture == before.picture
    });
    new.close();
    // Another account of the same address: it has nothing, nor the keys that the file has.
    let accounts = Follower::new(&old, Accounts, &devices.runtime);
    assert!(accounts.wait(PATIENCE, |items| !items.is_empty()));
    devices.order(&old, Command::DeleteAccount { account });
    assert!(accounts.wait(PATIENCE, <[AccountItem]>::is_empty), "the account is not deleted");
    devices.add_user("alice");
    let newest = devices.open("newest.db");
    import(&devices, &newest, file);
    let account = devices.see(&newest, "it is there", |_| true).id;
    devices.order(&newest, Command::SetPassword { account, password: Secret::new("secret") });
    let whole = |own: &AccountItem| {
        let same = own.nickname == before.nickname && own.picture == before.picture && own.vcard == before.vcard;
        same && own.profile == ProfileState::Known
    };
    devices.see(&newest, "the profile is published", whole);
    // The server has it: whoever signs in with the password alone is told.
    let witness = devices.signed_in("witness.db", "alice");
    devices.see(&witness, "what the server has now", |own| own.nickname == before.nickname && own.picture.is_some());
}

on_every_kind! { a_file_signs_in_on_another_device, a_profile_comes_back_where_the_server_has_none }
