#![allow(clippy::unwrap_used)]

use super::*;

/// Different bytes each time.
struct Counter(u8);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(37).wrapping_add(11);
            *byte = self.0;
        }
    }
}

fn at(mono: u64) -> Now {
    Now { wall: 0, mono, boot_id: "boot".to_owned() }
}

fn keys(hash: ScramHash, length: usize) -> SaltedKeys {
    SaltedKeys {
        hash,
        salt: vec![1; 16],
        iterations: 10_000,
        client_key: Zeroizing::new(vec![2; length]),
        server_key: Zeroizing::new(vec![3; length]),
    }
}

fn credential() -> Credential {
    Credential {
        address: "alice@linnet.test".to_owned(),
        server: Some(ServerAddress { host: "xmpp.linnet.test".to_owned(), port: 5222, direct_tls: false }),
        proxy: None,
        password: Secret::new(""),
        keys: vec![keys(ScramHash::Sha1, 20), keys(ScramHash::Sha512, 64)],
    }
}

fn begin(seed: u8) -> (Arrival, Handover) {
    let arrival = Arrival::begin(&mut Counter(seed), &at(0));
    let handover = Handover::begin(&mut Counter(seed.wrapping_add(99)), AccountId(1), &arrival.code(), &at(0)).unwrap();
    (arrival, handover)
}

fn digits(arrived: Result<Arrived, CommandError>) -> String {
    match arrived {
        Ok(Arrived::Digits(digits)) => digits,
        Ok(Arrived::Credential(_)) => panic!("a credential"),
        Err(error) => panic!("{error}"),
    }
}

fn refused(arrived: Result<Arrived, CommandError>) -> CommandError {
    match arrived {
        Ok(Arrived::Digits(digits)) => panic!("digits {digits}"),
        Ok(Arrived::Credential(_)) => panic!("a credential"),
        Err(error) => error,
    }
}

#[test]
fn both_show_the_same_digits_and_the_credential_arrives() {
    let (mut arrival, handover) = begin(1);
    assert_eq!(digits(arrival.read(&handover.code(), &at(1_000))), handover.digits());
    let sealed = handover.finish(&credential()).unwrap();
    assert!(!sealed.contains("alice"), "{sealed}");
    assert!(sealed.len() < 1_100, "a code of {} characters is hard to read", sealed.len());
    let Ok(Arrived::Credential(arrived)) = arrival.read(&sealed, &at(2_000)) else { panic!("no credential") };
    assert!(*arrived == credential());
}

#[test]
fn a_swapped_first_code_is_seen_by_its_digits() {
    let (mut arrival, _) = begin(1);
    let evil = Arrival::begin(&mut Counter(200), &at(0));
    let handover = Handover::begin(&mut Counter(7), AccountId(1), &evil.code(), &at(0)).unwrap();
    // Told who it is for, the new phone says at once that it is not meant.
    assert_eq!(refused(arrival.read(&handover.code(), &at(0))), CommandError::Foreign);
    // Whoever lies about that has other digits.
    let Ok(Code::Answer { key, .. }) = Code::read(&handover.code()) else { panic!() };
    let Ok(Code::Arrival { key: own }) = Code::read(&arrival.code()) else { panic!() };
    let to = Sha256Name::of(&own);
    let lie = Code::Answer { to, key }.write();
    assert_ne!(digits(arrival.read(&lie, &at(0))), handover.digits());
    let sealed = handover.finish(&credential()).unwrap();
    assert_eq!(refused(arrival.read(&sealed, &at(0))), CommandError::Foreign);
}

/// The name of a key, as anybody can make it.
struct Sha256Name;

impl Sha256Name {
    fn of(key: &[u8]) -> code::Name {
        use sha2::Digest as _;
        sha2::Sha256::digest(key).get(..8).unwrap().try_into().unwrap()
    }
}

