//! Which place is tried, in which order, and by which way; pins.

use super::*;

/// The port of a listener that is gone.
async fn dead_port() -> u16 {
    listener().await.1.port()
}

fn at(priority: u16, port: u16) -> Srv {
    Srv { priority, weight: 0, port, target: "xmpp.linnet.test.".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_unreachable() {
    let dead = dead_port().await;
    let core = Core::to(SocketAddr::from(([127, 0, 0, 1], dead)), false);
    assert_eq!(core.end(), Some(TransportError::Unreachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_place_is_tried_when_one_fails() {
    let (good, address) = listener().await;
    let (bad, bad_address) = listener().await;
    // The first has nobody, the second no TLS, the third a certificate of somebody else.
    let (foreign, foreign_address) = listener().await;
    let direct = vec![at(1, dead_port().await), at(2, bad_address.port()), at(3, foreign_address.port())];
    let resolver = Loopback { direct, start: vec![at(4, address.port())], ..Loopback::default() };
    let core = Core::connect(resolver, None);
    drop(bad.accept().await.unwrap());
    assert!(acceptor("other", true).accept(foreign.accept().await.unwrap().0).await.is_err());
    let (mut peer, _) = good.accept().await.unwrap();
    assert_eq!(core.opened(), None);
    core.write("hello");
    assert_eq!(read_text(&mut peer, 5).await, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_certificate_is_the_verdict_only_alone() {
    let (listener, address) = listener().await;
    let places = [vec![at(1, address.port())], vec![at(1, address.port()), at(2, dead_port().await)]];
    for (direct, expected) in places.into_iter().zip([TransportError::Certificate, TransportError::Unreachable]) {
        let core = Core::connect(Loopback { direct, ..Loopback::default() }, None);
        let (peer, _) = listener.accept().await.unwrap();
        assert!(acceptor("other", true).accept(peer).await.is_err());
        if expected == TransportError::Certificate {
            assert_eq!(core.certificate().1, Some(CertificateProblem::WrongName));
        }
        assert_eq!(core.end(), Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_ends_a_search_at_once() {
    let core = Core::connect(Loopback { silent: true, ..Loopback::default() }, None);
    core.order(Order::Close);
    assert_eq!(core.end(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_told_as_a_cut() {
    let core = Core::connect(Loopback { broken: true, ..Loopback::default() }, None);
    assert_eq!(core.end(), Some(TransportError::Cut));
}

#[tokio::test(start_paused = true)]
async fn a_silent_resolver_is_given_up_after_its_phase() {
    let resolver = Loopback { silent: true, ..Loopback::default() };
    let started = tokio::time::Instant::now();
    let ended = connect::connect(&net(resolver), ACCOUNT, &target(None)).await;
    assert_eq!(ended.err(), Some(TransportError::Timeout.into()));
    assert_eq!(started.elapsed(), 2 * LOOKUP);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_shakes_hands_is_given_up_after_its_phase() {
    let (listener, address) = listener().await;
    let (done, is_done) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        let silent = listener.accept().await;
        is_done.await.unwrap();
        drop(silent);
    });
    let server_address = ServerAddress { host: "127.0.0.1".to_owned(), port: address.port(), direct_tls: true };
    let ended = connect::connect(&net(Loopback::default()), ACCOUNT, &target(Some(server_address))).await;
    assert_eq!(ended.err(), Some(TransportError::Timeout.into()));
    done.send(()).unwrap();
    server.await.unwrap();
}

/// An address where nobody ever answers: its queue of connections is full, and the system drops what more comes.
fn blackhole() -> (SocketAddr, impl Sized) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut filling = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        filling.push(stream);
        assert!(filling.len() < 100, "the queue is never full");
    }
    (address, (listener, filling))
}

#[tokio::test(start_paused = true)]
async fn a_blackhole_costs_a_quarter_of_a_second() {
    let (hole, _kept) = blackhole();
    let (good, address) = listener().await;
    let started = tokio::time::Instant::now();
    let tcp = connect::connect_first(vec![hole, address]).await.unwrap();
    assert_eq!(tcp.peer_addr().unwrap(), address);
    assert!(tcp.nodelay().unwrap());
    assert_eq!(started.elapsed(), Duration::from_millis(250));
    drop(good);
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_a_blackhole_does_not_keep_the_next_one_waiting_for_long() {
    let (hole, _kept) = blackhole();
    let (good, address) = listener().await;
    let resolver = Loopback { start: vec![at(1, hole.port()), at(2, address.port())], ..Loopback::default() };
    let started = tokio::time::Instant::now();
    let found = connect::connect(&net(resolver), ACCOUNT, &target(None)).await;
    assert!(matches!(found, Ok(Found { opened: Opened::Plain(_), alternatives: true })));
    assert_eq!(started.elapsed(), Duration::from_secs(3));
    drop(good);

    let resolver = Loopback { start: vec![at(1, hole.port())], ..Loopback::default() };
    let started = tokio::time::Instant::now();
    let ended = connect::connect(&net(resolver), ACCOUNT, &target(None)).await;
    assert_eq!(ended.err(), Some(TransportError::Timeout.into()));
    assert_eq!(started.elapsed(), PHASE);
}

#[tokio::test(start_paused = true)]
async fn many_blackholes_end_the_attempt_in_time() {
    let (hole, _kept) = blackhole();
    let host = |number| Srv { target: format!("h{number}.linnet.test."), ..at(number, hole.port()) };
    let resolver = Loopback { start: (0..12).map(host).collect(), ..Loopback::default() };
    let started = tokio::time::Instant::now();
    let ended = connect::connect(&net(resolver), ACCOUNT, &target(None)).await;
    assert_eq!(ended.err(), Some(TransportError::Timeout.into()));
    assert_eq!(started.elapsed(), Duration::from_secs(30));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_where_no_session_came_of_is_tried_last() {
    let (first, first_address) = listener().await;
    let (second, second_address) = listener().await;
    let start = vec![at(1, first_address.port()), at(2, second_address.port())];
    let net = net(Loopback { start, ..Loopback::default() });
    for (place, alternatives) in [(&first, true), (&second, false), (&first, true)] {
        let core = Core::with(&net, target(None));
        let (peer, _) = place.accept().await.unwrap();
        assert_eq!(core.alternatives(), alternatives);
        drop(peer);
        assert_eq!(core.end(), Some(TransportError::Cut));
    }
    // A session forgets what failed before it.
    net.places.good(ACCOUNT);
    let core = Core::with(&net, target(None));
    let peer = first.accept().await.unwrap();
    assert!(core.alternatives());
    drop(peer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_certificate_is_told_before_the_transport_opens() {
    for direct in [true, false] {
        let (listener, address) = listener().await;
        let server = ServerAddress { host: "127.0.0.1".to_owned(), port: address.port(), direct_tls: direct };
        let pin = Some(fingerprint(&der("stranger")));
        let core = Core::with(&net(Loopback::default()), ConnectTarget { pin, ..target(Some(server)) });
        let (peer, _) = listener.accept().await.unwrap();
        if !direct {
            core.opened();
            core.order(Order::StartTls);
        }
        let peer = acceptor("stranger", true).accept(peer).await.unwrap();
        assert_eq!(core.certificate(), (fingerprint(&der("stranger")), Some(CertificateProblem::UnknownIssuer)));
        match core.input() {
            Input::TransportOpen { tls: Some(_), .. } => assert!(direct),
            Input::TlsReady { .. } => assert!(!direct),
            other => panic!("{other:?}"),
        }
        drop(peer);
    }
}

/// Asked for anything, it fails the test.
fn nobody_is_asked(through: ProxyAddress, account_target: ConnectTarget) -> Core {
    let resolver = Loopback { broken: true, ..Loopback::default() };
    Core::with(&net(resolver), ConnectTarget { proxy: Some(through), ..account_target })
}

fn asked(host: &str, port: u16) -> (String, u16) {
    (host.to_owned(), port)
}

fn place(asked: Asked) -> (String, u16) {
    (asked.host, asked.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_the_domain_is_asked_for_by_name_and_dns_for_nothing() {
    let (listener, address) = listener().await;
    let (tor, questions) = proxy(address, Manners::default()).await;
    let core = nobody_is_asked(tor, target(None));
    let (peer, _) = listener.accept().await.unwrap();
    let mut peer = acceptor("linnet", true).accept(peer).await.unwrap();
    assert_eq!(peer.get_ref().1.alpn_protocol(), Some(&b"xmpp-client"[..]));
    assert!(core.opened().is_some());
    assert_eq!(place(questions.recv().unwrap()), asked("linnet.test", 5223));
    core.write("hello");
    assert_eq!(read_text(&mut peer, 5).await, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_starttls_comes_second() {
    let (listener, address) = listener().await;
    let (tor, questions) = proxy(address, Manners { refuses: vec![(5223, 5)], ..Manners::default() }).await;
    let core = nobody_is_asked(tor, target(None));
    let (peer, _) = listener.accept().await.unwrap();
    assert_eq!(core.opened(), None);
    let first = questions.recv().unwrap();
    let second = questions.recv().unwrap();
    assert_eq!(first.login, second.login, "one account, one way");
    assert_eq!([place(first), place(second)], [asked("linnet.test", 5223), asked("linnet.test", 5222)]);
    core.order(Order::StartTls);
    let _peer = acceptor("linnet", true).accept(peer).await.unwrap();
    assert!(matches!(core.input(), Input::TlsReady { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_proxy_a_fixed_server_goes_by_name_too() {
    let (listener, address) = listener().await;
    let (tor, questions) = proxy(address, Manners::default()).await;
    let server = ServerAddress { host: "bücher.example".to_owned(), port: 9_000, direct_tls: false };
    let core = nobody_is_asked(tor, target(Some(server)));
    let _peer = listener.accept().await.unwrap();
    assert_eq!(core.opened(), None);
    assert_eq!(place(questions.recv().unwrap()), asked("xn--bcher-kva.example", 9_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_proxy_nothing_is_tried() {
    let gone = ProxyAddress { host: "127.0.0.1".to_owned(), port: dead_port().await };
    assert_eq!(nobody_is_asked(gone, target(None)).end(), Some(TransportError::Proxy));
    let unnamed = ProxyAddress { host: "proxy.example.org".to_owned(), port: 9050 };
    assert_eq!(nobody_is_asked(unnamed, target(None)).end(), Some(TransportError::Proxy));
}

#[test]
fn accounts_do_not_share_a_way_through_a_proxy() {
    let one = net(Loopback::default());
    assert_ne!(one.login(AccountId(1)), one.login(AccountId(2)));
    assert_eq!(one.login(AccountId(1)), one.login(AccountId(1)));
    assert_ne!(one.login(AccountId(1)), net(Loopback::default()).login(AccountId(1)), "nor with a later run");
}
