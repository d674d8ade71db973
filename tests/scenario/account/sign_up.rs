//! Making an account in the app (XEP-0077).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use linnet_messenger::command::{Command, Receipt, Secret, SignUpAnswer};
use linnet_messenger::fault::CommandError;
use linnet_messenger::ids::SignUpId;
use linnet_messenger::view::item::{
    Connection, SignUpFieldKind, SignUpForm, SignUpMeaning, SignUpProblem, SignUpState, WaitReason,
};
use linnet_tests::fake_server::register::Registration;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{DeviceId, World};
use sha1::{Digest, Sha1};

use crate::on_fake;

const DOMAIN: &str = "linnet.test";

fn begin(world: &FakeWorld, device: DeviceId, invitation: Option<&str>) -> SignUpId {
    let invitation = invitation.map(Secret::new);
    let command = Command::StartSignUp { domain: DOMAIN.into(), server: None, proxy: None, invitation };
    match world.submit(device, command) {
        Ok(Receipt::SignUp(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn answers(list: &[(&str, &str)]) -> Vec<SignUpAnswer> {
    list.iter().map(|(var, value)| SignUpAnswer { var: (*var).into(), values: vec![Secret::new(*value)] }).collect()
}

fn submit(world: &FakeWorld, device: DeviceId, sign_up: SignUpId, list: &[(&str, &str)]) {
    assert_eq!(world.submit(device, Command::SubmitSignUp { sign_up, answers: answers(list) }), Ok(Receipt::Done));
}

fn state(world: &FakeWorld, device: DeviceId) -> SignUpState {
    let mut items = world.sign_ups(device);
    assert_eq!(items.len(), 1);
    items.remove(0).state
}

fn form(world: &FakeWorld, device: DeviceId) -> (SignUpForm, Option<SignUpProblem>) {
    match state(world, device) {
        SignUpState::Form { form, problem } => (form, problem),
        other => panic!("{other:?}"),
    }
}

/// A server that makes accounts, and somebody without one.
fn newcomer(world: &FakeWorld, registration: Registration) -> DeviceId {
    world.server().registration = Some(registration);
    world.add_new_device("new", "newcomer")
}

const ANSWERS: [(&str, &str); 2] = [("username", "newcomer"), ("password", "correct horse")];

#[test]
fn an_account_is_made_signed_in_to_and_used() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        let bob = world.any().device("bob");
        let id = begin(world, device, None);
        assert_eq!(state(world, device), SignUpState::Asking);
        world.settle();
        let (form, problem) = form(world, device);
        assert_eq!(problem, None);
        assert_eq!(form.instructions.as_deref(), Some("Choose a name"));
        let meanings: Vec<_> = form.fields.iter().map(|field| field.meaning).collect();
        assert_eq!(meanings, [Some(SignUpMeaning::Username), Some(SignUpMeaning::Password)]);
        submit(world, device, id, &ANSWERS);
        assert_eq!(state(world, device), SignUpState::Sending);
        world.settle();
        let SignUpState::Done { account } = state(world, device) else { panic!("{:?}", state(world, device)) };
        world.has_account(device, account);
        let accounts = world.accounts(device);
        assert_eq!(accounts.len(), 1);
        assert_eq!(
            (accounts[0].address.as_str(), accounts[0].connection),
            ("newcomer@linnet.test", Connection::Online)
        );
        let chat = match world.submit(device, Command::StartChat { account, address: bob.address().to_string() }) {
            Ok(Receipt::Chat(chat)) => chat,
            other => panic!("{other:?}"),
        };
        let text = Command::SendText { chat, body: "hi".into(), token: world.token() };
        assert!(matches!(world.submit(device, text), Ok(Receipt::Message(_))));
        world.settle();
        assert_eq!(bob.bodies("newcomer@linnet.test"), ["hi"]);
        assert_eq!(world.submit(device, Command::CancelSignUp { sign_up: id }), Ok(Receipt::Done));
        assert!(world.sign_ups(device).is_empty(), "what is done can be put away");
        assert_eq!(world.submit(device, Command::CancelSignUp { sign_up: id }), Err(CommandError::NotFound));
    });
}

/// Keyboards put a space behind a word that they complete.
#[test]
fn the_name_that_is_sent_is_the_one_that_was_promised() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &[("username", " newcomer "), ("password", " spaces count ")]);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }), "{:?}", state(world, device));
        let accounts = world.accounts(device);
        assert_eq!(accounts[0].connection, Connection::Online, "name and password are those of the server");
        assert_eq!(accounts[0].address, "newcomer@linnet.test");
    });
}

