//! An account on a further phone, by codes that the two show each other.

use linnet_messenger::account::handover::PATIENCE;
use linnet_messenger::command::{Command, Owner, ProxyAddress, Receipt, Secret};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::AccountId;
use linnet_messenger::view::item::{Connection, LoginFailure};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, DeviceId, World};

use crate::on_fake;

/// Alice's phone, signed in, and a new one with nothing on it.
fn phones(scenario: impl Fn(&FakeWorld, Device<'_>, Device<'_>)) {
    on_fake(|world| {
        let old = world.any().device("alice");
        world.settle();
        let new = Device { world: world.any(), id: world.add_new_device("new phone", "alice") };
        scenario(world, old, new);
    });
}

fn arrival(world: &FakeWorld, new: DeviceId) -> String {
    match world.submit(new, Command::BeginArrival) {
        Ok(Receipt::Arrival { code, patience: PATIENCE }) => code,
        other => panic!("{other:?}"),
    }
}

fn handover(world: &FakeWorld, old: Device<'_>, code: &str) -> (String, String) {
    let account = old.account().id;
    match world.submit(old.id, Command::BeginHandover { account, code: code.to_owned(), owner: None }) {
        Ok(Receipt::Handover { code, digits, patience: PATIENCE }) => (code, digits),
        other => panic!("{other:?}"),
    }
}

fn sealed(world: &FakeWorld, old: Device<'_>) -> String {
    match world.submit(old.id, Command::ConfirmHandover) {
        Ok(Receipt::Sealed(code)) => code,
        other => panic!("{other:?}"),
    }
}

fn scan(world: &FakeWorld, new: Device<'_>, code: &str) -> Result<Receipt, CommandError> {
    world.submit(new.id, Command::ReadArrival { code: Secret::new(code) })
}

/// The whole way; gives the account on the new phone.
fn move_in(world: &FakeWorld, old: Device<'_>, new: Device<'_>) -> AccountId {
    let (answer, digits) = handover(world, old, &arrival(world, new.id));
    assert_eq!(scan(world, new, &answer), Ok(Receipt::Digits(digits)));
    let Ok(Receipt::Account(account)) = scan(world, new, &sealed(world, old)) else { panic!("nothing arrived") };
    world.has_account(new.id, account);
    account
}

#[test]
fn a_further_phone_signs_in_without_the_password() {
    phones(|world, old, new| {
        assert_eq!(world.count(old.id, "SELECT count(*) FROM account WHERE password <> ''"), 0, "it is not even kept");
        move_in(world, old, new);
        world.settle();
        assert_eq!(new.account().connection, Connection::Online);
        assert_eq!(old.account().connection, Connection::Online, "both are there");
        assert_eq!(world.count(new.id, "SELECT count(*) FROM account WHERE password <> '' OR scram_seen = 0"), 0);
        // It is a device like any other.
        let bob = world.any().device("bob");
        world.befriend("alice", "bob");
        world.settle();
        bob.say(new, "on which one?");
        world.settle();
        assert_eq!((old.bodies(bob), new.bodies(bob)), (vec!["on which one?".into()], vec!["on which one?".into()]));
        // Restarted, it finds in again.
        new.kill();
        world.restart_server();
        new.start();
        world.settle();
        assert_eq!(new.account().connection, Connection::Online);
    });
}

#[test]
fn keys_that_the_server_no_longer_takes_ask_for_the_password() {
    phones(|world, old, new| {
        world.stop_server();
        move_in(world, old, new);
        world.server().register(&address("alice"), "another word");
        world.start_server();
        world.settle();
        assert_eq!(new.account().connection, Connection::Failed { reason: LoginFailure::WrongPassword });
    });
}

#[test]
fn who_hides_behind_a_proxy_stays_there() {
    phones(|world, old, new| {
        let account = old.account().id;
        let proxy = ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 };
        old.order(Command::SetProxy { account, proxy: Some(proxy.clone()) });
        world.settle();
        move_in(world, old, new);
        world.settle();
        assert!(world.targets(new.id).iter().all(|target| target.proxy.as_ref() == Some(&proxy)));
        assert_eq!(new.account().proxy, Some(proxy));
    });
}

