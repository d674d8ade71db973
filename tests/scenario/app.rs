//! The app's own settings: its lock, and how much notifications tell.

use linnet_messenger::command::{Command, NotificationContent, Receipt, Secret};
use linnet_messenger::fault::CommandError;
use linnet_messenger::view::item::LockItem;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const PIN: &str = "2580";

fn pin(text: &str) -> Secret {
    Secret::new(text)
}

fn locked_by(device: Device<'_>, text: &str) {
    device.order(Command::SetPin { current: None, pin: Some(pin(text)) });
}

fn is_locked(device: Device<'_>) -> bool {
    matches!(device.order(Command::AskLocked), Receipt::Locked(true))
}

fn try_pin(world: &FakeWorld, device: Device<'_>, text: &str) -> Result<Receipt, CommandError> {
    world.submit(device.id, Command::Unlock { pin: pin(text) })
}

fn lock(world: &FakeWorld, device: Device<'_>) -> LockItem {
    world.app(device.id).lock.expect("a lock")
}

fn leave(device: Device<'_>) {
    device.order(Command::SetActive { active: false });
}

fn come_back(device: Device<'_>) {
    device.order(Command::SetActive { active: true });
}

#[test]
fn it_locks_after_its_patience_at_a_restart_and_when_told() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        assert_eq!(world.app(alice.id).lock, None);
        leave(alice);
        world.advance(3_600_000);
        come_back(alice);
        assert!(!is_locked(alice), "without a PIN nothing is ever locked");
        assert_eq!(world.submit(alice.id, Command::LockNow), Err(CommandError::NotNow));

        locked_by(alice, PIN);
        assert!(!is_locked(alice), "who has just set it is there");
        leave(alice);
        world.advance(59_000);
        come_back(alice);
        assert!(!is_locked(alice));
        leave(alice);
        world.advance(30_000);
        // Said again, it is still the same absence.
        leave(alice);
        world.advance(30_000);
        come_back(alice);
        assert!(is_locked(alice));
        assert_eq!(try_pin(world, alice, PIN), Ok(Receipt::Done));
        assert!(!is_locked(alice));

        alice.order(Command::SetLockOptions { biometrics: false, patience: 0 });
        leave(alice);
        assert!(is_locked(alice), "without patience it locks when it is left");
        alice.order(Command::Unlock { pin: pin(PIN) });
        alice.order(Command::LockNow);
        assert!(is_locked(alice));
        alice.order(Command::Unlock { pin: pin(PIN) });
        alice.kill();
        alice.start();
        assert!(is_locked(alice), "a process begins locked");
        alice.order(Command::Unlock { pin: pin(PIN) });
        alice.order(Command::SetLockOptions { biometrics: false, patience: u64::MAX });
        leave(alice);
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        come_back(alice);
        assert!(is_locked(alice));
    });
}

#[test]
fn wrong_pins_cost_time_that_nothing_makes_shorter() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        locked_by(alice, PIN);
        alice.order(Command::LockNow);
        for wrong in 1..=4 {
            assert_eq!(try_pin(world, alice, "0000"), Err(CommandError::PinWrong));
            assert_eq!((lock(world, alice).wrong, lock(world, alice).wait_until), (wrong, None));
        }
        assert_eq!(try_pin(world, alice, "0000"), Err(CommandError::PinWrong));
        assert!(lock(world, alice).wait_until.is_some());
        assert_eq!(try_pin(world, alice, PIN), Err(CommandError::NotNow), "not even the right one");
        // Neither a new process nor another clock helps.
        alice.kill();
        alice.start();
        world.skew(alice.id, 3_600_000);
        assert_eq!(try_pin(world, alice, PIN), Err(CommandError::NotNow));
        world.advance(31_000);
        assert_eq!(try_pin(world, alice, "1111"), Err(CommandError::PinWrong));
        world.advance(31_000);
        assert_eq!(try_pin(world, alice, PIN), Err(CommandError::NotNow), "twice as long now");
        world.advance(30_000);
        // What is left of a wait after a restart of the device is not known.
        for _ in 0..8 {
            assert_eq!(try_pin(world, alice, "1111"), Err(CommandError::PinWrong));
            world.advance(15 * 60_000 + 1_000);
        }
        assert_eq!(try_pin(world, alice, "1111"), Err(CommandError::PinWrong));
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        assert_eq!(try_pin(world, alice, PIN), Err(CommandError::NotNow));
        world.advance(14 * 60_000);
        assert_eq!(try_pin(world, alice, PIN), Err(CommandError::NotNow));
        world.advance(61_000);
        assert_eq!(try_pin(world, alice, PIN), Ok(Receipt::Done));
        assert_eq!((lock(world, alice).wrong, lock(world, alice).wait_until), (0, None));
    });
}