#[test]
fn nothing_of_the_answers_is_stored() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &[("username", "newcomer"), ("password", "a word for the ages")]);
        let kept = "SELECT count(*) FROM sign_up WHERE state LIKE '%ages%' OR state LIKE '%newcomer%'";
        assert_eq!(world.count(device, kept), 0);
        world.settle();
        assert_eq!(world.count(device, kept), 0);
    });
}

#[test]
fn a_name_that_is_taken_can_be_another() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        world.any().device("bob");
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &[("username", "bob"), ("password", "x")]);
        world.settle();
        assert_eq!(form(world, device).1, Some(SignUpProblem::NameTaken));
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn what_is_missing_or_no_name_is_told_before_anything_is_sent() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &[("username", "newcomer"), ("password", "")]);
        assert_eq!(form(world, device).1, Some(SignUpProblem::Answers { text: None }));
        for name in ["new comer", "a@b", "a/b", "\"", "a\u{0}b"] {
            submit(world, device, id, &[("username", name), ("password", "x")]);
            assert_eq!(form(world, device).1, Some(SignUpProblem::NameInvalid), "{name:?}");
        }
        assert_eq!(world.server().registration.as_ref().unwrap().asked, 1);
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

/// A picture of this size as far as its head tells, under its name, and in Base64.
fn gif(width: u16, height: u16) -> (String, Vec<u8>, String) {
    let file = [b"GIF89a".as_slice(), &width.to_le_bytes(), &height.to_le_bytes()].concat();
    let hash: String = Sha1::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = STANDARD.encode(&file);
    (format!("sha1+{hash}@bob.xmpp.org"), file, text)
}

/// Questions with a picture; `data` is what comes along with them.
fn with_picture(uri: &str, data: &str) -> String {
    format!(
        "<x xmlns='jabber:x:data' type='form'><title>Join {{try}}</title>\
         <field var='FORM_TYPE' type='hidden'><value>urn:xmpp:captcha</value></field>\
         <field var='sid' type='hidden'><value>s{{try}}</value></field>\
         <field var='username' label='User'><required/></field>\
         <field var='password' type='text-private'><required/></field>\
         <field var='ocr' label='What is written there?'><media xmlns='urn:xmpp:media-element'>\
         <uri type='image/gif'>{uri}</uri></media><required/></field></x>{data}"
    )
}

