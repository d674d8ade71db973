//! An archive that writes late: around a break a server may hand a message over before it stands in the archive, where
//! what was said after it may stand already. Whatever comes when, the archive's order is the order.

use jid::Jid;
use linnet_messenger::command::Command;
use linnet_messenger::view::item::Connection;
use linnet_messenger::wire::{Element, ns};
use linnet_tests::fake_server::archive::Archived;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::seed::Seed;
use linnet_tests::stamp;
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// The two of them; bob has said something that alice has, and `texts` while she was away.
fn away<'w>(world: &'w FakeWorld, texts: &[String]) -> (Device<'w>, Device<'w>) {
    let (alice, bob) = world.any().friends("alice", "bob");
    bob.say(alice, "before");
    world.settle();
    alice.kill();
    world.restart_server();
    for text in texts {
        bob.say(alice, text);
    }
    world.settle();
    (alice, bob)
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Hands a row of alice's archive over as a live message.
fn comes_live(world: &FakeWorld, alice: Device<'_>, row: &Archived) {
    hand_over(world, alice, row, "");
}

/// The same, from somewhere where it had to wait.
fn comes_delayed(world: &FakeWorld, alice: Device<'_>, row: &Archived, since: i64) {
    let stamp = stamp::format(since, false);
    hand_over(world, alice, row, &format!("<delay xmlns='urn:xmpp:delay' from='linnet.test' stamp='{stamp}'/>"));
}

fn hand_over(world: &FakeWorld, alice: Device<'_>, row: &Archived, more: &str) {
    let id = row.message.attribute("id").unwrap_or_default();
    let (from, text, named) = (&row.from, row.body(), &row.id);
    world.inject(
        alice.id,
        &format!(
            "<message xmlns='jabber:client' from='{from}' to='alice@linnet.test' id='{id}' type='chat'>\
             <body>{text}</body><origin-id xmlns='urn:xmpp:sid:0' id='{id}'/>\
             <stanza-id xmlns='urn:xmpp:sid:0' by='alice@linnet.test' id='{named}'/>{more}</message>"
        ),
    );
}

fn withhold(world: &FakeWorld, text: &str) -> (usize, Archived) {
    world.server_acts(|server| server.withhold(&address("alice"), text)).unwrap_or_else(|| panic!("{text}"))
}

fn write(world: &FakeWorld, place: usize, row: &Archived) {
    world.server_acts(|server| server.archive_late(&address("alice"), (place, row.clone())));
}

#[test]
fn what_is_written_after_the_first_look_changes_no_order() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two", "three"]));
        let (place, late) = withhold(world, "two");
        let queries = world.server().counts.archive_queries;
        world.latency(200, 200);
        alice.start();
        world.wait_for("alice catches up", 10_000, || alice.account().connection == Connection::CatchingUp);
        comes_live(world, alice, &late);
        world.wait_for("a page without it", 10_000, || world.server().counts.archive_queries > queries);
        write(world, place, &late);
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three"]);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three"]);
    });
}

/// Receipts and the like stand in archives, too.
fn much_else(world: &FakeWorld) {
    for number in 0..120 {
        let marker = Element::new("message", ns::CLIENT)
            .with("type", "chat")
            .child(Element::new("displayed", ns::MARKERS).with("id", format!("none {number}")));
        archive(world, marker);
    }
}

/// Writes what bob sent into alice's archive.
fn archive(world: &FakeWorld, message: Element) {
    let (from, to) = (Jid::new("bob@linnet.test/other").unwrap(), Jid::from(address("alice")));
    let now = world.server().now();
    world.server().archive_by_hand(&address("alice"), &from, &to, message, now);
}

#[test]
fn it_is_found_behind_much_else() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two", "three"]));
        much_else(world);
        let (place, late) = withhold(world, "two");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        comes_live(world, alice, &late);
        world.advance(1_000);
        assert_eq!(alice.bodies(bob), ["before", "one", "three", "two"]);
        write(world, place, &late);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three"]);
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

