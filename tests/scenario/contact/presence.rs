//! Our own presence: chosen, told to who may see it, turned to away by itself, and what it means for notifications.

use linnet_messenger::command::{Command, LONGEST_STATUS, NotificationContent, PrivacySetting, Show};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::Availability;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, Peer, World};

use crate::on_fake;

type Seen = (Option<Availability>, Option<String>);

const MINUTE: u64 = 60_000;

fn seen(device: Device<'_>, of: impl Peer) -> Seen {
    let contact = device.world.contact(device.id, device.chat(of)).unwrap();
    (contact.availability, contact.status)
}

fn says(availability: Availability, status: &str) -> Seen {
    (Some(availability), Some(status.to_owned()).filter(|status| !status.is_empty()))
}

fn choose(device: Device<'_>, show: Show, status: &str) {
    let account = device.account().id;
    device.order(Command::SetPresence { account, show, status: status.to_owned() });
}

fn look(device: Device<'_>, active: bool) {
    device.order(Command::SetActive { active });
}

/// Presence stanzas that left a device since.
fn presences(world: &FakeWorld, since: usize) -> usize {
    let trace = world.trace();
    let lines = trace.get(since..).unwrap_or_default().lines().filter(|line| line.contains(" alice > "));
    lines.map(|line| line.matches("<presence").count()).sum()
}

#[test]
fn what_the_user_chose_is_seen_until_he_chooses_otherwise() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        assert_eq!(seen(bob, alice), says(Availability::Available, ""));
        choose(alice, Show::DoNotDisturb, " writing & <thinking> ");
        assert_eq!(
            (alice.account().show, alice.account().status.as_deref()),
            (Show::DoNotDisturb, Some("writing & <thinking>"))
        );
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::DoNotDisturb, "writing & <thinking>"));
        // Another session.
        alice.kill();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::DoNotDisturb, "writing & <thinking>"));
        // Chosen while there is no connection, which is then resumed; by another process, too.
        alice.goes_offline();
        choose(alice, Show::Away, "on the train");
        alice.kill();
        alice.start();
        alice.comes_online();
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Away, "on the train"));
        choose(alice, Show::Available, "");
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Available, ""));
        let since = world.trace().len();
        choose(alice, Show::Available, "");
        alice.goes_offline();
        alice.comes_online();
        world.settle();
        assert_eq!(presences(world, since), 0, "nothing is said twice");
    });
}

#[test]
fn a_status_is_one_bounded_line() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let account = alice.account().id;
        for bad in ["x".repeat(LONGEST_STATUS + 1), "two\nlines".to_owned(), "\u{7}".to_owned()] {
            let command = Command::SetPresence { account, show: Show::Away, status: bad };
            assert_eq!(world.submit(alice.id, command), Err(CommandError::TextInvalid));
        }
        assert_eq!(alice.account().show, Show::Available, "nothing of it was done");
        let longest = "ä".repeat(LONGEST_STATUS);
        choose(alice, Show::Available, &longest);
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Available, &longest));
    });
}

#[test]
fn who_must_not_see_us_does_not_see_what_we_say() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.any().befriend("alice", "carol");
        world.settle();
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        world.settle();
        choose(alice, Show::Away, "at sea");
        world.settle();
        assert_eq!((seen(bob, alice), seen(carol, alice)), ((None, None), says(Availability::Away, "at sea")));
        let heard = world.trace().lines().any(|line| line.contains(" bob < ") && line.contains("at sea"));
        assert!(!heard, "not even on the wire");
        alice.privacy(PrivacySetting::Online, false);
        choose(alice, Show::DoNotDisturb, "hidden");
        world.settle();
        assert_eq!((seen(bob, alice), seen(carol, alice)), ((None, None), (None, None)));
        alice.excepts(bob, PrivacySetting::Online, None);
        alice.privacy(PrivacySetting::Online, true);
        for peer in [bob, carol] {
            let account = world.account(peer.id);
            peer.order(Command::StartChat { account, address: "alice@linnet.test".to_owned() });
        }
        world.settle();
        for peer in [bob, carol] {
            assert_eq!(seen(peer, alice), says(Availability::DoNotDisturb, "hidden"));
        }
    });
}