#[test]
fn a_picture_that_did_not_come_along_is_asked_for() {
    let (name, file, text) = gif(120, 40);
    on_fake(|world| {
        let questions = with_picture(&format!("cid:{name}"), "");
        let pictures = [(name.clone(), text.clone())].into();
        let device = newcomer(world, Registration { questions, pictures, ..Registration::default() });
        let id = begin(world, device, None);
        world.settle();
        let field = &form(world, device).0.fields[2];
        assert_eq!((field.picture.as_ref(), field.meaning), (Some(&file), Some(SignUpMeaning::Captcha)));
        submit(world, device, id, &[ANSWERS[0], ANSWERS[1], ("ocr", "42")]);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn pictures_that_are_giants_forged_missing_or_elsewhere_are_not_shown() {
    let (name, _, text) = gif(120, 40);
    // 65,000 pixels wide, says the head of ten bytes.
    let (giant, _, giant_text) = gif(65_000, 65_000);
    let inline = |name: &str, text: &str| format!("<data xmlns='urn:xmpp:bob' cid='{name}'>{text}</data>");
    let web = "https://linnet.test/picture.png";
    for (uri, data, pictures, url) in [
        (format!("cid:{giant}"), inline(&giant, &giant_text), vec![], None),
        (format!("cid:{giant}"), String::new(), vec![(giant.clone(), giant_text.clone())], None),
        (format!("cid:{name}"), String::new(), vec![(name.clone(), giant_text.clone())], None),
        (format!("cid:{name}"), String::new(), vec![], None),
        (format!("cid:{name}"), inline(&name, &format!("{text}!")), vec![], None),
        (web.to_owned(), String::new(), vec![], Some(web)),
    ] {
        on_fake(|world| {
            let questions = with_picture(&uri, &data);
            let pictures = pictures.iter().cloned().collect();
            let device = newcomer(world, Registration { questions, pictures, ..Registration::default() });
            begin(world, device, None);
            world.settle();
            let field = &form(world, device).0.fields[2];
            assert_eq!((field.picture.as_ref(), field.picture_url.as_deref()), (None, url), "{uri}");
        });
    }
}

#[test]
fn a_picture_is_shown_and_a_wrong_answer_brings_another() {
    let (name, file, text) = gif(120, 40);
    let data = format!("<data xmlns='urn:xmpp:bob' cid='{name}' type='image/gif'>{text}</data>");
    let questions = with_picture(&format!("cid:{name}"), &data);
    on_fake(|world| {
        let device = newcomer(world, Registration { questions: questions.clone(), ..Registration::default() });
        let id = begin(world, device, None);
        world.settle();
        let (shown, _) = form(world, device);
        assert_eq!(shown.title.as_deref(), Some("Join 1"));
        let field = &shown.fields[2];
        assert_eq!((field.kind, field.meaning), (SignUpFieldKind::Line, Some(SignUpMeaning::Captcha)));
        assert_eq!(field.picture.as_ref(), Some(&file));
        let with = |ocr: &'static str| [ANSWERS[0], ANSWERS[1], ("ocr", ocr)];
        submit(world, device, id, &with("41"));
        world.settle();
        let (again, problem) = form(world, device);
        assert_eq!(again.title.as_deref(), Some("Join 2"), "an old picture is of no use");
        let text = Some("The CAPTCHA verification has failed".to_owned());
        assert_eq!(problem, Some(SignUpProblem::Refused { text }));
        submit(world, device, id, &with("42"));
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn by_invitation_only() {
    on_fake(|world| {
        let device = newcomer(world, Registration { invitation: Some("let-me-in"), ..Registration::default() });
        for (invitation, problem) in [
            (None, SignUpProblem::Refused { text: Some("Registration is not allowed".into()) }),
            (Some("another"), SignUpProblem::Invitation),
        ] {
            let id = begin(world, device, invitation);
            world.settle();
            assert_eq!(state(world, device), SignUpState::Failed { problem });
            assert_eq!(world.submit(device, Command::CancelSignUp { sign_up: id }), Ok(Receipt::Done));
        }
        let id = begin(world, device, Some("let-me-in"));
        world.settle();
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn servers_that_make_no_accounts_say_so_and_a_page_on_the_web_is_shown() {
    on_fake(|world| {
        let device = world.add_new_device("new", "newcomer");
        let failed = |problem| SignUpState::Failed { problem };
        let id = begin(world, device, None);
        world.settle();
        assert_eq!(state(world, device), failed(SignUpProblem::NotOffered));
        assert_eq!(world.submit(device, Command::CancelSignUp { sign_up: id }), Ok(Receipt::Done));
        let web = "<instructions>Over there</instructions>\
                   <x xmlns='jabber:x:oob'><url>https://linnet.test/join</url></x>";
        let fields = "<field var='x'/>".repeat(10_000);
        for (questions, expected) in [
            (
                web.to_owned(),
                SignUpState::Web { url: "https://linnet.test/join".into(), instructions: Some("Over there".into()) },
            ),
            (format!("<x xmlns='jabber:x:data' type='form'>{fields}</x>"), failed(SignUpProblem::FormTooLarge)),
            ("<email/>".to_owned(), failed(SignUpProblem::NotOffered)),
            ("<registered/>".to_owned(), failed(SignUpProblem::NotOffered)),
        ] {
            world.server().registration = Some(Registration { questions, ..Registration::default() });
            let id = begin(world, device, None);
            world.settle();
            assert_eq!(state(world, device), expected);
            assert_eq!(world.submit(device, Command::CancelSignUp { sign_up: id }), Ok(Receipt::Done));
        }
        assert_eq!(
            world.submit(device, Command::SubmitSignUp { sign_up: id, answers: vec![] }),
            Err(CommandError::NotFound)
        );
    });
}

#[test]
fn a_server_that_throws_strangers_out_makes_no_accounts() {
    for (condition, problem) in [
        ("not-authorized", SignUpProblem::NotOffered),
        ("unsupported-stanza-type", SignUpProblem::NotOffered),
        ("internal-server-error", SignUpProblem::Connection { why: WaitReason::ServerError }),
    ] {
        on_fake(|world| {
            let device = newcomer(world, Registration { ends: Some(condition), ..Registration::default() });
            begin(world, device, None);
            world.settle();
            assert_eq!(state(world, device), SignUpState::Failed { problem: problem.clone() });
        });
    }
}

#[test]
fn nothing_is_asked_without_tls() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        world.server().switches.tls = false;
        begin(world, device, None);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Failed { problem: SignUpProblem::Unsafe { .. } }));
        assert_eq!(world.server().registration.as_ref().unwrap().asked, 0);
    });
}

#[test]
fn who_takes_long_is_asked_again_unseen() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        let id = begin(world, device, None);
        world.settle();
        // The server waits for nobody.
        world.any().cut(device);
        world.advance(600_000);
        assert_eq!(form(world, device).1, None, "who is still writing need not know");
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }), "{:?}", state(world, device));
        assert_eq!(world.server().registration.as_ref().unwrap().asked, 2);
    });
}

