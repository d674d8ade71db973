use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::Receiver;

use linnet_messenger::command::{ProxyAddress, ServerAddress};
use linnet_messenger::ids::Fingerprint;
use linnet_messenger::input::CertificateProblem;
use linnet_messenger::wire::{Frame, WireError};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;
use crate::certificate::fingerprint;
use crate::dns::{Answer, LOOKUP, Resolver, Srv};
use crate::socks::tests::{Asked, Manners, proxy};
use crate::thread::Message;
use crate::tls::tests::{acceptor, client, der};

mod places;

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(20);
const HEADER: &str =
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const ACCOUNT: AccountId = AccountId(1);
const CONNECTION: ConnectionId = ConnectionId(7);

/// Answers every name with loopback, and services with what the test wants.
#[derive(Default)]
struct Loopback {
    direct: Vec<Srv>,
    start: Vec<Srv>,
    /// Never answers.
    silent: bool,
    /// Panics.
    broken: bool,
}

impl Resolver for Loopback {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        assert!(!self.broken, "on purpose");
        let found = if name.starts_with("_xmpps") { self.direct.clone() } else { self.start.clone() };
        Box::pin(async move {
            if self.silent {
                std::future::pending::<()>().await;
            }
            Ok(found)
        })
    }

    fn addresses<'a>(&'a self, _host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        assert!(!self.broken, "on purpose");
        Box::pin(async {
            if self.silent {
                std::future::pending::<()>().await;
            }
            Ok(vec![IpAddr::from([127, 0, 0, 1])])
        })
    }
}

fn target(server: Option<ServerAddress>) -> ConnectTarget {
    ConnectTarget { domain: "linnet.test".to_owned(), server, redirect: None, proxy: None, pin: None }
}

fn net(resolver: Loopback) -> Arc<Net> {
    Arc::new(Net::new(Arc::new(resolver), client()))
}

/// The engine's place: sees what the core thread would see.
struct Core {
    messages: Receiver<Message>,
    /// Inputs that came in one message with others.
    more: RefCell<VecDeque<Input>>,
    orders: UnboundedSender<Order>,
}

impl Core {
    fn connect(resolver: Loopback, server: Option<ServerAddress>) -> Self {
        Self::with(&net(resolver), target(server))
    }

    fn with(net: &Arc<Net>, target: ConnectTarget) -> Self {
        let (inbox, messages) = Inbox::new();
        let runtime = crate::tasks::runtime().unwrap().handle();
        let orders = start(runtime, Arc::clone(net), inbox, ACCOUNT, CONNECTION, target);
        Self { messages, more: RefCell::default(), orders }
    }

    fn to(address: SocketAddr, direct_tls: bool) -> Self {
        let server = ServerAddress { host: address.ip().to_string(), port: address.port(), direct_tls };
        Self::connect(Loopback::default(), Some(server))
    }

    fn order(&self, order: Order) {
        self.orders.send(order).unwrap();
    }

    fn write(&self, text: &str) {
        self.order(Order::Write(text.as_bytes().to_vec()));
    }

    fn message(&self) -> Message {
        self.messages.recv_timeout(LONG).expect("it should have come")
    }

    fn input(&self) -> Input {
        if let Some(input) = self.more.borrow_mut().pop_front() {
            return input;
        }
        match self.message() {
            Message::Input(input) => input,
            Message::Frames { inputs, .. } => {
                self.more.borrow_mut().extend(inputs);
                self.input()
            }
            _ => panic!("not an input"),
        }
    }

    fn opened(&self) -> Option<TlsInfo> {
        match self.input() {
            Input::TransportOpen { account: ACCOUNT, connection: CONNECTION, tls, .. } => tls,
            other => panic!("{other:?}"),
        }
    }

    fn frame(&self) -> Frame {
        match self.input() {
            Input::Frame { account: ACCOUNT, connection: CONNECTION, frame } => frame,
            other => panic!("{other:?}"),
        }
    }

    /// What it says of a certificate.
    fn certificate(&self) -> (Fingerprint, Option<CertificateProblem>) {
        match self.input() {
            Input::Certificate { account: ACCOUNT, connection: CONNECTION, certificate } => {
                (certificate.sha256, certificate.problem)
            }
            other => panic!("{other:?}"),
        }
    }

    /// Whether there are other places.
    fn alternatives(&self) -> bool {
        match self.input() {
            Input::TransportOpen { alternatives, .. } => alternatives,
            other => panic!("{other:?}"),
        }
    }

