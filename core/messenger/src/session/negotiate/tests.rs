//! Transcripts: the server's bytes go through the real reader.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::effect::ScramHash;
use crate::session::scram::salted_password;
use crate::view::item::WaitReason;
use crate::wire::{Limits, Reader};

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
}

fn config() -> NegotiationConfig {
    NegotiationConfig {
        account: BareJid::new("alice@example.org").unwrap(),
        password: Secret::new("pencil"),
        scram_seen: false,
        resource: "phone".into(),
        resume: None,
        want_stream_management: true,
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
        Self { negotiation: Negotiation::new(config), reader: Reader::new(Limits::default()), random: Counter(0) }
    }

    /// Up to the features of an encrypted stream.
    fn encrypted(config: NegotiationConfig) -> Self {
        let mut talk = Self::new(config);
        let header = sent(&talk.negotiation.start(Some(tls())));
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
            steps.extend(self.negotiation.frame(frame, &mut self.random)?);
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
    let mut steps = talk.server(&mechanisms(&["SCRAM-SHA-256", "PLAIN"])).unwrap();
    assert!(matches!(steps.remove(0), Step::ScramSeen));
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

#[test]
fn from_starttls_to_a_bound_session() {
    let mut talk = Talk::new(config());
    let header = sent(&talk.negotiation.start(None));
    assert!(!header.contains("from="), "the account is not named in the clear");
    talk.server(HEADER).unwrap();
    let plain_features = features(&format!(
        "{STARTTLS}<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
    ));
    let starttls = sent(&talk.server(&plain_features).unwrap());
    assert_eq!(starttls, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(talk.negotiation.phase(), Phase::StartingTls);
    assert!(matches!(talk.server(PROCEED).unwrap()[..], [Step::StartTls]));
    talk.reader = Reader::new(Limits::default());
    assert!(sent(&talk.negotiation.tls_ready(tls())).contains(" from='alice@example.org'"));
    assert!(talk.negotiation.tls_ready(tls()).is_empty(), "once is enough");
    talk.server(HEADER).unwrap();

    let offer = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>\
                 <mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms>\
                 <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-server-end-point'/>\
                 <channel-binding type='tls-exporter'/></sasl-channel-binding>";
    let mut steps = talk.server(&features(offer)).unwrap();
    assert!(matches!(steps.remove(0), Step::ScramSeen));
    let (auth, client_first) = message(&sent(&steps));
    assert_eq!(auth.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
    let gs2 = "p=tls-exporter,,";
    let server = ScramServer::new(ScramHash::Sha256, &client_first, gs2, "p=tls-exporter,,exported");
    let client_final = prove(&mut talk, &server);
    let mut steps = talk.server(&sasl_xml("success", &server.last(&client_final).unwrap())).unwrap();
    assert!(matches!(steps.remove(0), Step::RestartReader));
    assert!(sent(&steps).starts_with("<?xml"));
    assert_eq!(talk.negotiation.config.password, Secret::new(""), "the password is no longer needed");

    talk.server(HEADER).unwrap();
    let rosterver = "<ver xmlns='urn:xmpp:features:rosterver'/>";
    let steps = talk.server(&features(&format!("{BIND}{SM}{rosterver}"))).unwrap();
    assert_eq!(talk.negotiation.phase(), Phase::Binding);
    assert!(sent(&steps).contains("<resource>phone</resource>"));
    let steps = talk.server(&bound(&bind_id(&steps), "alice@example.org/phone.1")).unwrap();
    assert_eq!(sent(&steps), "<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
    assert_eq!(talk.negotiation.phase(), Phase::EnablingStreamManagement);
    let steps =
        talk.server("<enabled xmlns='urn:xmpp:sm:3' id='sm1' resume='true' max='300' location='[::1]:5222'/>").unwrap();
    let expected = Established::Bound {
        jid: FullJid::new("alice@example.org/phone.1").unwrap(),
        stream_management: Some(Enabled {
            id: Some("sm1".into()),
            location: Some("[::1]:5222".into()),
            max: Some(300),
        }),
        carbons: false,
        features: Features { bind: true, stream_management: true, roster_versioning: true, ..Features::default() },
        resume_failed: None,
    };
    assert_eq!(established(steps), expected);
    assert_eq!(talk.negotiation.phase(), Phase::Established);
}

#[test]
fn without_starttls_nothing_is_sent_in_the_clear() {
    let mut talk = Talk::new(config());
    talk.negotiation.start(None);
    talk.server(HEADER).unwrap();
    let error = talk.error(&mechanisms(&["PLAIN", "SCRAM-SHA-1"]));
    assert_eq!(error, NegotiationError::Login(LoginFailure::NoTls));
    assert_eq!(talk.negotiation.farewell(), STREAM_CLOSE);
}

#[test]
fn tls_refused_is_waited_for() {
    let mut talk = Talk::new(config());
    talk.negotiation.start(None);
    talk.server(&format!("{HEADER}{}", features(STARTTLS))).unwrap();
    let error = talk.error("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(error.verdict(), Verdict::Waiting(WaitReason::Tls));
}

#[test]
fn the_server_may_sign_in_a_challenge() {
    let (mut talk, server, client_final) = proving(config());
    let signed = server.last(&client_final).unwrap();
    let steps = talk.server(&sasl_xml("challenge", &signed)).unwrap();
    assert_eq!(sent(&steps), "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    let steps = talk.server("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>").unwrap();
    assert!(matches!(steps[..], [Step::RestartReader, Step::Send(_)]));
}

#[test]
fn a_server_without_plus_is_told_that_we_could() {
    let (mut talk, server, client_final) = proving(config());
    assert!(server.last(&client_final).is_some(), "the proof covers y");
    assert!(talk.server(&sasl_xml("success", &server.last(&client_final).unwrap())).is_ok());
}

#[test]
fn a_wrong_password_needs_the_user() {
    let (mut talk, mut server, client_final) = proving(config());
    server.password = "other";
    assert_eq!(server.last(&client_final), None);
    assert_eq!(talk.error(NOT_AUTHORIZED), NegotiationError::Login(LoginFailure::WrongPassword));
    assert_eq!(talk.negotiation.farewell(), STREAM_CLOSE, "there is nothing left to abort");
}

#[test]
fn a_server_that_does_not_know_the_password_is_not_believed() {
    let right = |server: &ScramServer, client_final: &str| server.last(client_final).unwrap();
    let forgeries: [fn(&ScramServer, &str) -> String; 4] = [
        |_, _| format!("v={}", STANDARD.encode([0; 32])),
        |_, _| String::new(),
        |_, _| "v=".to_owned(),
        |server, client_final| server.last(client_final).unwrap().replace("v=", "x="),
    ];
    for forge in forgeries {
        for name in ["success", "challenge"] {
            let (mut talk, server, client_final) = proving(config());
            let error = talk.error(&sasl_xml(name, &forge(&server, &client_final)));
            assert_eq!(error, NegotiationError::Login(LoginFailure::ServerNotProven));
            let farewell = if name == "success" { STREAM_CLOSE } else { ABORT_AND_CLOSE };
            assert_eq!(talk.negotiation.farewell(), farewell);
        }
    }
    let (mut talk, server, client_final) = proving(config());
    assert!(talk.server(&sasl_xml("success", &right(&server, &client_final))).is_ok(), "the harness can succeed");
}

#[test]
fn success_before_the_proof_is_not_believed() {
    for success in ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>".to_owned(), sasl_xml("success", "v=AAAA")] {
        let mut talk = Talk::encrypted(config());
        talk.server(&mechanisms(&["SCRAM-SHA-1"])).unwrap();
        assert_eq!(talk.error(&success), NegotiationError::Login(LoginFailure::ServerNotProven));
        let mut talk = Talk::encrypted(config());
        let mut steps = talk.server(&mechanisms(&["SCRAM-SHA-1"])).unwrap();
        let (_, client_first) = message(&sent(&steps.split_off(1)));
        let server = ScramServer::new(ScramHash::Sha1, &client_first, "y,,", "y,,");
        talk.server(&sasl_xml("challenge", &server.first)).unwrap();
        assert_eq!(talk.error(&success), NegotiationError::Login(LoginFailure::ServerNotProven), "while salting");
    }
}

#[test]
fn hostile_challenges_are_aborted() {
    let not_proven = NegotiationError::Login(LoginFailure::ServerNotProven);
    let unsafe_mechanism = NegotiationError::Login(LoginFailure::NoSafeMechanism);
    let malformed = NegotiationError::Protocol("not a message of SCRAM");
    let hostile = [
        ("r=NONCE,s=c2FsdA==,i=4096", not_proven),
        ("r=other,s=c2FsdA==,i=4096", not_proven),
        ("r=NONCEX,s=c2FsdA==,i=1", unsafe_mechanism),
        ("m=x,r=NONCEX,s=c2FsdA==,i=4096", unsafe_mechanism),
        ("hello", malformed),
    ];
    for (challenge, expected) in hostile {
        let mut talk = Talk::encrypted(config());
        let mut steps = talk.server(&mechanisms(&["SCRAM-SHA-256"])).unwrap();
        let (_, client_first) = message(&sent(&steps.split_off(1)));
        let nonce = client_first.strip_prefix("y,,n=alice,r=").unwrap();
        assert_eq!(talk.error(&sasl_xml("challenge", &challenge.replace("NONCE", nonce))), expected);
        assert_eq!(talk.negotiation.farewell(), ABORT_AND_CLOSE);
    }
}

#[test]
fn plain_is_refused_where_scram_was_seen() {
    let mut talk = Talk::encrypted(NegotiationConfig { scram_seen: true, ..config() });
    assert_eq!(talk.error(&mechanisms(&["PLAIN"])), NegotiationError::Login(LoginFailure::NoSafeMechanism));
    let mut talk = Talk::encrypted(config());
    let steps = talk.server(&mechanisms(&["PLAIN"])).unwrap();
    let (auth, text) = message(&sent(&steps));
    assert_eq!((auth.attribute("mechanism"), text.as_str()), (Some("PLAIN"), "\0alice\0pencil"));
    assert!(!format!("{steps:?}").contains(&auth.content()), "not even for logs");
}

#[test]
fn keys_for_another_hash_are_tried_but_binding_is_not_given_up() {
    let mut talk = Talk::encrypted(config());
    talk.server(&mechanisms(&["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "PLAIN"])).unwrap();
    let (auth, client_first) = message(&sent(&talk.server(NOT_AUTHORIZED).unwrap()));
    assert_eq!(auth.attribute("mechanism"), Some("SCRAM-SHA-1-PLUS"));
    assert!(client_first.starts_with("p=tls-exporter,,"));
    assert_eq!(talk.error(NOT_AUTHORIZED), NegotiationError::Login(LoginFailure::WrongPassword));
}

#[test]
fn failures_are_told_apart() {
    for (condition, verdict) in [
        ("<not-authorized/>", Verdict::Failed(LoginFailure::WrongPassword)),
        ("<text xml:lang='en'>no</text><not-authorized/>", Verdict::Failed(LoginFailure::WrongPassword)),
        ("<account-disabled/>", Verdict::Failed(LoginFailure::AccountRefused)),
        ("<credentials-expired/>", Verdict::Failed(LoginFailure::AccountRefused)),
        ("<something-new/>", Verdict::Failed(LoginFailure::AccountRefused)),
        ("", Verdict::Failed(LoginFailure::AccountRefused)),
        ("<mechanism-too-weak/>", Verdict::Failed(LoginFailure::NoSafeMechanism)),
        ("<temporary-auth-failure/>", Verdict::Waiting(WaitReason::ServerBusy)),
        ("<malformed-request/>", Verdict::Waiting(WaitReason::ServerError)),
    ] {
        let (mut talk, _, _) = proving(config());
        let error = talk.error(&format!("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{condition}</failure>"));
        assert_eq!(error.verdict(), verdict, "{condition}");
    }
    for (error, verdict) in [
        ("invalid-proof", Verdict::Failed(LoginFailure::WrongPassword)),
        ("channel-bindings-dont-match", Verdict::Failed(LoginFailure::ServerNotProven)),
        ("unsupported-channel-binding-type", Verdict::Failed(LoginFailure::NoSafeMechanism)),
        ("no-resources", Verdict::Waiting(WaitReason::ServerBusy)),
        ("other-error", Verdict::Waiting(WaitReason::ServerError)),
    ] {
        let (mut talk, _, _) = proving(config());
        assert_eq!(talk.error(&sasl_xml("challenge", &format!("e={error}"))).verdict(), verdict, "{error}");
    }
}

#[test]
fn refused_channel_binding_is_told_apart() {
    let malformed = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><malformed-request/></failure>";
    let first = |names: &[&str], tls| {
        let mut talk = Talk::new(config());
        talk.negotiation.start(Some(tls));
        talk.server(HEADER).unwrap();
        let mut steps = talk.server(&mechanisms(names)).unwrap();
        (talk, message(&sent(&steps.split_off(1))).1)
    };
    let (mut talk, _) = first(&["SCRAM-SHA-1-PLUS"], tls());
    assert_eq!(talk.error(malformed), NegotiationError::Login(LoginFailure::NoSafeMechanism), "unknown type");
    let (mut talk, _) = first(&["SCRAM-SHA-1"], tls());
    assert_eq!(talk.error(malformed), NegotiationError::Login(LoginFailure::ServerNotProven), "stripped list");
    let unbound = TlsInfo { exporter: None, server_end_point: None, ..tls() };
    let (mut talk, _) = first(&["SCRAM-SHA-1"], unbound);
    assert!(matches!(talk.error(malformed), NegotiationError::Protocol(_)), "no binding at all");
    let (mut talk, client_first) = first(&["SCRAM-SHA-1-PLUS"], tls());
    let server = ScramServer::new(ScramHash::Sha1, &client_first, "p=tls-exporter,,", "");
    let mut steps = talk.server(&sasl_xml("challenge", &server.first)).unwrap();
    let Some(Step::Compute(job)) = steps.pop() else { panic!("nothing to compute") };
    talk.negotiation.computed(job.run()).unwrap();
    assert_eq!(talk.error(malformed), NegotiationError::Login(LoginFailure::ServerNotProven), "someone in between");
}

#[test]
fn an_address_without_user_can_not_sign_in() {
    let account = BareJid::new("example.org").unwrap();
    let mut talk = Talk::new(NegotiationConfig { account, ..config() });
    talk.negotiation.start(Some(tls()));
    talk.server(HEADER).unwrap();
    assert_eq!(talk.error(&mechanisms(&["PLAIN"])), NegotiationError::Login(LoginFailure::AccountRefused));
}

#[test]
fn a_session_is_resumed() {
    let mut talk = Talk::signed_in(resuming());
    let steps = talk.server(&features(&format!("{BIND}{SM}"))).unwrap();
    assert_eq!(sent(&steps), "<resume xmlns='urn:xmpp:sm:3' h='7' previd='old&apos;id'/>");
    assert_eq!((talk.negotiation.phase(), talk.negotiation.farewell()), (Phase::Resuming, ""));
    let steps = talk.server("<resumed xmlns='urn:xmpp:sm:3' h='4294967295' previd='old&apos;id'/>").unwrap();
    assert_eq!(established(steps), Established::Resumed { h: u32::MAX });
}

#[test]
fn a_refused_resumption_leads_to_a_new_session() {
    let direct = "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>";
    for (failed, expected) in [
        ("<failed xmlns='urn:xmpp:sm:3'/>".to_owned(), None),
        (format!("<failed xmlns='urn:xmpp:sm:3'>{direct}</failed>"), None),
        (format!("<failed xmlns='urn:xmpp:sm:3' h='5'>{direct}</failed>"), Some(5)),
        (format!("<failed xmlns='urn:xmpp:sm:3' h='5'><error type='cancel'>{direct}</error></failed>"), Some(5)),
        ("<failed xmlns='urn:xmpp:sm:3' h='many'/>".to_owned(), None),
    ] {
        let mut talk = Talk::signed_in(resuming());
        talk.server(&features(&format!("{BIND}{SM}"))).unwrap();
        let id = bind_id(&talk.server(&failed).unwrap());
        talk.server(&bound(&id, "alice@example.org/phone")).unwrap();
        let steps = talk.server("<enabled xmlns='urn:xmpp:sm:3' id='new' resume='1'/>").unwrap();
        let Established::Bound { resume_failed, stream_management, .. } = established(steps) else {
            panic!("not bound");
        };
        assert_eq!(resume_failed, Some(expected), "{failed}");
        assert_eq!(stream_management.unwrap().id.as_deref(), Some("new"));
    }
}

#[test]
fn without_stream_management_offered_a_resumption_fails_at_once() {
    let mut talk = Talk::signed_in(resuming());
    let id = bind_id(&talk.server(&features(BIND)).unwrap());
    let steps = talk.server(&bound(&id, "alice@example.org/phone")).unwrap();
    assert!(matches!(
        established(steps),
        Established::Bound { resume_failed: Some(None), stream_management: None, .. }
    ));
}

#[test]
fn broken_resumptions_are_refused() {
    for answer in [
        "<resumed xmlns='urn:xmpp:sm:3' h='1' previd='another'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='old&apos;id'/>",
        "<resumed xmlns='urn:xmpp:sm:3' h='-1' previd='old&apos;id'/>",
        "<resumed h='1' previd='old&apos;id'/>",
        "<message/>",
    ] {
        let mut talk = Talk::signed_in(resuming());
        talk.server(&features(&format!("{BIND}{SM}"))).unwrap();
        assert!(matches!(talk.error(answer), NegotiationError::Protocol(_)), "{answer}");
        assert_eq!((talk.negotiation.phase(), talk.negotiation.farewell()), (Phase::Resuming, ""));
    }
}

#[test]
fn stream_management_may_be_refused_or_not_resumable() {
    for (answer, expected) in [
        ("<failed xmlns='urn:xmpp:sm:3'><feature-not-implemented/></failed>", None),
        ("<enabled xmlns='urn:xmpp:sm:3'/>", Some(None)),
        ("<enabled xmlns='urn:xmpp:sm:3' id='x'/>", Some(None)),
        ("<enabled xmlns='urn:xmpp:sm:3' id='x' resume='false'/>", Some(None)),
        ("<enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>", Some(Some("x".to_owned()))),
    ] {
        let mut talk = Talk::enabling(config());
        let Established::Bound { stream_management, .. } = established(talk.server(answer).unwrap()) else {
            panic!("not bound");
        };
        assert_eq!(stream_management.map(|enabled| enabled.id), expected, "{answer}");
    }
    let mut talk = Talk::signed_in(NegotiationConfig { want_stream_management: false, ..config() });
    let id = bind_id(&talk.server(&features(&format!("{BIND}{SM}"))).unwrap());
    let steps = talk.server(&bound(&id, "alice@example.org/phone")).unwrap();
    assert!(matches!(established(steps), Established::Bound { stream_management: None, .. }));
}

#[test]
fn early_stanzas_are_handed_out_in_order() {
    let mut talk = Talk::enabling(config());
    let body = "x".repeat(3 << 20);
    let steps = talk
        .server(&format!(
            "<message id='1'/><message id='2'><body>{body}</body></message><iq id='3' type='get'/>\
             <enabled xmlns='urn:xmpp:sm:3' id='x' resume='true'/>"
        ))
        .unwrap();
    let order: Vec<_> = steps
        .iter()
        .map(|step| match step {
            Step::Early(Frame::Element(element)) => element.attribute("id").unwrap(),
            Step::Early(Frame::TooLarge { head }) => head.attribute("id").unwrap(),
            Step::Established(_) => "established",
            other => panic!("unexpected: {other:?}"),
        })
        .collect();
    assert_eq!(order, ["1", "2", "3", "established"]);
}

#[test]
fn a_session_is_requested_only_if_it_must_be() {
    let session = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>";
    let mut talk = Talk::signed_in(config());
    let id = bind_id(&talk.server(&features(&format!("{BIND}{session}"))).unwrap());
    let steps = talk.server(&bound(&id, "alice@example.org/phone")).unwrap();
    let request = Element::parse(&sent(&steps)).unwrap();
    assert!(request.first("session", ns::SESSION).is_some());
    let id = request.attribute("id").unwrap();
    let steps = talk.server(&format!("<presence/><iq type='result' id='{id}'/>")).unwrap();
    assert!(matches!(steps[..], [Step::Early(_), Step::Established(_)]));

    let optional = "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session>";
    let mut talk = Talk::signed_in(config());
    let id = bind_id(&talk.server(&features(&format!("{BIND}{optional}"))).unwrap());
    let steps = talk.server(&bound(&id, "alice@example.org/phone")).unwrap();
    assert!(matches!(steps[..], [Step::Established(_)]));
}

#[test]
fn another_resource_is_taken_but_not_another_account() {
    for jid in ["mallory@example.org/phone", "alice@example.org", "alice@example.com/phone", "", "@/"] {
        let mut talk = Talk::signed_in(config());
        let id = bind_id(&talk.server(&features(BIND)).unwrap());
        assert!(matches!(talk.error(&bound(&id, jid)), NegotiationError::Protocol(_)), "{jid}");
    }
    let mut talk = Talk::signed_in(config());
    let id = bind_id(&talk.server(&features(BIND)).unwrap());
    assert!(matches!(talk.error(&bound("other", "alice@example.org/phone")), NegotiationError::Protocol(_)), "{id}");
}

#[test]
fn a_refused_resource_is_left_to_the_server() {
    let refuse = |id: &str, condition: &str| {
        format!(
            "<iq type='error' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><error type='cancel'>\
             <{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
        )
    };
    let mut talk = Talk::signed_in(config());
    let id = bind_id(&talk.server(&features(BIND)).unwrap());
    let again = talk.server(&refuse(&id, "conflict")).unwrap();
    assert!(!sent(&again).contains("resource"));
    let steps = talk.server(&bound(&bind_id(&again), "alice@example.org/chosen")).unwrap();
    assert!(matches!(established(steps), Established::Bound { jid, .. } if jid.resource().as_str() == "chosen"));

    for (condition, verdict) in [
        ("resource-constraint", Verdict::Waiting(WaitReason::ServerBusy)),
        ("not-allowed", Verdict::Failed(LoginFailure::AccountRefused)),
    ] {
        let mut talk = Talk::signed_in(config());
        let id = bind_id(&talk.server(&features(BIND)).unwrap());
        assert_eq!(talk.error(&refuse(&id, condition)).verdict(), verdict);
    }
    let mut talk = Talk::signed_in(config());
    let id = bind_id(&talk.server(&features(BIND)).unwrap());
    let id = bind_id(&talk.server(&refuse(&id, "conflict")).unwrap());
    assert!(matches!(talk.error(&refuse(&id, "conflict")), NegotiationError::Protocol(_)), "once only");
}

/// Every point at which the server speaks next.
fn everywhere() -> Vec<Talk> {
    let mut headed = Talk::new(config());
    headed.negotiation.start(None);
    headed.server(HEADER).unwrap();
    let mut starting_tls = Talk::new(config());
    starting_tls.negotiation.start(None);
    starting_tls.server(&format!("{HEADER}{}", features(STARTTLS))).unwrap();
    let mut first = Talk::encrypted(config());
    first.server(&mechanisms(&["SCRAM-SHA-1"])).unwrap();
    let mut resumption = Talk::signed_in(resuming());
    resumption.server(&features(&format!("{BIND}{SM}"))).unwrap();
    let mut binding = Talk::signed_in(config());
    binding.server(&features(BIND)).unwrap();
    let signed_in = Talk::signed_in(config());
    vec![headed, starting_tls, first, proving(config()).0, signed_in, resumption, binding, Talk::enabling(config())]
}

#[test]
fn stream_errors_are_heard_everywhere() {
    for (condition, verdict) in [
        ("conflict", Verdict::Failed(LoginFailure::Replaced)),
        ("system-shutdown", Verdict::Waiting(WaitReason::ServerBusy)),
        ("host-unknown", Verdict::Waiting(WaitReason::ServerError)),
    ] {
        for mut talk in everywhere() {
            let phase = talk.negotiation.phase();
            let xml = format!(
                "<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"
            );
            assert_eq!(talk.error(&xml).verdict(), verdict, "{phase:?}");
        }
    }
}

#[test]
fn a_closed_stream_is_heard_everywhere() {
    for mut talk in everywhere() {
        assert_eq!(talk.error("</stream:stream>"), NegotiationError::Closed);
    }
}

#[test]
fn elements_out_of_place_are_refused_everywhere() {
    for xml in [
        "<a xmlns='urn:xmpp:sm:3' h='1'/>".to_owned(),
        "<proceed/>".to_owned(),
        "<unknown xmlns='urn:unknown'/>".to_owned(),
        format!("<unknown xmlns='urn:unknown'>{}</unknown>", "<a>".repeat(100) + &"</a>".repeat(100)),
    ] {
        for mut talk in everywhere() {
            let phase = talk.negotiation.phase();
            if phase == Phase::EnablingStreamManagement && (xml.contains("<a>") || xml == "<proceed/>") {
                continue; // Handed out as early.
            }
            assert!(matches!(talk.error(&xml), NegotiationError::Protocol(_)), "{phase:?} {xml}");
        }
    }
}

#[test]
fn headers_have_their_place_and_version() {
    for version in ["", " version='0.9'", " version='x'"] {
        let mut talk = Talk::new(config());
        talk.negotiation.start(Some(tls()));
        let header = HEADER.replace(" version='1.0' ", &format!("{version} "));
        assert!(matches!(talk.error(&header), NegotiationError::Protocol(_)), "{version}");
    }
    for mut talk in everywhere() {
        let again = Frame::StreamOpen(StreamOpen { version: Some("1.0".into()), ..StreamOpen::default() });
        assert!(talk.negotiation.frame(again, &mut talk.random).is_err());
    }
    let mut talk = Talk::new(config());
    assert!(talk.negotiation.frame(Frame::StreamClose, &mut talk.random).is_err(), "not started");
}

#[test]
fn a_late_hash_changes_nothing() {
    let mut talk = Talk::enabling(config());
    let late = ComputeResult::ScramSaltedPassword(Zeroizing::new(vec![1; 20]));
    assert!(talk.negotiation.computed(late).unwrap().is_empty());
    assert!(talk.server("<enabled xmlns='urn:xmpp:sm:3'/>").is_ok());
}
