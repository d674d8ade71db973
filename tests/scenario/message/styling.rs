//! What a text looks like by the time it is on a screen.

use linnet_messenger::command::Command;
use linnet_messenger::view::item::{MessageAction, MessageItem, TextBlock};
use linnet_messenger::view::whole_text::TextOf;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::picture;
use linnet_tests::world::{Device, World};

use crate::on_fake;

fn receive(world: &FakeWorld, alice: Device<'_>, id: &str, inside: &str) -> MessageItem {
    world.inject(
        alice.id,
        &format!(
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='{id}' type='chat'>{inside}</message>"
        ),
    );
    world.advance(500);
    picture::messages(&alice.timeline("bob@linnet.test")).last().cloned().unwrap()
}

#[test]
fn texts_are_styled_unless_their_sender_objects() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        let styled = receive(world, alice, "1", "<body>&gt; quoted\n*strong* https://a.example.</body>");
        assert_eq!(styled.text.iter().map(|block| block.quote).collect::<Vec<_>>(), [1, 0]);
        assert!(styled.text[1].spans.iter().any(|span| span.strong && span.text == "strong"));
        assert!(styled.text[1].spans.iter().any(|span| span.link.as_deref() == Some("https://a.example")));
        assert_eq!(styled.body, "> quoted\n*strong* https://a.example.", "for copying");
        let plain = receive(world, alice, "2", "<body>*as it is*</body><unstyled xmlns='urn:xmpp:styling:0'/>");
        assert!(plain.text[0].spans.iter().all(|span| !span.strong && !span.directive));
    });
}

#[test]
fn what_someone_does_is_shown_after_the_name() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        let does = receive(world, alice, "1", "<body>/me waves</body>");
        assert!(does.me);
        assert_eq!((does.text[0].spans[0].text.as_str(), does.body.as_str()), ("waves", "/me waves"));
        assert_eq!(world.chat_list(alice.id)[0].preview.clone().unwrap().body, "bob waves");
        alice.say("bob@linnet.test", "/me waves back");
        assert_eq!(world.chat_list(alice.id)[0].preview.clone().unwrap().body, "alice waves back");
    });
}

#[test]
fn words_for_clients_without_receipts_are_not_shown() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        receive(world, alice, "1", "<body>hi</body>");
        world.inject(
            alice.id,
            "<message from='bob@linnet.test/desk' to='alice@linnet.test' id='2' type='chat'><body>I have read it</body>\
             <displayed xmlns='urn:xmpp:chat-markers:0' id='nothing'/>\
             <fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:chat-markers:0'/></message>",
        );
        world.advance(500);
        assert_eq!(alice.bodies("bob@linnet.test"), ["hi"]);
    });
}

/// What no screen has to lay out at once.
fn is_bounded(text: &[TextBlock]) -> bool {
    let spans: Vec<&str> = text.iter().flat_map(|block| &block.spans).map(|span| span.text.as_str()).collect();
    let lines: usize = spans.iter().map(|span| span.matches('\n').count()).sum();
    let bytes: usize = spans.iter().map(|span| span.len()).sum();
    text.len() <= 200 && spans.len() <= 1_000 && lines <= 200 && bytes <= 9_000
}

#[test]
fn a_text_of_any_length_costs_a_screen_no_more_than_a_long_one() {
    on_fake(|world| {
        let (alice, _bob) = world.any().friends("alice", "bob");
        for (number, unit) in ["&gt;\n\n", "\n", "*a* ", "word ", "x"].into_iter().enumerate() {
            let size = unit.replace("&gt;", ">").len();
            let text = unit.repeat((200 << 10) / size);
            let sent = format!("<body>begin{text}end</body>");
            let shown = receive(world, alice, &format!("m{number}"), &sent);
            assert!(shown.cut && is_bounded(&shown.text) && shown.body.len() <= 9_000, "{unit:?}");
            assert!(shown.body.starts_with("begin"));
            assert!(world.chat_list(alice.id)[0].preview.clone().unwrap().body.chars().count() <= 200);
            let (portions, body) = world.whole_text(alice.id, TextOf::Message(shown.id));
            assert!(portions.iter().all(|portion| is_bounded(&portion.text)), "{unit:?}");
            assert_eq!(body, format!("begin{}end", text.replace("&gt;", ">")), "the stored text is whole");
            assert_eq!(portions[0].text, shown.text);
            let said = |block: &TextBlock| block.spans.iter().map(|span| span.text.as_str()).collect::<String>();
            assert!(said(portions.last().unwrap().text.last().unwrap()).ends_with("end"), "{unit:?}");
        }
        let short = receive(world, alice, "short", "<body>short</body>");
        assert!(!short.cut && short.body == "short");
    });
}

#[test]
fn a_long_text_is_corrected_as_a_whole_and_each_version_can_be_read() {
    on_fake(|world| {
        let (alice, bob) = world.any().friends("alice", "bob");
        let first = "old words ".repeat(2_000);
        let second = format!("{}/me", "new words ".repeat(2_000));
        alice.say(bob, &first);
        world.settle();
        let sent = picture::messages(&alice.timeline(bob)).last().cloned().unwrap();
        assert!(sent.cut && sent.actions.contains(&MessageAction::Correct));
        alice.order(Command::Correct { message: sent.id, body: second.clone(), token: "better".to_owned() });
        world.settle();
        let (_, body) = world.whole_text(alice.id, TextOf::Message(sent.id));
        assert_eq!(body, second);
        let versions = world.versions(alice.id, sent.id);
        let bodies = versions.iter().map(|version| {
            assert!(version.cut && is_bounded(&version.text));
            world.whole_text(alice.id, TextOf::Version(version.id)).1
        });
        assert_eq!(bodies.collect::<Vec<_>>(), [first, second]);
        // What is longer than anybody may send here can't be corrected here.
        world.inject(
            alice.id,
            &format!(
                "<message from='alice@linnet.test' to='alice@linnet.test'><sent xmlns='urn:xmpp:carbons:2'>\
                 <forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='alice@linnet.test/other' \
                 to='bob@linnet.test' id='long' type='chat'><body>{}</body></message></forwarded></sent></message>",
                "x".repeat(70_000)
            ),
        );
        world.settle();
        let own = picture::messages(&alice.timeline(bob)).last().cloned().unwrap();
        assert!(own.cut && own.outgoing && !own.actions.contains(&MessageAction::Correct));
    });
}
