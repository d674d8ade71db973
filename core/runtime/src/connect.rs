//! From a target to an open transport: names, then sockets, then, with direct TLS, a handshake.
//!
//! Invariants: every phase has its deadline for every place, and the whole attempt ends within [`ATTEMPT`] whatever DNS
//! says. The next place is tried when one has failed, or is silent for [`PATIENCE`], and the first that is open wins; so a
//! dead first server costs seconds, and priorities hold wherever servers answer. Behind a proxy nothing else is done:
//! no lookup, no other socket.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use linnet_messenger::effect::{ConnectTarget, TransportError};
use linnet_messenger::ids::AccountId;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::dns::{self, Candidate, LOOKUP, LookupFailed};
use crate::net::Net;
use crate::random::SystemRandom;
use crate::socks::{self, Destination};
use crate::tls::{Failure, Purpose, Shaken};

/// What a phase may take at one place.
pub(crate) const PHASE: Duration = Duration::from_secs(10);
/// A way through Tor has to be built first.
const PROXIED: Duration = Duration::from_secs(20);
/// All of it.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How long a place may keep the next one waiting.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an address may keep the next one waiting (RFC 8305 5).
const STAGGER: Duration = Duration::from_millis(250);

/// An open transport.
pub(crate) enum Opened {
    Plain(TcpStream),
    Tls(Box<Shaken>),
}

/// What an attempt found.
pub(crate) struct Found {
    pub(crate) opened: Opened,
    /// There are other places, not tried since the last session.
    pub(crate) alternatives: bool,
}

/// Opens a transport, trying the places in order.
pub(crate) async fn connect(net: &Arc<Net>, account: AccountId, target: &ConnectTarget) -> Result<Found, Failure> {
    timeout(ATTEMPT, search(net, account, target)).await.unwrap_or(Err(TransportError::Timeout.into()))
}

async fn search(net: &Arc<Net>, account: AccountId, target: &ConnectTarget) -> Result<Found, Failure> {
    let domain: Arc<str> = dns::ascii_host(&target.domain).ok_or(TransportError::Dns)?.into();
    let candidates = dns::candidates(&*net.resolver, target, &mut SystemRandom).await?;
    let candidates = net.places.arrange(account, candidates);
    let patience = if target.proxy.is_some() { PHASE } else { PATIENCE };

    let target = Arc::new(target.clone());
    let mut waiting = candidates.iter().cloned();
    let mut attempts = JoinSet::new();
    let mut failures = Vec::new();
    loop {
        if let Some(candidate) = waiting.next() {
            let (net, target, domain) = (Arc::clone(net), Arc::clone(&target), Arc::clone(&domain));
            attempts.spawn(async move {
                let opened = open(&net, account, &target, &domain, &candidate).await;
                (candidate, opened)
            });
        }
        let more = waiting.len() > 0;
        tokio::select! {
            ended = attempts.join_next() => match ended {
                Some(Ok((candidate, opened))) => {
                    net.places.tried(account, &candidate);
                    match opened {
                        Ok(opened) => {
                            let alternatives = net.places.left(account, &candidates);
                            return Ok(Found { opened, alternatives });
                        }
                        Err(failure) => failures.push(failure),
                    }
                }
                Some(Err(_)) => {
                    tracing::error!("an attempt panicked");
                    failures.push(TransportError::Cut.into());
                }
                None => return Err(verdict(failures)),
            },
            () = sleep(patience), if more => {}
        }
    }
}

/// One place.
async fn open(
    net: &Net,
    account: AccountId,
    target: &ConnectTarget,
    domain: &str,
    candidate: &Candidate,
) -> Result<Opened, Failure> {
    let late = |_| TransportError::Timeout;
    let tcp = match &target.proxy {
        Some(proxy) => {
            let login = net.login(account);
            let to = Destination { host: &candidate.host, port: candidate.port, login: &login };
            timeout(PROXIED, socks::connect(proxy, to)).await.map_err(late)??
        }
        None => {
            let found = timeout(LOOKUP, net.resolver.addresses(&candidate.host)).await.map_err(late)?;
            let addresses = socket_addresses(candidate, found)?;
            timeout(PHASE, connect_first(addresses)).await.map_err(late)??
        }
    };
    if !candidate.direct_tls {
        return Ok(Opened::Plain(tcp));
    }
    let purpose = Purpose { domain, pin: target.pin, direct: true };
    let shaken = timeout(PHASE, net.tls.handshake(tcp, purpose)).await.map_err(late)??;
    Ok(Opened::Tls(Box::new(shaken)))
}

/// A bad certificate ends all tries until the user does something. So it is the verdict only if nothing else can have
/// been the reason; else the first failure is.
fn verdict(mut failures: Vec<Failure>) -> Failure {
    let other = failures.iter().position(|failure| failure.error != TransportError::Certificate);
    if failures.is_empty() {
        return TransportError::Dns.into();
    }
    failures.swap_remove(other.unwrap_or(0))
}

fn socket_addresses(
    candidate: &Candidate,
    found: Result<Vec<IpAddr>, LookupFailed>,
) -> Result<Vec<SocketAddr>, TransportError> {
    let found = found.map_err(|LookupFailed| TransportError::Dns)?;
    if found.is_empty() {
        return Err(TransportError::Dns);
    }
    Ok(found.into_iter().map(|ip| SocketAddr::new(ip, candidate.port)).collect())
}

/// The first address that answers; the next one starts when the last one failed or took too long.
pub(crate) async fn connect_first(addresses: Vec<SocketAddr>) -> Result<TcpStream, TransportError> {
    let mut waiting = addresses.into_iter();
    let mut attempts = JoinSet::new();
    loop {
        if let Some(address) = waiting.next() {
            attempts.spawn(TcpStream::connect(address));
        }
        let more = waiting.len() > 0;
        tokio::select! {
            ended = attempts.join_next() => match ended {
                Some(Ok(Ok(tcp))) => {
                    // Stanzas are small, and each waits for nothing; nor do the first ones for the handshake's last word.
                    if let Err(error) = tcp.set_nodelay(true) {
                        tracing::debug!(%error, "Nagle's algorithm stays on");
                    }
                    return Ok(tcp);
                }
                Some(failed) => tracing::debug!(?failed, "an address does not answer"),
                None => return Err(TransportError::Unreachable),
            },
            () = sleep(STAGGER), if more => {}
        }
    }
}
