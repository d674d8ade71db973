//! Resumption, binding and stream management in the ordinary order.

use super::*;

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
    assert!(matches!(established(steps), Established::Bound { stream_management: None, can_enable: true, .. }));
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
