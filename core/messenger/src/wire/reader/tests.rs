//! Hostile and ordinary streams, whole and in pieces.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

const HEADER: &str = "<?xml version='1.0'?><stream:stream from='example.org' id='s1' version='1.0' xml:lang='en' \
                      xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

fn drain(reader: &mut Reader) -> Vec<Result<Frame, WireError>> {
    let mut frames = Vec::new();
    loop {
        match reader.next_frame() {
            Ok(Some(frame)) => frames.push(Ok(frame)),
            Ok(None) => return frames,
            Err(error) => {
                frames.push(Err(error));
                return frames;
            }
        }
    }
}

fn read_in_pieces(xml: &[u8], piece: usize, limits: Limits) -> Vec<Result<Frame, WireError>> {
    let mut reader = Reader::new(limits);
    let mut frames = Vec::new();
    for piece in xml.chunks(piece) {
        reader.feed(piece);
        frames.extend(drain(&mut reader));
        assert!(reader.buffer.is_empty(), "whatever was read is gone");
        if frames.last().is_some_and(Result::is_err) {
            break;
        }
    }
    frames
}

/// What comes after the stream's header.
fn read(body: &str) -> Vec<Result<Frame, WireError>> {
    let mut frames = read_in_pieces(format!("{HEADER}{body}").as_bytes(), 16 << 10, Limits::default());
    assert!(matches!(frames.remove(0), Ok(Frame::StreamOpen(_))));
    frames
}

fn small() -> Limits {
    Limits { stanza_bytes: 250, depth: 3, nodes: 6, attributes: 8, declarations: 6, ..Limits::default() }
}

fn read_small(body: &str) -> Vec<Result<Frame, WireError>> {
    read_in_pieces(format!("{HEADER}{body}").as_bytes(), 7, small()).split_off(1)
}

fn element(frame: &Result<Frame, WireError>) -> &Element {
    match frame {
        Ok(Frame::Element(element)) => element,
        other => panic!("not an element: {other:?}"),
    }
}

fn head(frame: &Result<Frame, WireError>) -> &Element {
    match frame {
        Ok(Frame::TooLarge { head }) => head,
        other => panic!("not too large: {other:?}"),
    }
}

#[test]
fn a_stream_is_header_children_and_end() {
    let frames = read_in_pieces(
        format!("{HEADER}\n <stream:features/> <message to='a@b'><body>hi</body></message>\n</stream:stream>")
            .as_bytes(),
        1000,
        Limits::default(),
    );
    let open = StreamOpen {
        from: Some("example.org".into()),
        id: Some("s1".into()),
        version: Some("1.0".into()),
        lang: Some("en".into()),
    };
    let message =
        Element::new("message", ns::CLIENT).with("to", "a@b").child(Element::new("body", ns::CLIENT).text("hi"));
    assert_eq!(
        frames,
        [
            Ok(Frame::StreamOpen(open)),
            Ok(Frame::Element(Element::new("features", ns::STREAM))),
            Ok(Frame::Element(message)),
            Ok(Frame::StreamClose),
        ]
    );
}

#[test]
fn nothing_is_read_after_the_end_of_the_stream() {
    let mut reader = Reader::new(Limits::default());
    reader.feed(format!("{HEADER}</stream:stream><message/>").as_bytes());
    assert_eq!(drain(&mut reader).len(), 2);
    reader.feed(b"<<<<");
    assert_eq!(drain(&mut reader), []);
}

#[test]
fn pieces_of_any_size_give_the_same_frames() {
    let deep = format!("{}{}", "<a>".repeat(200), "</a>".repeat(200));
    let xml = format!(
        "{HEADER}<message to='a@b' from='\u{fc}@\u{1f426}'>\r\n<body>a &amp; b &#x1F426; <![CDATA[<c>]] ]]> \
         \u{1f426}</body><x:y xmlns:x='urn:x' x:z='&lt;' z='2'><x:y/></x:y></message> {deep}<presence/>\n \
         <iq type='get'><q xmlns='urn:q'><r/><s xmlns=''/></q></iq><message id='big'>{}</message>\
         <message/></stream:stream>",
        "x".repeat(300),
    );
    for limits in [Limits::default(), small()] {
        let whole = read_in_pieces(xml.as_bytes(), xml.len(), limits);
        assert_eq!(whole.len(), 8, "{whole:?}");
        assert!(whole.iter().all(Result::is_ok), "{whole:?}");
        for piece in [1, 2, 3, 5, 64] {
            assert_eq!(read_in_pieces(xml.as_bytes(), piece, limits), whole, "in pieces of {piece}");
        }
    }
}

