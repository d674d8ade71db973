//! SASLprep (RFC 4013) for what a person types: a *query* string (RFC 3454 7), in which code points that Unicode 3.2 did
//! not assign are allowed. Without that an emoji in a password could not be used.

use zeroize::Zeroizing;

/// Prepares a user name or password. Text that SASLprep prohibits stays as it was typed: a server that prepares would
/// never have accepted it, one that does not takes it as it is, and the exchange tells which.
pub fn saslprep(text: &str) -> Zeroizing<String> {
    prepare(text).unwrap_or_else(|| Zeroizing::new(text.to_owned()))
}

/// The crate knows stored strings only and refuses what is unassigned, so it sees the runs between such characters.
fn prepare(text: &str) -> Option<Zeroizing<String>> {
    let mut prepared = Zeroizing::new(String::with_capacity(2 * text.len()));
    let mut run = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars() {
        if stringprep::tables::unassigned_code_point(c) {
            prepared.push_str(&stringprep::saslprep(&run).ok()?);
            run.clear();
            prepared.push(c);
        } else {
            run.push(c);
        }
    }
    prepared.push_str(&stringprep::saslprep(&run).ok()?);
    Some(prepared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc() {
        for (typed, prepared) in [
            ("I\u{ad}X", "IX"),
            ("user", "user"),
            ("USER", "USER"),
            ("\u{aa}", "a"),
            ("\u{2168}", "IX"),
            // Prohibited character, and prohibited mix of directions: as typed.
            ("\u{7}", "\u{7}"),
            ("\u{627}1", "\u{627}1"),
        ] {
            assert_eq!(saslprep(typed).as_str(), prepared, "{typed:?}");
        }
    }

    #[test]
    fn decomposed_letters_and_other_spaces_are_unified() {
        assert_eq!(saslprep("pa\u{308}ss\u{a0}wort").as_str(), "p\u{e4}ss wort");
    }

    #[test]
    fn emoji_are_kept_and_the_rest_is_prepared() {
        assert_eq!(saslprep("a\u{ad}\u{1f426}u\u{308}\u{1e9e}").as_str(), "a\u{1f426}\u{fc}\u{1e9e}");
        assert_eq!(saslprep("").as_str(), "");
    }
}
