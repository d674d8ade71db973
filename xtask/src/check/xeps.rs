//! Which file knows which XEP: read from the `//! XEPs:` line that a feature's header has, written to `docs/xeps.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Source;
use crate::command::top;

const PAGE: &str = "docs/xeps.md";
const SOURCES: &str = "core/messenger/src/";

/// Every extension we speak, by name: a number alone tells a reader nothing.
const TITLES: &[(u16, &str)] = &[
    (4, "Data Forms"),
    (12, "Last Activity"),
    (16, "Privacy Lists"),
    (30, "Service Discovery"),
    (45, "Multi-User Chat"),
    (49, "Private XML Storage"),
    (50, "Ad-Hoc Commands"),
    (54, "vcard-temp"),
    (59, "Result Set Management"),
    (60, "Publish-Subscribe"),
    (66, "Out of Band Data"),
    (77, "In-Band Registration"),
    (82, "XMPP Date and Time Profiles"),
    (84, "User Avatar"),
    (85, "Chat State Notifications"),
    (92, "Software Version"),
    (115, "Entity Capabilities"),
    (128, "Service Discovery Extensions"),
    (147, "XMPP URI Scheme Query Components"),
    (153, "vCard-Based Avatars"),
    (156, "Discovering Alternative XMPP Connection Methods"),
    (157, "Contact Addresses for XMPP Services"),
    (158, "CAPTCHA Forms"),
    (160, "Best Practices for Handling Offline Messages"),
    (163, "Personal Eventing Protocol"),
    (172, "User Nickname"),
    (184, "Message Delivery Receipts"),
    (191, "Blocking Command"),
    (198, "Stream Management"),
    (199, "XMPP Ping"),
    (202, "Entity Time"),
    (203, "Delayed Delivery"),
    (221, "Data Forms Media Element"),
    (223, "Persistent Storage of Private Data via PubSub"),
    (227, "Portable Import/Export Format for XMPP-IM Servers"),
    (231, "Bits of Binary"),
    (237, "Roster Versioning"),
    (245, "The /me Command"),
    (256, "Last Activity in Presence"),
    (280, "Message Carbons"),
    (283, "Moved"),
    (292, "vCard4 Over XMPP"),
    (297, "Stanza Forwarding"),
    (308, "Last Message Correction"),
    (313, "Message Archive Management"),
    (319, "Last User Interaction in Presence"),
    (333, "Displayed Markers"),
    (334, "Message Processing Hints"),
    (352, "Client State Indication"),
    (353, "Jingle Message Initiation"),
    (359, "Unique and Stable Stanza IDs"),
    (363, "HTTP File Upload"),
    (368, "SRV records for XMPP over TLS"),
    (377, "Blocking Command Reports"),
    (379, "Pre-Authenticated Roster Subscription"),
    (384, "OMEMO Encryption"),
    (386, "Bind 2"),
    (388, "Extensible SASL Profile"),
    (392, "Consistent Color Generation"),
    (393, "Message Styling"),
    (398, "User Avatar to vCard-Based Avatars Conversion"),
    (401, "Ad-hoc Account Invitation Generation"),
    (402, "PEP Native Bookmarks"),
    (426, "Character counting in message bodies"),
    (428, "Fallback Indication"),
    (440, "SASL Channel-Binding Type Capability"),
    (441, "Message Archive Management Preferences"),
    (445, "Pre-Authenticated In-Band Registration"),
    (455, "Service Outage Status"),
    (474, "SASL SCRAM Downgrade Protection"),
    (478, "Stream Limits Advertisement"),
    (484, "Fast Authentication Streamlining Tokens"),
    (490, "Message Displayed Synchronization"),
    (494, "Client Access Management"),
];