#[test]
fn after_a_while_out_of_sight_one_is_away_and_back_at_once() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.privacy(PrivacySetting::LastSeen, true);
        choose(alice, Show::Available, "reading");
        world.settle();
        look(alice, false);
        world.advance(4 * MINUTE);
        assert_eq!(seen(bob, alice), says(Availability::Available, "reading"), "not yet");
        world.advance(5 * MINUTE);
        assert_eq!(seen(bob, alice), says(Availability::Away, "reading"));
        let idle = world.contact(bob.id, bob.chat(alice)).unwrap().devices[0].idle_since;
        assert!(idle.is_some(), "and since when");
        // Neither a restart of the process nor a resumption makes it otherwise than it is.
        look(alice, true);
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Available, "reading"), "at once");
        look(alice, false);
        world.advance(10 * MINUTE);
        alice.kill();
        alice.start();
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Available, "reading"), "started by who looks at it");
        // Switched off.
        let account = alice.account().id;
        alice.order(Command::SetAutoAway { account, on: false });
        assert!(!alice.account().auto_away);
        look(alice, false);
        world.advance(20 * MINUTE);
        assert_eq!(seen(bob, alice), says(Availability::Available, "reading"));
        alice.order(Command::SetAutoAway { account, on: true });
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Away, "reading"), "it is long enough");
    });
}

#[test]
fn away_by_itself_never_stands_in_for_what_was_chosen() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.privacy(PrivacySetting::LastSeen, true);
        for (show, availability) in [(Show::DoNotDisturb, Availability::DoNotDisturb), (Show::Away, Availability::Away)]
        {
            choose(alice, show, "");
            look(alice, false);
            world.advance(20 * MINUTE);
            assert_eq!(seen(bob, alice), says(availability, ""));
            look(alice, true);
            world.settle();
            assert_eq!(seen(bob, alice), says(availability, ""), "coming back changes nothing either");
        }
    });
}

#[test]
fn away_by_itself_is_told_to_who_may_know_when_nobody_looks() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.any().befriend("alice", "carol");
        world.settle();
        for peer in [bob, carol] {
            alice.chat(peer);
        }
        let there = || says(Availability::Available, "");
        let away = || says(Availability::Away, "");
        let told = || {
            look(alice, false);
            world.advance(10 * MINUTE);
            let told = (seen(bob, alice), seen(carol, alice));
            look(alice, true);
            world.settle();
            assert_eq!((seen(bob, alice), seen(carol, alice)), (there(), there()));
            told
        };
        // As it is at first: it would tell what "last seen" keeps.
        let since = world.trace().len();
        assert_eq!(told(), (there(), there()));
        assert_eq!(presences(world, since), 0, "no trace of it");
        alice.excepts(bob, PrivacySetting::LastSeen, Some(true));
        assert_eq!(told(), (away(), there()));
        alice.privacy(PrivacySetting::LastSeen, true);
        assert_eq!(told(), (away(), away()));
        alice.excepts(bob, PrivacySetting::LastSeen, Some(false));
        assert_eq!(told(), (there(), away()));
        // What goes to all meanwhile takes nothing from who knows more.
        look(alice, false);
        world.advance(10 * MINUTE);
        choose(alice, Show::Available, "back soon");
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Available, "back soon"));
        assert_eq!(seen(carol, alice), says(Availability::Away, "back soon"));
    });
}

#[test]
fn who_may_know_more_hears_it_however_late_he_comes() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let carol = world.any().device("carol");
        world.any().befriend("alice", "carol");
        world.settle();
        for peer in [bob, carol] {
            alice.chat(peer);
        }
        alice.excepts(bob, PrivacySetting::LastSeen, Some(true));
        let anew = |device: Device<'_>| {
            device.kill();
            world.reboot(device.id);
            device.start();
            world.settle();
        };
        let both = || (seen(bob, alice), seen(carol, alice));
        let idle = || world.contact(bob.id, bob.chat(alice)).unwrap().devices[0].idle_since;
        let (there, away) = (says(Availability::Available, ""), says(Availability::Away, ""));
        // He was not there when it was told.
        bob.kill();
        look(alice, false);
        world.advance(10 * MINUTE);
        anew(bob);
        anew(carol);
        assert_eq!(both(), (away.clone(), there.clone()));
        let since = idle().expect("and since when");
        // Nor is anybody known to be there when a session of ours begins, and nobody looks at that one either.
        alice.goes_offline();
        world.restart_server();
        alice.comes_online();
        world.settle();
        assert_eq!(both(), (away, there.clone()));
        assert_eq!(idle(), Some(since));
        let secret = world.trace().lines().any(|line| line.contains(" carol < ") && line.contains("urn:xmpp:idle"));
        assert!(!secret, "she never heard of it");
        // Told once, each device: what it says of itself later is no arrival.
        let since = world.trace().len();
        choose(bob, Show::DoNotDisturb, "");
        world.settle();
        assert_eq!(presences(world, since), 0);
        look(alice, true);
        world.settle();
        assert_eq!(both(), (there.clone(), there));
    });
}

