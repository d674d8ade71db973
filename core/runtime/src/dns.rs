//! From an account's domain to the places to try, in order (RFC 6120 3.2, RFC 2782, XEP-0368).
//!
//! The rules are here and know no network; a [`Resolver`] asks: the platform's (`dns/platform.rs`), or our own
//! (`dns/system.rs`). Behind a proxy nobody is asked: names leave through it.

mod platform;
mod system;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::rr::Name;
use linnet_messenger::effect::{ConnectTarget, Redirect, TransportError};
use linnet_messenger::random::Random;
use tokio::time::timeout;

pub(crate) use platform::PlatformResolver;
pub(crate) use system::SystemResolver;

/// Where RFC 6120 sends a client whose server has no SRV records.
const FALLBACK_PORT: u16 = 5222;
/// Where servers listen for TLS from the first byte, by custom.
const DIRECT_PORT: u16 = 5223;
/// What one lookup may take. Some networks swallow every question for SRV records: those must not cost the whole phase.
pub(crate) const LOOKUP: Duration = Duration::from_secs(5);
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    // A name of DNS can hold any byte, then written with a backslash; a host can't, and nobody reads it in one way only.
    if bare.contains('\\') {
        return None;
    }
    let name = Name::from_utf8(bare.trim_end_matches('.')).ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    Some(name.to_ascii()).filter(|ascii| !ascii.is_empty() && ascii != "." && ascii.bytes().all(plain))
}

/// The places to try for a target, best first; never empty.
pub(crate) async fn candidates(
    resolver: &dyn Resolver,
    target: &ConnectTarget,
    random: &mut (dyn Random + Send),
) -> Result<Vec<Candidate>, TransportError> {
    let at = |host: &str, port, direct_tls| {
        let host = ascii_host(host).ok_or(TransportError::Dns)?;
        Ok::<_, TransportError>(Candidate { host, port, direct_tls })
    };
    let domain = match (&target.redirect, &target.server) {
        (Some(Redirect { host, port: Some(port), direct_tls }), _) => return Ok(vec![at(host, *port, *direct_tls)?]),
        (Some(Redirect { host, .. }), _) => host,
        (None, Some(server)) => return Ok(vec![at(&server.host, server.port, server.direct_tls)?]),
        (None, None) => &target.domain,
    };
    let fallback = at(domain, FALLBACK_PORT, false)?;
    if target.proxy.is_some() {
        // Not even the question where the server is may leave on another way.
        return Ok(vec![at(domain, DIRECT_PORT, true)?, fallback]);
    }
    if fallback.host.parse::<IpAddr>().is_ok() {
        return Ok(vec![fallback]);
    }
    let (direct_name, start_name) =
        (format!("_xmpps-client._tcp.{}.", fallback.host), format!("_xmpp-client._tcp.{}.", fallback.host));
    let (direct, start) =
        tokio::join!(timeout(LOOKUP, resolver.srv(&direct_name)), timeout(LOOKUP, resolver.srv(&start_name)));
    // RFC 6120 3.2.1: without an answer, the domain itself is tried. A dead resolver then fails there.
    let records =
        |answer: Result<Result<Vec<Srv>, LookupFailed>, _>| answer.ok().and_then(Result::ok).unwrap_or_default();
    order(records(direct), records(start), vec![fallback], random)
}

/// Both sets as one, by priority and weight (XEP-0368 3).
pub(crate) fn order(
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

/// The resolver of a client, shared with its connections.
pub(crate) type SharedResolver = Arc<dyn Resolver>;

#[cfg(test)]
mod tests;
