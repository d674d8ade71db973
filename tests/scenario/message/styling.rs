//! What a text looks like by the time it is on a screen.

use linnet_messenger::view::item::MessageItem;
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