#[test]
fn turning_away_wakes_nobody() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        alice.privacy(PrivacySetting::LastSeen, true);
        look(alice, false);
        world.settle();
        // The first probe of the silent link comes after four minutes, the next after eight.
        world.advance(5 * MINUTE + 30_000);
        assert_eq!(seen(bob, alice), says(Availability::Available, ""), "nothing happens, nobody is woken");
        world.advance(3 * MINUTE);
        assert_eq!(seen(bob, alice), says(Availability::Away, ""), "it went along with the probe");
        look(alice, true);
        look(alice, false);
        world.advance(5 * MINUTE + 30_000);
        bob.say(alice, "are you there?");
        world.settle();
        assert_eq!(seen(bob, alice), says(Availability::Away, ""), "or with whatever else happens");
    });
}

#[test]
fn who_does_not_want_to_be_disturbed_is_told_silently() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let notified = || {
            let items = world.notifications(alice.id);
            items.into_iter().map(|item| (item.silent, item.lines.len())).collect::<Vec<_>>()
        };
        bob.say(alice, "one");
        world.settle();
        assert_eq!(notified(), [(false, 1)]);
        choose(alice, Show::DoNotDisturb, "");
        assert_eq!(notified(), [(true, 1)]);
        bob.say(alice, "two");
        world.settle();
        assert_eq!((notified(), alice.unread(bob)), (vec![(true, 2)], 2), "it is there, and unread");
        choose(alice, Show::Away, "");
        assert_eq!(notified(), [(false, 2)]);
    });
}

#[test]
fn with_several_accounts_a_notification_says_which() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "hi");
        world.settle();
        let whose = || world.notifications(alice.id)[0].account_title.clone();
        assert_eq!(whose(), None);
        let work = world.add_account(alice.id, "alice.at.work");
        world.settle();
        assert_eq!(whose().as_deref(), Some("alice@linnet.test"));
        let (account, colour) = (alice.account().id, alice.account().colour);
        alice.order(Command::EditAccount { account, name: "Home".to_owned(), colour });
        assert_eq!(whose().as_deref(), Some("Home"));
        let only_that = NotificationContent::Nothing;
        alice.order(Command::SetNotificationContent { content: only_that });
        assert_eq!(whose(), None, "where it says nothing, it does not say that either");
        alice.order(Command::SetNotificationContent { content: NotificationContent::Full });
        // Each is silent for itself.
        let show = Show::DoNotDisturb;
        alice.order(Command::SetPresence { account: work, show, status: String::new() });
        assert!(!world.notifications(alice.id)[0].silent);
        alice.order(Command::RemoveAccount { account: work });
        world.settle();
        assert_eq!(whose(), None);
    });
}

#[test]
fn what_others_say_of_themselves_is_one_harmless_line() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let say = |rest: &str| {
            world.inject(
                alice.id,
                &format!("<presence from='bob@linnet.test/desk' to='alice@linnet.test'>{rest}</presence>"),
            );
            world.settle();
            let contact = world.contact(alice.id, alice.chat(bob)).unwrap();
            contact
                .devices
                .into_iter()
                .find(|device| device.name == "desk")
                .map(|device| (device.availability, device.status))
        };
        let megabyte = "x".repeat(1 << 20);
        let long = say(&format!("<show>dnd</show><status>{megabyte}</status>"));
        assert_eq!(long, Some((Availability::DoNotDisturb, Some("x".repeat(500)))));
        let turned = say("<show>xa</show><status>\u{202E}gpj\u{2066}.exe\n\n\tnext   line</status>");
        assert_eq!(turned, Some((Availability::LongAway, Some("gpj.exe next line".to_owned()))));
        assert_eq!(say("<status> \n </status>"), Some((Availability::Available, None)));
        // More than is taken of one stanza at all: it is skipped, and what was known stays.
        assert_eq!(world.violations(), []);
        let kept = say(&format!("<show>away</show><status>{megabyte}{megabyte}{megabyte}</status>"));
        assert_eq!(
            (kept, world.violations()),
            (Some((Availability::Available, None)), vec![Violation::StanzaTooLarge])
        );
        say("<show>gone fishing</show>");
        assert_eq!(world.violations(), [Violation::StanzaTooLarge, Violation::StanzaMalformed]);
    });
}

#[test]
fn the_details_say_what_everyone_is_told() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let told = |setting| world.contact(alice.id, alice.chat(bob)).unwrap().in_general.contains(&setting);
        for setting in [
            PrivacySetting::Online,
            PrivacySetting::LastSeen,
            PrivacySetting::Typing,
            PrivacySetting::Receipts,
            PrivacySetting::ReadMarkers,
            PrivacySetting::DeviceInformation,
            PrivacySetting::Calls,
            PrivacySetting::AutoLoad,
        ] {
            for on in [true, false] {
                alice.privacy(setting, on);
                alice.excepts(bob, setting, Some(!on));
                assert_eq!(told(setting), on, "{setting:?}, whatever he is told himself");
            }
        }
    });
}
