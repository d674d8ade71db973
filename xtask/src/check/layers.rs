//! Which module of the messenger may use which: the rule that the compiler can't see, since it is one crate.
//!
//! Crates are kept apart by Cargo. Inside the messenger every file may name every other, so this table is the place
//! where a new dependency is made known, and reviewed.

use super::Source;

const SOURCES: &str = "core/messenger/src/";

/// What comes in, what goes out, and the words both are told in: everybody's vocabulary.
const BOUNDARY: [&str; 8] = ["change", "command", "effect", "fault", "ids", "input", "now", "random"];

/// Folders that each hold one domain of what the user knows.
const FEATURES: [&str; 12] =
    ["account", "archive", "call", "chat", "contact", "disco", "file", "message", "omemo", "push", "room", "session"];

/// What every feature may use besides the boundary. Of the engine only what a feature is written against.
const EVERY_FEATURE: [&str; 5] = ["wire", "store", "outbox", "engine::feature", "engine::request"];

/// The features that may use another one, and why.
const PAIRS: [(&str, &str, &str); 0] = [];

/// The other modules.
const OTHERS: [(&str, &[&str]); 7] = [
    ("wire", &[]),
    ("store", &[]),
    ("outbox", &["wire", "store", "engine::feature"]),
    ("view", &["store"]),
    ("input", &["wire"]),
    // A job for a thread of its own carries what it computes with.
    ("effect", &["wire", "session::scram"]),
    ("fault", &["store"]),
];

/// Uses that the table does not allow.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        let Some(path) = source.path.strip_prefix(SOURCES) else { continue };
        let module = path.trim_end_matches(".rs").split('/').next().unwrap_or_default();
        if module == "lib" {
            continue;
        }
        // Tests at the end of a file may reach across.
        let code = source.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        for (at, line) in code.enumerate() {
            for used in uses(line) {
                if !allowed(module, &used) {
                    let what = format!("{module} may not use {used} (see xtask/src/check/layers.rs)");
                    findings.push(source.at(at + 1, &what));
                }
            }
        }
    }
    findings
}

/// The modules that a line names by `crate::…`, two names deep.
fn uses(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            let first = name(rest);
            let second = rest.get(first.len()..).and_then(|rest| rest.strip_prefix("::")).map(name).unwrap_or_default();
            if second.is_empty() { first } else { format!("{first}::{second}") }
        })
        .collect()
}

fn allowed(module: &str, used: &str) -> bool {
    let first = used.split("::").next().unwrap_or_default();
    let listed = |list: &[&str]| list.iter().any(|known| used == *known || first == *known);
    if first == module || BOUNDARY.contains(&first) {
        return true;
    }
    if module == "engine" {
        return first != "view";
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
        assert_eq!(uses("use crate::store::sql;"), ["store::sql"]);
        assert_eq!(
            uses("    crate::view::item::Item::new(crate::ids::ChatId(1)) // crate::wire"),
            ["view::item", "ids::ChatId"]
        );
        assert_eq!(uses("use crate::{wire, store};"), [""]);
    }

    #[test]
    fn a_feature_may_use_the_store_but_neither_views_nor_other_features() {
        assert!(allowed("message", "store::sql"));
        assert!(allowed("message", "ids::ChatId"));
        assert!(allowed("message", "engine::feature"));
        assert!(!allowed("message", "engine::pipeline"));
        assert!(!allowed("message", "view::item"));
        assert!(!allowed("message", "call"));
        assert!(!allowed("store", "engine"));
        assert!(allowed("engine", "message"));
    }
}
