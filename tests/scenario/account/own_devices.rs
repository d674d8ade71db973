//! This device's name and priority, the account's other devices, and who has access.

use linnet_messenger::command::{Command, Receipt, Secret};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{AccountTask, Connection, RevokeProblem, Support};
use linnet_messenger::wire::ns;
use linnet_tests::fake_server::clients::Client;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// Alice on her phone and her tablet.
fn two(tokens: bool, scenario: impl Fn(&FakeWorld, Device<'_>, Device<'_>)) {
    on_fake(|world| {
        world.server().switches.sasl2 = tokens;
        let (phone, tablet) = (world.any().phone("phone", "alice"), world.any().phone("tablet", "alice"));
        world.settle();
        scenario(world, phone, tablet);
    });
}

fn set(world: &FakeWorld, device: Device<'_>, name: &str, priority: i8) -> Result<Receipt, CommandError> {
    let account = device.account().id;
    world.submit(device.id, Command::SetDevice { account, name: name.to_owned(), priority })
}

fn ask(world: &FakeWorld, device: Device<'_>) {
    device.order(Command::AskDevices { account: device.account().id });
    world.settle();
}

fn client(id: &str, password: bool) -> Client {
    Client { id: id.to_owned(), device: Some("Old phone".to_owned()), password }
}

#[test]
fn a_new_name_counts_from_the_next_session_and_the_priority_at_once() {
    for tokens in [false, true] {
        two(tokens, |world, phone, tablet| {
            assert_eq!(set(world, phone, " Handy ", 10), Ok(Receipt::Done));
            assert!(world.own_devices(phone.id).resource.starts_with("Handy."));
            world.settle();
            assert!(world.trace().contains("<priority>10</priority>"));
            let names = |device: Device<'_>| -> Vec<String> {
                world.own_devices(device.id).sessions.into_iter().map(|session| session.name).collect()
            };
            assert!(names(tablet).iter().all(|name| !name.starts_with("Handy")), "{:?}", names(tablet));
            phone.order(Command::SetAccountEnabled { account: phone.account().id, enabled: false });
            world.settle();
            assert_eq!(names(phone), [""; 0], "without a connection nobody is there");
            assert_eq!(names(tablet).len(), 1);
            phone.order(Command::SetAccountEnabled { account: phone.account().id, enabled: true });
            world.settle();
            assert!(names(tablet).iter().any(|name| name.starts_with("Handy")), "{:?}", names(tablet));
            // It stays so, and an empty name is none.
            phone.kill();
            phone.start();
            world.settle();
            let item = world.own_devices(phone.id);
            assert_eq!((item.name.as_deref(), item.priority), (Some("Handy"), 10));
            assert_eq!(set(world, phone, "", 0), Ok(Receipt::Done));
            assert!(world.own_devices(phone.id).resource.starts_with("Phone."));
            for name in ["x".repeat(31), "a\u{7}".to_owned()] {
                assert_eq!(set(world, phone, &name, 0), Err(CommandError::TextInvalid));
            }
        });
    }
}

#[test]
fn own_devices_tell_each_other_what_they_are_and_nobody_else() {
    on_fake(|world| {
        let (phone, bob) = world.any().friends("alice", "bob");
        let tablet = world.any().phone("tablet", "alice");
        world.settle();
        ask(world, phone);
        let sessions = world.own_devices(phone.id).sessions;
        assert_eq!(sessions.len(), 2);
        assert!(sessions[0].this && !sessions[1].this, "{sessions:?}");
        let software = sessions[1].software.clone().expect("it told");
        assert!(software.starts_with("Linnet "), "{software}");
        tablet.goes_offline();
        world.advance(600_000);
        world.settle();
        assert_eq!(world.own_devices(phone.id).sessions.len(), 1);
        // A friend's devices are none of ours, nor ours his.
        assert_eq!(world.own_devices(bob.id).sessions.len(), 1);
        assert_eq!(world.own_devices(phone.id).manages, Support::No);
    });
}

