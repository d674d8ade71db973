use std::collections::HashMap;

use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, SRV};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

use super::system::server_address;
use super::*;
use crate::lookup::{Lookup, Question};
use crate::platform::Platform;

/// A seeded stream: the same seed gives the same order.
struct Seeded(u64);

impl Random for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            // Knuth's MMIX constants; the top byte is the good one.
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (self.0 >> 56) as u8;
        }
    }
}

/// Answers from tables; `None` is a resolver that fails.
#[derive(Default)]
struct Table {
    srv: HashMap<String, Option<Vec<Srv>>>,
}

impl Resolver for Table {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        let found = self.srv.get(name).cloned().unwrap_or(Some(Vec::new()));
        Box::pin(async move { found.ok_or(LookupFailed) })
    }

    fn addresses<'a>(&'a self, _host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

fn record(priority: u16, weight: u16, port: u16, target: &str) -> Srv {
    Srv { priority, weight, port, target: target.to_owned() }
}

fn target(domain: &str) -> ConnectTarget {
    ConnectTarget { domain: domain.to_owned(), server: None, redirect: None, proxy: None, pin: None }
}

fn at(host: &str, port: u16, direct_tls: bool) -> Candidate {
    Candidate { host: host.to_owned(), port, direct_tls }
}

async fn ask(direct: Option<Vec<Srv>>, start: Option<Vec<Srv>>) -> Result<Vec<Candidate>, TransportError> {
    let srv = HashMap::from([
        ("_xmpps-client._tcp.example.org.".to_owned(), direct),
        ("_xmpp-client._tcp.example.org.".to_owned(), start),
    ]);
    candidates(&Table { srv }, &target("example.org"), &mut Seeded(1)).await
}

#[tokio::test]
async fn both_sets_are_merged_by_priority() {
    let direct = vec![record(10, 0, 5223, "b.example.org."), record(30, 0, 443, "d.example.org.")];
    let start = vec![record(20, 0, 5222, "c.example.org."), record(5, 0, 5222, "a.example.org.")];
    let expected = vec![
        at("a.example.org", 5222, false),
        at("b.example.org", 5223, true),
        at("c.example.org", 5222, false),
        at("d.example.org", 443, true),
    ];
    assert_eq!(ask(Some(direct), Some(start)).await, Ok(expected));
}

#[test]
fn weights_decide_how_often_a_target_comes_first() {
    let records = || {
        vec![
            (record(0, 60, 1, "sixty."), false),
            (record(0, 30, 1, "thirty."), false),
            (record(0, 10, 1, "ten."), false),
            (record(0, 0, 1, "zero."), false),
        ]
    };
    let mut random = Seeded(7);
    let mut first: HashMap<String, u32> = HashMap::new();
    for _ in 0..10_000 {
        let sorted = by_priority_and_weight(records(), &mut random);
        assert_eq!(sorted.len(), 4);
        *first.entry(sorted[0].0.target.clone()).or_default() += 1;
    }
    // Of 101 draws, 0 is the weightless one's.
    let expected = [("sixty.", 5941), ("thirty.", 2970), ("ten.", 990), ("zero.", 99)];
    for (target, times) in expected {
        let found = first.get(target).copied().unwrap_or(0);
        assert!(found.abs_diff(times) < 200, "{target} came first {found} times, not about {times}");
    }
}

#[test]
fn one_seed_one_order() {
    let records: Vec<_> = (0..20).map(|port| (record(port % 3, port, port + 1, "same."), false)).collect();
    let order = |seed| by_priority_and_weight(records.clone(), &mut Seeded(seed));
    assert_eq!(order(3), order(3));
    assert!((0..20).any(|seed| order(seed) != order(3)), "no seed changes anything");
    assert!(order(3).is_sorted_by_key(|(record, _)| record.priority));
}

#[tokio::test]
async fn without_records_or_without_an_answer_the_domain_itself_is_tried() {
    let fallback = vec![at("example.org", 5222, false)];
    assert_eq!(ask(Some(Vec::new()), Some(Vec::new())).await, Ok(fallback.clone()));
    assert_eq!(ask(None, None).await, Ok(fallback));
}

#[tokio::test]
async fn a_dot_refuses_its_service_only() {
    let dot = || Some(vec![record(0, 0, 0, ".")]);
    let real = |port| Some(vec![record(0, 0, port, "x.example.org.")]);
    let x = |port, direct| Ok(vec![at("x.example.org", port, direct)]);
    assert_eq!(ask(dot(), dot()).await, Err(TransportError::Dns));
    assert_eq!(ask(Some(Vec::new()), dot()).await, Err(TransportError::Dns));
    assert_eq!(ask(dot(), Some(Vec::new())).await, Ok(vec![at("example.org", 5222, false)]));
    assert_eq!(ask(dot(), real(5222)).await, x(5222, false));
    assert_eq!(ask(real(5223), dot()).await, x(5223, true));
}