#[test]
fn the_byte_limit_is_the_same_for_pieces_of_any_size() {
    for length in 105..120 {
        let xml = format!("{HEADER}<m a='1' >{}<n  b='&amp;'/></m>", "\u{e4}".repeat(length));
        let frames = |piece| read_in_pieces(xml.as_bytes(), piece, Limits { stanza_bytes: 250, ..small() });
        assert_eq!(frames(1), frames(1000), "{length}");
    }
}

#[test]
fn text_in_pieces_is_one_node() {
    let frames = read("<a>1&amp;2<![CDATA[3]]>4<b/>5&#54;</a>");
    let b = Node::Element(Element::new("b", ns::CLIENT));
    assert_eq!(element(&frames[0]).nodes, [Node::Text("1&234".into()), b, Node::Text("56".into())]);
}

#[test]
fn namespaces_are_resolved_where_they_are_declared() {
    let frames = read("<p:a xmlns:p='u:1'><p:b xmlns:p='u:2' p:c='v'/><p:d/><e xmlns='u:3'><f/></e><g/></p:a><h/>");
    let a = element(&frames[0]);
    let names: Vec<_> = a.children().map(|child| (child.name.as_str(), child.ns.as_str())).collect();
    assert_eq!((a.name.as_str(), a.ns.as_str()), ("a", "u:1"));
    assert_eq!(names, [("b", "u:2"), ("d", "u:1"), ("e", "u:3"), ("g", ns::CLIENT)]);
    assert_eq!(a.first("b", "u:2").unwrap().attributes, [("u:2".into(), "c".into(), "v".into())]);
    assert!(a.first("e", "u:3").unwrap().first("f", "u:3").is_some());
    assert!(element(&frames[1]).is("h", ns::CLIENT));
}

#[test]
fn forbidden_and_broken_xml_ends_the_stream() {
    for body in [
        "<!DOCTYPE a>",
        "<a><!DOCTYPE a></a>",
        "<?pi x?>",
        "<?xml version='1.0'?>",
        "<a><?pi x?></a>",
        "<!-- c -->",
        "<a><!-- c --></a>",
        "<a>&custom;</a>",
        "<a b='&custom;'/>",
        "<a>\u{1}</a>",
        "<a>&#0;</a>",
        "<a>&#xFFFF;</a>",
        "<a></b>",
        "<a b='1' b='2'/>",
        "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<p:a/>",
        "<a p:b='1'/>",
        "<xmlns:a/>",
        "<a:b:c xmlns:a='u'/>",
        "<a b='<'/>",
        "<a b=1/>",
        "<a>]]></a>",
        "text",
        "<![CDATA[text]]>",
        "&amp;",
    ] {
        let frames = read(&format!("{body}<message/>"));
        assert_eq!(frames, [Err(WireError::Malformed)], "{body}");
    }
    let mut reader = Reader::new(Limits::default());
    reader.feed(HEADER.as_bytes());
    reader.feed(b"<a>\xff</a>");
    assert_eq!(drain(&mut reader).pop(), Some(Err(WireError::Malformed)));
    reader.feed(b"<message/>");
    assert_eq!(reader.next_frame(), Err(WireError::Malformed), "an error is final");
}

#[test]
fn a_billion_laughs_are_not_heard() {
    let xml = b"<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><s>&b;</s>";
    assert_eq!(read_in_pieces(xml, 1000, Limits::default()), [Err(WireError::Malformed)]);
}

