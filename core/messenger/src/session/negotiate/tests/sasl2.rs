//! SASL2 with what goes with it, and tokens: in the order of features first, and with the stream header.

use super::*;
use crate::session::features::Sasl2;

const SASL2: &str = "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-256-PLUS</mechanism>\
     <mechanism>SCRAM-SHA-256</mechanism><inline><sm xmlns='urn:xmpp:sm:3'/><bind xmlns='urn:xmpp:bind:0'><inline>\
     <feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:csi:0'/><feature var='urn:xmpp:sm:3'/></inline></bind>\
     <fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism><mechanism>HT-SHA-256-EXPR</mechanism></fast>\
     </inline></authentication><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>\
     </sasl-channel-binding>";
const BOUND: &str = "<authorization-identifier>alice@example.org/Linnet.1</authorization-identifier>\
     <bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3' id='new' resume='true'/></bound>";
const RESUMED: &str = "<authorization-identifier>alice@example.org/Linnet.1</authorization-identifier>\
     <resumed xmlns='urn:xmpp:sm:3' h='3' previd='old&apos;id'/>";
const REFUSED: &str = "<failure xmlns='urn:xmpp:sasl:2'>\
     <not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>";

fn offer() -> Features {
    Features::parse(&Element::parse(&features(SASL2)).unwrap())
}

fn token() -> TokenUse {
    TokenUse { secret: Secret::new("secret"), mechanism: "HT-SHA-256-EXPR", count: 4 }
}

/// With the features known, a token and a session to resume.
fn warm() -> NegotiationConfig {
    NegotiationConfig { known: Some(offer()), token: Some(token()), ..resuming() }
}

fn authenticate(xml: &str) -> Element {
    let element = Element::parse(xml).unwrap();
    assert!(element.is("authenticate", ns::SASL2), "{xml}");
    let agent = element.first("user-agent", ns::SASL2).unwrap();
    assert_eq!(agent.attribute("id"), Some("d4565fa7-4d72-4749-b3d3-740edbf87770"));
    element
}

/// The initial response inside `<authenticate/>`.
fn initial(authenticate: &Element) -> Vec<u8> {
    base64_text(authenticate.first("initial-response", ns::SASL2).unwrap()).unwrap()
}

fn mac(role: &[u8]) -> Vec<u8> {
    let mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
    mac.chain_update(role).chain_update(b"exported").finalize().into_bytes().to_vec()
}

fn success(data: &[u8], children: &str) -> String {
    let data = STANDARD.encode(data);
    format!("<success xmlns='urn:xmpp:sasl:2'><additional-data>{data}</additional-data>{children}</success>")
}

fn challenge(server: &ScramServer) -> String {
    format!("<challenge xmlns='urn:xmpp:sasl:2'>{}</challenge>", STANDARD.encode(&server.first))
}

/// Splits what left with the header.
fn flight(steps: &[Step]) -> Option<Element> {
    let text = sent(steps);
    let (header, rest) = text.split_at(text.find("xmlns:stream").unwrap());
    assert!(header.contains(" from='alice@example.org'"), "{header}");
    let (_, rest) = rest.split_once('>').unwrap();
    (!rest.is_empty()).then(|| authenticate(rest))
}

/// A login by SCRAM in SASL2, up to the client's proof; gives what the server says last.
fn proving2(talk: &mut Talk, begun: &Element) -> Vec<u8> {
    let first = String::from_utf8(initial(begun)).unwrap();
    let server = ScramServer::new(ScramHash::Sha256, &first, "p=tls-exporter,,", "p=tls-exporter,,exported");
    let mut steps = talk.server(&challenge(&server)).unwrap();
    let Some(Step::Compute(job)) = steps.pop() else { panic!("nothing to compute") };
    let (response, last) = message(&sent(&talk.negotiation.computed(job.run()).unwrap()));
    assert!(response.is("response", ns::SASL2));
    server.last(&last).unwrap().into_bytes()
}