/// What a sender sent again, because nobody had told him that it was there, is in the archive twice.
#[test]
fn a_copy_that_stands_further_on_draws_nothing_to_where_the_first_one_is() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two"]));
        world.advance(10_000);
        much_else(world);
        world.advance(10_000);
        bob.say(alice, "three");
        world.settle();
        let rows = world.server().archive(&address("alice")).rows.clone();
        archive(world, rows.iter().find(|row| row.body() == "two").unwrap().message.clone());
        world.advance(10_000);
        bob.say(alice, "four");
        world.settle();
        let (place, late) = withhold(world, "three");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        comes_live(world, alice, &late);
        world.advance(1_000);
        write(world, place, &late);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three", "four"]);
    });
}

/// One that nobody hands over is found by the way, where it stands between two that are known.
#[test]
fn one_that_never_comes_live_is_brought_along() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two", "three", "four"]));
        let (place_of_three, three) = withhold(world, "three");
        let (place_of_two, two) = withhold(world, "two");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        comes_live(world, alice, &three);
        world.advance(1_000);
        write(world, place_of_two, &two);
        write(world, place_of_three, &three);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three", "four"]);
        assert_eq!(world.chat_list(alice.id)[0].unread, 5);
    });
}

/// It may even stand there twice.
#[test]
fn one_that_never_comes_live_comes_once() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two", "three", "four"]));
        let (place_of_three, three) = withhold(world, "three");
        let (place_of_two, two) = withhold(world, "two");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        comes_live(world, alice, &three);
        world.advance(1_000);
        write(world, place_of_two, &two);
        write(world, place_of_two + 1, &Archived { id: "its copy".to_owned(), stamp: two.stamp + 1_000, ..two });
        write(world, place_of_three + 1, &three);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three", "four"]);
    });
}

/// What was sent and not confirmed is in doubt until the archive has been read.
#[test]
fn one_of_our_own_that_is_written_late_is_not_sent_again() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        bob.say(alice, "before");
        world.settle();
        world.latency(100, 100);
        alice.say(bob, "mine");
        let sent = |world: &FakeWorld| {
            let server = world.server();
            server.archive(&address("bob")).rows.iter().filter(|row| row.body() == "mine").count()
        };
        world.wait_for("the server has it", 10_000, || sent(world) == 1);
        alice.kill();
        world.restart_server();
        world.advance(5_000);
        for text in ["one", "two"] {
            bob.say(alice, text);
        }
        world.settle();
        let (place_of_one, one) = withhold(world, "one");
        let (place_of_mine, mine) = withhold(world, "mine");
        let queries = world.server().counts.archive_queries;
        alice.start();
        world.wait_for("alice catches up", 10_000, || alice.account().connection == Connection::CatchingUp);
        comes_live(world, alice, &one);
        world.wait_for("a page without them", 10_000, || world.server().counts.archive_queries > queries);
        write(world, place_of_mine, &mine);
        write(world, place_of_one, &one);
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "mine", "one", "two"]);
        assert_eq!(sent(world), 1);
    });
}

/// What no look has shown for long keeps its place, until the archive says something else.
#[test]
fn one_that_was_given_up_goes_where_the_archive_has_it() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two", "three"]));
        let (place_of_two, two) = withhold(world, "two");
        let (place_of_one, one) = withhold(world, "one");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        // Its sender's server had it earlier than ours.
        comes_delayed(world, alice, &two, two.stamp - 5_000);
        world.advance(120_000);
        assert_eq!(alice.bodies(bob), ["before", "three", "two"]);
        write(world, place_of_one, &one);
        write(world, place_of_two, &two);
        comes_live(world, alice, &one);
        // Where nothing was lost lately, there is no hurry.
        world.advance(400_000);
        assert_eq!(alice.bodies(bob), ["before", "one", "two", "three"]);
    });
}