#[test]
fn other_documents_are_not_streams() {
    for xml in [
        "<html>",
        "<stream>",
        "<stream:stream xmlns:stream='urn:other' xmlns='jabber:client'>",
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams'>",
        "<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:server'>",
        "<stream:other xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>",
    ] {
        let frames = read_in_pieces(xml.as_bytes(), 1000, Limits::default());
        assert_eq!(frames, [Err(WireError::NotAStream)], "{xml}");
    }
    let frames = read_in_pieces(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", 1000, Limits::default());
    assert_eq!(frames, [Err(WireError::Malformed)]);
}

#[test]
fn blanks_before_the_header_are_keepalives() {
    let xml = format!(" \r\n{HEADER}");
    for piece in [1, 1000] {
        assert!(matches!(read_in_pieces(xml.as_bytes(), piece, small())[..], [Ok(Frame::StreamOpen(_))]));
    }
}

#[test]
fn forty_thousand_levels_are_skipped() {
    let deep = format!("<message id='m' from='m@x'>{}{}</message>", "<a>".repeat(40_000), "</a>".repeat(40_000));
    let frames = read(&format!("{deep}<presence/>"));
    assert_eq!(frames.len(), 2);
    let expected = Element::new("message", ns::CLIENT).with("id", "m").with("from", "m@x");
    assert_eq!(head(&frames[0]), &expected);
    assert!(element(&frames[1]).is("presence", ns::CLIENT));
}

#[test]
fn nesting_without_end_ends_the_stream() {
    let frames = read(&"<a>".repeat(2_000_000));
    assert_eq!(frames, [Err(WireError::TokenTooLarge)]);
    let name = "n".repeat(1 << 20);
    let frames = read(&format!("<m><a>{}</a>{}", "x".repeat(3 << 20), format!("<{name}>").repeat(20)));
    assert_eq!(frames, [Err(WireError::TokenTooLarge)], "long names count");
}

#[test]
fn sixty_four_levels_are_taken_and_one_more_is_not() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let frames = read(&format!("{}{}", nested(64), nested(65)));
    assert!(element(&frames[0]).is("a", ns::CLIENT));
    assert!(head(&frames[1]).is("a", ns::CLIENT));
}

#[test]
fn a_body_of_ten_megabytes_is_skipped() {
    let mut reader = Reader::new(Limits::default());
    reader.feed(HEADER.as_bytes());
    reader.feed(b"<message id='m'><body>");
    assert_eq!(drain(&mut reader).len(), 1);
    let piece = "lorem ipsum &amp; ".repeat(1000);
    for _ in 0..(10 << 20) / piece.len() + 1 {
        reader.feed(piece.as_bytes());
        assert_eq!(drain(&mut reader), []);
        assert!(reader.buffer.capacity() <= KEPT_BYTES);
        assert!(reader.spent.memory <= reader.limits.stanza_bytes + 4 * NODE_COST);
    }
    reader.feed(b"</body></message><message/>");
    let frames = drain(&mut reader);
    assert_eq!(head(&frames[0]), &Element::new("message", ns::CLIENT).with("id", "m"));
    assert!(element(&frames[1]).is("message", ns::CLIENT));
}

#[test]
fn an_attribute_of_one_mebibyte_is_taken() {
    for length in [9000, 1 << 20] {
        let value = "v".repeat(length);
        let frames = read(&format!("<message id='{value}'/>"));
        assert_eq!(element(&frames[0]).attribute("id"), Some(value.as_str()));
    }
}

#[test]
fn a_token_above_the_limit_ends_the_stream() {
    let long = "v".repeat(Limits::default().token_bytes + 1);
    for body in [format!("<m a='{long}'/>"), format!("<m {long}='1'/>"), format!("<{long}/>")] {
        assert_eq!(read(&body), [Err(WireError::TokenTooLarge)]);
    }
}

#[test]
fn references_in_a_long_attribute_are_read_in_time() {
    let frames = read(&format!("<message id='{}'/>", "&lt;".repeat(10_000)));
    assert_eq!(element(&frames[0]).attribute("id").unwrap().len(), 10_000);
}