#[test]
fn the_first_login_takes_three_flights_and_leaves_all_that_the_next_needs() {
    let mut talk = Talk::encrypted(config());
    let begun = authenticate(&sent(&talk.server(&features(SASL2)).unwrap()));
    assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
    assert_eq!(begun.first("request-token", ns::FAST).unwrap().attribute("mechanism"), Some("HT-SHA-256-EXPR"));
    assert!(begun.first("resume", ns::STREAM_MANAGEMENT).is_none() && begun.first("fast", ns::FAST).is_none());
    let bind: Vec<_> = begun.first("bind", ns::BIND2).unwrap().children().cloned().collect();
    let bind: Vec<_> = bind.iter().map(Element::to_xml).collect();
    let expected = [
        "<tag xmlns='urn:xmpp:bind:0'>Phone</tag>",
        "<enable xmlns='urn:xmpp:sm:3' resume='true'/>",
        "<enable xmlns='urn:xmpp:carbons:2'/>",
        "<active xmlns='urn:xmpp:csi:0'/>",
    ];
    assert_eq!(bind, expected);
    let last = proving2(&mut talk, &begun);
    let given = "<token xmlns='urn:xmpp:fast:0' token='t1' expiry='2027-01-01T00:00:00Z'/>";
    let steps = talk.server(&success(&last, &format!("{BOUND}{given}"))).unwrap();
    let expected = Established::Bound {
        jid: FullJid::new("alice@example.org/Linnet.1").unwrap(),
        stream_management: Some(Enabled { id: Some("new".into()), location: None, max: None }),
        can_enable: false,
        carbons: true,
        active: Some(true),
        resume_failed: None,
    };
    assert_eq!(established(steps), expected);
    assert!(talk.negotiation.features_follow());
    let [Memory::Offer(Some(kept)), Memory::ScramSeen, Memory::BindingSeen, Memory::Keys(_), Memory::Token(token)] =
        &talk.memories[..]
    else {
        panic!("{:?}", talk.memories);
    };
    assert_eq!(**kept, offer());
    let expected =
        Token { secret: Secret::new("t1"), mechanism: "HT-SHA-256-EXPR", expiry: Some("2027-01-01T00:00:00Z".into()) };
    assert_eq!(*token, expected);
    let expected = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 3, pipelined: false, fast: false };
    assert_eq!(talk.negotiation.sign_in(), expected);
}

#[test]
fn a_warm_reconnect_is_one_flight() {
    let mut talk = Talk::new(warm());
    let begun = flight(&talk.start(Some(tls()))).unwrap();
    assert_eq!((talk.negotiation.phase(), talk.negotiation.farewell()), (Phase::Resuming, ""));
    assert_eq!(begun.attribute("mechanism"), Some("HT-SHA-256-EXPR"));
    assert_eq!(begun.first("fast", ns::FAST).unwrap().attribute("count"), Some("4"));
    assert!(begun.first("request-token", ns::FAST).is_none());
    let resume = begun.first("resume", ns::STREAM_MANAGEMENT).unwrap();
    assert_eq!((resume.attribute("previd"), resume.attribute("h")), (Some("old'id"), Some("7")));
    assert!(begun.first("bind", ns::BIND2).is_some(), "for a session that is lost");
    assert_eq!(initial(&begun), [&b"alice\0"[..], &mac(b"Initiator")].concat());
    let rotated = "<token xmlns='urn:xmpp:fast:0' token='t2' expiry='2027-01-01T00:00:00Z'/>";
    let answer = success(&mac(b"Responder"), &format!("{RESUMED}{rotated}"));
    let steps = talk.server(&format!("{HEADER}{}{answer}", features(SASL2))).unwrap();
    assert_eq!(established(steps), Established::Resumed { h: 3 });
    let expected = SignIn { mechanism: "HT-SHA-256-EXPR", flights: 1, pipelined: true, fast: true };
    assert_eq!(talk.negotiation.sign_in(), expected);
    assert!(matches!(
        &talk.memories[..],
        [Memory::ScramSeen, Memory::Token(Token { mechanism: "HT-SHA-256-EXPR", .. })]
    ));
    assert_eq!(talk.negotiation.unanswered_flight(), None);
}

#[test]
fn a_lost_session_is_bound_anew_in_the_same_flight() {
    let condition = "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>";
    for (failed, expected) in [
        (format!("<failed xmlns='urn:xmpp:sm:3' h='5'><error type='cancel'>{condition}</error></failed>"), Some(5)),
        (format!("<failed xmlns='urn:xmpp:sm:3'>{condition}</failed>"), None),
        (String::new(), None),
    ] {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        let answer = success(&mac(b"Responder"), &format!("{BOUND}{failed}"));
        let steps = talk.server(&format!("{HEADER}{}{answer}", features(SASL2))).unwrap();
        let Established::Bound { resume_failed, .. } = established(steps) else { panic!("not bound") };
        assert_eq!(resume_failed, Some(expected), "{failed}");
        assert_eq!(talk.negotiation.sign_in().flights, 1);
    }
}

