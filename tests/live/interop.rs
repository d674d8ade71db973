//! Foreign programs read us and we them, on real servers: what we and our fake server both misread would show here.
//!
//! A program that can't be started fails its test; `cargo xtask setup` brings them.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linnet_messenger::command::{Command as Wish, PrivacySetting, Show, VcardFields};
use linnet_messenger::view::item::{Availability, DetailsState, DeviceKind, MessageItem, ProfileState, TimelineItem};
use linnet_servers::{Desk, Kind, Options, Profanity, Server};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::picture;
use linnet_tests::png;
use linnet_tests::process::Process;
use linnet_tests::world::{Device, World};
use serde_json::{Value, json};

use crate::anywhere::profile::chosen;

const PASSWORD: &str = "a foreign pässword";
const PATIENCE: Duration = Duration::from_secs(60);
/// What a foreign program shows, and what it makes of us, is only there to be looked at: nothing tells of a change.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
const TEXTS: [&str; 4] = ["hello", "<b>&amp; 'quoted' \"twice\"", "zwei\nZeilen", "שלום 👩‍👩‍👧 e\u{301}"];

/// Alice with Linnet, and a friend's account without a device.
fn alice_and(kind: Kind, friend: &str) -> LiveWorld {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let alice = Device { world: &world, id: world.add_device("alice", "alice") };
    world.server().add_user(friend, PASSWORD).unwrap();
    world.befriend("alice", friend);
    world.settle();
    assert_eq!(alice.address().to_string(), "alice@linnet.test");
    world
}

fn alice(world: &LiveWorld) -> Device<'_> {
    Device { world, id: linnet_tests::world::DeviceId(0) }
}

/// A client that speaks JSON lines: `oracle/peer.py`, `linnet-tokio-xmpp`, or Gajim by `oracle/gajim/`.
struct Peer {
    process: Process,
    to: String,
    // After the program that works at it: fields are dropped in this order.
    desk: Option<Desk>,
}

impl Peer {
    fn slixmpp(server: &Server, user: &str, password: &str, to: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle");
        let told = Command::new(folder.join("setup-python")).arg("--where").output().unwrap();
        let python = String::from_utf8(told.stdout).unwrap();
        let mut command = Command::new(python.trim());
        command.arg(folder.join("peer.py")).arg(format!("{}:{}", server.host, server.port)).arg(&server.ca);
        Self::start("slixmpp", command, None, server, (user, password), to)
    }

    fn tokio_xmpp(server: &Server, user: &str, password: &str, to: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linnet-tokio-xmpp"));
        command.arg(format!("{}:{}", server.host, server.port)).env("SSL_CERT_FILE", &server.ca);
        Self::start("tokio-xmpp", command, None, server, (user, password), to)
    }

    /// Gajim, with its chat open, and nobody looking at its window.
    fn gajim(server: &Server, user: &str, password: &str, to: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/gajim");
        let desk = Desk::new("gajim").unwrap();
        let lay = |file: &Path| desk.lay(file).unwrap();
        lay(&folder.join("plugin.py"));
        // Debian's own Python, which Gajim is installed for.
        let mut command = desk.command("/usr/bin/python3").unwrap();
        command.arg(lay(&folder.join("start.py"))).arg(format!("{}:{}", server.host, server.port));
        command.arg(lay(&server.ca.with_file_name("server.crt")));
        let mut gajim = Self::start("Gajim", command, Some(desk), server, (user, password), to);
        gajim.order("open", json!({}));
        gajim.looks(false);
        gajim
    }

    fn start(
        name: &str,
        mut command: Command,
        desk: Option<Desk>,
        server: &Server,
        (user, password): (&str, &str),
        to: &str,
    ) -> Self {
        command.arg(format!("{user}@{}", server.domain));
        let mut process = Process::start(name, &mut command).unwrap();
        process.say(password).unwrap();
        let mut peer = Self { process, to: to.to_owned(), desk };
        peer.hears("being online", 0, |line| line.get("online").map(drop));
        peer
    }

    /// Has it do something; what comes of it comes after the mark that is returned.
    fn order(&mut self, what: &str, more: Value) -> usize {
        let mark = self.process.mark();
        let mut command = json!({ "do": what, "to": self.to });
        command.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.process.say(&command.to_string()).unwrap();
        mark
    }