/// Headers without the line, unknown numbers, an outdated page.
pub fn lint(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let features = sources.iter().filter(|source| is_feature(source));
    for source in features.filter(|source| listed(&source.text).is_none()) {
        findings.push(format!("{}: its header names no XEP (`//! XEPs: …`) and no RFC", source.path));
    }
    for source in sources.iter().filter(|source| source.path.starts_with(SOURCES)) {
        for number in listed(&source.text).unwrap_or_default() {
            if title(number).is_none() {
                findings.push(format!("{}: XEP-{number:04} has no title in xtask/src/check/xeps.rs", source.path));
            }
        }
    }
    let now = sources.iter().find(|source| source.path == PAGE).map(|source| source.text.as_str());
    if now != Some(page(sources).as_str()) {
        findings.push(format!("{PAGE} is out of date: `cargo xtask check --write`"));
    }
    findings
}

/// Writes `docs/xeps.md`.
pub fn write(sources: &[Source]) -> Result<(), String> {
    std::fs::write(top().join(PAGE), page(sources)).map_err(|e| format!("{PAGE}: {e}"))
}

/// A file of a feature that speaks XMPP: it names a namespace.
fn is_feature(source: &Source) -> bool {
    let Some((folder, _)) = source.path.strip_prefix(SOURCES).and_then(|path| path.split_once('/')) else {
        return false;
    };
    let machinery = ["engine", "outbox", "store", "view", "wire"];
    // A split feature has one header, in its mod.rs.
    let part = ["/wire.rs", "/store.rs", "/tests.rs"].iter().any(|ending| source.path.ends_with(ending))
        || source.path.contains("/tests/");
    source.is(&["rs"]) && !machinery.contains(&folder) && !part && names_a_namespace(&source.text)
}

fn names_a_namespace(text: &str) -> bool {
    text.match_indices("ns::").any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The numbers in a file's header: on its `XEPs:` line, and wherever it says `XEP-NNNN`. `None` if the header names
/// neither an XEP nor an RFC.
fn listed(text: &str) -> Option<Vec<u16>> {
    let mut numbers = Vec::new();
    let mut said = false;
    for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
        said |= line.contains("RFC ") || line.starts_with(" XEPs:");
        for after in line.split("XEP-").skip(1) {
            numbers.extend(after.get(..4).and_then(|number| number.parse::<u16>().ok()));
        }
        let Some(list) = line.strip_prefix(" XEPs:") else { continue };
        // What stands in brackets is a section; a number after "RFC" is none of ours.
        let outside: String = list.split('(').map(|part| part.split_once(')').map_or(part, |(_, rest)| rest)).collect();
        let mut before = "";
        for word in outside.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            if before != "RFC" && word.len() == 4 {
                numbers.extend(word.parse::<u16>().ok());
            }
            before = word;
        }
    }
    if said || !numbers.is_empty() { Some(numbers) } else { None }
}

fn title(number: u16) -> Option<&'static str> {
    TITLES.iter().find(|(known, _)| *known == number).map(|(_, title)| *title)
}

fn page(sources: &[Source]) -> String {
    let mut rows: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for source in sources {
        if let Some(path) = source.path.strip_prefix(SOURCES) {
            for number in listed(&source.text).unwrap_or_default() {
                rows.entry(number).or_default().push(path);
            }
        }
    }
    let mut page = String::from(
        "# XEPs\n\nWritten by `cargo xtask check --write` from the `//! XEPs:` line of each module; don't edit.\n\
         Paths are below `core/messenger/src/`.\n\n| XEP | title | where |\n| --- | --- | --- |\n",
    );
    for (number, mut files) in rows {
        files.sort_unstable();
        files.dedup();
        let files: Vec<String> = files.iter().map(|path| format!("[{path}](../{SOURCES}{path})")).collect();
        let _ = writeln!(page, "| {number:04} | {} | {} |", title(number).unwrap_or_default(), files.join(", "));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn numbers_are_read_from_the_header_only() {
        assert_eq!(
            listed("//! Resumption.\n//!\n//! XEPs: RFC 6120 8, 0198 (5.2), 0199\nfn a() {}"),
            Some(vec![198, 199])
        );
        assert_eq!(listed("//! XEPs: none\n"), Some(vec![]));
        assert_eq!(listed("//! Login (RFC 6120 6), resumption (XEP-0198).\n"), Some(vec![198]));
        assert_eq!(listed("//! Resumption.\nfn a() {}\n//! XEPs: 0198"), None);
    }
}
