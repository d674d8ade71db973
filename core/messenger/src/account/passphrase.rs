//! Passwords for people who would rather not think one up: nobody guesses them, and they can be read aloud, copied from
//! paper, and typed on any keyboard.
//!
//! Invariants: 80 bits of the operating system's randomness; small letters without accents, and hyphens.
//!
//! XEPs: 0077

use zeroize::Zeroizing;

use crate::command::Secret;
use crate::random::Random;

/// Sixteen, so that four bits choose one; none that only some keyboards have where others have another.
const CONSONANTS: [char; 16] = ['b', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'x'];
/// Four, for two bits.
const VOWELS: [char; 4] = ['a', 'e', 'i', 'o'];
/// Of sixteen bits each: consonant, vowel, consonant, vowel, consonant.
const WORDS: usize = 5;

/// Makes one, such as `gabot-lirem-hosad-fekon-pitav`.
pub fn generate(random: &mut dyn Random) -> Secret {
    let mut bytes = Zeroizing::new([0_u8; WORDS * 2]);
    random.fill(&mut *bytes);
    let mut text = Zeroizing::new(String::with_capacity(WORDS * 6));
    for pair in bytes.chunks_exact(2) {
        if !text.is_empty() {
            text.push('-');
        }
        let mut bits = pair.iter().fold(0_u16, |bits, byte| bits << 8 | u16::from(*byte));
        for at in 0..5 {
            let (letters, width): (&[char], u32) = if at % 2 == 0 { (&CONSONANTS, 4) } else { (&VOWELS, 2) };
            let index = usize::from(bits) % letters.len();
            text.extend(letters.get(index));
            bits >>= width;
        }
    }
    Secret(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::BTreeSet;

    use super::*;

    /// Counts on from one number to the next.
    struct Counting(u16);

    impl Random for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            for pair in bytes.chunks_exact_mut(2) {
                pair.copy_from_slice(&self.0.to_be_bytes());
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    #[test]
    fn every_random_bit_counts() {
        let mut random = Counting(0);
        let mut words = BTreeSet::new();
        // 65 536 different pairs of bytes, and one more to fill the last password.
        for _ in 0..=u32::from(u16::MAX) / 5 {
            let made = generate(&mut random);
            words.extend(made.expose().split('-').map(str::to_owned));
        }
        assert_eq!(words.len(), 65_536, "each pair of bytes is another word");
    }

    #[test]
    fn it_is_made_of_syllables() {
        let made = generate(&mut Counting(0x1234));
        let words: Vec<&str> = made.expose().split('-').collect();
        assert_eq!(words.len(), WORDS);
        for word in words {
            assert_eq!(word.len(), 5);
            for (at, letter) in word.chars().enumerate() {
                let letters: &[char] = if at % 2 == 0 { &CONSONANTS } else { &VOWELS };
                assert!(letters.contains(&letter), "{word}");
            }
        }
    }
}
