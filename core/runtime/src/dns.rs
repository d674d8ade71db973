//! From an account's domain to the places to try, in order (RFC 6120 3.2, RFC 2782, XEP-0368).
//!
//! The rules are here and know no network; a [`Resolver`] asks. Host names become addresses through the system's own
//! resolver, which knows the hosts file, VPNs and NAT64; SRV records, which it can't ask for, through hickory.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use linnet_messenger::effect::{ConnectTarget, TransportError};
use linnet_messenger::random::Random;

/// Where RFC 6120 sends a client whose server has no SRV records.
const FALLBACK_PORT: u16 = 5222;
/// The most places one attempt looks at: a hostile zone can name hundreds.
const MOST_CANDIDATES: usize = 16;

pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, LookupFailed>> + Send + 'a>>;

/// No answer, as opposed to the answer that there is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LookupFailed;

/// Asks the domain name system.
pub(crate) trait Resolver: Send + Sync + 'static {
    /// The SRV records of a name, in any order; empty if there are none.
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>>;
    /// The addresses of a host, best first; empty if there are none.
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Vec<IpAddr>>;
}

/// An SRV record (RFC 2782).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Srv {
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    pub(crate) port: u16,
    /// `.`: this service is decidedly not offered here.
    pub(crate) target: String,
}

/// A place to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) direct_tls: bool,
}

/// A domain in the form that DNS and certificates use: punycode for what is not ASCII, no brackets around IPv6.
pub(crate) fn ascii_host(domain: &str) -> Option<String> {
    let bare = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(domain);
    if bare.parse::<IpAddr>().is_ok() {
        return Some(bare.to_owned());
    }
    let name = Name::from_utf8(bare.trim_end_matches('.')).ok()?;
    Some(name.to_ascii()).filter(|ascii| !ascii.is_empty() && ascii != ".")
}

/// The places to try for a target, best first; never empty.
pub(crate) async fn candidates(
    resolver: &dyn Resolver,
    target: &ConnectTarget,
    random: &mut (dyn Random + Send),
) -> Result<Vec<Candidate>, TransportError> {
    if let Some(server) = &target.server {
        let host = ascii_host(&server.host).ok_or(TransportError::Dns)?;
        return Ok(vec![Candidate { host, port: server.port, direct_tls: server.direct_tls }]);
    }
    let domain = ascii_host(&target.domain).ok_or(TransportError::Dns)?;
    let fallback = vec![Candidate { host: domain.clone(), port: FALLBACK_PORT, direct_tls: false }];
    if domain.parse::<IpAddr>().is_ok() {
        return Ok(fallback);
    }
    let direct_name = format!("_xmpps-client._tcp.{domain}.");
    let start_name = format!("_xmpp-client._tcp.{domain}.");
    let (direct, start) = tokio::join!(resolver.srv(&direct_name), resolver.srv(&start_name));
    // RFC 6120 3.2.1: without an answer, the domain itself is tried. A dead resolver then fails there.
    order(direct.unwrap_or_default(), start.unwrap_or_default(), fallback, random)
}

/// Both sets as one, by priority and weight (XEP-0368 3).
fn order(
    direct: Vec<Srv>,
    start: Vec<Srv>,
    fallback: Vec<Candidate>,
    random: &mut (dyn Random + Send),
) -> Result<Vec<Candidate>, TransportError> {
    let refused = |records: &[Srv]| !records.is_empty() && records.iter().all(|record| record.target == ".");
    let start_refused = refused(&start);
    let all: Vec<(Srv, bool)> = direct
        .into_iter()
        .map(|record| (record, true))
        .chain(start.into_iter().map(|record| (record, false)))
        .filter(|(record, _)| record.target != "." && record.port != 0)
        .collect();
    if all.is_empty() {
        // Only a refusal of `_xmpp-client` forbids the fallback: without direct TLS there may still be STARTTLS.
        return if start_refused { Err(TransportError::Dns) } else { Ok(fallback) };
    }
    let sorted = by_priority_and_weight(all, random);
    let mut candidates: Vec<Candidate> = Vec::new();
    for (record, direct_tls) in sorted {
        let Some(host) = ascii_host(&record.target) else { continue };
        let candidate = Candidate { host, port: record.port, direct_tls };
        if !candidates.contains(&candidate) && candidates.len() < MOST_CANDIDATES {
            candidates.push(candidate);
        }
    }
    if candidates.is_empty() { Err(TransportError::Dns) } else { Ok(candidates) }
}

