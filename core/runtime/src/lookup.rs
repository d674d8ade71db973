//! Questions about names that a platform answers with its own resolver: it knows the VPN, the private DNS, the network of
//! the moment. Answers may come raw; what they mean is decided here, once for all platforms.
//!
//! Invariants: a question is answered once, what comes later is dropped; one that nobody answers (its [`Lookup`] is gone)
//! has failed. What an answer says was written by strangers.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData};
use hickory_resolver::proto::serialize::binary::{BinDecodable as _, BinDecoder};
use tokio::sync::oneshot;

use crate::dns::Srv;

/// Records of one answer that are looked at: a hostile zone can send thousands.
const MOST_RECORDS: usize = 256;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The SRV records (RFC 2782; type 33, class 1) of this absolute name, with its last dot.
    Srv(String),
    /// The addresses of this host, best first, in ASCII.
    Addresses(String),
}

/// The way back for one answer.
#[derive(Debug)]
pub struct Lookup(Mutex<Option<oneshot::Sender<Reply>>>);

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The platform does not answer such questions.
    Pass,
    Failed,
    Srv(Vec<Srv>),
    Addresses(Vec<IpAddr>),
}

impl Lookup {
    pub(crate) fn new() -> (Self, oneshot::Receiver<Reply>) {
        let (sender, reply) = oneshot::channel();
        (Self(Mutex::new(Some(sender))), reply)
    }

    /// A whole DNS message (RFC 1035 4), as the name server sent it.
    pub fn message(&self, bytes: &[u8]) {
        self.reply(message(bytes).map_or(Reply::Failed, Reply::Srv));
    }

    /// The data of the SRV records, one each (RFC 2782), names not compressed. None: there are no such records.
    pub fn records(&self, data: &[Vec<u8>]) {
        let records: Option<Vec<Srv>> = data.iter().take(MOST_RECORDS).map(|bytes| record(bytes)).collect();
        self.reply(records.map_or(Reply::Failed, Reply::Srv));
    }

    /// IP addresses as text. None: the host has no address.
    pub fn addresses(&self, addresses: &[String]) {
        // A scope (`fe80::1%wlan0`) can't be kept here, and no server has one.
        let known = addresses.iter().take(MOST_RECORDS).filter_map(|text| text.parse().ok());
        self.reply(Reply::Addresses(known.collect()));
    }

    /// No answer, as opposed to the answer that there is nothing.
    pub fn failed(&self) {
        self.reply(Reply::Failed);
    }

    /// The platform does not answer such questions: Linnet asks by itself.
    pub fn pass(&self) {
        self.reply(Reply::Pass);
    }

    fn reply(&self, reply: Reply) {
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Who waited too long is gone.
            let _ = sender.send(reply);
        }
    }
}

fn message(bytes: &[u8]) -> Option<Vec<Srv>> {
    let message = Message::from_vec(bytes).ok()?;
    match message.metadata.response_code {
        ResponseCode::NXDomain => Some(Vec::new()),
        ResponseCode::NoError => {
            Some(message.answers.iter().take(MOST_RECORDS).filter_map(|record| srv(&record.data)).collect())
        }
        _ => None,
    }
}

fn record(bytes: &[u8]) -> Option<Srv> {
    let mut decoder = BinDecoder::new(bytes);
    let mut number = || decoder.read_u16().ok().map(|number| number.unverified());
    let (priority, weight, port) = (number()?, number()?, number()?);
    let target = Name::read(&mut decoder).ok()?;
    decoder.is_empty().then(|| Srv { priority, weight, port, target: target_text(&target) })
}

/// An SRV record's data.
pub(crate) fn srv(data: &RData) -> Option<Srv> {
    let RData::SRV(record) = data else { return None };
    Some(Srv {
        priority: record.priority,
        weight: record.weight,
        port: record.port,
        target: target_text(&record.target),
    })
}

