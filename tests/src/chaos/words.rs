//! What people say in a chaos run: every kind of text that has ever broken a messenger.

use super::random::Random;

const WORDS: [&str; 24] = [
    "hello",
    "there",
    "see you at eight",
    "Übergrößenträger",
    "naïve café",
    "<b>not bold</b>",
    "a & b",
    "\"quoted\"",
    "it's",
    "]]>",
    "two\nlines",
    "🐦",
    "👩‍👩‍👧‍👦",
    "日本語",
    "עברית",
    "&amp;",
    "%s %n",
    "'; --",
    "tab\there",
    "zero\u{200b}width",
    "…",
    "e\u{301}",
    "𝕏",
    "ok",
];

/// A short text.
pub fn short(random: &mut Random) -> String {
    let count = random.between(1, 12);
    words(random, |taken, _| taken < count)
}

/// A text that fills several TLS records in each direction, and still is a text one may send (64 KiB at most).
pub fn long(random: &mut Random) -> String {
    let length = random.between(44_000, 56_000) as usize;
    words(random, |_, bytes| bytes < length)
}

fn words(random: &mut Random, more: impl Fn(u64, usize) -> bool) -> String {
    let mut text = String::new();
    let mut taken = 0;
    while more(taken, text.len()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(random.pick(&WORDS));
        taken += 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_long_but_not_too_long() {
        let mut random = Random::new(1);
        for _ in 0..20 {
            assert!((44_000..60_000).contains(&long(&mut random).len()));
            assert!(!short(&mut random).is_empty());
        }
    }
}