#[test]
fn what_was_altered_replayed_or_meant_for_another_does_not_open() {
    let (mut arrival, handover) = begin(1);
    let answer = handover.code();
    let sealed = handover.finish(&credential()).unwrap();
    assert_eq!(refused(arrival.read(&sealed, &at(0))), CommandError::Foreign, "nobody has compared anything");
    digits(arrival.read(&answer, &at(0)));
    let Ok(Code::Sealed { to, from, sealed: bytes }) = Code::read(&sealed) else { panic!() };
    for at_byte in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut altered = bytes.clone();
        if let Some(byte) = altered.get_mut(at_byte) {
            *byte ^= 1;
        }
        let altered = Code::Sealed { to, from, sealed: altered }.write();
        assert_eq!(refused(arrival.read(&altered, &at(0))), CommandError::Unreadable);
    }
    let (mut other, again) = begin(50);
    digits(other.read(&again.code(), &at(0)));
    assert_eq!(refused(other.read(&sealed, &at(0))), CommandError::Foreign);
    let stolen = Code::Sealed { to: Sha256Name::of(&key_of(&other)), from, sealed: bytes.clone() }.write();
    assert_eq!(refused(other.read(&stolen, &at(0))), CommandError::Foreign);
    assert!(arrival.read(&sealed, &at(0)).is_ok(), "the right one still opens");
    assert!(arrival.read(&sealed, &at(0)).is_err(), "and only once");
}

fn key_of(arrival: &Arrival) -> [u8; 32] {
    match Code::read(&arrival.code()) {
        Ok(Code::Arrival { key }) => key,
        other => panic!("{other:?}"),
    }
}

#[test]
fn after_five_minutes_it_is_over() {
    let (mut arrival, handover) = begin(1);
    assert!(!handover.is_over(&at(PATIENCE)) && handover.is_over(&at(PATIENCE + 1)));
    assert_eq!(refused(arrival.read(&handover.code(), &at(PATIENCE + 1))), CommandError::Expired);
    digits(arrival.read(&handover.code(), &at(PATIENCE)));
}

#[test]
fn junk_is_an_error() {
    let (mut arrival, handover) = begin(1);
    let long = format!("linnet-device:1c:{}", "A".repeat(5_000));
    let weak = Code::Arrival { key: [0; 32] }.write();
    for text in [
        "",
        "linnet-device:",
        "linnet-device:1a:",
        "linnet-device:1a:%%",
        "linnet-device:1z:AAAA",
        &long,
        "linnet-device:1c:AAAAAAAAAAAAAAAAAAAAAA",
        "xmpp:alice@linnet.test",
        "linnet-device:x:AA",
        "linnet-device:0a:AA",
    ] {
        assert_eq!(refused(arrival.read(text, &at(0))), CommandError::Unreadable, "{text}");
        let begun = Handover::begin(&mut Counter(1), AccountId(1), text, &at(0));
        assert_eq!(begun.err(), Some(CommandError::Unreadable), "{text}");
    }
    let begin = |text: &str| Handover::begin(&mut Counter(1), AccountId(1), text, &at(0)).err();
    assert_eq!(begin(&weak), Some(CommandError::Unreadable), "a point without a secret");
    assert_eq!(begin("linnet-device:2a:AAAA"), Some(CommandError::Newer));
    assert_eq!(begin(&handover.code()), Some(CommandError::Foreign), "this is what an old phone shows");
    assert_eq!(refused(arrival.read("linnet-device:12x:AAAA", &at(0))), CommandError::Newer);
    let own = arrival.code();
    assert_eq!(refused(arrival.read(&own, &at(0))), CommandError::Foreign);
}

#[test]
fn only_what_a_login_can_be_made_with_is_taken() {
    let read = |text: &str| Credential::read(text.as_bytes()).is_some();
    assert!(read(r#"{"a":"a@b","p":"secret"}"#));
    for text in [
        "",
        "{}",
        r#"{"a":"a@b"}"#,
        r#"{"a":"a@b","p":"se\u0000cret"}"#,
        r#"{"a":"a@b","p":"secret","more":1}"#,
        r#"{"a":"a@b","p":"x","s":{"host":"","port":1,"direct_tls":false}}"#,
        r#"{"a":"a@b","p":"x","s":{"host":"h","port":0,"direct_tls":false}}"#,
        r#"{"a":"a@b","p":"x","x":{"host":"h","port":0}}"#,
        r#"{"a":"a@b","k":[{"h":"Sha1","i":10000,"s":"AAAA","c":"AAAA","v":"AAAA"}]}"#,
    ] {
        assert!(!read(text), "{text}");
    }
    let mut few = credential();
    for keys in &mut few.keys {
        keys.iterations = 1;
    }
    assert!(Credential::read(&few.write().unwrap()).is_none(), "a single round");
    let mut four = credential();
    four.keys = vec![keys(ScramHash::Sha1, 20); 4];
    assert_eq!(Credential::read(&four.write().unwrap()).map(|read| read.keys.len()), Some(MOST_KEYS));
}