fn target_text(target: &Name) -> String {
    if target.is_root() { ".".to_owned() } else { target.to_ascii() }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::{CNAME, SRV};

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn wire(records: Vec<RData>, code: ResponseCode) -> Vec<u8> {
        let mut message = Message::response(7, hickory_resolver::proto::op::OpCode::Query);
        message.metadata.response_code = code;
        for data in records {
            message.add_answer(Record::from_rdata(name("_xmpp-client._tcp.example.org."), 60, data));
        }
        message.to_vec().unwrap()
    }

    fn told(tell: impl FnOnce(&Lookup)) -> Option<Reply> {
        let (lookup, mut reply) = Lookup::new();
        tell(&lookup);
        lookup.pass();
        reply.try_recv().ok()
    }

    fn expected() -> Srv {
        Srv { priority: 1, weight: 2, port: 5222, target: "xmpp.example.org.".to_owned() }
    }

    #[test]
    fn a_whole_message_is_read() {
        let srv = RData::SRV(SRV::new(1, 2, 5222, name("xmpp.example.org.")));
        let alias = RData::CNAME(CNAME(name("other.example.org.")));
        let bytes = wire(vec![alias, srv], ResponseCode::NoError);
        assert_eq!(told(|lookup| lookup.message(&bytes)), Some(Reply::Srv(vec![expected()])));
        let nothing = wire(Vec::new(), ResponseCode::NXDomain);
        assert_eq!(told(|lookup| lookup.message(&nothing)), Some(Reply::Srv(Vec::new())));
        let broken = wire(Vec::new(), ResponseCode::ServFail);
        assert_eq!(told(|lookup| lookup.message(&broken)), Some(Reply::Failed));
        let refusal = wire(vec![RData::SRV(SRV::new(0, 0, 0, Name::root()))], ResponseCode::NoError);
        let Some(Reply::Srv(records)) = told(|lookup| lookup.message(&refusal)) else { panic!() };
        assert_eq!(records[0].target, ".");
    }

    #[test]
    fn bytes_that_are_no_answer_have_failed_and_never_more() {
        let bytes = wire(vec![RData::SRV(SRV::new(1, 2, 5222, name("xmpp.example.org.")))], ResponseCode::NoError);
        for end in 0..bytes.len() {
            assert_eq!(told(|lookup| lookup.message(&bytes[..end])), Some(Reply::Failed), "{end}");
        }
        // A name that points at itself.
        let mut looping = bytes.clone();
        let at = looping.len() - 2;
        looping[at..].copy_from_slice(&[0xc0, u8::try_from(at).unwrap()]);
        told(|lookup| lookup.message(&looping));
    }

    #[test]
    fn the_data_of_records_is_read() {
        let data = |target: &[u8]| [&[0, 1, 0, 2, 0x14, 0x66][..], target].concat();
        let good = data(b"\x04xmpp\x07example\x03org\0");
        assert_eq!(told(|lookup| lookup.records(std::slice::from_ref(&good))), Some(Reply::Srv(vec![expected()])));
        assert_eq!(told(|lookup| lookup.records(&[])), Some(Reply::Srv(Vec::new())));
        for bad in [&good[..good.len() - 1], &good[..5], &[], &data(b"\xc0\x06")] {
            assert_eq!(told(|lookup| lookup.records(&[bad.to_vec()])), Some(Reply::Failed), "{bad:?}");
        }
        assert_eq!(told(|lookup| lookup.records(&[data(b"\0more")])), Some(Reply::Failed));
    }

    #[test]
    fn addresses_are_addresses() {
        let list = ["2001:db8::1".to_owned(), "fe80::1%wlan0".to_owned(), "192.0.2.1".to_owned()];
        let known = vec!["2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap()];
        assert_eq!(told(|lookup| lookup.addresses(&list)), Some(Reply::Addresses(known)));
    }

    #[test]
    fn the_first_answer_counts_and_none_is_a_failure() {
        assert_eq!(told(|lookup| lookup.failed()), Some(Reply::Failed));
        let (lookup, mut reply) = Lookup::new();
        drop(lookup);
        assert!(reply.try_recv().is_err());
    }
}
