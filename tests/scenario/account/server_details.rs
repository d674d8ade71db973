//! What the user can know of a server, and what a hostile one makes of that.

use linnet_messenger::command::{Command, ProxyAddress, Receipt};
use linnet_messenger::fault::{CommandError, Violation};
use linnet_messenger::view::item::{ContactKind, ServerCapability, ServerDetailsItem, Support};
use linnet_messenger::wire::ns;
use linnet_tests::fake_world::FakeWorld;
use linnet_tests::world::{Device, World};

use crate::on_fake;

const HOST: &str = "linnet.test";
const UPLOAD: &str = "upload.linnet.test";

fn support(details: &ServerDetailsItem, capability: ServerCapability) -> Support {
    let line = details.capabilities.iter().find(|line| line.capability == capability);
    line.expect("every capability has a line").support
}

fn ask(world: &FakeWorld, device: Device<'_>) -> ServerDetailsItem {
    let account = device.account().id;
    assert_eq!(world.submit(device.id, Command::AskServer { account }), Ok(Receipt::Done));
    world.settle();
    world.server_details(device.id)
}

fn info(children: &str) -> String {
    format!("<query xmlns='{}'>{children}</query>", ns::DISCO_INFO)
}

fn items(jids: impl IntoIterator<Item = String>) -> String {
    let items: String = jids.into_iter().map(|jid| format!("<item jid='{jid}'/>")).collect();
    format!("<query xmlns='{}'>{items}</query>", ns::DISCO_ITEMS)
}

fn form(kind: &str, fields: &str) -> String {
    format!("<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>{kind}</value></field>{fields}</x>")
}

fn field(var: &str, value: &str) -> String {
    format!("<field var='{var}'><value>{value}</value></field>")
}

/// A server that tells a good deal of itself.
fn talkative(world: &FakeWorld) {
    let contact =
        field("abuse-addresses", "mailto:abuse@linnet.test") + &field("admin-addresses", "javascript:alert(1)");
    let outages = field("external-status-addresses", "https://status.linnet.test/now.json");
    let host = info(&format!(
        "<feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:extdisco:2'/>{}{}",
        form("http://jabber.org/network/serverinfo", &contact),
        form("urn:xmpp:sos:0", &outages)
    ));
    let upload = info(&format!(
        "<feature var='urn:xmpp:http:upload:0'/>{}",
        form("urn:xmpp:http:upload:0", &field("max-file-size", "1048576"))
    ));
    let version = format!("<query xmlns='{}'><name>Fake</name><version>1.0</version></query>", ns::VERSION);
    let services = [UPLOAD, "muc.linnet.test", "person@elsewhere.example"].map(str::to_owned);
    let mut server = world.server();
    server.told.insert((HOST, ns::DISCO_INFO), host);
    server.told.insert((HOST, ns::DISCO_ITEMS), items(services));
    server.told.insert((HOST, ns::VERSION), version);
    server.told.insert((UPLOAD, ns::DISCO_INFO), upload);
    server.told.insert(("muc.linnet.test", ns::DISCO_INFO), info("<feature var='http://jabber.org/protocol/muc'/>"));
}

