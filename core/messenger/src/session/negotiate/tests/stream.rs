//! The stream itself: TLS, headers, errors, what comes out of place.

use super::*;

#[test]
fn from_starttls_to_a_bound_session() {
    let mut talk = Talk::new(config());
    let header = sent(&talk.start(None));
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
    assert!(sent(&talk.negotiation.tls_ready(tls(), &mut talk.random)).contains(" from='alice@example.org'"));
    assert!(talk.negotiation.tls_ready(tls(), &mut talk.random).is_empty(), "once is enough");
    talk.server(HEADER).unwrap();

    let offer = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>\
                 <mechanism>SCRAM-SHA-256-PLUS</mechanism><mechanism>SCRAM-SHA-256</mechanism></mechanisms>\
                 <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-server-end-point'/>\
                 <channel-binding type='tls-exporter'/></sasl-channel-binding>";
    let steps = talk.server(&features(offer)).unwrap();
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
        can_enable: false,
        carbons: false,
        active: None,
        resume_failed: None,
    };
    assert_eq!(established(steps), expected);
    assert_eq!(talk.negotiation.phase(), Phase::Established);
    let [Memory::ScramSeen, Memory::BindingSeen, Memory::Keys(keys), Memory::Session(offered)] = &talk.memories[..]
    else {
        panic!("{:?}", talk.memories);
    };
    assert_eq!((keys.hash, &keys.salt[..], keys.iterations), (ScramHash::Sha256, &b"salt"[..], 4096));
    assert!(offered.roster_versioning);
    let expected = SignIn { mechanism: "SCRAM-SHA-256-PLUS", flights: 8, pipelined: false, fast: false };
    assert_eq!(talk.negotiation.sign_in(), expected);
}

#[test]
fn without_starttls_nothing_is_sent_in_the_clear() {
    let mut talk = Talk::new(config());
    talk.start(None);
    talk.server(HEADER).unwrap();
    let error = talk.error(&mechanisms(&["PLAIN", "SCRAM-SHA-1"]));
    assert_eq!(error, NegotiationError::NoTls);
    assert_eq!(error.verdict(), Verdict::Waiting(WaitReason::Tls), "anybody on the way could have taken it out");
    assert_eq!(talk.negotiation.farewell(), STREAM_CLOSE);
}

#[test]
fn tls_refused_is_waited_for() {
    let mut talk = Talk::new(config());
    talk.start(None);
    talk.server(&format!("{HEADER}{}", features(STARTTLS))).unwrap();
    let error = talk.error("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    assert_eq!(error.verdict(), Verdict::Waiting(WaitReason::Tls));
}

/// Every point at which the server speaks next.
fn everywhere() -> Vec<Talk> {
    let mut headed = Talk::new(config());
    headed.start(None);
    headed.server(HEADER).unwrap();
    let mut starting_tls = Talk::new(config());
    starting_tls.start(None);
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
        ("conflict", Verdict::Waiting(WaitReason::Lost)),
        ("system-shutdown", Verdict::Waiting(WaitReason::ServerBusy)),
        ("host-unknown", Verdict::Waiting(WaitReason::ServerNotFound)),
        ("bad-format", Verdict::Waiting(WaitReason::ServerError)),
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
        talk.start(Some(tls()));
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
