//! From a target to an open transport: names, then sockets, then, with direct TLS, a handshake. Each phase has a budget
//! of its own over all places tried, so that an attempt ends within 30 s whatever DNS says.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use linnet_messenger::effect::{ConnectTarget, TransportError};
use linnet_messenger::input::TlsInfo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::client::TlsStream;

use crate::dns::{self, Candidate, LookupFailed, Resolver};
use crate::random::SystemRandom;
use crate::tls::Tls;

/// What each phase of an attempt may take.
pub(crate) const PHASE: Duration = Duration::from_secs(10);
/// How long an address may keep the next one waiting (RFC 8305 5).
const STAGGER: Duration = Duration::from_millis(250);

/// An open transport.
pub(crate) enum Opened {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>, TlsInfo),
}

/// Opens a transport, trying the places in order.
pub(crate) async fn connect(
    resolver: &dyn Resolver,
    tls: &Tls,
    target: &ConnectTarget,
) -> Result<Opened, TransportError> {
    if target.proxy.is_some() {
        return Err(TransportError::Proxy);
    }
    let domain = dns::ascii_host(&target.domain).ok_or(TransportError::Dns)?;
    let (mut names, mut sockets, mut handshakes) = (Budget::new(), Budget::new(), Budget::new());
    let candidates =
        names.spend(1, dns::candidates(resolver, target, &mut SystemRandom)).await.ok_or(TransportError::Timeout)??;

    let mut failures = Vec::new();
    let count = candidates.len();
    for (tried, candidate) in candidates.into_iter().enumerate() {
        let left = count - tried;
        let opened = async {
            let addresses = names.spend(left, resolver.addresses(&candidate.host)).await;
            let addresses = socket_addresses(&candidate, addresses)?;
            let tcp = sockets.spend(left, connect_first(addresses)).await.ok_or(TransportError::Timeout)??;
            if !candidate.direct_tls {
                return Ok(Opened::Plain(tcp));
            }
            let shaken = handshakes.spend(left, tls.handshake(tcp, &domain, true)).await;
            let (stream, info) = shaken.ok_or(TransportError::Timeout)??;
            Ok(Opened::Tls(Box::new(stream), info))
        };
        match opened.await {
            Ok(opened) => return Ok(opened),
            Err(error) => failures.push(error),
        }
    }
    Err(verdict(&failures))
}

/// A bad certificate ends all tries until the user does something. So it is the verdict only if nothing else can have
/// been the reason; else the first failure is.
fn verdict(failures: &[TransportError]) -> TransportError {
    let other = failures.iter().find(|failure| **failure != TransportError::Certificate);
    let any = other.or(failures.first());
    any.copied().unwrap_or(TransportError::Dns)
}

fn socket_addresses(
    candidate: &Candidate,
    found: Option<Result<Vec<IpAddr>, LookupFailed>>,
) -> Result<Vec<SocketAddr>, TransportError> {
    let found = found.ok_or(TransportError::Timeout)?.map_err(|LookupFailed| TransportError::Dns)?;
    if found.is_empty() {
        return Err(TransportError::Dns);
    }
    Ok(found.into_iter().map(|ip| SocketAddr::new(ip, candidate.port)).collect())
}

/// The first address that answers; the next one starts when the last one failed or took too long.
async fn connect_first(addresses: Vec<SocketAddr>) -> Result<TcpStream, TransportError> {
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
                    // Stanzas are small, and each waits for nothing.
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

/// What is left of a phase.
struct Budget(Duration);

impl Budget {
    fn new() -> Self {
        Self(PHASE)
    }

    /// Runs a step with its share: what is left, evenly over the `places` still to try. `None`: it took longer.
    async fn spend<T>(&mut self, places: usize, step: impl Future<Output = T>) -> Option<T> {
        let share = self.0 / u32::try_from(places.max(1)).unwrap_or(u32::MAX);
        let started = Instant::now();
        let done = timeout(share, step).await.ok();
        self.0 = self.0.saturating_sub(started.elapsed());
        done
    }
}