#[test]
fn what_a_server_tells_is_shown_and_the_rest_is_unknown_or_missing() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        // Before anybody looks, nothing was asked; what the login itself showed is known.
        let before = world.server_details(alice.id);
        assert_eq!(before.asked, None);
        assert_eq!(support(&before, ServerCapability::Calls), Support::Unknown);
        assert_eq!(support(&before, ServerCapability::StreamManagement), Support::Yes);

        talkative(world);
        let details = ask(world, alice);
        for (capability, expected) in [
            (ServerCapability::Carbons, Support::Yes),
            (ServerCapability::Calls, Support::Yes),
            (ServerCapability::Files, Support::Yes),
            (ServerCapability::Rooms, Support::Yes),
            (ServerCapability::Archive, Support::Yes),
            (ServerCapability::Push, Support::No),
            (ServerCapability::Contact, Support::Yes),
            (ServerCapability::Outages, Support::Yes),
        ] {
            assert_eq!(support(&details, capability), expected, "{capability:?}");
        }
        assert_eq!(details.largest_file, Some(1_048_576));
        let software = details.software.as_ref().expect("it told");
        assert_eq!((software.name.as_str(), software.version.as_deref()), ("Fake", Some("1.0")));
        let addresses: Vec<_> = details.addresses.iter().map(|a| (a.kind, a.uri.as_str(), a.link)).collect();
        let expected = [
            (ContactKind::Admin, "javascript:alert(1)", false),
            (ContactKind::Abuse, "mailto:abuse@linnet.test", true),
        ];
        assert_eq!(addresses, expected);
        assert_eq!(details.outage_file.as_deref(), Some("https://status.linnet.test/now.json"));
        let login = details.login.as_ref().expect("there was one");
        assert_eq!((login.tls.as_str(), login.binding.as_deref()), ("TLSv1.3", Some("tls-exporter")));
        assert_eq!(login.certificate.as_ref().map(|c| c.subject.as_str()), Some("CN=linnet.test"));
        assert!(details.report.contains("XEP-0363: yes") && !details.report.contains("alice"), "{}", details.report);
        // A person on the list of services is not asked, and so learns nothing.
        assert!(!world.trace().contains("to='person@elsewhere.example'"));

        // It stays known without a connection, and asking needs one.
        world.network(alice.id, false);
        world.settle();
        let account = alice.account().id;
        assert_eq!(world.submit(alice.id, Command::AskServer { account }), Err(CommandError::Offline));
        assert_eq!(support(&world.server_details(alice.id), ServerCapability::Files), Support::Yes);
        // Through a proxy nothing of the account may be fetched past it.
        let proxy = Some(ProxyAddress { host: "127.0.0.1".into(), port: 9050 });
        alice.order(Command::SetProxy { account, proxy });
        let hidden = world.server_details(alice.id);
        assert_eq!(hidden.outage_file, None);
        assert_eq!(hidden.status_pages, ["https://status.linnet.test/now.json"]);
    });
}

#[test]
fn an_answer_without_end_is_dropped_and_counted() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        let features: String = (0..10_000).map(|at| format!("<feature var='urn:x:{at}'/>")).collect();
        world.server().told.insert((HOST, ns::DISCO_INFO), info(&features));
        world.server().told.insert((HOST, ns::DISCO_ITEMS), items((0..2_000).map(|at| format!("s{at}.linnet.test"))));
        let details = ask(world, alice);
        assert_eq!(support(&details, ServerCapability::Calls), Support::Unknown);
        assert_eq!(support(&details, ServerCapability::Files), Support::Unknown);
        let counted = world.violations().into_iter().filter(|violation| *violation == Violation::DiscoTooLarge);
        assert_eq!(counted.count(), 2);
        assert!(!world.trace().contains("to='s0.linnet.test'"));
        world.forgive();
    });
}

#[test]
fn services_that_say_nothing_leave_it_open_and_only_some_are_asked() {
    on_fake(|world| {
        let alice = world.any().device("alice");
        world.settle();
        world.server().told.insert((HOST, ns::DISCO_ITEMS), items([UPLOAD.to_owned(), "@".to_owned()]));
        world.server().told.insert((UPLOAD, ns::DISCO_INFO), String::new());
        world.server().told.insert((HOST, ns::VERSION), String::new());
        let account = alice.account().id;
        alice.order(Command::AskServer { account });
        world.settle();
        assert_eq!(support(&world.server_details(alice.id), ServerCapability::Files), Support::Unknown);
        world.advance(61_000);
        assert_eq!(support(&world.server_details(alice.id), ServerCapability::Files), Support::Unknown);
        assert_eq!(world.server_details(alice.id).software, None);
        assert!(world.violations().contains(&Violation::JidMalformed));

        // Who has none of it says so, and with more services than are asked nobody knows.
        world.server().told.insert((UPLOAD, ns::DISCO_INFO), info(""));
        assert_eq!(support(&ask(world, alice), ServerCapability::Files), Support::No);
        world.server().told.insert((HOST, ns::DISCO_ITEMS), items((0..30).map(|at| format!("s{at}.linnet.test"))));
        assert_eq!(support(&ask(world, alice), ServerCapability::Files), Support::Unknown);
        let trace = world.trace();
        let asked = (0..30).filter(|at| trace.contains(&format!("to='s{at}.linnet.test'"))).count();
        assert_eq!(asked, 20);
        world.forgive();
    });
}