#[tokio::test]
async fn a_zone_with_hundreds_of_targets_is_cut() {
    let many = (0..500).map(|port| record(0, 1, port + 1, "x.example.org.")).collect();
    assert_eq!(ask(Some(Vec::new()), Some(many)).await.map(|list| list.len()), Ok(MOST_CANDIDATES));
}

#[tokio::test]
async fn a_fixed_server_asks_nothing() {
    let server =
        linnet_messenger::command::ServerAddress { host: "127.0.0.1".to_owned(), port: 5299, direct_tls: true };
    let target = ConnectTarget { server: Some(server), ..target("example.org") };
    let found = candidates(&Table::default(), &target, &mut Seeded(1)).await;
    assert_eq!(found, Ok(vec![at("127.0.0.1", 5299, true)]));
}

#[tokio::test]
async fn an_address_as_domain_asks_nothing() {
    for (domain, host) in [("192.0.2.7", "192.0.2.7"), ("[2001:db8::7]", "2001:db8::7")] {
        let found = candidates(&Table::default(), &target(domain), &mut Seeded(1)).await;
        assert_eq!(found, Ok(vec![at(host, 5222, false)]));
    }
}

#[tokio::test]
async fn a_domain_with_umlauts_is_asked_for_in_punycode() {
    let srv = HashMap::from([(
        "_xmpp-client._tcp.xn--bcher-kva.example.".to_owned(),
        Some(vec![record(0, 0, 5222, "xmpp.xn--bcher-kva.example.")]),
    )]);
    let found = candidates(&Table { srv }, &target("bücher.example"), &mut Seeded(1)).await;
    assert_eq!(found, Ok(vec![at("xmpp.xn--bcher-kva.example", 5222, false)]));
    assert_eq!(ascii_host("bücher.example").as_deref(), Some("xn--bcher-kva.example"));
}

#[tokio::test]
async fn what_is_no_name_is_not_found() {
    let escaped = ["\\..\\..", "A\\W.\\", "\\065.example", "a b.example", "*.example", "a%b", "fe80::1%wlan0"];
    for domain in ["", ".", "a..b", &"x".repeat(64)].into_iter().chain(escaped) {
        let found = candidates(&Table::default(), &target(domain), &mut Seeded(1)).await;
        assert_eq!(found, Err(TransportError::Dns), "{domain:?}");
    }
}

#[test]
fn families_alternate_and_the_first_stays_first() {
    let parse = |list: &[&str]| list.iter().map(|text| text.parse().unwrap()).collect::<Vec<IpAddr>>();
    let mixed = interleave(parse(&["2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"]));
    assert_eq!(mixed, parse(&["2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"]));
    assert_eq!(interleave(parse(&["192.0.2.1"])), parse(&["192.0.2.1"]));
    assert!(interleave(Vec::new()).is_empty());
}

#[test]
fn servers_are_addresses_with_or_without_port() {
    let port = |text| server_address(text).map(|address| address.port());
    assert_eq!(port("192.0.2.1"), Some(53));
    assert_eq!(port(" 192.0.2.1:5353 "), Some(5353));
    assert_eq!(port("2001:db8::1"), Some(53));
    assert_eq!(port("[2001:db8::1]:5353"), Some(5353));
    assert_eq!(port("dns.example.org"), None);
}

/// A name server on loopback, with what it was asked.
async fn name_server() -> (std::net::SocketAddr, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&asked);
    tokio::spawn(async move {
        let mut buffer = [0; 1500];
        loop {
            let (count, asker) = socket.recv_from(&mut buffer).await.unwrap();
            let mut message = Message::from_vec(&buffer[..count]).unwrap();
            let (name, kind) = (message.queries[0].name().clone(), message.queries[0].query_type());
            log.lock().unwrap().push(format!("{name} {kind}"));
            message.metadata.message_type = MessageType::Response;
            let mut answer = |data| {
                message.add_answer(Record::from_rdata(name.clone(), 60, data));
            };
            match (name.to_ascii().as_str(), kind) {
                ("_xmpp-client._tcp.example.org.", RecordType::SRV) => {
                    let target = Name::from_ascii("xmpp.example.org.").unwrap();
                    answer(RData::SRV(SRV::new(1, 2, 5222, target)));
                }
                ("_xmpps-client._tcp.example.org.", RecordType::SRV) => {
                    answer(RData::SRV(SRV::new(0, 0, 0, Name::root())));
                }
                ("xmpp.example.org.", RecordType::A) => {
                    answer(RData::A(A::new(192, 0, 2, 1)));
                    answer(RData::A(A::new(192, 0, 2, 2)));
                }
                ("xmpp.example.org.", RecordType::AAAA) => {
                    answer(RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)));
                }
                ("_none._tcp.example.org.", _) => message.metadata.response_code = ResponseCode::NXDomain,
                _ => message.metadata.response_code = ResponseCode::ServFail,
            }
            socket.send_to(&message.to_vec().unwrap(), asker).await.unwrap();
        }
    });
    (address, asked)
}