#[test]
fn who_has_access_is_listed_and_shut_out() {
    two(true, |world, phone, _| {
        world.server().clients = Some(vec![client("old", false), client("knows", true)]);
        ask(world, phone);
        let item = world.own_devices(phone.id);
        assert_eq!(item.manages, Support::Yes);
        let this: Vec<bool> = item.clients.iter().map(|client| client.this).collect();
        assert_eq!(this.iter().filter(|this| **this).count(), 1, "{:?}", item.clients);
        assert_eq!(item.clients.len(), 4);
        let old = item.clients.iter().find(|client| client.id == "old").expect("it is listed");
        assert_eq!(old.device.as_deref(), Some("Old phone"));
        assert_eq!(old.first_seen, Some(1_680_791_168_000));

        let account = phone.account().id;
        let revoke = |id: &str| world.submit(phone.id, Command::RevokeClient { account, id: id.to_owned() });
        assert_eq!(revoke("nobody"), Err(CommandError::NotFound));
        let own = item.clients.iter().find(|client| client.this).expect("we are").id.clone();
        assert_eq!(revoke(&own), Err(CommandError::NotNow), "who wants to go signs out");
        assert_eq!(revoke("old"), Ok(Receipt::Done));
        assert!(world.own_devices(phone.id).clients.iter().any(|client| client.id == "old" && client.revoking));
        world.settle();
        assert!(world.own_devices(phone.id).clients.iter().all(|client| client.id != "old"));
        assert_eq!(revoke("knows"), Ok(Receipt::Done));
        world.settle();
        let item = world.own_devices(phone.id);
        assert_eq!(item.problem, Some(RevokeProblem::PasswordNeeded));
        assert!(item.clients.iter().any(|client| client.id == "knows" && !client.revoking));
    });
}

#[test]
fn signing_out_everywhere_changes_the_password_and_leaves_only_this_device() {
    two(true, |world, phone, tablet| {
        world.server().clients = Some(vec![client("old", false)]);
        let account = phone.account().id;
        let password = Secret::new("another word");
        phone.order(Command::SignOutEverywhere { account, password });
        world.settle();
        assert_eq!(phone.account().task, Some(AccountTask::PasswordChanged));
        let left = world.server().clients_of(&address("alice"));
        assert!(left.iter().all(|client| client.id != "old"), "{left:?}");
        let item = world.own_devices(phone.id);
        assert!(item.manages == Support::Yes && item.clients.iter().all(|client| client.this), "{:?}", item.clients);
        assert_eq!(world.count(phone.id, "SELECT count(*) FROM account WHERE expelling = 1"), 0);
        tablet.kill();
        world.restart_server();
        tablet.start();
        world.settle();
        assert!(matches!(tablet.account().connection, Connection::Failed { .. }), "{:?}", tablet.account().connection);
        assert_eq!(phone.account().connection, Connection::Online);
    });
}

#[test]
fn where_tokens_are_not_listed_they_may_outlast_the_password() {
    two(true, |world, phone, tablet| {
        world.server().switches.password_voids_tokens = false;
        assert!(world.own_devices(phone.id).tokens_may_stay, "before anybody has asked");
        ask(world, phone);
        assert!(world.own_devices(phone.id).tokens_may_stay);
        let account = phone.account().id;
        phone.order(Command::SignOutEverywhere { account, password: Secret::new("another word") });
        world.settle();
        assert_eq!(phone.account().task, Some(AccountTask::PasswordChanged));
        tablet.cut();
        world.settle();
        assert_eq!(tablet.account().connection, Connection::Online, "such a server lets it in: that is what is told");
    });
    two(true, |world, phone, _| {
        world.server().clients = Some(Vec::new());
        ask(world, phone);
        assert!(!world.own_devices(phone.id).tokens_may_stay, "they are listed, and taken back");
    });
    two(false, |world, phone, _| {
        ask(world, phone);
        assert!(!world.own_devices(phone.id).tokens_may_stay, "there are none");
    });
}

#[test]
fn a_refused_password_shuts_nobody_out() {
    two(true, |world, phone, _| {
        world.server().clients = Some(vec![client("old", false)]);
        world.server().own_registrations.refusals.push_back(("not-acceptable", "Eight letters"));
        let account = phone.account().id;
        phone.order(Command::SignOutEverywhere { account, password: Secret::new("short") });
        world.settle();
        assert!(matches!(phone.account().task, Some(AccountTask::PasswordNotChanged { .. })));
        assert!(world.server().clients_of(&address("alice")).iter().any(|client| client.id == "old"));
        assert_eq!(world.count(phone.id, "SELECT count(*) FROM account WHERE expelling = 1"), 0);
    });
}

#[test]
fn a_list_without_end_is_dropped_and_counted() {
    two(true, |world, phone, _| {
        let clients: String = (0..10_000).map(|at| format!("<client id='{at}'/>")).collect();
        let list = format!("<clients xmlns='{}'>{clients}</clients>", ns::CLIENT_MANAGEMENT);
        world.server().told.insert(("alice@linnet.test", ns::CLIENT_MANAGEMENT), list);
        ask(world, phone);
        assert_eq!(world.own_devices(phone.id).clients, []);
        assert_eq!(world.violations(), [Violation::ClientListMalformed]);
        world.forgive();
    });
}