    fn send(&mut self, body: &str) {
        self.order("send", json!({ "body": body }));
    }

    /// Waits for a line of its.
    fn hears<T>(&mut self, what: &str, mark: usize, wanted: impl FnMut(&Value) -> Option<T>) -> T {
        let complaints = |why| {
            let complaints = self.desk.as_ref().map(Desk::complaints).unwrap_or_default();
            format!("{why}\n{complaints}")
        };
        self.process.wait(what, mark, wanted).map_err(complaints).unwrap_or_else(|why| panic!("{why}")).1
    }

    /// Gives the keyboard to its window, or to another one.
    fn looks(&mut self, at: bool) {
        let mark = self.order("look", json!({ "at": at }));
        self.hears("the window", mark, |line| (line.get("looks")? == at).then_some(()));
    }

    /// Waits until its window shows these lines and no others, so many of them unread.
    fn shows(&mut self, unread: u32, lines: &[String]) {
        let mark = self.order("tell", json!({}));
        let wanted = json!(lines);
        self.hears(&format!("{unread} unread of {lines:?}"), mark, |line| {
            (line.get("shows")? == &wanted && line.get("unread")? == unread).then_some(())
        });
    }

    /// Waits for a message with this text from whom it talks to.
    fn receives(&mut self, mark: usize, body: &str) -> Value {
        let to = self.to.clone();
        let found = self.process.wait(body, mark, |line| {
            let message = line.get("message")?;
            (message["from"] == to.as_str() && message["body"] == body).then(|| message.clone())
        });
        found.unwrap().1
    }
}

fn message<'i>(items: &'i [TimelineItem], body: &str) -> Option<&'i MessageItem> {
    picture::messages(items).find(|message| message.body == body)
}

/// Each text arrives at the other end as it was written, in both directions, and once.
fn both_read_each_other(world: &LiveWorld, peer: &mut Peer, friend: &str) {
    let alice = alice(world);
    for text in TEXTS {
        let mark = peer.process.mark();
        alice.say(friend, text);
        peer.receives(mark, text);
        let answer = format!("{text} too");
        peer.send(&answer);
        world.wait_to_see(alice, friend, &answer, |items| message(items, &answer).is_some());
    }
    world.settle();
    let expected: Vec<String> = TEXTS.iter().flat_map(|text| [text.to_string(), format!("{text} too")]).collect();
    assert_eq!(alice.bodies(friend), expected);
}

fn slixmpp_and_we_read_each_other(kind: Kind) {
    let world = alice_and(kind, "bob");
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    both_read_each_other(&world, &mut bob, "bob@linnet.test");
}

/// Receipts (XEP-0184), displayed markers (XEP-0333) and corrections (XEP-0308), each in both directions.
fn slixmpp_and_we_tell_each_other_more_than_texts(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let sees = |line: &str| world.wait_to_see(alice, BOB, line, |items| picture::of(items).lines().any(|l| l == line));

    let mark = bob.process.mark();
    alice.say(BOB, "helo");
    let ours = bob.receives(mark, "helo");
    assert_eq!((&ours["receipt"], &ours["markable"]), (&json!(true), &json!(true)), "{ours}");
    sees("alice: helo ✓✓");
    bob.order("displayed", json!({ "id": ours["id"] }));
    sees("alice: helo ✓✓ read");
    let mark = bob.process.mark();
    alice.corrects(BOB, "helo", "hello");
    let corrected = bob.receives(mark, "hello");
    assert_eq!(corrected["replace"], ours["id"], "a correction names what it corrects: {corrected}");

    let mark = bob.order("send", json!({ "body": "hu" }));
    let theirs = bob.hears("what it sent", mark, |line| line.get("sent").cloned());
    world.wait_to_see(alice, BOB, "bob's text", |items| message(items, "hu").is_some());
    bob.hears("our receipt", mark, |line| (line.get("receipt")? == &theirs).then_some(()));
    alice.reads(BOB);
    bob.hears("our marker", mark, |line| (line.get("displayed")? == &theirs).then_some(()));
    bob.order("correct", json!({ "id": theirs, "body": "hi" }));
    world.wait_to_see(alice, BOB, "bob's correction", |items| message(items, "hi").is_some());
    assert_eq!(alice.bodies(BOB), ["hello", "hi"]);
    assert_eq!(alice.versions(BOB, "hi"), ["hu", "hi"]);
}

