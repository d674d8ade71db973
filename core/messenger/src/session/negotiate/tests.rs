//! Transcripts: the server's bytes go through the real reader.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::*;
use crate::effect::ScramHash;
use crate::session::scram::salted_password;
use crate::view::item::{LoginFailure, WaitReason};
use crate::wire::{Language, Limits, Reader};

mod sasl;
mod sasl2;
mod session;
mod stream;

const HEADER: &str = "<?xml version='1.0'?><stream:stream from='example.org' id='s' version='1.0' \
                      xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
const STARTTLS: &str = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const PROCEED: &str = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const BIND: &str = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SM: &str = "<sm xmlns='urn:xmpp:sm:3'/>";
const NOT_AUTHORIZED: &str = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>";

struct Counter(u8);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}

/// A negotiation with the reader that a runtime would have beside it.
struct Talk {
    negotiation: Negotiation,
    reader: Reader,
    random: Counter,
    /// What it wanted to be remembered.
    memories: Vec<Memory>,
}

fn config() -> NegotiationConfig {
    NegotiationConfig {
        account: BareJid::new("alice@example.org").unwrap(),
        password: Secret::new("pencil"),
        keys: Vec::new(),
        token: None,
        scram_seen: false,
        binding_seen: false,
        resource: "phone".into(),
        user_agent: "d4565fa7-4d72-4749-b3d3-740edbf87770".into(),
        device: None,
        tag: "Phone".to_owned(),
        resume: None,
        signs_out: false,
        want_stream_management: true,
        known: None,
        active: true,
        language: Language::default(),
    }
}

fn resuming() -> NegotiationConfig {
    NegotiationConfig { resume: Some(ResumeRequest { previd: "old'id".into(), h: 7 }), ..config() }
}

fn tls() -> TlsInfo {
    TlsInfo {
        version: "TLSv1.3".into(),
        exporter: Some(b"exported".to_vec()),
        server_end_point: Some(b"certificate".to_vec()),
        certificate: None,
    }
}

