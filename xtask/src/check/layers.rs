//! Which module of the messenger may use which: the rule that the compiler can't see, since it is one crate.
//!
//! Crates are kept apart by Cargo. Inside the messenger every file may name every other, so this table is the place
//! where a new dependency is made known, and reviewed.

use super::Source;

const SOURCES: &str = "core/messenger/src/";

/// What the messenger may depend on: arithmetic, text, the database. With anything else it could open a socket, read a
/// clock or roll dice, and would no longer run the same way twice.
const PURE: [&str; 20] = [
    "argon2",
    "base64",
    "chacha20poly1305",
    "hmac",
    "hpke",
    "idna",
    "jid",
    "pbkdf2",
    "proptest",
    "rusqlite",
    "rxml",
    "serde",
    "serde_json",
    "sha1",
    "sha2",
    "stringprep",
    "subtle",
    "thiserror",
    "tracing",
    "zeroize",
];

/// What comes in, what goes out, and the words both are told in: everybody's vocabulary.
const BOUNDARY: [&str; 8] = ["change", "command", "effect", "fault", "ids", "input", "now", "random"];

/// Folders that each hold one domain of what the user knows.
const FEATURES: [&str; 13] = [
    "account", "app", "archive", "call", "chat", "contact", "disco", "file", "message", "omemo", "push", "room",
    "session",
];

/// What every feature may use besides the boundary. Of the engine only what a feature is written against; of the
/// session what there is to know of the stream; of the views only the words that are stored and shown alike.
const EVERY_FEATURE: [&str; 10] = [
    "wire",
    "store",
    "outbox",
    "engine::cx",
    "engine::envelope",
    // Where the bugs are planted that the chaos test must find.
    "engine::fault",
    "engine::feature",
    "engine::request",
    "session",
    "view::item",
];

/// The features that may use another one, and why.
const PAIRS: [(&str, &str, &str); 14] = [
    ("account", "archive", "a new account's archive begins unread"),
    ("account", "chat", "a new account's chats begin unread"),
    ("account", "contact", "how much a device wants is told with our presence"),
    ("account", "message", "what is no longer told is taken out of the outbox"),
    ("archive", "chat", "what the archive tells may open a chat"),
    ("archive", "message", "the archive decides identity and order"),
    ("chat", "archive", "a gap fills itself when its chat is looked at"),
    ("chat", "contact", "writing to someone asks to see him"),
    ("chat", "message", "reading a chat is a mark on its messages"),
    ("contact", "account", "a code that hands an account over is told from a contact's"),
    ("contact", "chat", "who comes by our own code has a chat"),
    ("message", "archive", "a live message moves the archive's cursor"),
    ("message", "chat", "a message may open a chat"),
    ("message", "contact", "who may not see us is not answered"),
];

/// The other modules.
const OTHERS: [(&str, &[&str]); 9] = [
    // What was read of a file on a thread of its own.
    ("command", &["contact::portable"]),
    ("wire", &[]),
    ("store", &[]),
    ("input", &["wire"]),
    // A job for a thread of its own carries what it computes with.
    ("effect", &["wire", "session::scram"]),
    ("fault", &["store"]),
    // The stream drives the engine, and brings what the archive knows of it up to date.
    ("session", &["wire", "store", "outbox", "engine", "archive", "chat::read_sync", "view::item"]),
    ("outbox", &["wire", "store", "engine::cx", "engine::feature", "message", "session::clock", "view::item"]),
    // An own code is a link with our address.
    (
        "view",
        &[
            "store",
            "account::provider",
            "contact::address",
            "message::portion",
            "message::state",
            "message::styling",
            "message::text",
        ],
    ),
];

/// Uses that the table does not allow.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path == "core/messenger/Cargo.toml") {
        for (line, name) in dependencies(&source.text) {
            if !PURE.contains(&name) {
                findings.push(source.at(line, &format!("the messenger may not depend on {name}")));
            }
        }
    }
    for source in sources {
        let Some(path) = source.path.strip_prefix(SOURCES) else { continue };
        let module = path.trim_end_matches(".rs").split('/').next().unwrap_or_default();
        if module == "lib" || path.ends_with("/tests.rs") {
            continue;
        }
        for (line, used) in uses(&source.text) {
            if !allowed(module, &used) {
                let what = format!("{module} may not use {used} (see xtask/src/check/layers.rs)");
                findings.push(source.at(line, &what));
            }
        }
    }
    findings
}

