use std::sync::mpsc::{Receiver, Sender, channel};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// What a client asked of the proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Empty if the proxy wanted none.
    pub(crate) login: String,
}

/// How a proxy behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manners {
    pub(crate) wants_login: bool,
    /// Ports that lead nowhere, with RFC 1928's code.
    pub(crate) refuses: Vec<(u16, u8)>,
}

impl Default for Manners {
    fn default() -> Self {
        Self { wants_login: true, refuses: Vec::new() }
    }
}

/// A SOCKS5 proxy that leads everything to one address.
pub(crate) async fn proxy(leads_to: SocketAddr, manners: Manners) -> (ProxyAddress, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, asked) = channel();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (manners, sender) = (manners.clone(), sender.clone());
            tokio::spawn(async move { serve(client, leads_to, &manners, &sender).await });
        }
    });
    (ProxyAddress { host: "127.0.0.1".to_owned(), port }, asked)
}

async fn serve(mut client: TcpStream, leads_to: SocketAddr, manners: &Manners, sender: &Sender<Asked>) {
    let methods = client.read_u16().await.unwrap();
    assert_eq!(methods >> 8, 5);
    let mut offered = vec![0; usize::from(methods & 0xff)];
    client.read_exact(&mut offered).await.unwrap();
    let mut login = String::new();
    if manners.wants_login {
        assert!(offered.contains(&2));
        client.write_all(&[5, 2]).await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), 1);
        login = text(&mut client).await;
        assert_eq!(text(&mut client).await, login);
        client.write_all(&[1, 0]).await.unwrap();
    } else {
        assert!(offered.contains(&0));
        client.write_all(&[5, 0]).await.unwrap();
    }
    let mut head = [0; 4];
    client.read_exact(&mut head).await.unwrap();
    assert_eq!(head[..3], [5, 1, 0]);
    let host = match head[3] {
        1 => Ipv4Addr::from(client.read_u32().await.unwrap()).to_string(),
        4 => Ipv6Addr::from(client.read_u128().await.unwrap()).to_string(),
        _ => text(&mut client).await,
    };
    let port = client.read_u16().await.unwrap();
    sender.send(Asked { host, port, login }).unwrap();
    if let Some((_, code)) = manners.refuses.iter().find(|(refused, _)| *refused == port) {
        client.write_all(&[5, *code, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        return;
    }
    let mut server = TcpStream::connect(leads_to).await.unwrap();
    // With a name as the address it went out from, and at once what the server says.
    client.write_all(b"\x05\0\0\x03\x04exit\0\x50").await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

async fn text(client: &mut TcpStream) -> String {
    let length = client.read_u8().await.unwrap();
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

fn to(host: &str) -> Destination<'_> {
    Destination { host, port: 5222, login: "token-1" }
}

#[tokio::test]
async fn names_and_addresses_are_passed_on_as_they_are() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for wants_login in [true, false] {
        let manners = Manners { wants_login, ..Manners::default() };
        let (proxy, asked) = proxy(listener.local_addr().unwrap(), manners).await;
        for host in ["xn--bcher-kva.example", "192.0.2.7", "2001:db8::7", "abc.onion"] {
            let mut way = connect(&proxy, to(host)).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            let login = if wants_login { "token-1" } else { "" }.to_owned();
            assert_eq!(asked.recv().unwrap(), Asked { host: host.to_owned(), port: 5222, login });
            server.write_all(b"s").await.unwrap();
            assert_eq!(way.read_u8().await.unwrap(), b's', "nothing of the proxy's is left over");
            assert!(way.nodelay().unwrap());
        }
    }
}

#[tokio::test]
async fn a_refusal_tells_the_place_from_the_proxy() {
    use TransportError::{Proxy, Unreachable};
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    for (code, expected) in
        [(1, Proxy), (2, Proxy), (3, Unreachable), (4, Unreachable), (5, Unreachable), (0xf0, Unreachable)]
    {
        let (proxy, _asked) = proxy(nowhere, Manners { refuses: vec![(5222, code)], ..Manners::default() }).await;
        assert_eq!(connect(&proxy, to("example.org")).await.err(), Some(expected), "{code}");
    }
}

#[tokio::test]
async fn what_is_no_proxy_is_none() {
    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"\x05\xff", b"\x04\x00", b"", b"\x05\x00\x05\x00\x00\x07"]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = ProxyAddress { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
        let serve = async {
            let (mut client, _) = listener.accept().await.unwrap();
            client.read_u32().await.unwrap();
            client.write_all(answer).await.unwrap();
        };
        let (ended, ()) = tokio::join!(connect(&proxy, to("example.org")), serve);
        assert_eq!(ended.err(), Some(TransportError::Proxy), "{answer:?}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = ProxyAddress { host: "localhost".to_owned(), port: listener.local_addr().unwrap().port() };
    drop(listener);
    assert_eq!(connect(&gone, to("example.org")).await.err(), Some(TransportError::Proxy));
}

#[test]
fn a_proxy_s_own_name_is_never_looked_up() {
    let addresses = |host: &str| proxy_addresses(&ProxyAddress { host: host.to_owned(), port: 9050 });
    assert_eq!(addresses("127.0.0.1").map(|list| list.len()), Some(1));
    assert_eq!(addresses("[::1]").map(|list| list.len()), Some(1));
    assert_eq!(addresses("LocalHost").map(|list| list.len()), Some(2));
    assert_eq!(addresses("proxy.example.org"), None);
}

#[test]
fn a_name_that_is_too_long_is_no_request() {
    assert!(request(to(&"x".repeat(255))).is_some());
    assert_eq!(request(to(&"x".repeat(256))), None);
}
