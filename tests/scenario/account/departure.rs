//! A new password, and leaving an account: here, or on its server too.

use linnet_messenger::command::{Command, Receipt, Secret};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{AccountProblem, AccountTask, Connection};
use linnet_tests::fake_world::{FakeWorld, address};
use linnet_tests::world::{Device, World};

use crate::on_fake;

/// Two friends; the server has SASL2 and tokens, or not.
fn friends(tokens: bool, scenario: impl Fn(&FakeWorld, Device<'_>, Device<'_>)) {
    on_fake(|world| {
        world.server().switches.sasl2 = tokens;
        let (alice, bob) = world.any().friends("alice", "bob");
        world.settle();
        scenario(world, alice, bob);
    });
}

fn change(device: Device<'_>, world: &FakeWorld, password: &str) -> Result<Receipt, CommandError> {
    let account = device.account().id;
    world.submit(device.id, Command::ChangePassword { account, password: Secret::new(password) })
}

fn task(device: Device<'_>) -> Option<AccountTask> {
    device.account().task
}

fn gone(world: &FakeWorld, device: Device<'_>) -> bool {
    let rows = ["account", "chat", "message", "login", "salted_keys", "request", "unacknowledged", "stream"];
    let left: Vec<&str> =
        rows.into_iter().filter(|table| world.count(device.id, &format!("SELECT count(*) FROM {table}")) > 0).collect();
    assert_eq!(left, [""; 0]);
    world.accounts(device.id).is_empty()
}

#[test]
fn a_new_password_is_the_password_from_then_on() {
    for tokens in [false, true] {
        friends(tokens, |world, alice, bob| {
            assert_eq!(change(alice, world, "another word"), Ok(Receipt::Done));
            assert_eq!(task(alice), Some(AccountTask::ChangingPassword));
            world.settle();
            assert_eq!(task(alice), Some(AccountTask::PasswordChanged));
            assert_eq!(alice.account().connection, Connection::Online, "nothing is interrupted");
            world.restart_server();
            alice.kill();
            alice.start();
            world.settle();
            assert_eq!(alice.account().connection, Connection::Online);
            assert_eq!(task(alice), None, "it has been told");
            assert_eq!(world.count(alice.id, "SELECT count(*) FROM account WHERE new_password IS NOT NULL"), 0);
            bob.say(alice, "still there?");
            world.settle();
            assert_eq!(alice.bodies(bob), ["still there?"]);
        });
    }
}

#[test]
fn a_lost_answer_is_found_out() {
    for tokens in [false, true] {
        friends(tokens, |world, alice, _| {
            world.server().own_registrations.silent = true;
            world.server().switches.password_voids_tokens = true;
            assert_eq!(change(alice, world, "another word"), Ok(Receipt::Done));
            world.advance(1_000);
            // The server's memory of the stream goes, too.
            world.restart_server();
            world.settle();
            assert_eq!(alice.account().connection, Connection::Online);
            assert_eq!(task(alice), Some(AccountTask::PasswordChanged));
            alice.kill();
            world.restart_server();
            alice.start();
            world.settle();
            assert_eq!(alice.account().connection, Connection::Online, "it is kept");
        });
    }
}

#[test]
fn an_error_to_a_question_asked_twice_is_no_answer_to_the_first() {
    for granted in [true, false] {
        friends(true, |world, alice, _| {
            world.server().own_registrations.silent = true;
            world.server().switches.password_voids_tokens = false;
            assert_eq!(change(alice, world, "another word"), Ok(Receipt::Done));
            world.advance(1_000);
            if !granted {
                world.server().register(&address("alice"), &FakeWorld::password("alice"));
            }
            let wish = ("resource-constraint", "Not again so soon");
            world.server().own_registrations.refusals.extend([wish, wish]);
            world.restart_server();
            world.settle();
            assert_eq!(alice.account().connection, Connection::Online);
            let text = Some("Not again so soon".to_owned());
            let refused = AccountTask::PasswordNotChanged { problem: AccountProblem::Other, text };
            assert_eq!(task(alice), Some(if granted { AccountTask::PasswordChanged } else { refused }));
            assert_eq!(world.server().own_registrations.refusals.len(), usize::from(granted));
            world.server().revoke_tokens(&address("alice"));
            alice.kill();
            world.restart_server();
            alice.start();
            world.settle();
            assert_eq!(alice.account().connection, Connection::Online);
            assert_eq!(world.count(alice.id, "SELECT count(*) FROM account WHERE new_password IS NOT NULL"), 0);
        });
    }
}

#[test]
fn a_killed_process_does_not_lose_the_new_password() {
    friends(true, |world, alice, _| {
        world.server().own_registrations.silent = true;
        world.server().switches.password_voids_tokens = true;
        assert_eq!(change(alice, world, "another word"), Ok(Receipt::Done));
        world.advance(1_000);
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        assert_eq!(alice.account().connection, Connection::Online);
        assert_eq!(task(alice), Some(AccountTask::PasswordChanged));
    });
}

#[test]
fn a_password_that_the_server_refuses_leaves_the_old_one() {
    friends(true, |world, alice, _| {
        for ((condition, text), problem) in [
            (("not-acceptable", "Too short"), AccountProblem::NotAcceptable),
            (("not-allowed", ""), AccountProblem::NotAllowed),
            (("resource-constraint", ""), AccountProblem::Other),
        ] {
            world.server().own_registrations.refusals.push_back((condition, text));
            assert_eq!(change(alice, world, "another word"), Ok(Receipt::Done));
            world.settle();
            let text = Some(text.to_owned()).filter(|text| !text.is_empty());
            assert_eq!(task(alice), Some(AccountTask::PasswordNotChanged { problem, text }));
        }
        world.server().revoke_tokens(&address("alice"));
        alice.kill();
        world.restart_server();
        alice.start();
        world.settle();
        assert_eq!(alice.account().connection, Connection::Online);
    });
}

