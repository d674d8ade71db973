//! The scenarios of `scenario/anywhere` on a real Prosody, through the runtime, over TLS; and some of them on a Prosody
//! that lacks something.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

/// Tests of a scenario, one for each server, with and without its archive.
macro_rules! played {
    ($module:ident, $name:ident) => {
        mod $name {
            use linnet_servers::{Archive, Kind};

            #[test]
            fn prosody() {
                crate::on_world(Kind::Prosody, Archive::Sql, super::$module::$name);
            }

            #[test]
            fn prosody13() {
                crate::on_world(Kind::Prosody13, Archive::Sql, super::$module::$name);
            }

            #[test]
            fn ejabberd() {
                crate::on_world(Kind::Ejabberd, Archive::Sql, super::$module::$name);
            }

            #[test]
            fn prosody_without_archive() {
                crate::on_world(Kind::Prosody, Archive::None, super::$module::$name);
            }

            #[test]
            fn prosody13_without_archive() {
                crate::on_world(Kind::Prosody13, Archive::None, super::$module::$name);
            }

            #[test]
            fn ejabberd_without_archive() {
                crate::on_world(Kind::Ejabberd, Archive::None, super::$module::$name);
            }
        }
    };
}

#[path = "../scenario/anywhere/mod.rs"]
mod anywhere;

use std::time::Duration;

use linnet_messenger::view::item::{Missing, TimelineItem};
use linnet_servers::{Archive, Kind, Options, PasswordHash};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::World;

use anywhere::{messages, relations, trouble};

/// Plays a scenario on a server of its own.
fn on_world(kind: Kind, archive: Archive, scenario: fn(&dyn World)) {
    on_server(Options { archive, ..Options::on(kind) }, scenario);
}

fn on_server(options: Options, scenario: fn(&dyn World)) {
    let world = LiveWorld::new(options).unwrap();
    scenario(&world);
}

fn missing(w: &dyn World) -> Vec<Missing> {
    let alice = w.device("alice");
    w.settle();
    alice.account().missing
}

#[test]
fn a_server_without_archive_loses_nothing_and_says_so() {
    let options = Options { archive: Archive::None, ..Options::default() };
    on_server(options.clone(), |w| assert_eq!(missing(w), [Missing::Archive]));
    on_server(options.clone(), messages::a_text_arrives_and_is_marked_sent);
    on_server(options, trouble::a_cut_loses_nothing);
}

#[test]
fn a_server_without_stream_management_loses_nothing_and_says_so() {
    let options = Options { stream_management: false, ..Options::default() };
    on_server(options.clone(), |w| assert_eq!(missing(w), [Missing::StreamManagement]));
    on_server(options, trouble::many_cuts_lose_and_double_nothing);
}

#[test]
fn sessions_that_can_hardly_be_resumed_lose_nothing() {
    let options = Options { hibernation: Duration::from_secs(1), ..Options::default() };
    on_server(options, trouble::a_killed_receiver_has_everything_after_its_start);
}

#[test]
fn tiny_pages_and_the_older_hash_change_nothing() {
    let options = Options { page_size: 3, password_hash: PasswordHash::Sha1, ..Options::default() };
    on_server(options, messages::a_second_phone_shows_the_same_conversation);
}

#[test]
fn without_an_archive_corrections_and_markers_work_all_the_same() {
    let options = Options { archive: Archive::None, ..Options::default() };
    on_server(options, relations::corrections_written_offline_leave_once);
}

/// Waits for what is seen in between, which no other world's scenario can.
#[test]
fn who_writes_is_seen() {
    let world = LiveWorld::new(Options::default()).unwrap();
    let w: &dyn World = &world;
    let (alice, bob) = w.friends("alice", "bob");
    alice.say(bob, "hi");
    bob.say(alice, "hi");
    w.settle();
    let (chat, writes) =
        (bob.chat(alice), |items: &[TimelineItem]| matches!(items.last(), Some(TimelineItem::Typing { .. })));
    alice.types(bob, true);
    assert!(world.sees_soon(bob.id, chat, writes));
    alice.types(bob, false);
    assert!(world.sees_soon(bob.id, chat, |items| !writes(items)));
    alice.types(bob, true);
    assert!(world.sees_soon(bob.id, chat, writes));
    alice.say(bob, "done");
    assert!(world.sees_soon(bob.id, chat, |items| !writes(items)));
}
