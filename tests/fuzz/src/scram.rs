//! A server's messages of SCRAM: nobody who does not know the password is believed, and none makes us count for ever.

use linnet_messenger::command::Secret;
use linnet_messenger::effect::{ComputeJob, ScramHash};
use linnet_messenger::random::Random;
use linnet_messenger::session::scram::{Advertised, ChannelBinding, Scram};

/// Always the same bytes, so that an input can hold the nonce.
pub struct Fixed;

impl Random for Fixed {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// Two messages with a line break between.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (challenge, outcome) = text.split_once('\n').unwrap_or((text, ""));
    let scram = Scram::new(ScramHash::Sha256, "user", ChannelBinding::Unsupported, &mut Fixed);
    let advertised = Advertised { mechanisms: &["SCRAM-SHA-256".to_owned()], channel_bindings: None };
    let Ok(salting) = scram.challenge(challenge, advertised) else { return };
    let ComputeJob::ScramSaltedPassword { iterations, .. } = salting.job(&Secret::new("pencil"));
    assert!((4_096..=10_000_000).contains(&iterations), "{iterations} iterations");
    let keys = salting.keys(&[7; 32]);
    let (proving, _) = salting.prove(keys);
    assert!(proving.verify(outcome).is_err(), "{outcome} was believed");
}
