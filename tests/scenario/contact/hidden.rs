//! Who must not see us does not see us come, whatever happened while there was no connection; and what becomes of
//! exceptions with the contacts they are about.

use linnet_messenger::command::{Command, PrivacySetting, Receipt};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use super::privacy::{stanzas, three};
use crate::on_fake;

/// Every available presence of alice's that somebody was sent since.
fn seen_by(world: &FakeWorld, who: &str, since: usize) -> Vec<String> {
    let mut heard = stanzas(world, who, '<', since);
    heard.retain(|stanza| {
        let start = stanza.split_once('>').map_or(stanza.as_str(), |(start, _)| start);
        start.starts_with("<presence") && start.contains("from='alice@") && !start.contains(" type='")
    });
    heard
}

/// A new session of hers.
fn comes_anew(world: &FakeWorld, alice: Device<'_>) {
    alice.kill();
    world.reboot(alice.id);
    alice.start();
    alice.comes_online();
}

#[test]
fn what_was_switched_off_without_a_connection_holds_from_the_first_moment() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        alice.goes_offline();
        alice.privacy(PrivacySetting::Online, false);
        let since = world.trace().len();
        comes_anew(world, alice);
        world.settle();
        for peer in ["bob", "carol"] {
            assert_eq!(seen_by(world, peer, since), Vec::<String>::new());
        }
        bob.say(alice, "still here?");
        world.settle();
        assert_eq!(alice.bodies(bob).last().map(String::as_str), Some("still here?"), "the server knows that we are");
        // And with it on again all is as before.
        alice.privacy(PrivacySetting::Online, true);
        carol.order(Command::StartChat { account: world.account(carol.id), address: "alice@linnet.test".to_owned() });
        world.settle();
        assert!(!seen_by(world, "carol", since).is_empty());
    });
}

#[test]
fn who_alone_must_not_see_us_does_not_and_the_others_do() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        alice.goes_offline();
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        let since = world.trace().len();
        comes_anew(world, alice);
        world.settle();
        assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
        assert!(!seen_by(world, "carol", since).is_empty());
        // In a session that is resumed, too: what is new goes to the others only.
        alice.excepts(bob, PrivacySetting::Online, None);
        bob.order(Command::StartChat { account: world.account(bob.id), address: "alice@linnet.test".to_owned() });
        world.settle();
        alice.goes_offline();
        let account = world.account(alice.id);
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        let (show, status) = (linnet_messenger::command::Show::Away, "gone fishing".to_owned());
        alice.order(Command::SetPresence { account, show, status });
        let since = world.trace().len();
        alice.comes_online();
        world.settle();
        assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
        assert!(seen_by(world, "carol", since).concat().contains("gone fishing"));
    });
}

#[test]
fn what_comes_out_of_a_backup_holds_from_the_first_moment() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        alice.goes_offline();
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        let read = world.submit(alice.id, Command::ReadBackup { credentials: true, owner: None });
        let Ok(Receipt::Backup(contents)) = read else { panic!("{read:?}") };
        alice.kill();
        world.settle();
        let since = world.trace().len();
        let phone = Device { world: world.any(), id: world.add_new_device("new phone", "alice") };
        world.submit(phone.id, Command::RestoreBackup { contents }).unwrap();
        world.has_account(phone.id, world.accounts(phone.id).remove(0).id);
        world.settle();
        assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
        assert!(!seen_by(world, "carol", since).is_empty());
        assert_eq!(world.count(phone.id, "SELECT count(*) FROM privacy_exception WHERE jid LIKE 'bob@%'"), 1);
    });
}

#[test]
fn without_a_roster_nobody_is_shown_anything_until_it_comes() {
    for silent in [false, true] {
        on_fake(|world| {
            let [alice, bob, _] = three(world);
            alice.goes_offline();
            alice.excepts(bob, PrivacySetting::Online, Some(false));
            (world.server().switches.roster_refused, world.server().switches.roster_silent) = (!silent, silent);
            let since = world.trace().len();
            comes_anew(world, alice);
            world.advance(130_000);
            assert_eq!(seen_by(world, "carol", since), Vec::<String>::new());
            // Nothing else that is said of us betrays it.
            alice.order(Command::SetActive { active: false });
            alice.order(Command::SetActive { active: true });
            alice.privacy(PrivacySetting::DeviceInformation, true);
            world.settle();
            assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
            (world.server().switches.roster_refused, world.server().switches.roster_silent) = (false, false);
            world.advance(130_000);
            world.settle();
            assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
            assert!(!seen_by(world, "carol", since).is_empty(), "silent: {silent}");
            assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "to");
        });
    }
}

