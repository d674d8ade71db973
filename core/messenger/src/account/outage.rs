//! An outage that a server announces outside of XMPP, as its file says it. The platforms fetch the file, and only from where
//! [`crate::view::item::ServerDetailsItem::outage_file`] allows it.
//!
//! XEPs: 0455
//!
//! Invariant: whatever the file says, what comes of it is short, has no control characters, and is text.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::session::clock::parse_stamp;

/// Bytes of the file.
pub const LARGEST: usize = 64 << 10;
/// Characters of a message.
const LONGEST_MESSAGE: usize = 500;

/// What is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    pub planned: bool,
    /// UTC milliseconds.
    pub beginning: i64,
    pub expected_end: Option<i64>,
    /// In the language asked for, else in the server's own choice.
    pub message: Option<String>,
}

/// The file is none of XEP-0455, or too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an announcement of an outage")]
pub struct NoOutageFile;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    planned: bool,
    beginning: Option<String>,
    expected_end: Option<String>,
    #[serde(default)]
    message: BTreeMap<String, String>,
}

/// Reads the file; `None`: nothing is announced. `language` is a BCP 47 tag.
pub fn read(json: &str, language: &str) -> Result<Option<Outage>, NoOutageFile> {
    if json.len() > LARGEST {
        return Err(NoOutageFile);
    }
    let file: File = serde_json::from_str(json).map_err(|_| NoOutageFile)?;
    let Some(beginning) = file.beginning else { return Ok(None) };
    let beginning = parse_stamp(&beginning).ok_or(NoOutageFile)?;
    let end = file.expected_end.map(|end| parse_stamp(&end).ok_or(NoOutageFile)).transpose()?;
    let plain = language.split('-').next().unwrap_or_default();
    let message = [language, plain, "default"].into_iter().find_map(|tag| {
        let (_, text) = file.message.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag))?;
        let text: String = text.trim().chars().filter(|letter| !letter.is_control()).take(LONGEST_MESSAGE).collect();
        Some(text).filter(|text| !text.is_empty())
    });
    Ok(Some(Outage { planned: file.planned, beginning, expected_end: end.filter(|end| *end >= beginning), message }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_example_of_the_xep() {
        let file = r#"{"planned":true,"beginning":"2021-01-12T01:01:01Z","expected_end":"2021-01-12T05:00:00Z",
            "message":{"default":"Mise à jour du serveur","en":"The serveur is being updated"},"more":[1]}"#;
        let outage = read(file, "en-GB").unwrap().unwrap();
        assert_eq!(outage.message.as_deref(), Some("The serveur is being updated"));
        assert!(outage.planned);
        assert_eq!((outage.beginning, outage.expected_end), (1_610_413_261_000, Some(1_610_427_600_000)));
        assert_eq!(read(file, "de").unwrap().unwrap().message.as_deref(), Some("Mise à jour du serveur"));
        assert_eq!(read("{}", "en"), Ok(None));
    }

    #[test]
    fn what_is_none_says_so_and_what_is_long_is_cut() {
        for file in ["", "[]", "<html>", r#"{"beginning":"soon"}"#, r#"{"beginning":1}"#, r#"{"message":"x"}"#] {
            assert_eq!(read(file, "en"), Err(NoOutageFile), "{file}");
        }
        assert_eq!(read(&format!("{{}}{}", " ".repeat(LARGEST)), "en"), Err(NoOutageFile));
        let long = format!(
            r#"{{"beginning":"2021-01-12T01:01:01Z","expected_end":"2020-01-12T01:01:01Z","message":{{"default":"{}\n"}}}}"#,
            "x".repeat(5_000)
        );
        let outage = read(&long, "en").unwrap().unwrap();
        assert_eq!(outage.message.unwrap().len(), LONGEST_MESSAGE);
        assert_eq!(outage.expected_end, None, "it can't end before it begins");
    }
}
