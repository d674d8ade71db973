//! What real servers tell of themselves.

use std::time::{Duration, Instant};

use linnet_messenger::command::Command;
use linnet_messenger::view::item::{ServerCapability, ServerDetailsItem, Support};
use linnet_servers::{Kind, Options};
use linnet_tests::live_world::LiveWorld;
use linnet_tests::world::World;

fn support(details: &ServerDetailsItem, capability: ServerCapability) -> Support {
    details.capabilities.iter().find(|line| line.capability == capability).map_or(Support::Unknown, |line| line.support)
}

fn details(kind: Kind) -> ServerDetailsItem {
    let world = LiveWorld::new(Options::on(kind)).unwrap();
    let any: &dyn World = &world;
    let alice = any.phone("phone", "alice");
    world.settle();
    let account = alice.account().id;
    alice.order(Command::AskServer { account });
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let details = world.server_details(alice.id);
        let heard = details.software.is_some()
            && [ServerCapability::Files, ServerCapability::Profile, ServerCapability::Calls]
                .iter()
                .all(|capability| support(&details, *capability) != Support::Unknown);
        if heard {
            return details;
        }
        assert!(Instant::now() < end, "not in time: {}", details.report);
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn tells(kind: Kind) {
    let details = details(kind);
    let name = if kind == Kind::Ejabberd { "ejabberd" } else { "Prosody" };
    assert_eq!(details.software.as_ref().map(|software| software.name.as_str()), Some(name));
    for capability in [
        ServerCapability::Archive,
        ServerCapability::StreamManagement,
        ServerCapability::Carbons,
        ServerCapability::Blocking,
        ServerCapability::Profile,
    ] {
        assert_eq!(support(&details, capability), Support::Yes, "{capability:?} on {kind:?}:\n{}", details.report);
    }
    // Debian's Prosody 12 has neither SASL2 nor FAST; the others have both.
    let fast = if kind == Kind::Prosody { Support::No } else { Support::Yes };
    assert_eq!(support(&details, ServerCapability::FastSignIn), fast, "{}", details.report);
    let login = details.login.expect("there was one");
    assert_eq!(login.tls, "TLSv1.3");
    let certificate = login.certificate.expect("it was shown");
    assert!(certificate.not_after > certificate.not_before && certificate.problem.is_none(), "{certificate:?}");
    assert!(!details.report.contains("alice"));
}

on_every_kind!(tells);