#[test]
fn what_can_be_no_password_and_what_needs_a_connection_is_refused() {
    friends(false, |world, alice, _| {
        for password in ["", "a\nb", &"x".repeat(1_001)] {
            assert_eq!(change(alice, world, password), Err(CommandError::TextInvalid));
        }
        alice.goes_offline();
        world.advance(1_000);
        assert_eq!(change(alice, world, "another word"), Err(CommandError::Offline));
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::DeleteAccount { account }), Err(CommandError::Offline));
        assert_eq!(task(alice), None);
    });
}

#[test]
fn nobody_else_can_say_that_the_password_is_changed_or_the_account_gone() {
    friends(false, |world, alice, _| {
        let account = alice.account().id;
        for command in [
            Command::ChangePassword { account, password: Secret::new("another word") },
            Command::DeleteAccount { account },
        ] {
            world.server().own_registrations.refusals.push_back(("not-allowed", ""));
            world.latency(5_000, 5_000);
            assert_eq!(world.submit(alice.id, command), Ok(Receipt::Done));
            world.advance(10);
            let trace = world.trace();
            let asked = trace.rsplit("<iq ").find(|iq| iq.contains("jabber:iq:register")).unwrap();
            let id = asked.split("id='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
            world.inject(alice.id, &format!("<iq from='mallory@evil.test' id='{id}' type='result'/>"));
            world.advance(7_000);
            assert_eq!(world.violations().pop(), Some(Violation::IqAnswerFromStranger));
            assert_eq!(world.accounts(alice.id).len(), 1);
            assert_ne!(task(alice), Some(AccountTask::PasswordChanged));
            world.latency(10, 10);
            world.settle();
            world.forgive();
        }
    });
}

#[test]
fn signing_out_takes_the_token_back() {
    friends(true, |world, alice, bob| {
        assert!(world.server().has_token(&address("alice")));
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        assert_eq!(task(alice), Some(AccountTask::SigningOut));
        world.advance(5_000);
        assert!(gone(world, alice));
        assert!(!world.server().has_token(&address("alice")));
        assert!(world.server().has_token(&address("bob")), "only hers");
        assert_eq!(bob.account().connection, Connection::Online);
    });
}

#[test]
fn signing_out_waits_for_no_server() {
    friends(false, |world, alice, _| {
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        assert!(gone(world, alice), "there is nothing to take back");
    });
    friends(true, |world, alice, _| {
        world.stop_server();
        world.advance(1_000);
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        world.advance(10_000);
        assert!(gone(world, alice));
    });
    friends(true, |world, alice, _| {
        alice.goes_offline();
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        alice.kill();
        alice.start();
        assert!(gone(world, alice), "who signed out is out");
    });
}

/// Ten seconds are long enough to change one's mind in: the account that is signed in to then stays.
#[test]
fn signing_in_again_while_signing_out_is_a_new_beginning() {
    friends(true, |world, alice, bob| {
        bob.say(alice, "before");
        world.settle();
        alice.goes_offline();
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::SignOut { account }), Ok(Receipt::Done));
        assert_eq!(task(alice), Some(AccountTask::SigningOut));
        let password = Secret::new(FakeWorld::password("alice"));
        let known = Command::SetPassword { account, password: password.clone() };
        assert_eq!(world.submit(alice.id, known), Err(CommandError::NotNow));
        let new = Command::AddAccount {
            address: "alice@linnet.test".to_owned(),
            password,
            server: None,
            proxy: None,
            again: false,
        };
        let Ok(Receipt::Account(account)) = world.submit(alice.id, new) else { panic!("not added") };
        world.has_account(alice.id, account);
        world.advance(20_000);
        assert_eq!(alice.account().task, None);
        alice.comes_online();
        world.settle();
        assert_eq!(alice.account().connection, Connection::Online);
        assert_eq!(alice.bodies(bob), ["before"], "the server has it");
    });
}

#[test]
fn an_account_is_deleted_there_and_then_here() {
    for tokens in [false, true] {
        friends(tokens, |world, alice, bob| {
            alice.say(bob, "good-bye");
            world.settle();
            let account = alice.account().id;
            assert_eq!(world.submit(alice.id, Command::DeleteAccount { account }), Ok(Receipt::Done));
            assert_eq!(task(alice), Some(AccountTask::Deleting));
            world.advance(5_000);
            assert!(gone(world, alice));
            assert!(!world.server().has_account(&address("alice")));
            assert_eq!(bob.bodies(alice), ["good-bye"]);
        });
    }
}

#[test]
fn a_deletion_whose_answer_was_lost_is_found_out() {
    friends(true, |world, alice, _| {
        world.server().own_registrations.silent = true;
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::DeleteAccount { account }), Ok(Receipt::Done));
        world.advance(60_000);
        assert!(gone(world, alice));
    });
}

#[test]
fn what_the_server_does_not_delete_stays() {
    friends(true, |world, alice, bob| {
        world.server().own_registrations.refusals.push_back(("not-allowed", "Ask the board"));
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::DeleteAccount { account }), Ok(Receipt::Done));
        world.settle();
        let text = Some("Ask the board".to_owned());
        assert_eq!(task(alice), Some(AccountTask::NotDeleted { problem: AccountProblem::NotAllowed, text }));
        bob.say(alice, "stay");
        world.settle();
        assert_eq!(alice.bodies(bob), ["stay"]);
    });
}
