//! A hostile server during the login: it ends, one way or another; neither name nor password leaves before TLS; and where
//! the server has to prove that it knows the password or the token, nobody who does not know them is believed.

use jid::BareJid;
use linnet_messenger::command::Secret;
use linnet_messenger::effect::ComputeResult;
use linnet_messenger::input::TlsInfo;
use linnet_messenger::session::features::{Features, Sasl2};
use linnet_messenger::session::negotiate::{
    Negotiation, NegotiationConfig, NegotiationError, ResumeRequest, Step, TokenUse, token_mechanism,
};
use linnet_messenger::wire::{Frame, Language, StreamOpen};

use crate::scram::Fixed;

const ENCRYPTED: u8 = 1;
const SCRAM_SEEN: u8 = 2;
const RESUMES: u8 = 4;
const NO_ACKNOWLEDGEMENTS: u8 = 8;
const HAS_TOKEN: u8 = 16;

/// The first byte chooses the circumstances.
pub fn run(data: &[u8]) {
    let Some((&shape, content)) = data.split_first() else { return };
    let is = |bit: u8| shape & bit != 0;
    let mut login = Login { negotiation: Negotiation::new(config(is)), encrypted: is(ENCRYPTED), steps: 0 };
    let steps = login.negotiation.start(is(ENCRYPTED).then(tls), &mut Fixed);
    if login.carry_out(steps).is_none() {
        return;
    }
    for frame in crate::frames(content) {
        // A header of the input's own would end the scratch stream: each features element stands for a new one.
        if matches!(&frame, Frame::Element(element) if element.name == "features") {
            let header = Frame::StreamOpen(StreamOpen::default());
            if login.negotiation.frame(header, &mut Fixed).is_err() {
                return;
            }
        }
        let steps = login.negotiation.frame(frame, &mut Fixed);
        match login.take(steps) {
            Some(false) => {}
            // With SCRAM known to be offered, every way in has the server prove itself.
            Some(true) => return assert!(!is(SCRAM_SEEN), "a server that knows nothing was believed"),
            None => return,
        }
    }
}

struct Login {
    negotiation: Negotiation,
    encrypted: bool,
    steps: u32,
}

impl Login {
    fn take(&mut self, steps: Result<Vec<Step>, NegotiationError>) -> Option<bool> {
        self.carry_out(steps.ok()?)
    }

    /// Whether the session is established; `None` if the login has ended.
    fn carry_out(&mut self, steps: Vec<Step>) -> Option<bool> {
        self.steps += 1;
        assert!(self.steps < 10_000, "a login without end");
        for step in steps {
            match step {
                Step::Send(text) => {
                    let told = text.contains("user") || text.contains("pencil");
                    assert!(self.encrypted || !told, "said before TLS: {text}");
                }
                Step::StartTls => {
                    self.encrypted = true;
                    let steps = self.negotiation.tls_ready(tls(), &mut Fixed);
                    if self.carry_out(steps)? {
                        return Some(true);
                    }
                }
                Step::Compute(_) => {
                    let computed = ComputeResult::ScramSaltedPassword(vec![7; 32].into());
                    let steps = self.negotiation.computed(computed);
                    if self.take(steps)? {
                        return Some(true);
                    }
                }
                Step::SignedOut => panic!("signed out unasked"),
                Step::Established(_) => return Some(true),
                Step::RestartReader | Step::Remember(_) | Step::Early(_) => {}
            }
        }
        Some(false)
    }
}

fn tls() -> TlsInfo {
    TlsInfo {
        version: "TLSv1.3".into(),
        exporter: Some(vec![1; 32]),
        server_end_point: Some(vec![2; 32]),
        certificate: None,
    }
}

fn config(is: impl Fn(u8) -> bool) -> NegotiationConfig {
    let token = token_mechanism("HT-SHA-256-EXPR").filter(|_| is(HAS_TOKEN)).map(|mechanism| TokenUse {
        secret: Secret::new("a token"),
        mechanism,
        count: 2,
    });
    let sasl2 = Sasl2 {
        mechanisms: vec!["SCRAM-SHA-256-PLUS".into(), "SCRAM-SHA-1".into()],
        fast: vec!["HT-SHA-256-EXPR".into()],
        resumption: true,
        bind: Some(vec!["urn:xmpp:sm:3".into(), "urn:xmpp:carbons:2".into()]),
    };
    NegotiationConfig {
        account: BareJid::new("user@linnet.test").unwrap(),
        password: Secret::new("pencil"),
        keys: Vec::new(),
        scram_seen: is(SCRAM_SEEN),
        binding_seen: false,
        resource: "Linnet.1".into(),
        user_agent: "d4565fa7-4d72-4749-b3d3-740edbf87770".into(),
        device: None,
        tag: "Phone".to_owned(),
        resume: is(RESUMES).then(|| ResumeRequest { previd: "previous".into(), h: 3 }),
        signs_out: false,
        want_stream_management: !is(NO_ACKNOWLEDGEMENTS),
        known: token.as_ref().map(|_| Features { sasl2: Some(sasl2), ..Features::default() }),
        active: true,
        token,
        language: Language::default(),
    }
}
