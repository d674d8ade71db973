//! The results of one query, as they come. What a page may hold is bounded in number and in bytes; what is more is left
//! for the next page, which begins where this one ends.

use std::collections::VecDeque;

use super::page::Archived;

/// More of a page is not kept. One message, however large, always is.
const BYTES: usize = 4 << 20;

/// See the module.
#[derive(Debug)]
pub struct Results {
    rows: VecDeque<Archived>,
    bytes: usize,
    /// The page after this one holds what is older: then the newest are kept.
    backward: bool,
    /// The most rows that are kept.
    most: usize,
    /// Something was left out.
    short: bool,
}

impl Results {
    /// None yet.
    pub fn new(backward: bool, most: usize) -> Self {
        Self { rows: VecDeque::new(), bytes: 0, backward, most, short: false }
    }

    /// Takes one more; `false` if the server sends more than it may.
    pub fn take(&mut self, archived: Archived) -> bool {
        let in_number = self.rows.len() < self.most;
        let bytes = archived.bytes();
        if !self.backward && (self.short || !in_number || self.overflows(bytes)) {
            self.short = true;
            return in_number;
        }
        while !self.rows.is_empty() && (self.rows.len() >= self.most || self.overflows(bytes)) {
            self.short = true;
            self.bytes -= self.rows.pop_front().map_or(0, |row| row.bytes());
        }
        self.bytes += bytes;
        self.rows.push_back(archived);
        in_number
    }

    fn overflows(&self, more: usize) -> bool {
        !self.rows.is_empty() && self.bytes + more > BYTES
    }

    /// Whether there is more than was kept.
    pub fn is_short(&self) -> bool {
        self.short
    }

    /// Those that were kept, in the order of the archive.
    pub fn into_rows(self) -> Vec<Archived> {
        self.rows.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::identity::Content;

    fn row(number: usize, bytes: usize) -> Archived {
        let jid = jid::BareJid::new("bob@linnet.test").unwrap();
        let content = Content {
            peer: jid.clone(),
            sender: jid,
            outgoing: false,
            body: "x".repeat(bytes),
            stanza_id: None,
            origin_id: None,
            replaces: None,
            unstyled: false,
            markable: false,
        };
        Archived { id: number.to_string(), time: 0, content: Some(content), signals: Vec::new() }
    }

    fn ids(results: Results) -> Vec<String> {
        results.into_rows().into_iter().map(|row| row.id).collect()
    }

    #[test]
    fn what_is_too_much_is_left_to_the_next_page() {
        for (backward, kept) in [(false, ["0", "1", "2"]), (true, ["7", "8", "9"])] {
            let mut results = Results::new(backward, 100);
            assert!((0..10).all(|number| results.take(row(number, BYTES / 4))));
            assert!(results.is_short());
            assert_eq!(ids(results), kept);
        }
    }

    #[test]
    fn nothing_is_left_out_between() {
        let mut results = Results::new(false, 100);
        for (number, bytes) in [10, BYTES, 10, 10].into_iter().enumerate() {
            assert!(results.take(row(number, bytes)));
        }
        assert_eq!(ids(results), ["0"], "what follows one that is left out is left out, too");
    }

    #[test]
    fn one_that_is_larger_than_a_page_is_a_page() {
        for backward in [false, true] {
            let mut results = Results::new(backward, 100);
            assert!(results.take(row(0, 2 * BYTES)));
            assert!(!results.is_short());
            assert_eq!(ids(results), ["0"]);
        }
    }

    #[test]
    fn more_than_may_be_is_told() {
        for (backward, kept) in [(false, ["0", "1"]), (true, ["1", "2"])] {
            let mut results = Results::new(backward, 2);
            let told: Vec<bool> = (0..3).map(|number| results.take(row(number, 1))).collect();
            assert_eq!(told, [true, true, false]);
            assert!(results.is_short());
            assert_eq!(ids(results), kept);
        }
    }
}
