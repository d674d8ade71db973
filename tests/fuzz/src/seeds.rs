//! First inputs: the examples of the XEPs, and what the targets' own formats need.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Whose session the fuzzed world is.
pub const OWN: &str = "alice@linnet.test";

/// Inputs to begin with, for a target.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let lines = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    match target {
        "address" => examples()
            .iter()
            .flat_map(|example| example.split(|c: char| c.is_whitespace() || "'\"<>".contains(c)))
            .filter(|word| word.starts_with("xmpp:") || word.contains('@'))
            .map(|word| word.as_bytes().to_vec())
            .collect(),
        "bytes" => examples().iter().map(|example| with_shape(0x20, example)).collect(),
        "certificate" => certificates(),
        "dns" => answers(),
        "element" => examples().iter().map(|example| here(example).into_bytes()).collect(),
        "host" => lines(&[
            "xmpp.example.org.",
            "münchen.example",
            "xn--mnchen-3ya.example",
            "[2001:db8::1]:5222",
            "2001:db8::1",
            "192.0.2.1:443",
            "a_b.example:0",
            "\\065.example",
            "*.example.org",
            ".",
        ]),
        "login" => {
            logins().iter().flat_map(|login| [0_u8, 1, 3, 5, 9, 17, 21].map(|shape| with_shape(shape, login))).collect()
        }
        "qr" => crate::qr::seeds(),
        "scram" => lines(&[
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096\nv=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096\ne=invalid-proof",
            "e=other-error\n",
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096,m=x\nv=",
        ]),
        "socks" => proxies(),
        "stamp" => lines(&[
            "2002-09-10T23:08:25Z",
            "1969-07-21T02:56:15Z",
            "1969-07-20T21:56:15-05:00",
            "2025-12-31T23:59:60.999999Z",
            "0000-02-29T00:00:00+14:00",
        ]),
        // As sent to us: most examples are written from another point of view.
        "stanza" => examples().iter().map(|example| here(example).into_bytes()).collect(),
        "styling" => lines(&[
            "*strong* _emphasis_ ~strike~ `code` *_both_*",
            "> quoted\n>> twice\n> *strong*\nnot",
            "```lang\nfixed *not strong*\n```\nafter",
            "/me waves at https://example.org/a_b_c.",
            "xmpp:bob@example.org?message (mailto:a@b) tel:+1, geo:1,2!",
            "**  * a*b *c ** ~`_*",
        ]),
        _ => Vec::new(),
    }
}

/// The words that a target's inputs consist of, as libFuzzer reads them: it would find no namespace by itself.
pub fn dictionary(target: &str) -> String {
    let mut words = BTreeSet::new();
    if matches!(target, "bytes" | "element" | "login" | "stanza") {
        for example in examples().iter().map(|example| here(example)).chain(logins()) {
            let mut quoted = example.split(['\'', '"']);
            while let (Some(tags), value) = (quoted.next(), quoted.next()) {
                words.extend(tags.split(|c: char| c.is_whitespace() || "<>=/".contains(c)).map(str::to_owned));
                words.extend(value.map(|value| format!("'{value}'")));
            }
        }
        words.extend(["<message ", "<iq ", "<presence ", " xmlns=", " id=", " from=", " to=", "/>"].map(str::to_owned));
    }
    words.extend(match target {
        "address" => vec![
            "xmpp:".to_owned(),
            "%2F".to_owned(),
            "%40".to_owned(),
            "?message;body=".to_owned(),
            "?roster;preauth=".to_owned(),
            ";ibr=y".to_owned(),
            ";name=".to_owned(),
            "?register;".to_owned(),
            "https://".to_owned(),
            "#".to_owned(),
        ],
        "host" => vec!["xn--".to_owned(), "::".to_owned(), "]:".to_owned()],
        "scram" => vec![",m=".to_owned(), ",i=".to_owned(), ",s=".to_owned(), "r=".to_owned(), "e=".to_owned()],
        "styling" => vec!["```\n".to_owned(), "\n> ".to_owned(), "/me ".to_owned(), "https://".to_owned()],
        _ => Vec::new(),
    });
    // libFuzzer takes none above 64 bytes.
    let known = words.iter().filter(|word| (2..=60).contains(&word.len()) && !word.contains("\n\n"));
    known.map(|word| format!("\"{}\"\n", escaped(word))).collect()
}

/// As in a dictionary of libFuzzer.
fn escaped(word: &str) -> String {
    word.bytes()
        .map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02X}"),
        })
        .collect()
}

/// The certificates that the tests of TLS use.
fn certificates() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/runtime/fixtures");
    let pem = files(&folder, "pem").into_iter().map(|file| std::fs::read_to_string(file).expect("readable"));
    pem.filter_map(|pem| {
        let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
        let text: String = rest.split_once("-----END")?.0.split_whitespace().collect();
        STANDARD.decode(text).ok()
    })
    .collect()
}