#[test]
fn replayed_foreign_late_and_junk() {
    phones(|world, old, new| {
        let code = arrival(world, new.id);
        let (answer, digits) = handover(world, old, &code);
        // A key of somebody else's: its digits differ, and what is sealed for it does not open here.
        let thief = Device { world: world.any(), id: world.add_new_device("thief", "mallory") };
        let stolen = arrival(world, thief.id);
        let (swapped, others) = handover(world, old, &stolen);
        assert_ne!(digits, others);
        assert_eq!(scan(world, new, &swapped), Err(CommandError::Foreign));
        assert_eq!(scan(world, new, &answer), Ok(Receipt::Digits(digits)), "the right one still counts");
        let for_thief = sealed(world, old);
        assert_eq!(scan(world, new, &for_thief), Err(CommandError::Foreign));
        assert_eq!(world.submit(old.id, Command::ConfirmHandover), Err(CommandError::NotFound), "only once");

        // In time, once.
        let code = arrival(world, new.id);
        assert_eq!(scan(world, new, &answer), Err(CommandError::Foreign), "the key before is forgotten");
        let (answer, _) = handover(world, old, &code);
        assert!(scan(world, new, &answer).is_ok());
        let sealed_code = sealed(world, old);
        for junk in ["", "xmpp:bob@linnet.test", "linnet-device:1c:", &format!("{sealed_code}AAAA")] {
            assert_eq!(scan(world, new, junk), Err(CommandError::Unreadable), "{junk:?}");
        }
        assert_eq!(scan(world, new, "linnet-device:2c:AAAA"), Err(CommandError::Newer));
        let Ok(Receipt::Account(account)) = scan(world, new, &sealed_code) else { panic!("nothing arrived") };
        world.has_account(new.id, account);
        assert_eq!(scan(world, new, &sealed_code), Err(CommandError::NotFound), "and not again");

        let (answer, _) = handover(world, old, &arrival(world, new.id));
        world.advance(PATIENCE + 1_000);
        assert_eq!(scan(world, new, &answer), Err(CommandError::Expired));
        assert_eq!(scan(world, new, &answer), Err(CommandError::NotFound));
        assert_eq!(world.submit(old.id, Command::ConfirmHandover), Err(CommandError::Expired));
        assert_eq!(world.submit(old.id, Command::ConfirmHandover), Err(CommandError::NotFound));

        // Turned away from, and a process that ended: no key is left.
        for end in [Command::EndArrival, Command::EndHandover] {
            let code = arrival(world, new.id);
            let (answer, _) = handover(world, old, &code);
            let device = if end == Command::EndArrival { new.id } else { old.id };
            assert_eq!(world.submit(device, end.clone()), Ok(Receipt::Done));
            let gone = match end {
                Command::EndArrival => scan(world, new, &answer),
                _ => world.submit(old.id, Command::ConfirmHandover),
            };
            assert_eq!(gone, Err(CommandError::NotFound));
        }
        let (answer, _) = handover(world, old, &arrival(world, new.id));
        new.kill();
        new.start();
        assert_eq!(scan(world, new, &answer), Err(CommandError::NotFound));
    });
}

#[test]
fn where_there_is_a_lock_its_owner_is_asked() {
    phones(|world, old, new| {
        let account = old.account().id;
        old.order(Command::SetPin { current: None, pin: Some(Secret::new("2580")) });
        let code = arrival(world, new.id);
        let begin =
            |owner: Option<Owner>| world.submit(old.id, Command::BeginHandover { account, code: code.clone(), owner });
        let pin = |pin: &str| Some(Owner::Pin(Secret::new(pin)));
        assert_eq!(begin(None), Err(CommandError::PinWrong));
        assert_eq!(begin(Some(Owner::Device)), Err(CommandError::NotNow), "that does not open the lock either");
        assert_eq!(begin(pin("0000")), Err(CommandError::PinWrong));
        assert_eq!(world.app(old.id).lock.map(|lock| lock.wrong), Some(1), "it is counted");
        assert!(matches!(begin(pin("2580")), Ok(Receipt::Handover { .. })));
        assert_eq!(world.app(old.id).lock.map(|lock| lock.wrong), Some(0));
        old.order(Command::LockNow);
        assert_eq!(world.submit(old.id, Command::ConfirmHandover), Err(CommandError::NotNow));
        assert_eq!(begin(pin("2580")), Err(CommandError::NotNow));
        old.order(Command::Unlock { pin: Secret::new("2580") });
        old.order(Command::SetLockOptions { biometrics: true, patience: 60_000 });
        assert!(matches!(begin(Some(Owner::Device)), Ok(Receipt::Handover { .. })));
        sealed(world, old);
        for wrong in 0..5 {
            assert_eq!(begin(pin("0000")), Err(CommandError::PinWrong), "{wrong}");
        }
        assert_eq!(begin(pin("2580")), Err(CommandError::NotNow), "too many wrong ones make it wait");
        assert_eq!(begin(None), Err(CommandError::PinWrong));
    });
}

#[test]
fn an_account_that_is_not_sure_of_its_password_is_not_handed_over() {
    phones(|world, old, new| {
        let account = old.account().id;
        world.server().own_registrations.silent = true;
        old.order(Command::ChangePassword { account, password: Secret::new("another word") });
        let code = arrival(world, new.id);
        let begin = |account| world.submit(old.id, Command::BeginHandover { account, code: code.clone(), owner: None });
        assert_eq!(begin(account), Err(CommandError::NotNow));
        assert_eq!(begin(AccountId(99)), Err(CommandError::NotFound));
    });
}