/// Carbons (XEP-0280): slixmpp as a second device of Alice's has what the first one says and hears, and the other way
/// round.
fn slixmpp_and_we_share_an_account(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let mut second = Peer::slixmpp(world.server(), "alice", &LiveWorld::password("alice"), BOB);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let carbon = |second: &mut Peer, mark: usize, way: &str, body: &str| {
        second.hears(body, mark, |line| (line.get("carbon")? == way && line.get("body")? == body).then_some(()));
    };

    let mark = second.process.mark();
    alice.say(BOB, "by the first");
    carbon(&mut second, mark, "sent", "by the first");
    second.send("by the second");
    world.wait_to_see(alice, BOB, "what the second device says", |items| {
        message(items, "by the second").is_some_and(|message| message.outgoing)
    });
    bob.send("to both");
    world.wait_to_see(alice, BOB, "what bob says", |items| message(items, "to both").is_some());
    // Whom the server counts as addressed and whom it gives a copy is its own affair.
    second.hears("to both", mark, |line| {
        let body = line.pointer("/message/body").or_else(|| line.get("body"))?;
        (body == "to both").then_some(())
    });
    assert_eq!(alice.bodies(BOB), ["by the first", "by the second", "to both"]);
}

/// Pictures (XEP-0084) and nicknames (XEP-0172), each in both directions.
fn slixmpp_and_we_show_each_other_our_faces(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    alice.chat(BOB);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let account = world.account(alice.id);
    let mark = bob.process.mark();
    alice.order(Wish::SetPicture { account, picture: Some(chosen(1)) });
    alice.order(Wish::SetNickname { account, nickname: "Alice of the lake".to_owned() });
    let hash = json!(alice.account().picture);
    let picture = bob.hears("our picture", mark, |line| (line.get("picture")? == &hash).then(|| line.clone()));
    assert_eq!((&picture["sha1"], &picture["type"]), (&hash, &json!("image/jpeg")), "{picture}");
    bob.hears("our name", mark, |line| (line.get("nick")? == "Alice of the lake").then_some(()));

    let file = png::file(80, 60, 7);
    let mark = bob.order("profile", json!({ "nick": "Bobby", "png": STANDARD.encode(&file) }));
    let theirs = bob.hears("what it published", mark, |line| Some(line.get("published")?.as_str()?.to_owned()));
    let seen = || {
        let chats = world.chat_list(alice.id);
        chats.into_iter().find(|chat| chat.address == BOB).map(|chat| (chat.title, chat.picture))
    };
    let wanted = Some(("Bobby".to_owned(), Some(theirs.clone())));
    let rounds = (0..100).take_while(|_| seen() != wanted).map(|_| world.settle());
    assert!(rounds.count() < 100, "{:?} instead of Bobby with {theirs}", seen());

    alice.order(Wish::SetPicture { account, picture: None });
    bob.hears("that there is none", mark, |line| line.get("picture")?.is_null().then_some(()));
}

