//! Signing in: who must prove what, and what a failure means.

use super::*;

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
            let farewell = if name == "success" { STREAM_CLOSE } else { Profile::Sasl1.abort_and_close() };
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
        let steps = talk.server(&mechanisms(&["SCRAM-SHA-1"])).unwrap();
        let (_, client_first) = message(&sent(&steps));
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
        ("r=NONCE,s=c2FsdA==,i=4096", not_proven.clone()),
        ("r=other,s=c2FsdA==,i=4096", not_proven),
        ("r=NONCEX,s=c2FsdA==,i=1", unsafe_mechanism.clone()),
        ("m=x,r=NONCEX,s=c2FsdA==,i=4096", unsafe_mechanism),
        ("hello", malformed),
    ];
    for (challenge, expected) in hostile {
        let mut talk = Talk::encrypted(config());
        let steps = talk.server(&mechanisms(&["SCRAM-SHA-256"])).unwrap();
        let (_, client_first) = message(&sent(&steps));
        let nonce = client_first.strip_prefix("y,,n=alice,r=").unwrap();
        assert_eq!(talk.error(&sasl_xml("challenge", &challenge.replace("NONCE", nonce))), expected);
        assert_eq!(talk.negotiation.farewell(), Profile::Sasl1.abort_and_close());
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
        talk.start(Some(tls));
        talk.server(HEADER).unwrap();
        let steps = talk.server(&mechanisms(names)).unwrap();
        (talk, message(&sent(&steps)).1)
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
    talk.start(Some(tls()));
    talk.server(HEADER).unwrap();
    assert_eq!(talk.error(&mechanisms(&["PLAIN"])), NegotiationError::Login(LoginFailure::AccountRefused));
}
