//! Own codes (XEP-0379), invitations of servers (XEP-0401, 0445), and the links that lead to them.

use linnet_messenger::command::{Command, Receipt, Secret, SignUpAnswer};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{CodeItem, ServerInvitation, SignUpMeaning, SignUpProblem, SignUpState};
use linnet_tests::fake_server::invite::Inviting;
use linnet_tests::fake_server::register::Registration;
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, DeviceId, World};

use crate::on_fake;

const DAY: u64 = 24 * 3_600_000;

fn code(world: &FakeWorld, device: DeviceId) -> CodeItem {
    let mut codes = world.codes(device);
    assert_eq!(codes.len(), 1);
    codes.remove(0)
}

/// The link that the code on this screen says.
fn shown(world: &FakeWorld, device: Device<'_>) -> String {
    device.order(Command::ShowCode { account: world.account(device.id) });
    let code = code(world, device.id);
    assert!(code.expires.is_some());
    code.link
}

fn scan(world: &FakeWorld, device: Device<'_>, link: &str) {
    let command = Command::StartChat { account: world.account(device.id), address: link.to_owned() };
    assert!(matches!(world.submit(device.id, command), Ok(Receipt::Chat(_))));
}

fn subscription(world: &FakeWorld, owner: &str, contact: &str) -> String {
    world.server().subscription(&address(owner), &address(contact)).to_string()
}

#[test]
fn a_token_counts_once_and_the_screen_has_a_new_one() {
    on_fake(|world| {
        let (alice, bob, carol) = (world.any().device("alice"), world.any().device("bob"), world.any().device("carol"));
        world.settle();
        assert_eq!(code(world, alice.id).link, "xmpp:alice@linnet.test?roster", "a plain address until it is shown");
        let first = shown(world, alice);
        assert_eq!(shown(world, alice), first, "shown again it is the same");
        scan(world, bob, &first);
        world.settle();
        assert_eq!(subscription(world, "alice", "bob"), "both");
        let second = code(world, alice.id).link;
        assert!(second != first && second.contains("preauth="), "{second}");
        scan(world, carol, &first);
        world.settle();
        assert_eq!(subscription(world, "alice", "carol"), "absent");
        assert_eq!(world.requests(alice.id).len(), 1, "who comes too late asks like everybody");
        scan(world, carol, &second);
        world.settle();
        assert_eq!(subscription(world, "alice", "carol"), "both", "asked again with a good token");
        assert!(world.requests(alice.id).is_empty());
        assert!(world.violations().is_empty());
    });
}

/// The answer to who came with a token may get lost, with the session it was given in.
#[test]
fn who_came_with_a_token_is_welcome_until_he_is_a_contact() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let link = shown(world, alice);
        let token = link.split("preauth=").nth(1).unwrap().to_owned();
        let asks = |from: &str| {
            world.inject(
                alice.id,
                &format!(
                    "<presence type='subscribe' from='{from}' to='alice@linnet.test'>\
                     <preauth xmlns='urn:xmpp:pars:0' token='{token}'/></presence>"
                ),
            );
        };
        asks("bob@linnet.test");
        // Nothing of what she answers arrives, and her session ends.
        world.stop_server();
        world.start_server();
        world.settle();
        assert!(world.requests(alice.id).is_empty());
        assert!(world.chat_list(alice.id).iter().any(|chat| chat.address == "bob@linnet.test"), "no stranger");
        asks("mallory@evil.test");
        world.settle();
        assert_eq!(world.requests(alice.id).len(), 1, "for nobody else");
        asks("bob@linnet.test");
        world.settle();
        assert!(!world.requests(alice.id).iter().any(|request| request.address == "bob@linnet.test"));
        assert_ne!(code(world, alice.id).link, link);
    });
}

/// Someone is added, and the link breaks before the server has heard of it.
#[test]
fn a_wish_that_the_server_did_not_get_is_told_again() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        world.latency(500, 500);
        scan(world, alice, "xmpp:bob@linnet.test");
        world.advance(100);
        world.stop_server();
        world.start_server();
        world.advance(120_000);
        world.settle();
        assert_eq!(world.requests(bob.id).len(), 1);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM subscription_wish"), 0);
    });
}

#[test]
fn a_token_ends_after_a_week() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        let old = shown(world, alice);
        world.advance(2 * DAY);
        let new = shown(world, alice);
        assert_ne!(new, old, "what is shown is good for days");
        world.advance(5 * DAY + 60_000);
        world.settle();
        scan(world, bob, &old);
        world.settle();
        assert_eq!((subscription(world, "alice", "bob").as_str(), world.requests(alice.id).len()), ("absent", 1));
        scan(world, bob, &new);
        world.settle();
        assert_eq!(subscription(world, "alice", "bob"), "both");
    });
}