/// The crates that a manifest depends on, each with its line; those of its build script and its tests too.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (at, line) in manifest.lines().enumerate() {
        if let Some(section) = line.strip_prefix('[') {
            inside = section.contains("dependencies");
        } else if inside && line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            found.extend(line.split(['.', ' ', '=']).next().map(|name| (at + 1, name)));
        }
    }
    found
}

/// The modules that a file names by `crate::…`, two names deep, each with its line. Comments don't count, nor do the
/// tests at the end of the file: they may reach across.
fn uses(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    let code: Vec<&str> = lines.map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let two = |text: &str| {
        let first = name(text);
        let second = text.get(first.len()..).and_then(|rest| rest.strip_prefix("::")).map(name).unwrap_or_default();
        if second.is_empty() { first } else { format!("{first}::{second}") }
    };
    let mut found = Vec::new();
    let mut line = 1;
    for (at, part) in code.split("crate::").enumerate() {
        if at > 0 {
            match part.strip_prefix('{') {
                None => found.push((line, two(part))),
                // `crate::{a, b::{c, d}}`: only the outer names are modules.
                Some(group) => {
                    let mut depth = 0;
                    let mut start = true;
                    for (offset, c) in group.char_indices() {
                        match c {
                            '{' => depth += 1,
                            '}' if depth == 0 => break,
                            '}' => depth -= 1,
                            ',' if depth == 0 => start = true,
                            c if start && !c.is_whitespace() => {
                                start = false;
                                found.push((line, two(group.get(offset..).unwrap_or_default())));
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        line += part.matches('\n').count();
    }
    found
}

fn allowed(module: &str, used: &str) -> bool {
    let first = used.split("::").next().unwrap_or_default();
    let listed = |list: &[&str]| list.iter().any(|known| used == *known || first == *known);
    if first == module || BOUNDARY.contains(&first) {
        return true;
    }
    if module == "engine" {
        return first != "view" || used == "view::item";
    }
    if let Some((_, list)) = OTHERS.iter().find(|(name, _)| *name == module) {
        return listed(list);
    }
    FEATURES.contains(&module)
        && (listed(&EVERY_FEATURE) || PAIRS.iter().any(|(from, to, _)| *from == module && listed(&[to])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_read_two_names_deep_and_not_from_comments() {
        let text = "use crate::store::sql;\n\nfn a() {\n    crate::view::item::Item::new(); // crate::wire\n}\n\
                    use crate::{archive, message::{order, text}, ids::ChatId};\n#[cfg(test)]\nuse crate::call;";
        let uses: Vec<_> = uses(text).into_iter().map(|(line, used)| format!("{line} {used}")).collect();
        assert_eq!(uses, ["1 store::sql", "4 view::item", "6 archive", "6 message", "6 ids::ChatId"]);
    }

    #[test]
    fn dependencies_are_read_from_their_sections_only() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\n# tokio\nserde.workspace = true\n\n\
                        [dev-dependencies]\nproptest = \"1\"\n[lints]\nworkspace = true\n";
        assert_eq!(dependencies(manifest), [(5, "serde"), (8, "proptest")]);
    }

    #[test]
    fn a_feature_may_use_the_store_but_neither_views_nor_other_features() {
        assert!(allowed("message", "store::sql"));
        assert!(allowed("message", "ids::ChatId"));
        assert!(allowed("message", "engine::feature"));
        assert!(!allowed("message", "engine::pipeline"));
        assert!(allowed("message", "view::item"));
        assert!(!allowed("message", "view::timeline"));
        assert!(!allowed("message", "call"));
        assert!(!allowed("store", "engine"));
        assert!(allowed("engine", "message"));
    }
}