/// The real resolver against a name server on loopback.
#[tokio::test]
async fn hickory_asks_the_given_server() {
    let (address, _) = name_server().await;
    let resolver = SystemResolver::default();
    resolver.set_servers(&["no address".to_owned(), address.to_string()]);

    let found = resolver.srv("_xmpp-client._tcp.example.org.").await;
    assert_eq!(found, Ok(vec![record(1, 2, 5222, "xmpp.example.org.")]));
    assert_eq!(resolver.srv("_xmpps-client._tcp.example.org.").await, Ok(vec![record(0, 0, 0, ".")]));
    assert_eq!(resolver.srv("_none._tcp.example.org.").await, Ok(Vec::new()));
    assert_eq!(resolver.srv("_broken._tcp.example.org.").await, Err(LookupFailed));
}

#[tokio::test]
async fn a_single_name_server_is_asked_for_hosts_too() {
    let (address, asked) = name_server().await;
    let resolver = SystemResolver::only(Some(address));
    let found = candidates(&resolver, &target("example.org"), &mut Seeded(1)).await.unwrap();
    assert_eq!(found, vec![at("xmpp.example.org", 5222, false)]);
    let addresses = resolver.addresses(&found[0].host).await.unwrap();
    let texts: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    assert_eq!((texts.len(), texts[0].as_str()), (3, "2001:db8::1"));
    assert!(texts[1].starts_with("192.0.2."), "the families take turns: {texts:?}");
    assert!(asked.lock().unwrap().iter().any(|question| question == "xmpp.example.org. AAAA"));
}

/// A platform with a resolver of its own.
struct Phone {
    asked: std::sync::Mutex<Vec<Question>>,
    answer: fn(&Question, &Lookup),
}

impl Platform for Phone {
    fn lookup(&self, question: &Question, lookup: Lookup) {
        self.asked.lock().unwrap().push(question.clone());
        (self.answer)(question, &lookup);
    }
}

fn phone(answer: fn(&Question, &Lookup), own: SystemResolver) -> (PlatformResolver, std::sync::Arc<Phone>) {
    let phone = std::sync::Arc::new(Phone { asked: std::sync::Mutex::default(), answer });
    (PlatformResolver { platform: phone.clone(), own: std::sync::Arc::new(own) }, phone)
}

