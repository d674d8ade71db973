use linnet_messenger::command::{Command, PrivacySetting, Show};
use linnet_messenger::view::item::{Availability, DetailsState, DeviceDetails, DeviceKind};
use linnet_tests::world::{Device, World};

type Seen = (Option<Availability>, Option<String>);

fn choose(device: Device<'_>, show: Show, status: &str) {
    let account = device.account().id;
    device.order(Command::SetPresence { account, show, status: status.to_owned() });
}

/// Presence comes by itself: nobody can be asked whether it has.
fn until_seen(device: Device<'_>, of: Device<'_>, availability: Availability, status: Option<&str>) {
    let wanted: Seen = (Some(availability), status.map(str::to_owned));
    let look = || {
        let contact = device.world.contact(device.id, device.chat(of)).expect("the chat is there");
        (contact.availability, contact.status)
    };
    let rounds = (0..100).take_while(|_| look() != wanted).map(|_| device.world.settle()).count();
    assert!(rounds < 100, "{:?} instead of {wanted:?}", look());
}

pub fn what_one_chooses_to_say_of_oneself_is_seen(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    until_seen(bob, alice, Availability::Available, None);
    choose(alice, Show::DoNotDisturb, "writing & <thinking> ü 🛶");
    until_seen(bob, alice, Availability::DoNotDisturb, Some("writing & <thinking> ü 🛶"));
    choose(alice, Show::Away, "");
    until_seen(bob, alice, Availability::Away, None);
    // Since when nobody looked goes along, and takes nothing of it away.
    alice.privacy(PrivacySetting::LastSeen, true);
    alice.order(Command::SetActive { active: false });
    choose(alice, Show::Available, "at the lake");
    until_seen(bob, alice, Availability::Available, Some("at the lake"));
    let idle = || w.contact(bob.id, bob.chat(alice)).is_some_and(|contact| contact.devices[0].idle_since.is_some());
    assert!(idle());
    alice.order(Command::SetActive { active: true });
    let rounds = (0..100).take_while(|_| idle()).map(|_| w.settle()).count();
    assert!(rounds < 100, "whoever looks again is not idle");
    // A new session says it, too.
    let account = alice.account().id;
    for enabled in [false, true] {
        alice.order(Command::SetAccountEnabled { account, enabled });
    }
    until_seen(bob, alice, Availability::Available, Some("at the lake"));
}

pub fn who_comes_back_from_a_cut_is_seen_as_he_chose_meanwhile(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    until_seen(bob, alice, Availability::Available, None);
    alice.goes_offline();
    choose(alice, Show::DoNotDisturb, "on the train");
    alice.comes_online();
    until_seen(bob, alice, Availability::DoNotDisturb, Some("on the train"));
    alice.goes_offline();
    choose(alice, Show::Available, "");
    alice.kill();
    alice.start();
    alice.comes_online();
    until_seen(bob, alice, Availability::Available, None);
}

/// What somebody's one device says of itself, on a tap.
pub fn details_of(w: &dyn World, device: Device<'_>, of: Device<'_>) -> DeviceDetails {
    let chat = device.chat(of);
    let there = || w.contact(device.id, chat).and_then(|contact| contact.devices.into_iter().next());
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let rounds = (0..100).take_while(|_| !holds()).map(|_| w.settle()).count();
        assert!(rounds < 100, "{what}: {:?}", there());
    };
    until("the device is there", &|| there().is_some());
    let name = there().expect("it is there").name;
    device.order(Command::AskContactDevice { chat, device: name });
    let details = || there().and_then(|device| device.details);
    until("it has answered", &|| details().is_some_and(|details| details.state != DetailsState::Asking));
    details().expect("it has answered")
}

pub fn a_contacts_device_says_what_it_is_if_it_wants_to(w: &dyn World) {
    let (alice, bob) = w.friends("alice", "bob");
    bob.privacy(PrivacySetting::DeviceInformation, true);
    let told = details_of(w, alice, bob);
    assert_eq!((told.state, told.program.as_deref()), (DetailsState::Told, Some("Linnet")), "{told:?}");
    assert!(told.version.is_some() && told.kind == Some(DeviceKind::Phone), "{told:?}");
    let clock = told.clock.expect("it has one");
    assert!(clock.utc_offset == 0 && clock.ahead.abs() < 60_000, "{clock:?}");
    // The other way round nobody tells.
    let refused = details_of(w, bob, alice);
    assert_eq!((refused.state, refused.program, refused.clock), (DetailsState::Refused, None, None));
    assert_eq!(refused.kind, Some(DeviceKind::Phone));
}
