//! An app that writes on several threads at once, while messages stream in, on real servers.

use std::sync::Barrier;
use std::thread;

use linnet_messenger::command::{Command, Receipt};
use linnet_messenger::ids::ChatId;
use linnet_messenger::view::Page;
use linnet_messenger::view::item::{MessageState, TimelineItem};
use linnet_messenger::view::timeline::Timeline;
use linnet_runtime::Client;
use linnet_servers::Kind;
use linnet_tests::live_world::follower::Follower;
use linnet_tests::picture;

use crate::devices::{Devices, PATIENCE, is_online};

const THREADS: usize = 4;
/// Texts of a thread.
const TEXTS: usize = 50;

/// The chat with somebody.
fn chat(devices: &Devices, device: &Client, with: &str) -> ChatId {
    let account = devices.see(device, "it is there", is_online).id;
    let address = format!("{with}@{}", devices.server.domain);
    match devices.order(device, Command::StartChat { account, address }) {
        Receipt::Chat(chat) => chat,
        other => panic!("{other:?}"),
    }
}

/// All texts of a chat, once there are so many and all of the own have left.
fn texts(devices: &Devices, device: &Client, chat: ChatId, count: usize) -> Vec<String> {
    let timeline = Follower::new(device, Timeline::new(chat), &devices.runtime);
    timeline.page(Page::Older(2_000));
    let mut seen = Vec::new();
    let whole = timeline.wait(PATIENCE, |items: &[TimelineItem]| {
        let waits = picture::messages(items).any(|message| message.state == MessageState::Sending);
        seen = picture::bodies(items);
        seen.len() >= count && !waits
    });
    assert!(whole, "{} texts of {count}: {seen:#?}", seen.len());
    seen
}

fn sending_while_receiving_on_four_threads(kind: Kind) {
    let devices = Devices::new(kind);
    for user in ["alice", "bob"] {
        devices.add_user(user);
    }
    devices.server.befriend("alice", "bob").unwrap();
    let alice = devices.signed_in("alice.db", "alice");
    let bob = devices.signed_in("bob.db", "bob");
    let sides = [("alice", &alice, chat(&devices, &alice, "bob")), ("bob", &bob, chat(&devices, &bob, "alice"))];
    let start = Barrier::new(2 * THREADS);
    thread::scope(|scope| {
        for (name, client, chat) in sides {
            for number in 0..THREADS {
                let (runtime, start) = (&devices.runtime, &start);
                scope.spawn(move || {
                    start.wait();
                    for text in 0..TEXTS {
                        let body = format!("{name} {number} {text}");
                        let token = linnet_runtime::new_token();
                        let sent = runtime.block_on(client.submit(Command::SendText { chat, body, token }));
                        assert!(matches!(sent, Ok(Receipt::Message(_))), "{sent:?}");
                    }
                });
            }
        }
    });
    let all = 2 * THREADS * TEXTS;
    let [(.., here), (.., there)] = sides;
    let shown = [texts(&devices, &alice, here, all), texts(&devices, &bob, there, all)];
    for name in ["alice", "bob"] {
        let of =
            |shown: &[String]| -> Vec<String> { shown.iter().filter(|text| text.starts_with(name)).cloned().collect() };
        for number in 0..THREADS {
            let thread = format!("{name} {number} ");
            let expected: Vec<String> = (0..TEXTS).map(|text| format!("{thread}{text}")).collect();
            for shown in &shown {
                let heard: Vec<String> = shown.iter().filter(|text| text.starts_with(&thread)).cloned().collect();
                assert_eq!(heard, expected, "each once and in order");
            }
        }
        assert_eq!(of(&shown[0]), of(&shown[1]), "the threads stand to each other alike on both sides");
    }
}

on_every_kind! { sending_while_receiving_on_four_threads }