#[test]
fn who_tells_all_waits_for_no_roster() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        alice.goes_offline();
        world.server().switches.roster_silent = true;
        let since = world.trace().len();
        comes_anew(world, alice);
        world.advance(20_000);
        assert!(!seen_by(world, "bob", since).is_empty());
        // Nor does who changes his mind.
        alice.goes_offline();
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        let since = world.trace().len();
        comes_anew(world, alice);
        world.advance(20_000);
        assert_eq!(seen_by(world, "carol", since), Vec::<String>::new());
        alice.excepts(bob, PrivacySetting::Online, None);
        world.advance(2_000);
        assert!(!seen_by(world, "carol", since).is_empty());
        // Or has changed it while the connection was away.
        alice.goes_offline();
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        comes_anew(world, alice);
        world.advance(20_000);
        alice.goes_offline();
        alice.excepts(bob, PrivacySetting::Online, None);
        let since = world.trace().len();
        alice.comes_online();
        world.advance(20_000);
        assert!(!seen_by(world, "carol", since).is_empty());
    });
}

#[test]
fn who_is_accepted_is_accepted_whatever_another_program_of_ours_has_asked() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        let dave = world.any().device("dave");
        world.settle();
        dave.say(alice, "may I?");
        world.settle();
        assert_eq!(world.requests(alice.id).len(), 1);
        world.inject(
            alice.id,
            "<iq type='set' id='p'><query xmlns='jabber:iq:roster'>\
             <item jid='dave@linnet.test' subscription='none' ask='subscribe'/></query></iq>",
        );
        world.advance(500);
        let since = world.trace().len();
        let account = world.account(alice.id);
        alice.order(Command::AnswerRequest { account, address: "dave@linnet.test".to_owned(), accept: true });
        world.settle();
        let sent = stanzas(world, "alice", '>', since);
        let grants = sent.iter().filter(|sent| sent.contains("to='dave@linnet.test'") && sent.contains("'subscribed'"));
        assert_eq!(grants.count(), 1, "{sent:#?}");
        assert!(world.requests(alice.id).is_empty());
        assert!(!world.contact(dave.id, dave.chat(alice)).unwrap().devices.is_empty());
    });
}

const EXCEPTIONS: &str = "SELECT count(*) FROM privacy_exception WHERE jid LIKE 'bob@%'";

#[test]
fn who_is_removed_on_another_device_is_no_exception_here_any_more() {
    on_fake(|world| {
        let [alice, bob, carol] = three(world);
        let tablet = world.any().phone("tablet", "alice");
        world.settle();
        let remove = || {
            let account = world.account(tablet.id);
            tablet.order(Command::RemoveContact { account, address: "bob@linnet.test".to_owned() });
        };
        // While we are there: the server tells us.
        alice.excepts(bob, PrivacySetting::Typing, Some(false));
        alice.excepts(carol, PrivacySetting::Typing, Some(false));
        remove();
        world.settle();
        assert_eq!(world.count(alice.id, EXCEPTIONS), 0);
        // While we are not: the roster shows it.
        world.any().befriend("alice", "bob");
        world.settle();
        alice.excepts(bob, PrivacySetting::Typing, Some(false));
        assert_eq!(world.count(alice.id, EXCEPTIONS), 1);
        alice.kill();
        remove();
        world.settle();
        world.reboot(alice.id);
        alice.start();
        world.settle();
        assert_eq!(world.count(alice.id, EXCEPTIONS), 0);
        let kept = "SELECT count(*) FROM privacy_exception WHERE jid LIKE 'carol@%'";
        assert_eq!(world.count(alice.id, kept), 1);
    });
}

#[test]
fn a_removal_that_is_lost_lifts_no_exception() {
    on_fake(|world| {
        let [alice, bob, _] = three(world);
        alice.excepts(bob, PrivacySetting::Online, Some(false));
        world.settle();
        let account = world.account(alice.id);
        world.half_open(alice.id);
        alice.order(Command::RemoveContact { account, address: "bob@linnet.test".to_owned() });
        let since = world.trace().len();
        comes_anew(world, alice);
        world.settle();
        assert_eq!(world.server().subscription(&address("alice"), &address("bob")), "to", "he is a contact still");
        assert_eq!(world.count(alice.id, EXCEPTIONS), 1);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM withheld"), 1);
        assert_eq!(seen_by(world, "bob", since), Vec::<String>::new());
    });
}
