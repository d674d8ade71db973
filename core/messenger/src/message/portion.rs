//! A text in portions that any screen can bear: a text may be as large as a stanza, and a screen lays out all of what it is
//! handed at once.
//!
//! Invariants: a portion is bounded in bytes, lines, blocks and spans, whatever the text; portions one after the other give
//! the whole text, each character once; a portion ends between two lines where there is one near, else between two words,
//! and inside of a character never.
//!
//! XEPs: 0393

use super::styling::{self, Open};
use crate::view::item::TextBlock;

/// Bytes of a portion.
pub const MOST_BYTES: usize = 8 << 10;
/// Lines of a portion, and so its blocks.
pub const MOST_LINES: usize = 200;
/// Spans of a portion.
pub const MOST_SPANS: usize = 1_000;
/// Characters looked through for a better place to cut.
const NEAR: usize = 200;

/// Where a portion begins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    offset: usize,
    open: Open,
}

/// A part of a text, to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion<'a> {
    /// As it was written.
    pub body: &'a str,
    /// It says what its sender does, see [`styling::Styled`].
    pub me: bool,
    pub blocks: Vec<TextBlock>,
    /// Where the next one begins.
    pub next: Option<Place>,
}

impl Place {
    /// As a number; 0 is the beginning.
    pub fn number(self) -> u64 {
        let open = |depth: Option<u32>| depth.map_or(0, |depth| u64::from(depth) + 1) & 0x3f;
        (self.offset as u64) << 12 | open(self.open.code) << 6 | open(self.open.line)
    }

    /// The place of that number.
    pub fn of(number: u64) -> Self {
        let open = |bits: u64| u32::try_from(bits & 0x3f).ok().and_then(|depth| depth.checked_sub(1));
        let offset = usize::try_from(number >> 12).unwrap_or(usize::MAX);
        Self { offset, open: Open { line: open(number), code: open(number >> 6) } }
    }
}

/// The portion that begins there; none behind the end of the text. `acts`: a `/me ` at the beginning means something.
pub fn read(text: &str, unstyled: bool, acts: bool, from: Place) -> Option<Portion<'_>> {
    let mut part = text.get(from.offset..)?;
    let mut open = from.open;
    let me = if acts && from.offset == 0 { styling::after_me(text) } else { None };
    if let Some(rest) = me {
        (part, open) = (rest, Open { line: Some(0), code: None });
    }
    let skipped = text.len() - part.len();
    // A byte is a span at most, so the last of them fits.
    let mut most = MOST_BYTES;
    loop {
        let end = fitting(part, most);
        let said = part.get(..end).unwrap_or_default();
        let goes_on = end < part.len();
        let ended = said.strip_suffix('\n').filter(|_| goes_on);
        let (blocks, left) = styling::resume(ended.unwrap_or(said), unstyled, open);
        let spans: usize = blocks.iter().map(|block| block.spans.len()).sum();
        if spans > MOST_SPANS && most > MOST_SPANS {
            most = (most / 2).max(MOST_SPANS);
            continue;
        }
        let open = if ended.is_some() { Open { line: None, ..left } } else { left };
        return Some(Portion {
            body: text.get(from.offset..skipped + end).unwrap_or_default(),
            me: me.is_some(),
            blocks,
            next: goes_on.then_some(Place { offset: skipped + end, open }),
        });
    }
}