#[test]
fn only_who_knows_the_pin_changes_it_and_only_an_open_lock_is_changed() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        let set = |current: Option<&str>, new: Option<&str>| {
            world.submit(alice.id, Command::SetPin { current: current.map(pin), pin: new.map(pin) })
        };
        assert_eq!(set(None, Some("123")), Err(CommandError::TextInvalid));
        assert_eq!(set(None, Some(&"9".repeat(65))), Err(CommandError::TextInvalid));
        assert_eq!(
            world.submit(alice.id, Command::SetLockOptions { biometrics: true, patience: 0 }),
            Err(CommandError::NotNow)
        );
        assert_eq!(set(None, Some(PIN)), Ok(Receipt::Done));
        assert_eq!(set(None, None), Err(CommandError::PinWrong));
        assert_eq!(set(Some("0000"), Some("4711")), Err(CommandError::PinWrong));
        assert_eq!(set(Some(PIN), Some("äöü€")), Ok(Receipt::Done));
        assert_eq!(world.submit(alice.id, Command::UnlockByDevice), Err(CommandError::NotNow));
        alice.order(Command::SetLockOptions { biometrics: true, patience: 5_000 });
        alice.order(Command::LockNow);
        assert_eq!(
            world.submit(alice.id, Command::SetLockOptions { biometrics: false, patience: 1 << 40 }),
            Err(CommandError::NotNow)
        );
        alice.order(Command::UnlockByDevice);
        assert!(!is_locked(alice));
        assert_eq!(lock(world, alice).patience, 5_000);
        assert_eq!(set(Some("äöü€"), None), Ok(Receipt::Done));
        assert_eq!(world.app(alice.id).lock, None);
        locked_by(alice, PIN);
        assert!(!lock(world, alice).biometrics, "a new lock begins with its PIN alone");
    });
}

#[test]
fn notifications_tell_what_is_wanted_and_come_all_the_same() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "a secret");
        world.settle();
        let told = || {
            let items = world.notifications(alice.id);
            let [item] = &items[..] else { panic!("{items:?}") };
            let [line] = &item.lines[..] else { panic!("{item:?}") };
            (item.title.clone(), line.sender_name.clone(), line.body.clone(), item.unread)
        };
        let is = |title: &str, body: &str| (title.to_owned(), title.to_owned(), body.to_owned(), 1);
        assert_eq!(told(), is("bob", "a secret"));
        alice.order(Command::SetNotificationContent { content: NotificationContent::Sender });
        assert_eq!(told(), is("bob", ""));
        alice.order(Command::SetNotificationContent { content: NotificationContent::Nothing });
        assert_eq!(told(), is("", ""));
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(told(), is("", ""));
        alice.order(Command::SetNotificationContent { content: NotificationContent::Full });
        assert_eq!(told(), is("bob", "a secret"));
        assert!(!world.app(alice.id).hides_screen);
        alice.order(Command::HideScreen { hides: true });
        assert!(world.app(alice.id).hides_screen);
    });
}