#[test]
fn a_stale_token_falls_back_to_scram_on_the_same_stream() {
    for failure in [
        REFUSED.to_owned(),
        REFUSED.replace("not-authorized", "credentials-expired"),
        "<failure xmlns='urn:xmpp:sasl:2'><malformed-request/></failure>".to_owned(),
        "<failure xmlns='urn:xmpp:sasl:2'/>".to_owned(),
    ] {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        let steps = talk.server(&format!("{HEADER}{}{failure}", features(SASL2))).unwrap();
        let begun = authenticate(&sent(&steps));
        assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
        assert!(begun.first("request-token", ns::FAST).is_some(), "a new one is asked for");
        assert!(begun.first("resume", ns::STREAM_MANAGEMENT).is_some(), "the session is still to be had");
        assert!(begun.first("bind", ns::BIND2).is_some());
        assert!(talk.memories.contains(&Memory::TokenRefused));
        assert_eq!(talk.negotiation.phase(), Phase::Authenticating);
        let last = proving2(&mut talk, &begun);
        assert_eq!((talk.negotiation.phase(), talk.negotiation.farewell()), (Phase::Resuming, ""));
        let steps = talk.server(&success(&last, RESUMED)).unwrap();
        assert_eq!(established(steps), Established::Resumed { h: 3 });
        let expected = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 3, pipelined: true, fast: false };
        assert_eq!(talk.negotiation.sign_in(), expected);
    }
}

#[test]
fn a_token_outlives_a_tired_server_but_not_a_closed_account() {
    let begin = || {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
        talk
    };
    let mut talk = begin();
    assert_eq!(talk.error(&REFUSED.replace("not-authorized", "temporary-auth-failure")), NegotiationError::Busy);
    assert!(!talk.negotiation.token_refused());
    let mut talk = begin();
    let error = talk.error(&REFUSED.replace("not-authorized", "account-disabled"));
    assert_eq!(error, NegotiationError::Login(LoginFailure::AccountRefused));
}

#[test]
fn a_stale_token_and_a_changed_password_need_the_user() {
    let keys = |salt: &[u8]| SaltedKeys {
        hash: ScramHash::Sha256,
        salt: salt.to_vec(),
        iterations: 4096,
        client_key: Zeroizing::new(vec![1; 32]),
        server_key: Zeroizing::new(vec![1; 32]),
    };
    let config = NegotiationConfig { password: Secret::new(""), keys: vec![keys(b"old salt")], ..warm() };
    let mut talk = Talk::new(config.clone());
    talk.start(Some(tls()));
    let steps = talk.server(&format!("{HEADER}{}{REFUSED}", features(SASL2))).unwrap();
    let first = String::from_utf8(initial(&authenticate(&sent(&steps)))).unwrap();
    let server = ScramServer::new(ScramHash::Sha256, &first, "p=tls-exporter,,", "");
    assert_eq!(talk.error(&challenge(&server)), NegotiationError::Login(LoginFailure::WrongPassword));

    let other_hash = SASL2.replace("SCRAM-SHA-256", "SCRAM-SHA-1");
    let mut talk = Talk::new(NegotiationConfig { known: None, token: None, ..config.clone() });
    talk.start(Some(tls()));
    let error = talk.error(&format!("{HEADER}{}", features(&other_hash)));
    assert_eq!(error, NegotiationError::Login(LoginFailure::WrongPassword), "only the password can make other keys");

    let mut talk = Talk::new(NegotiationConfig { keys: vec![keys(b"salt")], token: None, ..config });
    let begun = flight(&talk.start(Some(tls()))).unwrap();
    let first = String::from_utf8(initial(&begun)).unwrap();
    let server = ScramServer::new(ScramHash::Sha256, &first, "p=tls-exporter,,", "p=tls-exporter,,exported");
    let steps = talk.server(&format!("{HEADER}{}{}", features(SASL2), challenge(&server))).unwrap();
    let (_, last) = message(&sent(&steps));
    assert_eq!(server.last(&last), None, "keys of another password prove nothing");
    assert_eq!(talk.error(REFUSED), NegotiationError::Login(LoginFailure::WrongPassword));
}

#[test]
fn kept_keys_need_neither_password_nor_slow_hash() {
    let mut talk = Talk::encrypted(config());
    let begun = authenticate(&sent(&talk.server(&features(SASL2)).unwrap()));
    let last = proving2(&mut talk, &begun);
    talk.server(&success(&last, BOUND)).unwrap();
    let keys = talk.memories.iter().find_map(|memory| match memory {
        Memory::Keys(keys) => Some(keys.clone()),
        _ => None,
    });
    let again = NegotiationConfig {
        password: Secret::new(""),
        keys: keys.into_iter().collect(),
        known: Some(offer()),
        ..config()
    };
    let mut talk = Talk::new(again);
    let begun = flight(&talk.start(Some(tls()))).unwrap();
    assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
    let first = String::from_utf8(initial(&begun)).unwrap();
    let server = ScramServer::new(ScramHash::Sha256, &first, "p=tls-exporter,,", "p=tls-exporter,,exported");
    let steps = talk.server(&format!("{HEADER}{}{}", features(SASL2), challenge(&server))).unwrap();
    let (_, last) = message(&sent(&steps));
    let last = server.last(&last).unwrap();
    established(talk.server(&success(last.as_bytes(), BOUND)).unwrap());
    assert_eq!(talk.negotiation.sign_in().flights, 2, "a cold login with the features known");
}

