//! What reads a stranger's bytes outside the messenger, open to `tests/fuzz` and to nobody else.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use linnet_messenger::effect::TransportError;
use linnet_messenger::input::{Certificate, CertificateProblem};
use linnet_messenger::random::Random;

use crate::dns::{Candidate, Srv};
use crate::lookup::Reply;
use crate::socks::Destination;
use crate::{Lookup, certificate, dns, socks};

/// Draws always the lowest.
struct Lowest;

impl Random for Lowest {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A place to try: host, port, whether it has TLS from the first byte.
pub type Place = (String, u16, bool);

/// A domain as DNS and certificates know it.
pub fn host(domain: &str) -> Option<String> {
    dns::ascii_host(domain)
}

/// The places that two whole DNS messages lead to, the one about direct TLS first.
pub fn places_of_messages(direct: &[u8], start: &[u8]) -> Result<Vec<Place>, TransportError> {
    places(told(|lookup| lookup.message(direct)), told(|lookup| lookup.message(start)))
}

/// The places that the data of SRV records leads to.
pub fn places_of_records(direct: &[Vec<u8>], start: &[Vec<u8>]) -> Result<Vec<Place>, TransportError> {
    places(told(|lookup| lookup.records(direct)), told(|lookup| lookup.records(start)))
}

fn told(tell: impl FnOnce(&Lookup)) -> Vec<Srv> {
    let (lookup, mut reply) = Lookup::new();
    tell(&lookup);
    match reply.try_recv() {
        Ok(Reply::Srv(records)) => records,
        _ => Vec::new(),
    }
}

fn places(direct: Vec<Srv>, start: Vec<Srv>) -> Result<Vec<Place>, TransportError> {
    let fallback = Candidate { host: "fallback.test".to_owned(), port: 5222, direct_tls: false };
    let places = dns::order(direct, start, vec![fallback], &mut Lowest)?;
    Ok(places.into_iter().map(|place| (place.host, place.port, place.direct_tls)).collect())
}

/// What a person is shown of a certificate; everything else that is read of it is read, too.
pub fn certificate(der: &[u8], now: u64) -> Certificate {
    certificate::public_key(der);
    certificate::is_for_servers(der);
    certificate::out_of_time(der, now);
    certificate::describe(der, Some(CertificateProblem::Other))
}

/// A conversation with a proxy that says this. How many bytes of it were taken, and what it was told; `None` if it does
/// not lead anywhere.
pub fn socks(answer: &[u8], host: &str, login: &str) -> Option<(usize, Vec<u8>)> {
    let mut stream = tokio::io::join(answer, Vec::new());
    let led = {
        let conversation = pin!(socks::converse(&mut stream, Destination { host, port: 5222, login }));
        match conversation.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => result.is_ok(),
            Poll::Pending => unreachable!("bytes in memory are always there"),
        }
    };
    let (rest, told) = stream.into_inner();
    led.then_some((answer.len() - rest.len(), told))
}