/// DNS messages, and the data of records without one (RFC 1035 4.1, RFC 2782).
fn answers() -> Vec<Vec<u8>> {
    let data = |priority: u8, weight: u8, target: &[u8]| [&[0, priority, 0, weight, 0x14, 0x66], target].concat();
    let (xmpp, other, root) = (&b"\x04xmpp\x07example\x03org\0"[..], &b"\x05other\x07example\x03org\0"[..], &b"\0"[..]);
    let message = |code: u8, records: &[Vec<u8>]| {
        let count = u8::try_from(records.len()).unwrap();
        let mut message = vec![0, 7, 0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0];
        message.extend(b"\x0c_xmpp-client\x04_tcp\x07example\x03org\0\0\x21\0\x01");
        for record in records {
            // The name again, by a pointer; type, class, time to live.
            message.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, u8::try_from(record.len()).unwrap()]);
            message.extend(record);
        }
        message
    };
    let two = [data(1, 2, xmpp), data(1, 0, other)];
    let (full, none, refused) = (message(0, &two), message(3, &[]), message(0, &[data(0, 0, root)]));
    let pointer = message(0, &[data(0, 0, b"\xc0\x19")]);
    let whole = crate::dns::whole;
    vec![
        whole(0, &[&full, &full]),
        whole(0, &[&none, &full]),
        whole(0, &[&refused, &refused]),
        whole(0, &[&full, &refused]),
        whole(0, &[&pointer, &message(2, &[])]),
        whole(1, &[&two[0], &two[1]]),
        whole(1, &[&two[1], &data(0, 0, root), &two[0], &data(9, 1, other)]),
    ]
}

/// What SOCKS5 proxies say: without and with a login, an address of each kind, a refusal; then the server's first word.
fn proxies() -> Vec<Vec<u8>> {
    let mut proxies = Vec::new();
    for greeting in [&[5, 0][..], &[5, 2, 1, 0], &[5, 0xff], &[5, 2, 1, 1]] {
        for reply in [
            &[5, 0, 0, 1, 127, 0, 0, 1, 0x14, 0x66][..],
            &[5, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9],
            &[5, 0, 0, 3, 3, b'a', b'.', b'b', 0, 9],
            &[5, 4, 0, 1, 0, 0, 0, 0, 0, 0],
        ] {
            proxies.push([greeting, reply, b"<?xml"].concat());
        }
    }
    proxies
}

fn with_shape(shape: u8, text: &str) -> Vec<u8> {
    let mut seed = vec![shape];
    seed.extend_from_slice(text.as_bytes());
    seed
}

/// The examples with the addresses of the fuzzed world.
fn here(example: &str) -> String {
    let mut text = example.to_owned();
    for (theirs, ours) in [
        ("romeo@montague.example", "alice@linnet.test"),
        ("romeo@montague.lit", "alice@linnet.test"),
        ("romeo@example.net", "alice@linnet.test"),
        ("juliet@capulet.example", "bob@linnet.test"),
        ("juliet@capulet.lit", "bob@linnet.test"),
        ("juliet@example.com", "bob@linnet.test"),
        ("montague.example", "linnet.test"),
        ("montague.lit", "linnet.test"),
    ] {
        text = text.replace(theirs, ours);
    }
    text
}

/// What servers say in a login.
fn logins() -> Vec<String> {
    let features = |inside: &str| format!("<stream:features>{inside}</stream:features>");
    let sasl = |names: &[&str]| {
        let names: String = names.iter().map(|name| format!("<mechanism>{name}</mechanism>")).collect();
        features(&format!("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{names}</mechanisms>"))
    };
    let starttls = features("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>");
    let proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    let success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
    let bound = features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>");
    let bind = "<iq type='result' id='AAAAAAAAAAAAAAAAAAAAAA'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                <jid>user@linnet.test/Linnet.1</jid></bind></iq>";
    let enabled = "<enabled xmlns='urn:xmpp:sm:3' id='next' resume='true' max='300'/>";
    let resumed = "<resumed xmlns='urn:xmpp:sm:3' previd='previous' h='2'/>";
    let failed =
        "<failed xmlns='urn:xmpp:sm:3' h='2'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";
    let plain = sasl(&["PLAIN"]);
    let scram = sasl(&["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN"]);
    let mut logins = vec![
        format!("{starttls}{proceed}{plain}{success}{bound}{bind}{enabled}"),
        format!("{plain}{success}{bound}{resumed}"),
        format!("{plain}{success}{bound}{failed}{bind}{enabled}"),
        format!("{scram}<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cj1BQUFB</challenge>"),
        format!("{scram}<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>"),
        "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>a:1</see-other-host></stream:error>"
            .to_owned(),
    ];
    logins.extend(examples().into_iter().filter(|example| {
        ["urn:xmpp:sasl:2", "urn:xmpp:bind:0", "urn:xmpp:fast:0", "urn:xmpp:sm:3"].iter().any(|ns| example.contains(ns))
    }));
    logins
}

/// Every example of the XEPs in `tests/fixtures/xeps`.
fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/xeps");
    let mut examples = Vec::new();
    for file in files(&folder, "txt") {
        let text = std::fs::read_to_string(&file).expect("readable");
        examples.extend(text.split("\n=== ").skip(1).filter_map(|part| Some(part.split_once('\n')?.1.to_owned())));
    }
    examples
}

/// The files of a folder whose names end so, in order.
fn files(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let entries = folder.read_dir().expect("the fixtures are there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|extension| extension == ending));
    files
}
