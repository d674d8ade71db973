//! A hostile server during the login: it ends, one way or another, and the password never leaves in the clear before TLS,
//! nor the account's name.

use jid::BareJid;
use linnet_messenger::command::Secret;
use linnet_messenger::effect::ComputeResult;
use linnet_messenger::input::TlsInfo;
use linnet_messenger::session::negotiate::{Negotiation, NegotiationConfig, ResumeRequest, Step};
use linnet_messenger::wire::Frame;

use crate::scram::Fixed;

/// The first byte chooses the circumstances.
pub fn run(data: &[u8]) {
    let Some((&shape, content)) = data.split_first() else { return };
    let tls = TlsInfo { version: "TLSv1.3".into(), exporter: Some(vec![1; 32]), server_end_point: Some(vec![2; 32]) };
    let mut negotiation = Negotiation::new(NegotiationConfig {
        account: BareJid::new("user@linnet.test").unwrap(),
        password: Secret::new("pencil"),
        scram_seen: shape & 2 != 0,
        resource: "Linnet.1".into(),
        resume: (shape & 4 != 0).then(|| ResumeRequest { previd: "previous".into(), h: 3 }),
        want_stream_management: shape & 8 == 0,
    });
    let mut encrypted = shape & 1 != 0;
    let mut queue = negotiation.start(encrypted.then(|| tls.clone()));
    let mut frames = crate::frames(content).into_iter();
    loop {
        for step in std::mem::take(&mut queue) {
            let more = match step {
                Step::Send(text) => {
                    assert!(
                        encrypted || !(text.contains("user") || text.contains("pencil")),
                        "said before TLS: {text}"
                    );
                    Ok(Vec::new())
                }
                Step::StartTls => {
                    encrypted = true;
                    Ok(negotiation.tls_ready(tls.clone()))
                }
                Step::Compute(_) => negotiation.computed(ComputeResult::ScramSaltedPassword(vec![7; 32].into())),
                Step::Established(_) => return,
                Step::RestartReader | Step::ScramSeen | Step::Early(_) => Ok(Vec::new()),
            };
            match more {
                Ok(more) => queue.extend(more),
                Err(_) => return,
            }
        }
        if !queue.is_empty() {
            continue;
        }
        let Some(frame) = frames.next() else { return };
        // A header of the input's own would end the scratch stream: each features element stands for a new one.
        if matches!(&frame, Frame::Element(element) if element.name == "features") {
            let _ = negotiation.frame(Frame::StreamOpen(linnet_messenger::wire::StreamOpen::default()), &mut Fixed);
        }
        match negotiation.frame(frame, &mut Fixed) {
            Ok(steps) => queue = steps,
            Err(_) => return,
        }
    }
}
