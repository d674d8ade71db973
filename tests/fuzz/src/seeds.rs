//! First inputs: the examples of the XEPs, and what the targets' own formats need.

use std::path::Path;

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
        "login" => {
            logins().iter().flat_map(|login| [0_u8, 1, 3, 5, 9, 17, 21].map(|shape| with_shape(shape, login))).collect()
        }
        "scram" => lines(&[
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096\nv=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096\ne=invalid-proof",
            "e=other-error\n",
            "r=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAserver,s=QSXCR+Q6sek8bf92,i=4096,m=x\nv=",
        ]),
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
    let mut files: Vec<_> =
        folder.read_dir().expect("the fixtures are there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    let mut examples = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        examples.extend(text.split("\n=== ").skip(1).filter_map(|part| Some(part.split_once('\n')?.1.to_owned())));
    }
    examples
}