#[test]
fn an_answer_lost_on_its_way_can_be_sent_again() {
    on_fake(|world| {
        let device = newcomer(world, Registration { silent: true, ..Registration::default() });
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &ANSWERS);
        world.settle();
        let lost = SignUpProblem::Connection { why: WaitReason::Lost };
        assert_eq!(form(world, device).1, Some(lost));
        submit(world, device, id, &ANSWERS);
        world.settle();
        // It was made the first time.
        assert_eq!(form(world, device).1, Some(SignUpProblem::NameTaken));
    });
}

#[test]
fn the_servers_refusals_are_told_in_their_words() {
    on_fake(|world| {
        let refusals = [("resource-constraint", "Too fast"), ("not-acceptable", "Too weak"), ("jid-malformed", "")];
        let device = newcomer(world, Registration { refusals: refusals.into(), ..Registration::default() });
        let id = begin(world, device, None);
        world.settle();
        for expected in [
            SignUpProblem::Later { text: Some("Too fast".into()) },
            SignUpProblem::Answers { text: Some("Too weak".into()) },
            SignUpProblem::NameInvalid,
        ] {
            submit(world, device, id, &ANSWERS);
            world.settle();
            assert_eq!(form(world, device).1, Some(expected));
        }
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn a_killed_process_leaves_nothing_half_made() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        begin(world, device, None);
        world.settle();
        world.any().kill(device);
        world.any().start(device);
        assert!(world.sign_ups(device).is_empty());
        let id = begin(world, device, None);
        world.settle();
        submit(world, device, id, &ANSWERS);
        world.settle();
        assert!(matches!(state(world, device), SignUpState::Done { .. }));
    });
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    on_fake(|world| {
        let device = newcomer(world, Registration::default());
        world.stop_server();
        begin(world, device, None);
        world.advance(120_000);
        assert!(matches!(state(world, device), SignUpState::Failed { problem: SignUpProblem::Connection { .. } }));
    });
}

#[test]
fn only_a_domain_is_a_server() {
    on_fake(|world| {
        let device = world.add_new_device("new", "newcomer");
        for domain in ["", "alice@linnet.test", "a b", "linnet.test/x", "@"] {
            let command = Command::StartSignUp { domain: domain.into(), server: None, proxy: None, invitation: None };
            assert_eq!(world.submit(device, command), Err(CommandError::AddressInvalid), "{domain:?}");
        }
    });
}
