//! The language of the words that a server has for people. Told with each stream header, so it has to be one: what the
//! platform says of itself must not break the stream.
//!
//! XEPs: RFC 6120 4.7.4

/// Bytes: the longest that RFC 5646 (4.4.1) wants to have room for.
const LONGEST: usize = 35;

/// A language tag (BCP 47); English where nobody said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    letters: [u8; LONGEST],
    length: usize,
}

impl Language {
    /// Subtags of 1 to 8 letters and digits, the first a language of 2 or 3 letters or a registered longer one.
    pub fn new(tag: &str) -> Option<Self> {
        let mut subtags = tag.split('-');
        let first = subtags.next()?;
        let named = (2..=8).contains(&first.len()) && first.bytes().all(|letter| letter.is_ascii_alphabetic());
        let follows =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric());
        if !named || !subtags.all(follows) {
            return None;
        }
        let mut letters = [0; LONGEST];
        letters.get_mut(..tag.len())?.copy_from_slice(tag.as_bytes());
        Some(Self { letters, length: tag.len() })
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        self.letters.get(..self.length).and_then(|letters| std::str::from_utf8(letters).ok()).unwrap_or("en")
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::new("en").expect("invariant: a tag")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_are_languages() {
        for tag in ["de", "en-GB", "zh-Hant-TW", "sl-rozaj-biske-1994", "de-DE-u-co-phonebk"] {
            assert_eq!(Language::new(tag).map(|language| language.as_str().to_owned()).as_deref(), Some(tag));
        }
        let long = format!("de{}", "-abcdefgh".repeat(4));
        for junk in ["", "d", "-", "de-", "de--x", "de_DE", "1a", "de'", "dé", "C.UTF-8", "abcdefghi", long.as_str()] {
            assert_eq!(Language::new(junk), None, "{junk}");
        }
        assert_eq!(Language::default().as_str(), "en");
    }
}