fn mechanisms(names: &[&str]) -> String {
    let names: String = names.iter().map(|name| format!("<mechanism>{name}</mechanism>")).collect();
    features(&format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{names}</mechanisms>"))
}

fn features(children: &str) -> String {
    format!("<stream:features>{children}</stream:features>")
}

fn sasl_xml(name: &str, message: &str) -> String {
    format!("<{name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{}</{name}>", STANDARD.encode(message))
}

fn sent(steps: &[Step]) -> String {
    let sends = steps.iter().map(|step| match step {
        Step::Send(text) => text.as_str(),
        other => panic!("not only sent: {other:?}"),
    });
    sends.collect()
}

/// The message inside `<auth/>` or `<response/>`.
fn message(xml: &str) -> (Element, String) {
    let element = Element::parse(xml).unwrap();
    let message = String::from_utf8(STANDARD.decode(element.content()).unwrap()).unwrap();
    (element, message)
}

fn established(steps: Vec<Step>) -> Established {
    match steps.into_iter().next_back() {
        Some(Step::Established(established)) => established,
        other => panic!("not established: {other:?}"),
    }
}

impl Talk {
    fn new(config: NegotiationConfig) -> Self {
        Self {
            negotiation: Negotiation::new(config),
            reader: Reader::new(Limits::default()),
            random: Counter(0),
            memories: Vec::new(),
        }
    }

    fn start(&mut self, tls: Option<TlsInfo>) -> Vec<Step> {
        self.negotiation.start(tls, &mut self.random)
    }

    /// Up to the features of an encrypted stream.
    fn encrypted(config: NegotiationConfig) -> Self {
        let mut talk = Self::new(config);
        let header = sent(&talk.start(Some(tls())));
        assert!(header.contains(" from='alice@example.org'") && header.contains(" to='example.org'"), "{header}");
        assert!(talk.server(HEADER).unwrap().is_empty());
        talk
    }

    /// Signed in by PLAIN, the second stream's header received.
    fn signed_in(config: NegotiationConfig) -> Self {
        let mut talk = Self::encrypted(config);
        talk.server(&mechanisms(&["PLAIN"])).unwrap();
        talk.server("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").unwrap();
        assert!(talk.server(HEADER).unwrap().is_empty());
        talk
    }

    /// Bound, with stream management asked for.
    fn enabling(config: NegotiationConfig) -> Self {
        let mut talk = Self::signed_in(config);
        let id = bind_id(&talk.server(&features(&format!("{BIND}{SM}"))).unwrap());
        let enable = sent(&talk.server(&bound(&id, "alice@example.org/phone")).unwrap());
        assert_eq!(enable, "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        talk
    }

    fn server(&mut self, xml: &str) -> Result<Vec<Step>, NegotiationError> {
        self.reader.feed(xml.as_bytes());
        let mut steps = Vec::new();
        while let Some(frame) = self.reader.next_frame().unwrap() {
            for step in self.negotiation.frame(frame, &mut self.random)? {
                match step {
                    Step::Remember(memory) => self.memories.push(memory),
                    step => steps.push(step),
                }
            }
            if steps.iter().any(|step| matches!(step, Step::RestartReader)) {
                self.reader = Reader::new(Limits::default());
            }
        }
        Ok(steps)
    }

    fn error(&mut self, xml: &str) -> NegotiationError {
        let phase = self.negotiation.phase();
        let error = self.server(xml).unwrap_err();
        assert_eq!(self.negotiation.phase(), phase, "the phase tells where it failed");
        assert!(self.negotiation.frame(Frame::StreamClose, &mut self.random).is_err());
        assert!(
            self.negotiation.computed(ComputeResult::ScramSaltedPassword(Zeroizing::default())).unwrap().is_empty()
        );
        error
    }
}

/// The server's side of SCRAM, written down separately.
struct ScramServer {
    hash: ScramHash,
    password: &'static str,
    /// What channel binding the proof has to cover: the gs2 header and the data.
    binding: &'static str,
    first_bare: String,
    first: String,
}

impl ScramServer {
    fn new(hash: ScramHash, client_first: &str, gs2: &str, data: &'static str) -> Self {
        let first_bare = client_first.strip_prefix(gs2).unwrap().to_owned();
        let nonce = first_bare.strip_prefix("n=alice,r=").unwrap();
        let first = format!("r={nonce}SERVER,s={},i=4096", STANDARD.encode("salt"));
        Self { hash, password: "pencil", binding: data, first_bare, first }
    }

    fn hmac(&self, key: &[u8], text: &[u8]) -> Vec<u8> {
        match self.hash {
            ScramHash::Sha1 => {
                Hmac::<Sha1>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
            }
            ScramHash::Sha256 => {
                Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
            }
            ScramHash::Sha512 => {
                Hmac::<Sha512>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
            }
        }
    }

    /// Checks the client's proof; signs.
    fn last(&self, client_final: &str) -> Option<String> {
        let (without_proof, proof) = client_final.split_once(",p=").unwrap();
        let nonce = self.first.split(',').next().unwrap();
        assert_eq!(without_proof, format!("c={},{nonce}", STANDARD.encode(self.binding)));
        let auth_message = format!("{},{},{without_proof}", self.first_bare, self.first);
        let salted = salted_password(self.hash, &Secret::new(self.password), b"salt", 4096);
        let client_key = self.hmac(&salted, b"Client Key");
        let stored_key = match self.hash {
            ScramHash::Sha1 => Sha1::digest(&client_key).to_vec(),
            ScramHash::Sha256 => Sha256::digest(&client_key).to_vec(),
            ScramHash::Sha512 => Sha512::digest(&client_key).to_vec(),
        };
        let signature = self.hmac(&stored_key, auth_message.as_bytes());
        let proof = STANDARD.decode(proof).unwrap();
        let key: Vec<u8> = proof.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        let server_signature = self.hmac(&self.hmac(&salted, b"Server Key"), auth_message.as_bytes());
        (key == client_key).then(|| format!("v={}", STANDARD.encode(server_signature)))
    }
}

/// Drives SCRAM up to the client's proof.
fn prove(talk: &mut Talk, server: &ScramServer) -> String {
    let mut steps = talk.server(&sasl_xml("challenge", &server.first)).unwrap();
    let Some(Step::Compute(job)) = steps.pop() else { panic!("nothing to compute") };
    let response = talk.negotiation.computed(job.run()).unwrap();
    let (element, client_final) = message(&sent(&response));
    assert!(element.is("response", ns::SASL));
    client_final
}

/// SCRAM-SHA-256 without channel binding, up to the client's proof.
fn proving(config: NegotiationConfig) -> (Talk, ScramServer, String) {
    let mut talk = Talk::encrypted(config);
    let steps = talk.server(&mechanisms(&["SCRAM-SHA-256", "PLAIN"])).unwrap();
    assert_eq!(talk.memories, [Memory::ScramSeen]);
    let (auth, client_first) = message(&sent(&steps));
    assert_eq!(auth.attribute("mechanism"), Some("SCRAM-SHA-256"));
    let server = ScramServer::new(ScramHash::Sha256, &client_first, "y,,", "y,,");
    let client_final = prove(&mut talk, &server);
    (talk, server, client_final)
}

fn bind_id(steps: &[Step]) -> String {
    let iq = Element::parse(&sent(steps)).unwrap();
    assert!(iq.is("iq", ns::CLIENT) && iq.attribute("type") == Some("set"));
    assert!(iq.first("bind", ns::BIND).is_some());
    iq.attribute("id").unwrap().to_owned()
}

fn bound(id: &str, jid: &str) -> String {
    format!("<iq type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{jid}</jid></bind></iq>")
}