#[test]
fn strangers_with_made_up_tokens_are_strangers() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let link = shown(world, alice);
        let token = link.rsplit('=').next().unwrap().to_owned();
        let long = "x".repeat(100_000);
        let upper = token.to_uppercase();
        for (number, token) in
            ["", "%", "' OR 1=1 --", upper.as_str(), token.get(1..).unwrap(), &long].iter().enumerate()
        {
            let xml = format!(
                "<presence from='m{number}@evil.test' to='alice@linnet.test' type='subscribe'>\
                 <preauth xmlns='urn:xmpp:pars:0' token=\"{token}\"/></presence>"
            );
            world.inject(alice.id, &xml);
        }
        world.inject(
            alice.id,
            "<presence from='m@evil.test' to='alice@linnet.test' type='subscribe'><preauth xmlns='urn:xmpp:pars:0'/>\
             </presence>",
        );
        world.settle();
        assert_eq!(world.requests(alice.id).len(), 7);
        assert_eq!(world.count(alice.id, "SELECT count(*) FROM contact"), 0);
        assert_eq!(code(world, alice.id).link, link, "the token is as good as before");
        assert!(world.chat_list(alice.id).is_empty());
    });
}

#[test]
fn a_code_scanned_offline_is_kept_over_a_restart() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        let link = shown(world, alice);
        bob.goes_offline();
        scan(world, bob, &format!("{link};name=Alice%20A"));
        bob.kill();
        bob.start();
        bob.comes_online();
        world.settle();
        assert_eq!(subscription(world, "bob", "alice"), "both");
        assert!(world.requests(alice.id).is_empty() && world.requests(bob.id).is_empty());
        assert_eq!(world.chat_list(bob.id)[0].title, "Alice A");
        assert_eq!(world.chat_list(alice.id).len(), 1, "who came by the code is to be found");
    });
}

#[test]
fn the_other_phone_forgets_the_request_that_one_has_answered() {
    on_fake(|world| {
        let (alice, tablet) = (world.any().device("alice"), world.any().phone("tablet", "alice"));
        let bob = world.any().device("bob");
        world.settle();
        let link = shown(world, alice);
        scan(world, bob, &link);
        world.settle();
        assert_eq!(subscription(world, "alice", "bob"), "both");
        assert!(world.requests(tablet.id).is_empty() && world.requests(alice.id).is_empty());
    });
}

#[test]
fn codes_opened_for_months_leave_few_tokens() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        for _ in 0..40 {
            shown(world, alice);
            world.advance(DAY + 3_600_000);
        }
        let tokens = world.count(alice.id, "SELECT count(*) FROM invitation_token");
        assert!((1..=8).contains(&tokens), "{tokens}");
    });
}

#[test]
fn links_do_only_what_they_say() {
    on_fake(|world| {
        let (alice, bob) = (world.any().device("alice"), world.any().device("bob"));
        world.settle();
        let token = shown(world, bob).rsplit('=').next().unwrap().to_owned();
        // A token counts only where someone is to be a contact.
        scan(world, alice, &format!("xmpp:bob@linnet.test?message;body=hi;preauth={token}"));
        world.settle();
        assert_eq!(subscription(world, "bob", "alice"), "absent");
        assert!(bob.bodies(alice).is_empty(), "a link sends nothing");
        let account = world.account(alice.id);
        for junk in ["xmpp:linnet.test?roster", "https://linnet.test/#bob@linnet.test", "xmpp:%", "WIFI:S:x;;"] {
            let command = Command::StartChat { account, address: junk.to_owned() };
            assert_eq!(world.submit(alice.id, command), Err(CommandError::AddressInvalid), "{junk}");
            let command = Command::FollowInvitation { link: junk.to_owned(), server: None, proxy: None };
            if !junk.starts_with("https") {
                assert_eq!(world.submit(alice.id, command), Err(CommandError::AddressInvalid), "{junk}");
            }
        }
        assert_eq!(world.chat_list(alice.id).len(), 1);
    });
}

fn invite(world: &FakeWorld, alice: Device<'_>, inviting: Option<Inviting>) -> Option<ServerInvitation> {
    world.server().inviting = inviting;
    alice.order(Command::CreateInvitation { account: world.account(alice.id) });
    assert_eq!(code(world, alice.id).invitation, Some(ServerInvitation::Asking));
    world.settle();
    code(world, alice.id).invitation
}