#[test]
fn a_server_that_does_not_know_the_token_is_not_believed() {
    for data in [&[][..], &[0; 32], &mac(b"Initiator")] {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
        assert_eq!(talk.error(&success(data, RESUMED)), NegotiationError::TokenNotProven);
        assert!(talk.negotiation.token_refused(), "the next login is by SCRAM");
        assert_eq!(talk.negotiation.farewell(), "");
    }
    let mut talk = Talk::new(warm());
    talk.start(Some(tls()));
    talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
    assert_eq!(
        talk.error(&format!("<success xmlns='urn:xmpp:sasl:2'>{RESUMED}</success>")),
        NegotiationError::TokenNotProven
    );
}

#[test]
fn a_token_is_never_used_for_less_than_it_was_asked_for() {
    let without_exporter = || TlsInfo { exporter: None, ..tls() };
    let older = || TlsInfo { version: "TLSv1.2".into(), ..without_exporter() };
    // No exporter: SCRAM, by what there is to bind to.
    let end_point = SASL2.replace("type='tls-exporter'", "type='tls-server-end-point'");
    for info in [without_exporter(), older()] {
        let mut talk = Talk::new(NegotiationConfig { known: None, ..warm() });
        talk.start(Some(info));
        let begun = authenticate(&sent(&talk.server(&format!("{HEADER}{}", features(&end_point))).unwrap()));
        assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
        assert_eq!(begun.first("request-token", ns::FAST).unwrap().attribute("mechanism"), Some("HT-SHA-256-NONE"));
        assert!(!talk.memories.contains(&Memory::TokenRefused), "it may serve the next connection");
    }
    let mut talk = Talk::new(warm());
    assert!(flight(&talk.start(Some(older()))).is_none(), "nothing leaves with the header over TLS 1.2");
    // The server no longer offers what the token is for.
    let weaker = SASL2.replace("<mechanism>HT-SHA-256-EXPR</mechanism>", "");
    let mut talk = Talk::new(NegotiationConfig { known: None, ..warm() });
    talk.start(Some(tls()));
    let begun = authenticate(&sent(&talk.server(&format!("{HEADER}{}", features(&weaker))).unwrap()));
    assert!(begun.first("fast", ns::FAST).is_none());
    // One that is bound to nothing is replaced where better is to be had.
    let unbound = TokenUse { mechanism: "HT-SHA-256-NONE", ..token() };
    let mut talk = Talk::new(NegotiationConfig { token: Some(unbound), ..warm() });
    let begun = flight(&talk.start(Some(tls()))).unwrap();
    assert_eq!(begun.first("request-token", ns::FAST).unwrap().attribute("mechanism"), Some("HT-SHA-256-EXPR"));
}

#[test]
fn whoever_does_not_understand_the_flight_is_found_out() {
    let begin = || {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        talk
    };
    let error = "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
    let mut talk = begin();
    let refused = talk.error(&format!("{HEADER}{error}"));
    assert!(refused.blames_flight());
    assert_eq!(talk.negotiation.unanswered_flight(), Some(false));

    let mut talk = begin();
    assert_eq!(talk.error(&format!("{HEADER}{}", mechanisms(&["SCRAM-SHA-1"]))), NegotiationError::NotUnderstood);
    assert_eq!(talk.negotiation.unanswered_flight(), Some(false));

    let mut talk = begin();
    talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
    assert!(talk.error(error).blames_flight());
    assert_eq!(talk.negotiation.unanswered_flight(), Some(true), "although it offers SASL2");

    let mut talk = begin();
    assert!(talk.error(&format!("{HEADER}</stream:stream>")).blames_flight());
    let mut talk = begin();
    assert!(talk.error(&format!("{HEADER}{}", success(&mac(b"Responder"), RESUMED))).blames_flight(), "no features");
    let busy = error.replace("not-authorized", "system-shutdown");
    let mut talk = begin();
    assert!(!talk.error(&format!("{HEADER}{busy}")).blames_flight());
}

