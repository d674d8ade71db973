//! Making accounts on real servers (XEP-0077): open, by invitation, and with a picture.

use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::command::{Command, Receipt, Secret, ServerAddress, SignUpAnswer};
use linnet_messenger::ids::SignUpId;
use linnet_messenger::store::StoreOptions;
use linnet_messenger::view::accounts::Accounts;
use linnet_messenger::view::item::{Connection, SignUpForm, SignUpMeaning, SignUpProblem, SignUpState};
use linnet_messenger::view::sign_up::SignUps;
use linnet_runtime::{Client, Options, new_password};
use linnet_servers::{Kind, Registration, Server};
use linnet_tests::live_world::follower::Follower;
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody without an account, at a server's door.
struct Newcomer {
    runtime: Runtime,
    client: Client,
    sign_ups: Follower<SignUps>,
    server: Server,
}

impl Newcomer {
    fn at(kind: Kind, registration: Registration) -> Self {
        let server = Server::start(linnet_servers::Options { registration, ..linnet_servers::Options::on(kind) });
        let server = server.unwrap();
        let devices = server.folder.join("devices");
        std::fs::create_dir_all(&devices).unwrap();
        let store = StoreOptions::new(Some(devices.join("new.db")), [7; 32]);
        let options = Options { ca_file: Some(server.ca.clone()), ..Options::new(store) };
        let client = Client::open(options, Arc::new(())).unwrap();
        let runtime = Runtime::new().unwrap();
        let sign_ups = Follower::new(&client, SignUps, &runtime);
        Self { runtime, client, sign_ups, server }
    }

    fn order(&self, command: Command) -> Receipt {
        self.runtime.block_on(self.client.submit(command)).unwrap()
    }