/// How many bytes of a text are a portion, of at most so many.
fn fitting(text: &str, most: usize) -> usize {
    let mut lines = 1;
    for (at, c) in text.char_indices() {
        if at + c.len_utf8() > most {
            return before(text.get(..at).unwrap_or_default(), c);
        }
        lines += usize::from(breaks_line(c));
        if lines > MOST_LINES {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// Where to cut rather than at the end of this, before that character.
fn before(text: &str, next: char) -> usize {
    if let Some(line) = text.rfind('\n').filter(|line| *line >= text.len() / 2) {
        return line + 1;
    }
    let near = || text.char_indices().rev().take(NEAR);
    if let Some((at, space)) = near().find(|(_, c)| c.is_whitespace()) {
        return at + space.len_utf8();
    }
    let mut next = next;
    for (at, c) in near() {
        if !joins(next) && c != JOINER {
            return at + c.len_utf8();
        }
        next = c;
    }
    text.len()
}

/// As screens see it, not as the styling does.
fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const JOINER: char = '\u{200D}';

/// It is one with the character before: the marks and joiners that are met in letters and emoji.
fn joins(c: char) -> bool {
    matches!(c, JOINER | '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{1F3FB}'..='\u{1F3FF}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn all(text: &str) -> Vec<Portion<'_>> {
        let mut found: Vec<Portion<'_>> = Vec::new();
        let mut place = Some(Place::default());
        while let Some(from) = place {
            assert_eq!(Place::of(from.number()), from);
            let portion = read(text, false, true, from).expect("there is one");
            let spans: usize = portion.blocks.iter().map(|block| block.spans.len()).sum();
            assert!(portion.body.len() <= MOST_BYTES + 4 && portion.blocks.len() <= MOST_LINES && spans <= MOST_SPANS);
            assert!(portion.body.chars().filter(|c| breaks_line(*c)).count() <= MOST_LINES);
            assert!(!portion.body.is_empty() || text.is_empty(), "it goes on");
            place = portion.next;
            found.push(portion);
        }
        assert_eq!(found.iter().map(|portion| portion.body).collect::<String>(), text);
        found
    }

    #[test]
    fn whatever_the_text_a_portion_is_bounded_and_nothing_is_lost() {
        for unit in [
            ">\n\n",
            "\n",
            "*a* ",
            "`a` _b_ ~c~ ",
            "https://a.b ",
            "word ",
            "é",
            "a\u{301}",
            "```\nx\n```\n",
            "\r",
            "👩\u{200D}👩\u{200D}👧",
            "> > > deep\n",
            "\u{301}",
            "x",
        ] {
            let text = unit.repeat((64 << 10) / unit.len());
            assert!(all(&text).len() > 1, "{unit:?}");
        }
        assert_eq!(all("").len(), 1);
        assert_eq!(all("short *one*").len(), 1);
    }

    #[test]
    fn a_portion_ends_between_lines_or_words_and_not_inside_of_a_character() {
        let ends = |text: &str| read(text, false, true, Place::default()).unwrap().body.chars().last();
        assert_eq!(ends(&format!("{}\n{}", "a ".repeat(3_000), "b ".repeat(3_000))), Some('\n'));
        assert_eq!(ends(&"four ".repeat(3_000)), Some(' '));
        let family = "👩\u{200D}👩\u{200D}👧";
        assert_eq!(ends(&family.repeat(1_000)), Some('👧'));
        assert_eq!(ends(&"e\u{301}".repeat(5_000)), Some('\u{301}'));
    }

    #[test]
    fn what_was_open_goes_on_in_the_next_portion() {
        let code = format!("> ```{}", "\n> *code*".repeat(500));
        assert!(
            all(&code).iter().flat_map(|portion| &portion.blocks).all(|block| block.preformatted && block.quote == 1)
        );
        let quoted = format!("> {}", "said ".repeat(5_000));
        let portions = all(&quoted);
        assert!(
            portions.len() > 2 && portions.iter().flat_map(|portion| &portion.blocks).all(|block| block.quote == 1)
        );
        let does = format!("/me {}", "waves ".repeat(5_000));
        let portions = all(&does);
        assert!(portions.first().is_some_and(|first| first.me) && portions.iter().skip(1).all(|portion| !portion.me));
        // Inside of a line nothing begins that begins with a line.
        let line = format!("{}> no quotation", "x".repeat(MOST_BYTES));
        assert!(all(&line).iter().flat_map(|portion| &portion.blocks).all(|block| block.quote == 0));
    }

    #[test]
    fn a_place_that_is_none_has_no_portion() {
        for number in [u64::MAX, 4 << 12, (1 << 12) + 7] {
            let portion = read("aé", false, true, Place::of(number));
            assert!(portion.is_none_or(|portion| portion.blocks.len() <= 1), "{number}");
        }
        assert_eq!(read("é", false, true, Place::of(1 << 12)), None);
    }
}