/// RFC 2782: ascending priority; inside a priority each next record is drawn by weight, those of weight zero with a
/// very small chance to come early.
fn by_priority_and_weight(mut records: Vec<(Srv, bool)>, random: &mut (dyn Random + Send)) -> Vec<(Srv, bool)> {
    records.sort_by_key(|(record, _)| (record.priority, record.weight != 0));
    let mut sorted = Vec::with_capacity(records.len());
    while let Some(priority) = records.first().map(|(record, _)| record.priority) {
        let same = records.iter().take_while(|(record, _)| record.priority == priority).count();
        let total: u64 = records.iter().take(same).map(|(record, _)| u64::from(record.weight)).sum();
        let drawn = (random as &mut dyn Random).below(total + 1);
        let mut sum = 0;
        let chosen = records.iter().take(same).position(|(record, _)| {
            sum += u64::from(record.weight);
            sum >= drawn
        });
        sorted.push(records.remove(chosen.unwrap_or(0)));
    }
    sorted
}

/// First of one family, then of the other, in turn (RFC 8305 4): a broken family costs one stagger, not all of them.
pub(crate) fn interleave(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let first_is_v6 = addresses.first().is_some_and(IpAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut mixed = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let pair = (first.next(), second.next());
        if pair == (None, None) {
            return mixed;
        }
        mixed.extend(pair.0);
        mixed.extend(pair.1);
    }
}

/// The real thing.
#[derive(Default)]
pub(crate) struct SystemResolver {
    /// Asked for SRV records; empty: the system's own.
    servers: Mutex<Vec<SocketAddr>>,
}

impl SystemResolver {
    /// Replaces the DNS servers; what is no address is left out.
    pub(crate) fn set_servers(&self, servers: &[String]) {
        let servers = servers.iter().filter_map(|text| server_address(text)).collect();
        *self.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    /// Made anew for each lookup: the network, and with it the system's DNS servers, may have changed since the last
    /// one.
    fn hickory(&self) -> Option<TokioResolver> {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let builder = if servers.is_empty() {
            system_builder()?
        } else {
            let servers = servers.into_iter().map(name_server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        };
        builder.build().ok()
    }
}

/// Android's configuration is behind JNI: there the platform names the servers.
#[cfg(target_os = "android")]
fn system_builder() -> Option<hickory_resolver::ResolverBuilder<TokioRuntimeProvider>> {
    None
}

#[cfg(not(target_os = "android"))]
fn system_builder() -> Option<hickory_resolver::ResolverBuilder<TokioRuntimeProvider>> {
    TokioResolver::builder_tokio().ok()
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

fn server_address(text: &str) -> Option<SocketAddr> {
    let bare = text.trim();
    bare.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

impl Resolver for SystemResolver {
    fn srv<'a>(&'a self, name: &'a str) -> Answer<'a, Vec<Srv>> {
        Box::pin(async move {
            let resolver = self.hickory().ok_or(LookupFailed)?;
            match resolver.lookup(name, RecordType::SRV).await {
                Ok(lookup) => Ok(lookup.answers().iter().filter_map(|record| srv(&record.data)).collect()),
                Err(error) if error.is_no_records_found() => Ok(Vec::new()),
                Err(error) => {
                    tracing::debug!(%error, "no answer to an SRV question");
                    Err(LookupFailed)
                }
            }
        })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Vec<IpAddr>> {
        Box::pin(async move {
            if let Ok(address) = host.parse() {
                return Ok(vec![address]);
            }
            let found = tokio::net::lookup_host((host, 0)).await.map_err(|error| {
                tracing::debug!(%error, "no answer to an address question");
                LookupFailed
            })?;
            Ok(interleave(found.map(|address| address.ip()).collect()))
        })
    }
}

fn srv(data: &RData) -> Option<Srv> {
    let RData::SRV(record) = data else { return None };
    Some(Srv {
        priority: record.priority,
        weight: record.weight,
        port: record.port,
        target: if record.target.is_root() { ".".to_owned() } else { record.target.to_ascii() },
    })
}

/// The resolver of a client, shared with its connections.
pub(crate) type SharedResolver = Arc<dyn Resolver>;

#[cfg(test)]
mod tests;