#[test]
fn each_limit_skips_one_stanza_only() {
    let declarations: String = (0..5).map(|n| format!(" xmlns:p{n}='u'")).collect();
    for big in [
        format!("<m id='1'>{}</m>", "x".repeat(250)),
        format!("<m id='1'><a b='{}'/></m>", "x".repeat(250)),
        format!("<m id='1' b='{}'/>", "x".repeat(250)),
        "<m id='1'><a><b><c/></b></a></m>".to_owned(),
        "<m id='1'><a/><a/><a/><a/><a/><a/></m>".to_owned(),
        "<m id='1'>1<a/>2<a/>3<a/></m>".to_owned(),
        "<m id='1' b='' c='' d='' e='' f='' g='' h='' i=''><a/></m>".to_owned(),
        "<m id='1'><a a='' b='' c='' d='' e='' f='' g='' h='' i=''><a/></a></m>".to_owned(),
        format!("<m id='1'><a{declarations}/></m>"),
    ] {
        let frames = read_small(&format!("{big}<n/>"));
        assert_eq!(frames.len(), 2, "{big}: {frames:?}");
        assert_eq!(head(&frames[0]).attribute("id"), Some("1"), "{big}");
        assert!(head(&frames[0]).is("m", ns::CLIENT) && head(&frames[0]).nodes.is_empty(), "{big}");
        assert!(element(&frames[1]).is("n", ns::CLIENT), "{big}");
    }
}

#[test]
fn an_overfull_head_keeps_what_it_is_and_whom_it_concerns() {
    let many: String = (0..200).map(|n| format!(" a{n}='{}'", "x".repeat(50))).collect();
    let frames = read_small(&format!("<p:m{many} xmlns:q='u' from='m@x' id='7' xmlns:p='urn:p'><p:a/></p:m><n/>"));
    let head = head(&frames[0]);
    assert!(head.is("m", "urn:p"));
    assert_eq!((head.attribute("from"), head.attribute("id")), (Some("m@x"), Some("7")));
    assert!(head.attributes.len() < 12);
    assert!(element(&frames[1]).is("n", ns::CLIENT));
    let frames = read_small(&format!("<m{many} xmlns='urn:p'/><n/>"));
    assert!(matches!(&frames[0], Ok(Frame::TooLarge { head }) if head.is("m", "urn:p")));
}

#[test]
fn one_long_namespace_is_not_multiplied() {
    let ns = "n".repeat(1 << 20);
    let frames = read(&format!("<m xmlns='{ns}'>{}</m><n/>", "<a/>".repeat(60_000)));
    assert_eq!(head(&frames[0]).ns.len(), 1 << 20);
    assert!(element(&frames[1]).is("n", ns::CLIENT));
}

#[test]
fn a_header_above_the_limits_ends_the_stream() {
    let attributes: String = (0..200).map(|n| format!(" a{n}=''")).collect();
    let xml = HEADER.replace(" id=", &format!("{attributes} id="));
    assert_eq!(read_in_pieces(xml.as_bytes(), 1000, Limits::default()), [Err(WireError::TokenTooLarge)]);
}

#[test]
fn a_roster_of_twenty_thousand_is_one_stanza() {
    let item = "<item jid='someone.with.a.name@example.org' name='Someone' subscription='both'><group>G</group></item>";
    let roster = format!("<iq type='result'><query xmlns='jabber:iq:roster'>{}</query></iq>", item.repeat(20_000));
    let frames = read(&roster);
    assert_eq!(element(&frames[0]).first("query", ns::ROSTER).unwrap().children().count(), 20_000);
}

/// Bytes from a fixed seed: mutated streams neither panic nor go on after an error.
#[test]
fn mutated_streams_do_not_panic() {
    let xml = format!(
        "{HEADER}<message to='a@b'><body>a &amp; b</body><x:y xmlns:x='urn:x' x:z='1'/></message><iq \
         type='set'><q xmlns='urn:q'><![CDATA[c]]></q></iq></stream:stream>"
    );
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % u64::try_from(bound).unwrap()).unwrap()
    };
    for _ in 0..3000 {
        let mut bytes = xml.clone().into_bytes();
        for _ in 0..=next(4) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => drop(bytes.drain(at..(at + next(20)).min(bytes.len()))),
                _ => bytes.insert(at, b"<>&'\"/ ]:x"[next(10)]),
            }
        }
        let whole = read_in_pieces(&bytes, bytes.len(), small());
        assert_eq!(read_in_pieces(&bytes, 1 + next(9), small()), whole);
    }
}