/// vCards in both forms (XEP-0292, 0054): slixmpp reads ours as far as it may, and we read what it tells.
fn slixmpp_and_we_tell_each_other_who_we_are(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let account = world.account(alice.id);
    let known = || {
        let rounds = (0..100).take_while(|_| alice.account().profile != ProfileState::Known).map(|_| world.settle());
        assert!(rounds.count() < 100, "the server never has it");
    };
    let look = |bob: &mut Peer| {
        let mark = bob.order("look", json!({ "of": "alice@linnet.test" }));
        bob.hears("what we tell", mark, |line| line.get("older").map(|_| line.clone()))
    };
    let vcard = VcardFields {
        full_name: "Alice Lake".to_owned(),
        about: "I sail.".to_owned(),
        email: "alice@lake.example".to_owned(),
        website: "https://lake.example/".to_owned(),
        ..VcardFields::default()
    };
    let told =
        json!({ "fn": "Alice Lake", "note": "I sail.", "email": "alice@lake.example", "url": "https://lake.example/" });
    alice.order(Wish::SetVcard { account, vcard });
    known();
    let seen = look(&mut bob);
    assert_eq!(seen["vcard"], told);
    // ejabberd keeps the older one for itself, and would show it to everyone; Prosody makes it out of the newer one.
    let apart = matches!(kind, Kind::Ejabberd);
    assert_eq!(alice.account().older_vcard_empty, apart);
    let of_older = |seen: &Value, name: &str| seen.pointer(&format!("/older/{name}")).cloned().unwrap_or(Value::Null);
    assert_eq!(of_older(&seen, "fn"), if apart { Value::Null } else { told["fn"].clone() }, "{seen}");
    alice.order(Wish::SetProfileOpen { account, open: true });
    known();
    let seen = look(&mut bob);
    for name in ["fn", "note", "email", "url"] {
        assert_eq!((&seen["vcard"][name], &of_older(&seen, name)), (&told[name], &told[name]), "{seen}");
    }
    alice.order(Wish::SetProfileOpen { account, open: false });
    known();
    let seen = look(&mut bob);
    assert_eq!((&seen["vcard"], of_older(&seen, "fn").is_null()), (&told, apart), "{seen}");

    let mark = bob.order("tell", json!({ "fn": "Bob Lindqvist", "email": "bob@lake.example" }));
    bob.hears("that it is told", mark, |line| line.get("told").map(drop));
    let chat = alice.chat(BOB);
    alice.order(Wish::AskVcard { account, address: BOB.to_owned() });
    let shown = || world.contact(alice.id, chat).unwrap();
    let rounds = (0..100).take_while(|_| shown().title != "Bob Lindqvist").map(|_| world.settle());
    assert!(rounds.count() < 100, "{:?}", shown());
    assert_eq!(shown().vcard.unwrap().lines[0].link.as_deref(), Some("mailto:bob@lake.example"));
}

/// How much one is there, and in whose words (RFC 6121 4.7.2), in both directions.
fn slixmpp_and_we_see_how_much_the_other_is_there(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    alice.chat(BOB);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let account = world.account(alice.id);
    for (show, name, status) in [
        (Show::DoNotDisturb, "dnd", "writing <letters>"),
        (Show::Away, "away", "zum Bäcker 🥐"),
        (Show::Available, "available", ""),
    ] {
        let mark = bob.process.mark();
        alice.order(Wish::SetPresence { account, show, status: status.to_owned() });
        let wanted = json!({ "show": name, "status": status });
        bob.hears("our presence", mark, |line| (line.get("presence")? == &wanted).then_some(()));
    }
    for (show, status, wanted) in [
        ("xa", "in den Bergen", Availability::LongAway),
        ("dnd", "two\nlines", Availability::DoNotDisturb),
        ("", "", Availability::Available),
    ] {
        bob.order("presence", json!({ "show": show, "status": status }));
        let line = Some(status.replace('\n', " ")).filter(|line| !line.is_empty());
        let seen = || {
            let contact = world.contact(alice.id, alice.chat(BOB)).unwrap();
            (contact.availability, contact.status)
        };
        let wanted = (Some(wanted), line);
        let rounds = (0..100).take_while(|_| seen() != wanted).map(|_| world.settle());
        assert!(rounds.count() < 100, "{:?} instead of {wanted:?}", seen());
    }
}

