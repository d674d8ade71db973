//! Invitations on real servers (XEP-0379, 0401, 0445): a server makes one for Alice, and somebody without an account
//! follows it. ejabberd 24.12 makes none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress, SignUpAnswer};
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::chat_list::ChatList;
use linnet_messenger::view::item::{MessageState, ServerInvitation, SignUpState, TimelineItem};
use linnet_messenger::view::sign_up::SignUps;
use linnet_messenger::view::timeline::Timeline;
use linnet_runtime::{Client, Options, new_password};
use linnet_servers::{Kind, Registration};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::live_world::follower::Follower;
use linnet_tests::world::{Device, World};
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(60);

fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What Alice's server answers when she wants to invite.
fn invited(alice: Device<'_>) -> ServerInvitation {
    alice.order(Command::CreateInvitation { account: alice.world.account(alice.id) });
    until("no invitation", || {
        alice.world.codes(alice.id).remove(0).invitation.filter(|state| *state != ServerInvitation::Asking)
    })
}

fn from_an_invitation_to_the_first_message(kind: Kind) {
    let world = LiveWorld::new(linnet_servers::Options {
        registration: Registration::Invited,
        modules: vec!["invites_adhoc".into()],
        ..linnet_servers::Options::on(kind)
    });
    let world = world.unwrap();
    let any: &dyn World = &world;
    let alice = any.device("alice");
    any.settle();
    let ServerInvitation::Ready { link, expires: Some(_), newcomers: true, .. } = invited(alice) else {
        panic!("{:?}", any.codes(alice.id))
    };

    let store = StoreOptions::new(Some(world.server().folder.join("devices").join("newcomer.db")), [7; 32]);
    let options = Options { ca_file: Some(world.server().ca.clone()), ..Options::new(store) };
    let client = Client::open(options, Arc::new(())).unwrap();
    let runtime = Runtime::new().unwrap();
    let order = |command| runtime.block_on(client.submit(command)).unwrap();
    let sign_ups = Follower::new(&client, SignUps, &runtime);
    let host = world.server().host.clone();
    let server = Some(ServerAddress { host, port: world.server().port, direct_tls: false });
    let Receipt::SignUp(sign_up) = order(Command::FollowInvitation { link: link.clone(), server, proxy: None }) else {
        panic!("no sign-up")
    };
    let state = |wished: fn(&SignUpState) -> bool| {
        let mut last = None;
        let came = sign_ups.wait(PATIENCE, |items| {
            last = items.last().map(|item| item.state.clone());
            last.as_ref().is_some_and(wished)
        });
        assert!(came, "it stands still: {last:?}");
    };
    state(|state| matches!(state, SignUpState::Form { .. }));
    let password = new_password();
    let answers = [("username", "newcomer"), ("password", password.expose())]
        .map(|(var, value)| SignUpAnswer { var: var.into(), values: vec![Secret::new(value)] });
    order(Command::SubmitSignUp { sign_up, answers: answers.to_vec() });
    state(|state| matches!(state, SignUpState::Done { .. }));

    // Who invited stands on the list, and both are contacts without a question.
    let chats = Follower::new(&client, ChatList::new(), &runtime);
    let mut chat = None;
    let listed = chats.wait(PATIENCE, |items| {
        chat = items.iter().find(|item| item.address == alice.address().as_str()).map(|item| item.id);
        chat.is_some()
    });
    assert!(listed, "the inviter is not on the list");
    let text = Command::SendText { chat: chat.unwrap(), body: "I am in".into(), token: any.token() };
    order(text);
    until("the first message", || (alice.bodies("newcomer@linnet.test") == ["I am in"]).then_some(()));
    assert!(any.requests(alice.id).is_empty(), "nobody is asked");
    // Only who may see us is told that something arrived.
    let timeline = Follower::new(&client, Timeline::new(chat.unwrap()), &runtime);
    let told = timeline.wait(PATIENCE, |items| {
        items.iter().any(|item| matches!(item, TimelineItem::Message(text) if text.state == MessageState::Delivered))
    });
    assert!(told, "Alice does not know the newcomer");
    client.close();
}

fn a_server_that_makes_none_says_so(kind: Kind) {
    let world = LiveWorld::new(linnet_servers::Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let alice = any.device("alice");
    any.settle();
    assert_eq!(invited(alice), ServerInvitation::NotOffered);
}

mod from_an_invitation_to_the_first_message {
    use linnet_servers::Kind;

    #[test]
    fn prosody() {
        super::from_an_invitation_to_the_first_message(Kind::Prosody);
    }

    #[test]
    fn prosody13() {
        super::from_an_invitation_to_the_first_message(Kind::Prosody13);
    }
}

on_every_kind! { a_server_that_makes_none_says_so }
