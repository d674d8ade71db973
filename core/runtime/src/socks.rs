//! The way through a SOCKS5 proxy such as Tor's (RFC 1928), with names: nothing is looked up on this device, so that
//! neither the network nor its DNS learns where an account lives.
//!
//! Invariants: the proxy itself is named by an address, or is this very device; anything else is refused. No byte behind
//! the proxy's answer is read here. Each account brings a name and a password of its own (RFC 1929), made up at random
//! for this process: Tor then leads two accounts over two ways, so that they are not known to be one person's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use linnet_messenger::command::ProxyAddress;
use linnet_messenger::effect::TransportError;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::connect::connect_first;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const LOGIN_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const V4: u8 = 1;
const NAME: u8 = 3;
const V6: u8 = 4;

/// Where to go, and as whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destination<'a> {
    /// ASCII, or an IP address.
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Keeps this way apart from others; at most 255 bytes.
    pub(crate) login: &'a str,
}

/// A connection to the destination. The caller keeps the deadline.
pub(crate) async fn connect(proxy: &ProxyAddress, to: Destination<'_>) -> Result<TcpStream, TransportError> {
    let addresses = proxy_addresses(proxy).ok_or(TransportError::Proxy)?;
    let mut tcp = connect_first(addresses).await.map_err(|_| TransportError::Proxy)?;
    converse(&mut tcp, to).await.map_err(|error| match error {
        Refusal::Broken(error) => {
            tracing::debug!(%error, "the proxy does not work");
            TransportError::Proxy
        }
        Refusal::Answer(code) => {
            tracing::debug!(code, "the proxy can't lead there");
            failure(code)
        }
    })?;
    Ok(tcp)
}

/// No name of a proxy is ever looked up.
fn proxy_addresses(proxy: &ProxyAddress) -> Option<Vec<SocketAddr>> {
    let bare = proxy.host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&proxy.host);
    let addresses: Vec<IpAddr> = if bare.eq_ignore_ascii_case("localhost") {
        vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
    } else {
        vec![bare.parse().ok()?]
    };
    Some(addresses.into_iter().map(|address| SocketAddr::new(address, proxy.port)).collect())
}

pub(crate) enum Refusal {
    /// No SOCKS5, or nothing at all.
    Broken(std::io::Error),
    /// RFC 1928 6.
    Answer(u8),
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error)
    }
}

/// What the proxy's refusal means: the place is out of reach, or the proxy is of no use.
fn failure(code: u8) -> TransportError {
    match code {
        // Network or host unreachable, refused, expired; and Tor's own for its hidden services.
        3..=6 | 0xf0..=0xf7 => TransportError::Unreachable,
        _ => TransportError::Proxy,
    }
}

pub(crate) async fn converse<S>(tcp: &mut S, to: Destination<'_>) -> Result<(), Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = |what: &str| Refusal::Broken(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
    tcp.write_all(&[VERSION, 2, NO_LOGIN, LOGIN]).await?;
    match read(tcp).await? {
        [VERSION, NO_LOGIN] => {}
        [VERSION, LOGIN] => {
            let length = u8::try_from(to.login.len()).map_err(|_| broken("too long a login"))?;
            let name = [&[length], to.login.as_bytes()].concat();
            tcp.write_all(&[&[LOGIN_VERSION], &name[..], &name[..]].concat()).await?;
            let [_, 0] = read(tcp).await? else { return Err(broken("the login is refused")) };
        }
        _ => return Err(broken("no SOCKS5, or one that wants more than we have")),
    }
    tcp.write_all(&request(to).ok_or_else(|| broken("too long a name"))?).await?;
    let [version, code, _, kind] = read(tcp).await?;
    if version != VERSION {
        return Err(broken("no SOCKS5"));
    }
    if code != 0 {
        return Err(Refusal::Answer(code));
    }
    // Where the proxy went out is of no interest, but must not be taken for the server's words.
    match kind {
        V4 => drop(read::<6>(tcp).await?),
        V6 => drop(read::<18>(tcp).await?),
        NAME => {
            let [length] = read(tcp).await?;
            tcp.read_exact(&mut vec![0; usize::from(length) + 2]).await?;
        }
        _ => return Err(broken("an address of no known kind")),
    }
    Ok(())
}

async fn read<const N: usize>(tcp: &mut (impl AsyncRead + Unpin)) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    tcp.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn request(to: Destination<'_>) -> Option<Vec<u8>> {
    let mut bytes = vec![VERSION, CONNECT, 0];
    match to.host.parse() {
        Ok(IpAddr::V4(address)) => {
            bytes.push(V4);
            bytes.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            bytes.push(V6);
            bytes.extend(address.octets());
        }
        Err(_) => {
            bytes.extend([NAME, u8::try_from(to.host.len()).ok()?]);
            bytes.extend(to.host.as_bytes());
        }
    }
    bytes.extend(to.port.to_be_bytes());
    Some(bytes)
}

#[cfg(test)]
pub(crate) mod tests;