/// What a device is (XEP-0092, 0202, 0115), in both directions.
fn slixmpp_and_we_ask_each_other_what_we_are(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let chat = alice.chat(BOB);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let his = || world.contact(alice.id, chat).and_then(|contact| contact.devices.into_iter().next());
    let rounds = (0..100).take_while(|_| his().is_none()).map(|_| world.settle());
    assert!(rounds.count() < 100, "bob is not there");
    alice.order(Wish::AskContactDevice { chat, device: his().unwrap().name });
    let settled = || his().and_then(|device| device.details).filter(|details| details.state != DetailsState::Asking);
    let rounds = (0..100).take_while(|_| settled().is_none()).map(|_| world.settle());
    assert!(rounds.count() < 100, "{:?}", his());
    let details = settled().unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!((details.program, details.version, details.system), (text("Oracle"), text("7"), text("Plan 9")));
    assert_eq!(details.kind, Some(DeviceKind::Bot), "what slixmpp says of itself");
    assert_eq!((details.state, details.clock), (DetailsState::Told, None), "its time it can't tell");

    let account = world.account(alice.id);
    let ours = world.own_devices(alice.id).sessions.into_iter().find(|session| session.this).unwrap().name;
    let of = format!("alice@linnet.test/{ours}");
    for (on, program, zone) in [(false, Value::Null, Value::Null), (true, json!("Linnet"), json!("+00:00"))] {
        alice.order(Wish::SetPrivacy { account, setting: PrivacySetting::DeviceInformation, on });
        world.settle();
        let mark = bob.order("inspect", json!({ "of": of }));
        let told = bob.hears("what we are", mark, |line| line.get("kind").map(|_| line.clone()));
        let wanted = json!({ "program": program, "zone": zone, "kind": "phone" });
        assert_eq!(told, wanted);
    }
}

/// The picture for programs that know no newer way (XEP-0153): on Prosody the server sees to it (XEP-0398), on ejabberd we.
fn slixmpp_finds_our_picture_in_the_older_vcard(kind: Kind) {
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let mut bob = Peer::slixmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let account = world.account(alice.id);
    let mark = bob.process.mark();
    alice.order(Wish::SetProfileOpen { account, open: true });
    alice.order(Wish::SetPicture { account, picture: Some(chosen(3)) });
    let picture = alice.account().picture.unwrap();
    let rounds = (0..100).take_while(|_| alice.account().profile != ProfileState::Known).map(|_| world.settle());
    assert!(rounds.count() < 100, "the server never has it");
    // Prosody brings it into a presence that comes after.
    if !matches!(kind, Kind::Ejabberd) {
        alice.order(Wish::SetPrivacy { account, setting: PrivacySetting::DeviceInformation, on: false });
    }
    bob.hears("its hash", mark, |line| (line.get("hash")? == picture.as_str()).then_some(()));
    let mark = bob.order("look", json!({ "of": "alice@linnet.test" }));
    let seen = bob.hears("the picture", mark, |line| line.get("older").map(|_| line.clone()));
    assert_eq!(seen["older"]["photo"], json!(picture), "{seen}");
}

fn tokio_xmpp_and_we_read_each_other(kind: Kind) {
    let world = alice_and(kind, "bob");
    let mut bob = Peer::tokio_xmpp(world.server(), "bob", PASSWORD, "alice@linnet.test");
    both_read_each_other(&world, &mut bob, "bob@linnet.test");
}

/// Gajim's window shows what ours would, and we have from it a receipt at once, a marker when somebody looks. (Gajim
/// sends none for what comes while somebody is looking.)
fn gajim_and_we_read_each_other(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = alice_and(kind, "bob");
    let alice = alice(&world);
    let mut bob = Peer::gajim(world.server(), "bob", PASSWORD, "alice@linnet.test");
    let sees = |line: &str| world.wait_to_see(alice, BOB, line, |items| picture::of(items).ends_with(line));

    let mut lines = Vec::new();
    for text in TEXTS {
        alice.say(BOB, text);
        lines.push(format!("alice: {text}"));
        bob.shows(1, &lines);
        sees(&format!("alice: {text} ✓✓"));
        bob.looks(true);
        sees(&format!("alice: {text} ✓✓ read"));
        let answer = format!("{text} too");
        bob.send(&answer);
        sees(&format!("bob: {answer}"));
        lines.push(format!("bob: {answer} ✓✓"));
        bob.shows(0, &lines);
        bob.looks(false);
    }
    alice.reads(BOB);
    lines.last_mut().unwrap().push_str(" read");
    bob.shows(0, &lines);

    alice.say(BOB, "helo");
    sees("alice: helo ✓✓");
    lines.push("alice: helo".to_owned());
    bob.shows(1, &lines);
    alice.corrects(BOB, "helo", "hello");
    *lines.last_mut().unwrap() = "alice: hello (edited)".to_owned();
    bob.shows(1, &lines);
    sees("alice: hello (edited) ✓✓");
    bob.looks(true);
    sees("alice: hello (edited) ✓✓ read");
    bob.shows(0, &lines);

    bob.send("hu");
    sees("bob: hu");
    lines.push("bob: hu ✓✓".to_owned());
    bob.shows(0, &lines);
    bob.order("correct", json!({ "body": "hi\nthere 👍🏽" }));
    sees("bob: hi\nthere 👍🏽 (edited)");
    assert_eq!(alice.versions(BOB, "hi\nthere 👍🏽"), ["hu", "hi\nthere 👍🏽"]);
    // The receipt was for a text that it no longer shows: Gajim takes it away, and looks for none for the new one.
    *lines.last_mut().unwrap() = "bob: hi\nthere 👍🏽 (edited)".to_owned();
    bob.shows(0, &lines);
}