#[tokio::test]
async fn a_platform_with_a_resolver_is_asked_first() {
    // A name server that must not be asked.
    let (address, asked) = name_server().await;
    let answer = |question: &Question, lookup: &Lookup| match question {
        Question::Srv(name) if name.starts_with("_xmpps") => {
            lookup.records(&[[&[0, 5, 0, 0, 1, 0xbb][..], b"\x04edge\x07example\x03org\0"].concat()]);
        }
        Question::Srv(_) => lookup.records(&[]),
        Question::Addresses(_) => lookup.addresses(&["192.0.2.9".to_owned(), "2001:db8::9".to_owned()]),
    };
    let (resolver, phone) = phone(answer, SystemResolver::only(Some(address)));
    let found = candidates(&resolver, &target("example.org"), &mut Seeded(1)).await.unwrap();
    assert_eq!(found, vec![at("edge.example.org", 443, true)]);
    let addresses = resolver.addresses("edge.example.org").await.unwrap();
    assert_eq!(addresses.first().map(IpAddr::to_string).as_deref(), Some("192.0.2.9"));
    assert_eq!(resolver.addresses("192.0.2.7").await.unwrap().len(), 1);
    let questions = phone.asked.lock().unwrap().clone();
    assert_eq!(questions.len(), 3, "nothing is asked about an address: {questions:?}");
    assert_eq!(questions[0], Question::Srv("_xmpps-client._tcp.example.org.".to_owned()));
    assert!(asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_platform_that_passes_leaves_it_to_us_and_one_that_fails_does_not() {
    let (address, _) = name_server().await;
    let (passing, _) = phone(|_, lookup| lookup.pass(), SystemResolver::only(Some(address)));
    assert_eq!(passing.srv("_xmpp-client._tcp.example.org.").await, Ok(vec![record(1, 2, 5222, "xmpp.example.org.")]));
    assert_eq!(passing.addresses("xmpp.example.org").await.map(|found| found.len()), Ok(3));
    let failures: [fn(&Question, &Lookup); 4] = [
        |_, lookup| lookup.failed(),
        |_, _| {},
        |_, _| panic!("on purpose"),
        |question, lookup| match question {
            Question::Srv(_) => lookup.addresses(&[]),
            Question::Addresses(_) => lookup.records(&[]),
        },
    ];
    for failing in failures {
        let (failing, _) = phone(failing, SystemResolver::only(Some(address)));
        assert_eq!(failing.srv("_xmpp-client._tcp.example.org.").await, Err(LookupFailed));
        assert_eq!(failing.addresses("xmpp.example.org").await, Err(LookupFailed));
    }
}

/// Some networks swallow every question for SRV records.
#[tokio::test(start_paused = true)]
async fn questions_that_are_swallowed_count_as_unanswered_after_a_while() {
    struct Swallowing;
    impl Resolver for Swallowing {
        fn srv<'a>(&'a self, _: &'a str) -> Answer<'a, Vec<Srv>> {
            Box::pin(std::future::pending())
        }
        fn addresses<'a>(&'a self, _: &'a str) -> Answer<'a, Vec<IpAddr>> {
            Box::pin(std::future::pending())
        }
    }
    let started = tokio::time::Instant::now();
    let found = candidates(&Swallowing, &target("example.org"), &mut Seeded(1)).await;
    assert_eq!((found, started.elapsed()), (Ok(vec![at("example.org", 5222, false)]), LOOKUP));
}

#[tokio::test]
async fn one_service_is_enough_when_the_other_has_no_answer() {
    let found = ask(None, Some(vec![record(1, 0, 5222, "a.example.org.")])).await;
    assert_eq!(found, Ok(vec![at("a.example.org", 5222, false)]));
}

/// Fails the test when asked anything.
struct Nobody;

impl Resolver for Nobody {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        panic!("asked for {name}")
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        panic!("asked for {host}")
    }
}

#[tokio::test]
async fn behind_a_proxy_nobody_is_asked() {
    let proxy = linnet_messenger::command::ProxyAddress { host: "127.0.0.1".to_owned(), port: 9050 };
    let through = |domain| ConnectTarget { proxy: Some(proxy.clone()), ..target(domain) };
    let found = candidates(&Nobody, &through("bücher.example"), &mut Seeded(1)).await;
    let ascii = "xn--bcher-kva.example";
    assert_eq!(found, Ok(vec![at(ascii, 5223, true), at(ascii, 5222, false)]));
    let server =
        linnet_messenger::command::ServerAddress { host: "xmpp.example".to_owned(), port: 1, direct_tls: true };
    let fixed = ConnectTarget { server: Some(server), ..through("example.org") };
    assert_eq!(candidates(&Nobody, &fixed, &mut Seeded(1)).await, Ok(vec![at("xmpp.example", 1, true)]));
}

#[tokio::test]
async fn a_redirection_is_followed_before_everything_else() {
    let server = linnet_messenger::command::ServerAddress { host: "fixed".to_owned(), port: 1, direct_tls: true };
    let redirected = |host: &str, port| ConnectTarget {
        server: Some(server.clone()),
        redirect: Some(Redirect { host: host.to_owned(), port, direct_tls: false }),
        ..target("example.org")
    };
    let found = candidates(&Nobody, &redirected("[2001:db8::7]", Some(9_000)), &mut Seeded(1)).await;
    assert_eq!(found, Ok(vec![at("2001:db8::7", 9_000, false)]));
    let srv = HashMap::from([(
        "_xmpp-client._tcp.other.example.".to_owned(),
        Some(vec![record(0, 0, 5222, "x.other.example.")]),
    )]);
    let found = candidates(&Table { srv }, &redirected("other.example", None), &mut Seeded(1)).await;
    assert_eq!(found, Ok(vec![at("x.other.example", 5222, false)]));
}

#[tokio::test]
async fn the_system_knows_this_host() {
    let found = SystemResolver::default().addresses("localhost").await.unwrap();
    assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty(), "{found:?}");
}
