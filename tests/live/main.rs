//! The scenarios of `scenario/anywhere` on real servers, through the runtime, over TLS; and some of them on servers that
//! lack something. Each test has a server of its own; most of the time is waiting, so many run at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

/// One test for each server.
macro_rules! on_every_kind {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[test]
                fn prosody() {
                    super::$name(linnet_servers::Kind::Prosody);
                }

                #[test]
                fn prosody13() {
                    super::$name(linnet_servers::Kind::Prosody13);
                }

                #[test]
                fn ejabberd() {
                    super::$name(linnet_servers::Kind::Ejabberd);
                }
            }
        )+
    };
}

/// Tests of a scenario, one for each server that gives what it needs, with and without its archive.
macro_rules! played {
    ($module:ident, $name:ident, ()) => {
        played! { @mod $module, $name,
            prosody Prosody Sql, prosody13 Prosody13 Sql, ejabberd Ejabberd Sql,
            prosody_without_archive Prosody None, prosody13_without_archive Prosody13 None,
            ejabberd_without_archive Ejabberd None,
        }
    };
    // An ejabberd that stops may lose what a lost session still had to get.
    ($module:ident, $name:ident, (memory)) => {
        played! { @mod $module, $name,
            prosody Prosody Sql, prosody13 Prosody13 Sql, ejabberd Ejabberd Sql,
            prosody_without_archive Prosody None, prosody13_without_archive Prosody13 None,
        }
    };
    ($module:ident, $name:ident, (archive and memory)) => {
        played! { @mod $module, $name, prosody Prosody Sql, prosody13 Prosody13 Sql, }
    };
    ($module:ident, $name:ident, (archive)) => {
        played! { @mod $module, $name, prosody Prosody Sql, prosody13 Prosody13 Sql, ejabberd Ejabberd Sql, }
    };
    (@mod $module:ident, $name:ident, $($test:ident $kind:ident $archive:ident,)+) => {
        mod $name {
            $(
                #[test]
                fn $test() {
                    use linnet_servers::{Archive, Kind};
                    crate::on_world(Kind::$kind, Archive::$archive, super::$module::$name);
                }
            )+
        }
    };
}

#[path = "../scenario/anywhere/mod.rs"]
mod anywhere;
mod interop;

mod backup;
mod departure;
mod devices;
mod handover;
mod invitation;
mod login;
mod own_devices;
mod portable;
mod server_address;
mod server_details;
mod sign_up;
mod threads;
mod waiting;

use std::time::Duration;

use linnet_messenger::view::item::{Missing, TimelineItem};
use linnet_servers::{Archive, Kind, Options, PasswordHash};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::World;

use anywhere::{messages, trouble};

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

on_every_kind! {
    a_server_without_archive_says_so,
    a_server_without_stream_management_loses_nothing_and_says_so,
    sessions_that_can_hardly_be_resumed_lose_nothing,
    tiny_pages_and_the_older_hash_change_nothing,
}

fn a_server_without_archive_says_so(kind: Kind) {
    let options = Options { archive: Archive::None, ..Options::on(kind) };
    on_server(options, |w| assert_eq!(missing(w), [Missing::Archive]));
    on_server(Options::on(kind), |w| assert_eq!(missing(w), []));
}

fn a_server_without_stream_management_loses_nothing_and_says_so(kind: Kind) {
    let options = Options { stream_management: false, ..Options::on(kind) };
    on_server(options.clone(), |w| assert_eq!(missing(w), [Missing::StreamManagement]));
    on_server(options, trouble::many_cuts_lose_and_double_nothing);
}

fn sessions_that_can_hardly_be_resumed_lose_nothing(kind: Kind) {
    let options = Options { hibernation: Duration::from_secs(1), ..Options::on(kind) };
    on_server(options, trouble::a_killed_receiver_has_everything_after_its_start);
}

fn tiny_pages_and_the_older_hash_change_nothing(kind: Kind) {
    let options = Options { page_size: 3, password_hash: PasswordHash::Sha1, ..Options::on(kind) };
    on_server(options, messages::a_second_phone_shows_the_same_conversation);
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