#[test]
fn an_invitation_is_made_by_the_server() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let uri = "xmpp:alice@linnet.test?roster;preauth=TOKEN;ibr=y";
        let page = "https://linnet.test/invite?TOKEN";
        let all = [("uri", uri), ("landing-url", page), ("expire", "2099-11-06T02:56:15Z")];
        let made = invite(world, alice, Some(Inviting::fields(&all)));
        let Some(ServerInvitation::Ready { link, page: Some(shown), expires: Some(_), newcomers: true }) = made else {
            panic!("{made:?}")
        };
        assert_eq!((link.as_str(), shown.as_str()), (uri, page));
        let plain = invite(world, alice, Some(Inviting::fields(&[("uri", "xmpp:alice@linnet.test?roster;preauth=T")])));
        let Some(ServerInvitation::Ready { page: None, expires: None, newcomers: false, .. }) = plain else {
            panic!("{plain:?}")
        };
        assert_eq!(invite(world, alice, None), Some(ServerInvitation::NotOffered));
        assert_eq!(invite(world, alice, Some(Inviting::Other)), Some(ServerInvitation::NotOffered));
        assert_eq!(invite(world, alice, Some(Inviting::Refuses("forbidden"))), Some(ServerInvitation::Refused));
        assert_eq!(
            invite(world, alice, Some(Inviting::Refuses("internal-server-error"))),
            Some(ServerInvitation::Failed)
        );
        assert!(world.violations().is_empty());
        world.server().inviting = Some(Inviting::Silent);
        alice.order(Command::CreateInvitation { account: world.account(alice.id) });
        world.advance(DAY / 24);
        assert_eq!(code(world, alice.id).invitation, Some(ServerInvitation::Failed), "no answer is one too");
        alice.goes_offline();
        let command = Command::CreateInvitation { account: world.account(alice.id) };
        assert_eq!(world.submit(alice.id, command), Err(CommandError::Offline));
    });
}

#[test]
fn an_invitation_that_leads_elsewhere_is_a_violation() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let uri = ("uri", "xmpp:alice@linnet.test?roster;preauth=TOKEN;ibr=y");
        let flood: Vec<_> = (0..10_000).map(|_| uri).collect();
        let bad = [
            Inviting::fields(&[]),
            Inviting::fields(&[("uri", "xmpp:mallory@evil.test?roster;preauth=TOKEN;ibr=y")]),
            Inviting::fields(&[("uri", "xmpp:alice@linnet.test?roster")]),
            Inviting::fields(&[("uri", "xmpp:evil.test?register;preauth=TOKEN")]),
            Inviting::fields(&[("uri", "https://evil.test/")]),
            Inviting::fields(&[uri, ("landing-url", "javascript:alert(1)")]),
            Inviting::fields(&[uri, ("landing-url", "https://evil.test/#mallory@evil.test?roster")]),
            Inviting::fields(&[uri, ("expire", "tomorrow")]),
            Inviting::Gives("<command xmlns='http://jabber.org/protocol/commands' status='executing'/>".into()),
            Inviting::fields(&flood),
        ];
        let count = bad.len();
        for inviting in bad {
            assert_eq!(invite(world, alice, Some(inviting)), Some(ServerInvitation::Failed));
        }
        assert_eq!(world.violations(), vec![Violation::InvitationMalformed; count]);
    });
}

fn follow(world: &FakeWorld, device: DeviceId, link: &str) -> SignUpState {
    let command = Command::FollowInvitation { link: link.to_owned(), server: None, proxy: None };
    let Ok(Receipt::SignUp(_)) = world.submit(device, command) else { panic!("no sign-up") };
    world.settle();
    world.sign_ups(device).remove(0).state
}

#[test]
fn who_follows_an_invitation_has_an_account_and_its_first_contact() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let token = "TOKEN";
        world.server().registration = Some(Registration { invitation: Some(token), ..Registration::default() });
        let device = world.add_new_device("new", "newcomer");
        let state = follow(world, device, "xmpp:alice@linnet.test?roster;preauth=TOKEN;ibr=y");
        assert!(matches!(state, SignUpState::Form { .. }), "{state:?}");
        let answers = [("username", "newcomer"), ("password", "correct horse")]
            .map(|(var, value)| SignUpAnswer { var: var.into(), values: vec![Secret::new(value)] });
        let sign_up = world.sign_ups(device)[0].id;
        let submit = Command::SubmitSignUp { sign_up, answers: answers.to_vec() };
        assert_eq!(world.submit(device, submit), Ok(Receipt::Done));
        world.settle();
        let SignUpState::Done { account } = world.sign_ups(device).remove(0).state else { panic!() };
        world.has_account(device, account);
        world.settle();
        let chats = world.chat_list(device);
        assert_eq!(chats.iter().map(|chat| chat.address.as_str()).collect::<Vec<_>>(), ["alice@linnet.test"]);
        // This server has let its own token count for the account only: the inviter is asked.
        assert_eq!(world.requests(alice.id)[0].address, "newcomer@linnet.test");
        assert_eq!(subscription(world, "newcomer", "alice"), "none+ask");
    });
}

#[test]
fn a_name_that_an_invitation_keeps_is_filled_in() {
    on_fake(|world| {
        world.server().registration = Some(Registration { invitation: Some("TOKEN"), ..Registration::default() });
        let device = world.add_new_device("new", "juliet");
        let SignUpState::Form { form, .. } = follow(world, device, "xmpp:juliet@linnet.test?register;preauth=TOKEN")
        else {
            panic!()
        };
        let name = form.fields.iter().find(|field| field.meaning == Some(SignUpMeaning::Username)).unwrap();
        assert_eq!(name.values, ["juliet"]);
        let used = world.add_new_device("late", "late");
        let state = follow(world, used, "xmpp:linnet.test?register;preauth=USED");
        assert_eq!(state, SignUpState::Failed { problem: SignUpProblem::Invitation });
    });
}