#[test]
fn features_that_changed_are_believed_after_a_refusal() {
    let older = Features {
        sasl2: offer().sasl2.map(|sasl2| Sasl2 { mechanisms: vec!["SCRAM-SHA-512".into()], ..sasl2 }),
        ..offer()
    };
    let mut talk = Talk::new(NegotiationConfig { known: Some(older), ..config() });
    let begun = flight(&talk.start(Some(tls()))).unwrap();
    assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-512"));
    let refused = REFUSED.replace("not-authorized", "invalid-mechanism");
    let steps = talk.server(&format!("{HEADER}{}{refused}", features(SASL2))).unwrap();
    let begun = authenticate(&sent(&steps));
    assert_eq!(begun.attribute("mechanism"), Some("SCRAM-SHA-256-PLUS"));
    assert!(matches!(&talk.memories[..], [Memory::Offer(Some(_)), ..]));
    assert_eq!(talk.error(REFUSED), NegotiationError::Login(LoginFailure::WrongPassword), "once");
}

#[test]
fn lists_changed_on_the_way_end_the_login() {
    let digest = |hash: &str| format!(",h={hash}");
    let lists = "SCRAM-SHA-256\u{1e}SCRAM-SHA-256-PLUS\u{1f}tls-exporter";
    let right = STANDARD.encode(Sha256::digest(lists));
    for (h, changed) in [(digest(&right), false), (digest("AAAA"), true)] {
        let mut talk = Talk::encrypted(config());
        let begun = authenticate(&sent(&talk.server(&features(SASL2)).unwrap()));
        let first = String::from_utf8(initial(&begun)).unwrap();
        let mut server = ScramServer::new(ScramHash::Sha256, &first, "p=tls-exporter,,", "");
        server.first += &h;
        if changed {
            assert_eq!(talk.error(&challenge(&server)), NegotiationError::Login(LoginFailure::ServerNotProven));
        } else {
            assert!(matches!(talk.server(&challenge(&server)).unwrap()[..], [Step::Compute(_)]));
        }
    }
}

#[test]
fn without_inline_binding_the_ordinary_order_goes_on() {
    let bare = "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-256</mechanism></authentication>";
    let mut talk = Talk::encrypted(resuming());
    let begun = authenticate(&sent(&talk.server(&features(bare)).unwrap()));
    assert!(begun.first("resume", ns::STREAM_MANAGEMENT).is_none() && begun.first("bind", ns::BIND2).is_none());
    let first = String::from_utf8(initial(&begun)).unwrap();
    let server = ScramServer::new(ScramHash::Sha256, &first, "y,,", "y,,");
    let mut steps = talk.server(&challenge(&server)).unwrap();
    let Some(Step::Compute(job)) = steps.pop() else { panic!("nothing to compute") };
    let (_, last) = message(&sent(&talk.negotiation.computed(job.run()).unwrap()));
    let signed = server.last(&last).unwrap();
    assert!(talk.server(&success(signed.as_bytes(), "")).unwrap().is_empty(), "no restart; the features come");
    let steps = talk.server(&features(&format!("{BIND}{SM}"))).unwrap();
    assert_eq!(sent(&steps), "<resume xmlns='urn:xmpp:sm:3' h='7' previd='old&apos;id'/>");
    let id = bind_id(&talk.server("<failed xmlns='urn:xmpp:sm:3'/>").unwrap());
    assert!(!sent(&talk.server(&bound(&id, "alice@example.org/phone")).unwrap()).is_empty());
}

#[test]
fn broken_successes_are_refused() {
    for children in [
        "<authorization-identifier>mallory@example.org/x</authorization-identifier><bound xmlns='urn:xmpp:bind:0'/>",
        "<authorization-identifier>alice@example.org</authorization-identifier><bound xmlns='urn:xmpp:bind:0'/>",
        "<bound xmlns='urn:xmpp:bind:0'/>",
        "<resumed xmlns='urn:xmpp:sm:3' h='3' previd='another'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='old&apos;id'/>",
    ] {
        let mut talk = Talk::new(warm());
        talk.start(Some(tls()));
        talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
        let error = talk.error(&success(&mac(b"Responder"), children));
        assert!(matches!(error, NegotiationError::Protocol(_)), "{children}");
    }
    let mut talk = Talk::new(warm());
    talk.start(Some(tls()));
    talk.server(&format!("{HEADER}{}", features(SASL2))).unwrap();
    let continued = "<continue xmlns='urn:xmpp:sasl:2'><tasks><task>TOTP</task></tasks></continue>";
    assert_eq!(talk.error(continued), NegotiationError::Login(LoginFailure::NoSafeMechanism));
}