    /// The name of the next element.
    fn element(&self) -> String {
        match self.frame() {
            Frame::Element(element) => element.name,
            other => panic!("{other:?}"),
        }
    }

    /// The end, told once and with nothing after it.
    fn end(self) -> Option<TransportError> {
        let error = match self.input() {
            Input::TransportClosed { account: ACCOUNT, connection: CONNECTION, error } => error,
            other => panic!("{other:?}"),
        };
        assert!(matches!(self.message(), Message::Ended(CONNECTION)));
        assert!(self.messages.recv_timeout(LONG).is_err(), "something came after the end");
        error
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn read_text(stream: &mut (impl AsyncRead + Unpin), count: usize) -> String {
    let mut bytes = vec![0; count];
    timeout(LONG, stream.read_exact(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_arrives_and_what_comes_back_is_parsed() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    assert_eq!(core.opened(), None);

    core.write(HEADER);
    core.write("<presence/>");
    let echo = read_text(&mut peer, HEADER.len() + "<presence/>".len()).await;
    for byte in echo.as_bytes() {
        peer.write_all(&[*byte]).await.unwrap();
    }
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!(core.element(), "presence");
    drop(peer);
    assert_eq!(core.end(), Some(TransportError::Cut));
}

#[tokio::test(flavor = "multi_thread")]
async fn close_writes_everything_first() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    let text = "x".repeat(8 << 20);
    core.write(&text);
    core.order(Order::Close);
    let mut got = Vec::new();
    timeout(LONG, peer.read_to_end(&mut got)).await.unwrap().unwrap();
    assert_eq!(got.len(), text.len());
    assert_eq!(core.end(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_does_not_wait_for_ever_for_a_peer_that_does_not_read() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (peer, _) = listener.accept().await.unwrap();
    core.opened();
    core.write(&"x".repeat(64 << 20));
    core.order(Order::Close);
    assert_eq!(core.end(), None);
    drop(peer);
}

#[tokio::test(flavor = "multi_thread")]
async fn losing_the_core_thread_closes() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    core.write("goodbye");
    drop(core);
    assert_eq!(read_text(&mut peer, 7).await, "goodbye");
    assert_eq!(timeout(LONG, peer.read(&mut [0; 1])).await.unwrap().unwrap(), 0);
}

/// While the core thread is behind, the socket is not read, but still written; nothing gets lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_core_thread_that_is_behind_stops_the_reading_not_the_writing() {
    const STANZAS: usize = 100_000;
    let stanza = format!("<message><body>{}</body></message>", "x".repeat(100));
    assert!(stanza.len() * STANZAS > 8 * BUDGET);

    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (peer, _) = listener.accept().await.unwrap();
    core.opened();
    let (mut reading, mut writing) = peer.into_split();
    let flood = tokio::spawn(async move {
        writing.write_all(HEADER.as_bytes()).await.unwrap();
        for _ in 0..STANZAS {
            writing.write_all(stanza.as_bytes()).await.unwrap();
        }
        writing
    });

    let (mut frames, mut held, mut charged) = (0, Vec::new(), 0);
    while charged <= BUDGET - READ_BYTES {
        let Message::Frames { inputs, charge } = core.message() else { panic!("not frames") };
        frames += inputs.len();
        charged += charge.num_permits();
        held.push(charge);
    }
    core.write("still there");
    assert_eq!(read_text(&mut reading, 11).await, "still there");
    // The task has gone round since: had it room, it would have read.
    while let Ok(message) = core.messages.try_recv() {
        let Message::Frames { inputs, charge } = message else { panic!("not frames") };
        frames += inputs.len();
        charged += charge.num_permits();
        held.push(charge);
    }
    assert!(charged <= BUDGET, "{charged} bytes were read ahead");
    assert!(!flood.is_finished(), "everything was read");

    drop(held);
    while frames < STANZAS + 1 {
        let Message::Frames { inputs, .. } = core.message() else { panic!("not frames") };
        frames += inputs.len();
    }
    drop(flood.await.unwrap());
    drop(reading);
    assert_eq!(core.end(), Some(TransportError::Cut));
    assert_eq!(frames, STANZAS + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stanza_larger_than_the_budget_passes() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    let body = "x".repeat(BUDGET + BUDGET / 2);
    peer.write_all(format!("{HEADER}<message><body>{body}</body></message><presence/>").as_bytes()).await.unwrap();
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!([core.element(), core.element()], ["message", "presence"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_bad_xml_nothing_is_read_but_the_last_word_is_written() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    peer.write_all(format!("{HEADER}<presence/></wrong><presence/>").as_bytes()).await.unwrap();
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!(core.element(), "presence");
    assert!(matches!(core.input(), Input::BadWire { error: WireError::Malformed, .. }));
    core.write("</stream:stream>");
    core.order(Order::Close);
    assert_eq!(read_text(&mut peer, 16).await, "</stream:stream>");
    assert_eq!(core.end(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_reader_takes_a_second_header() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    for _ in 0..3 {
        peer.write_all(format!("{HEADER}<success/>").as_bytes()).await.unwrap();
        assert!(matches!(core.frame(), Frame::StreamOpen(_)));
        assert_eq!(core.element(), "success");
        core.order(Order::RestartReader);
        core.write("go on");
        assert_eq!(read_text(&mut peer, 5).await, "go on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn starttls_encrypts_what_follows_and_forgets_what_was_plain() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    // A half stanza in the clear must not become part of the encrypted stream.
    peer.write_all(format!("{HEADER}<proceed/>").as_bytes()).await.unwrap();
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!(core.element(), "proceed");
    core.order(Order::StartTls);
    let mut peer = acceptor("linnet", true).accept(peer).await.unwrap();
    let info = match core.input() {
        Input::TlsReady { account: ACCOUNT, connection: CONNECTION, tls } => tls,
        other => panic!("{other:?}"),
    };
    let exporter = peer.get_ref().1.export_keying_material(vec![0; 32], b"EXPORTER-Channel-Binding", None).unwrap();
    assert_eq!(info.exporter, Some(exporter));

    core.write("secret");
    assert_eq!(read_text(&mut peer, 6).await, "secret");
    peer.write_all(format!("{HEADER}<iq/>").as_bytes()).await.unwrap();
    peer.flush().await.unwrap();
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!(core.element(), "iq");
    core.order(Order::Close);
    // The goodbye of TLS is said, so this is no error.
    assert_eq!(peer.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(core.end(), None);
}

/// What somebody in between adds in the clear after `<proceed/>` fails the handshake or is dropped; it is never read as
/// part of the encrypted stream.
#[tokio::test(flavor = "multi_thread")]
async fn plain_bytes_before_the_handshake_do_not_get_into_the_encrypted_stream() {
    let (listener, address) = listener().await;
    let core = Core::to(address, false);
    let (mut peer, _) = listener.accept().await.unwrap();
    core.opened();
    peer.write_all(format!("{HEADER}<proceed/><message><body>half").as_bytes()).await.unwrap();
    assert!(matches!(core.frame(), Frame::StreamOpen(_)));
    assert_eq!(core.element(), "proceed");
    core.order(Order::StartTls);
    let mut peer = acceptor("linnet", true).accept(peer).await.unwrap();
    assert!(matches!(core.input(), Input::TlsReady { .. }));
    peer.write_all(format!("</body></message>{HEADER}").as_bytes()).await.unwrap();
    peer.flush().await.unwrap();
    assert!(matches!(core.input(), Input::BadWire { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn direct_tls_opens_with_its_handshake_done() {
    let (listener, address) = listener().await;
    let core = Core::to(address, true);
    let (peer, _) = listener.accept().await.unwrap();
    let peer = acceptor("linnet", true).accept(peer).await.unwrap();
    assert_eq!(peer.get_ref().1.alpn_protocol(), Some(&b"xmpp-client"[..]));
    assert_eq!(core.opened().map(|info| info.version), Some("TLSv1.3".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_trusted_ends_it() {
    for direct in [true, false] {
        let cases = [("other", CertificateProblem::WrongName), ("stranger", CertificateProblem::UnknownIssuer)];
        for (certificate, problem) in cases {
            let (listener, address) = listener().await;
            let core = Core::to(address, direct);
            let (peer, _) = listener.accept().await.unwrap();
            if !direct {
                core.opened();
                core.order(Order::StartTls);
            }
            assert!(acceptor(certificate, true).accept(peer).await.is_err());
            assert_eq!(core.certificate(), (fingerprint(&der(certificate)), Some(problem)));
            assert_eq!(core.end(), Some(TransportError::Certificate));
        }
    }
}