#[test]
fn who_deletes_what_the_search_has_met_stops_nothing() {
    on_fake(|world| {
        let (alice, bob) = away(world, &words(&["one", "two"]));
        much_else(world);
        bob.say(alice, "three");
        world.settle();
        let (place, late) = withhold(world, "two");
        alice.start();
        world.wait_for("alice has caught up", 10_000, || alice.account().connection == Connection::Online);
        comes_live(world, alice, &late);
        world.advance(1_000);
        write(world, place, &late);
        world.latency(500, 500);
        let queries = world.server().counts.archive_queries;
        // What follows the cursor, then the newest page; its end is on the way.
        world.wait_for("the search", 30_000, || world.server().counts.archive_queries == queries + 2);
        world.wait_for("its second page", 30_000, || world.server().counts.archive_queries == queries + 3);
        alice.order(Command::DeleteMessage { message: alice.message(bob, "three") });
        world.settle();
        assert_eq!(alice.bodies(bob), ["before", "one", "two"]);
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

/// What one draw of the next test does to a message: when it comes live and when it is written, milliseconds.
struct Fate {
    row: Archived,
    live: Option<u64>,
    written: u64,
}

/// Whatever comes live when, in whatever order, twice or not, and is written when: all is there once, in the archive's
/// order. Before it is written at the latest, it comes live; longer than the looks last no server is late.
#[test]
fn whatever_comes_when_the_archive_has_the_order() {
    for draw in 0..4 {
        on_fake(|world| {
            let seed = &mut Seed::new(draw);
            let texts: Vec<String> = (0..16).map(|number| format!("b{number:02}")).collect();
            let (alice, bob) = away(world, &texts);
            let everything: Vec<Archived> = world.server().archive(&address("alice")).rows.clone();
            let ids: Vec<&str> = everything.iter().map(|row| row.id.as_str()).collect();
            let mut fates = Vec::new();
            for row in everything.iter().filter(|row| texts.contains(&row.body())) {
                let written = if seed.chance(60) { seed.below(5_000) } else { 0 };
                let live = (written > 0 || seed.chance(30)).then(|| written.saturating_sub(seed.below(2_500)));
                if written > 0 {
                    withhold(world, &row.body());
                }
                fates.push(Fate { row: row.clone(), live, written });
            }
            world.latency(20, 150);
            alice.start();
            world.wait_for("alice catches up", 10_000, || alice.account().connection != Connection::Off);
            let cut = seed.chance(50).then(|| seed.below(5_000));
            // What is handed to a connection that dies is handed over again.
            let dies = |now: u64| cut.is_some_and(|cut| now <= cut && cut < now + 500);
            let mut again = Vec::new();
            for now in (0..=5_000).step_by(50) {
                let due = |at: u64| (now..now + 50).contains(&at);
                for fate in &fates {
                    if fate.written > 0 && due(fate.written) {
                        let before = &ids[..ids.iter().position(|id| *id == fate.row.id).unwrap()];
                        let rows = world.server().archive(&address("alice")).rows.clone();
                        write(world, rows.iter().filter(|row| before.contains(&row.id.as_str())).count(), &fate.row);
                    }
                    if fate.live.is_some_and(due) {
                        match alice.account().connection {
                            Connection::Online | Connection::CatchingUp if !dies(now) => {
                                comes_live(world, alice, &fate.row);
                            }
                            _ => again.push(&fate.row),
                        }
                    }
                }
                if cut.is_some_and(due) {
                    alice.cut();
                }
                world.advance(50);
            }
            world.wait_for("alice is back", 60_000, || alice.account().connection == Connection::Online);
            for row in again {
                comes_live(world, alice, row);
            }
            world.settle();
            let expected: Vec<String> = ["before".to_owned()].into_iter().chain(texts).collect();
            assert_eq!(alice.bodies(bob), expected, "draw {draw}");
        });
    }
}