/// Gajim as a second device of Alice's: each has what the other says, hears and has read.
fn gajim_and_we_share_an_account(kind: Kind) {
    const BOB: &str = "bob@linnet.test";
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let [alice, bob] = ["alice", "bob"].map(|user| Device { world: &world, id: world.add_device(user, user) });
    world.befriend("alice", "bob");
    world.settle();
    let mut second = Peer::gajim(world.server(), "alice", &LiveWorld::password("alice"), BOB);
    let mut lines = Vec::new();
    let mut both_show = |second: &mut Peer, unread: u32, line: &str| {
        world.wait_to_see(alice, BOB, line, |items| picture::of(items).ends_with(line));
        lines.push(line.to_owned());
        second.shows(unread, &lines);
    };

    alice.say(BOB, "by the first");
    both_show(&mut second, 0, "alice: by the first ✓✓");
    second.send("by the second");
    both_show(&mut second, 0, "alice: by the second ✓✓");
    bob.say("alice@linnet.test", "to both");
    both_show(&mut second, 1, "bob: to both");
    alice.reads(BOB);
    second.shows(0, &lines);
    bob.say("alice@linnet.test", "to both again");
    lines.push("bob: to both again".to_owned());
    second.shows(1, &lines);
    second.looks(true);
    second.shows(0, &lines);
    let until = Instant::now() + PATIENCE;
    while alice.unread(BOB) != 0 {
        assert!(Instant::now() < until, "what Gajim has read is still unread here");
        std::thread::sleep(LOOK_AGAIN);
    }
}

on_every_kind! {
    gajim_and_we_read_each_other,
    gajim_and_we_share_an_account,
    slixmpp_and_we_read_each_other,
    slixmpp_and_we_tell_each_other_more_than_texts,
    slixmpp_and_we_share_an_account,
    slixmpp_and_we_show_each_other_our_faces,
    slixmpp_and_we_tell_each_other_who_we_are,
    slixmpp_and_we_see_how_much_the_other_is_there,
    slixmpp_and_we_ask_each_other_what_we_are,
    slixmpp_finds_our_picture_in_the_older_vcard,
    tokio_xmpp_and_we_read_each_other,
}

#[test]
fn profanity_and_we_read_each_other() {
    let world = alice_and(Kind::Prosody13, "bob");
    let alice = alice(&world);
    let mut bob = Profanity::start(world.server(), "bob", PASSWORD).unwrap();
    let wait = |what: &str, bob: &Profanity, done: &dyn Fn(&Profanity) -> bool| {
        let until = Instant::now() + PATIENCE;
        while !done(bob) {
            assert!(Instant::now() < until, "Profanity never {what}; its log:\n{}", bob.log());
            std::thread::sleep(LOOK_AGAIN);
        }
    };
    wait("signs in", &bob, &Profanity::is_online);
    for number in 0..3 {
        let (ours, theirs) = (format!("to a terminal {number} ✓"), format!("from a terminal {number} ✓"));
        alice.say("bob@linnet.test", &ours);
        wait("shows our text", &bob, &|bob| bob.chat("alice@linnet.test").iter().any(|line| line.ends_with(&ours)));
        bob.enter(&format!("/msg alice@linnet.test {theirs}")).unwrap();
        world.wait_to_see(alice, "bob@linnet.test", &theirs, |items| message(items, &theirs).is_some());
    }
    let shown = bob.chat("alice@linnet.test");
    assert_eq!(shown.len(), 6, "each once: {shown:?}");
}