    fn begin(&self, invitation: Option<&str>) -> SignUpId {
        let server = ServerAddress { host: self.server.host.clone(), port: self.server.port, direct_tls: false };
        let start = Command::StartSignUp {
            domain: self.server.domain.clone(),
            server: Some(server),
            proxy: None,
            invitation: invitation.map(Secret::new),
        };
        match self.order(start) {
            Receipt::SignUp(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn submit(&self, sign_up: SignUpId, answers: &[(&str, &str)]) {
        let answers =
            answers.iter().map(|(var, value)| SignUpAnswer { var: (*var).into(), values: vec![Secret::new(*value)] });
        assert_eq!(self.order(Command::SubmitSignUp { sign_up, answers: answers.collect() }), Receipt::Done);
    }

    /// Waits for a state that is wished for; without one, for the first that neither asks nor sends.
    fn state(&self, wished: impl Fn(&SignUpState) -> bool) -> SignUpState {
        let (mut found, mut last) = (None, None);
        let came = self.sign_ups.wait(PATIENCE, |items| {
            last = items.last().map(|item| item.state.clone());
            found = last.clone().filter(|state| wished(state));
            found.is_some()
        });
        assert!(came, "it stands still: {last:?}");
        found.unwrap()
    }

    fn failure(&self) -> SignUpProblem {
        match self.state(|state| matches!(state, SignUpState::Failed { .. })) {
            SignUpState::Failed { problem } => problem,
            other => panic!("{other:?}"),
        }
    }

    fn form(&self) -> SignUpForm {
        match self.state(|state| matches!(state, SignUpState::Form { problem: None, .. })) {
            SignUpState::Form { form, .. } => form,
            other => panic!("{other:?}"),
        }
    }

    /// Why the answers were not taken.
    fn refusal(&self) -> SignUpProblem {
        match self.state(|state| matches!(state, SignUpState::Form { problem: Some(_), .. })) {
            SignUpState::Form { problem: Some(problem), .. } => problem,
            other => panic!("{other:?}"),
        }
    }

    /// The account is there, and used.
    fn is_in(&self, address: &str) {
        self.state(|state| matches!(state, SignUpState::Done { .. }));
        let accounts = Follower::new(&self.client, Accounts, &self.runtime);
        let online = accounts.wait(PATIENCE, |items| {
            items.iter().any(|item| item.address == address && item.connection == Connection::Online)
        });
        assert!(online, "{address} is not online");
    }
}

fn open_to_everybody(kind: Kind) {
    let newcomer = Newcomer::at(kind, Registration::Open);
    newcomer.server.add_user("bob", "x").unwrap();
    let password = new_password();
    let id = newcomer.begin(None);
    let form = newcomer.form();
    let meanings: Vec<_> = form.fields.iter().filter_map(|field| field.meaning).collect();
    assert_eq!(meanings, [SignUpMeaning::Username, SignUpMeaning::Password]);
    newcomer.submit(id, &[("username", "bob"), ("password", password.expose())]);
    assert_eq!(newcomer.refusal(), SignUpProblem::NameTaken);
    newcomer.submit(id, &[("username", "newcomer"), ("password", password.expose())]);
    newcomer.is_in("newcomer@linnet.test");
}

#[test]
fn prosody_makes_accounts() {
    open_to_everybody(Kind::Prosody);
}

#[test]
fn prosody13_makes_accounts() {
    open_to_everybody(Kind::Prosody13);
}

#[test]
fn ejabberd_makes_accounts() {
    open_to_everybody(Kind::Ejabberd);
}

fn closed(kind: Kind) {
    let newcomer = Newcomer::at(kind, Registration::Closed);
    newcomer.begin(None);
    assert_eq!(newcomer.failure(), SignUpProblem::NotOffered, "{kind:?}");
}

#[test]
fn closed_servers_say_so() {
    closed(Kind::Prosody);
    closed(Kind::Ejabberd);
}

fn by_invitation(kind: Kind) {
    let newcomer = Newcomer::at(kind, Registration::Invited);
    let token = newcomer.server.invite().unwrap();
    let id = newcomer.begin(None);
    // Prosody asks everybody, and refuses the answers.
    newcomer.form();
    newcomer.submit(id, &[("username", "guest"), ("password", "a stranger's")]);
    let told = "Registration on this server is through invitation only";
    assert_eq!(newcomer.refusal(), SignUpProblem::Answers { text: Some(told.into()) });
    newcomer.order(Command::CancelSignUp { sign_up: id });
    let id = newcomer.begin(Some("not-this-one"));
    assert_eq!(newcomer.failure(), SignUpProblem::Invitation);
    newcomer.order(Command::CancelSignUp { sign_up: id });
    let id = newcomer.begin(Some(&token));
    newcomer.form();
    newcomer.submit(id, &[("username", "guest"), ("password", new_password().expose())]);
    newcomer.is_in("guest@linnet.test");
    newcomer.order(Command::CancelSignUp { sign_up: id });
    newcomer.begin(Some(&token));
    assert_eq!(newcomer.failure(), SignUpProblem::Invitation, "it is used up");
}

#[test]
fn prosody_lets_in_who_is_invited() {
    by_invitation(Kind::Prosody);
}

#[test]
fn prosody13_lets_in_who_is_invited() {
    by_invitation(Kind::Prosody13);
}

#[test]
fn ejabberd_shows_a_picture() {
    let newcomer = Newcomer::at(Kind::Ejabberd, Registration::Captcha);
    let id = newcomer.begin(None);
    let form = newcomer.form();
    let field = form.fields.iter().find(|field| field.meaning == Some(SignUpMeaning::Captcha)).unwrap();
    assert!(field.picture.as_ref().is_some_and(|file| file.starts_with(b"GIF89a")), "{form:?}");
    let answers = |ocr: String, name: &str| {
        newcomer.submit(id, &[("username", name), ("password", new_password().expose()), (&field.var, &ocr)]);
    };
    answers("what?".to_owned(), "newcomer");
    assert!(matches!(newcomer.refusal(), SignUpProblem::Refused { .. } | SignUpProblem::Answers { .. }));
    answers(newcomer.server.captcha().unwrap(), "newcomer");
    newcomer.is_in("newcomer@linnet.test");
}
