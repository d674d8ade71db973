//! The verdict from outside: what the journal says was sent, what each account's archive holds, what each device shows.
//!
//! - lost: journalled, but missing in a timeline or in an archive;
//! - doubled: more than once in a timeline or in an archive;
//! - inverted: pairs of messages that stand in another order than in the account's own archive, and pairs of one
//!   sender's messages that stand in another order than that of sending;
//! - misdated: shown with another time than the account's own archive has.

use std::collections::{BTreeMap, HashMap};

use super::journal::Entry;

/// Stamps of archives have whole seconds on many servers.
const STAMP: i64 = 1_000;

/// A message as a timeline or an archive shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Bare JID.
    pub sender: String,
    pub body: String,
    /// UTC milliseconds.
    pub time: i64,
}

/// A list of messages, oldest first: an archive or a timeline.
#[derive(Debug, Clone)]
pub struct Listing {
    /// For people: "timeline of A1".
    pub name: String,
    pub messages: Vec<Shown>,
}

/// One account: its archive, and the timelines that must equal it.
#[derive(Debug, Clone)]
pub struct Account {
    pub archive: Listing,
    pub timelines: Vec<Listing>,
}

/// What is wrong. Each count is of messages (misdated: a timeline), or of pairs (inverted).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub lost: u64,
    pub doubled: u64,
    pub inverted: u64,
    /// Shown, but never sent like that: another body, or another sender.
    pub strange: u64,
    pub misdated: u64,
    /// The first findings in words.
    pub findings: Vec<String>,
}

impl Verdict {
    /// Nothing is wrong.
    pub fn clean(&self) -> bool {
        self.lost + self.doubled + self.inverted + self.strange + self.misdated == 0
    }

    fn find(&mut self, finding: impl FnOnce() -> String) {
        if self.findings.len() < 60 {
            self.findings.push(finding());
        }
    }
}

/// Compares. `address` tells a sender's bare JID.
pub fn compare(journal: &[Entry], address: &BTreeMap<String, String>, accounts: &[Account]) -> Verdict {
    let mut verdict = Verdict::default();
    let by_body: HashMap<&str, usize> = journal.iter().enumerate().map(|(at, e)| (e.body.as_str(), at)).collect();
    let mut missing = vec![false; journal.len()];
    let mut repeated = vec![false; journal.len()];
    for account in accounts {
        let archived = first_places(&account.archive, journal, &by_body, address, &mut repeated, &mut verdict);
        order_of_sending(&account.archive.name, &archived, journal, &mut verdict);
        note_missing(&account.archive.name, &archived, journal, &mut missing, &mut verdict);
        let times: HashMap<&str, i64> = account.archive.messages.iter().map(|m| (m.body.as_str(), m.time)).collect();
        let place: HashMap<usize, usize> = archived.iter().enumerate().map(|(place, entry)| (*entry, place)).collect();
        for timeline in &account.timelines {
            let shown = first_places(timeline, journal, &by_body, address, &mut repeated, &mut verdict);
            order_of_sending(&timeline.name, &shown, journal, &mut verdict);
            note_missing(&timeline.name, &shown, journal, &mut missing, &mut verdict);
            note_misdated(timeline, &times, &mut verdict);
            let known: Vec<(usize, usize)> =
                shown.iter().filter_map(|entry| Some((*place.get(entry)?, *entry))).collect();
            for pair in known.windows(2) {
                if let [(place, entry), (next_place, next)] = pair
                    && place > next_place
                {
                    let (entry, next) = (label(journal, *entry), label(journal, *next));
                    verdict.find(|| format!("{}: {entry} stands before {next}, not so in the archive", timeline.name));
                }
            }
            let places: Vec<usize> = known.into_iter().map(|(place, _)| place).collect();
            verdict.inverted += inversions(&places);
        }
    }
    verdict.lost = missing.iter().filter(|yes| **yes).count() as u64;
    verdict.doubled = repeated.iter().filter(|yes| **yes).count() as u64;
    verdict
}

/// The journal's entries in the order of their first appearance; notes what comes again and what nobody sent.
fn first_places(
    listing: &Listing,
    journal: &[Entry],
    by_body: &HashMap<&str, usize>,
    address: &BTreeMap<String, String>,
    repeated: &mut [bool],
    verdict: &mut Verdict,
) -> Vec<usize> {
    let mut seen = vec![false; journal.len()];
    let mut places = Vec::new();
    for Shown { sender, body, .. } in &listing.messages {
        let known = by_body.get(body.as_str()).copied();
        let Some(at) = known.filter(|at| journal.get(*at).and_then(|e| address.get(&e.sender)) == Some(sender)) else {
            verdict.strange += 1;
            let start: String = body.chars().take(40).collect();
            verdict.find(|| format!("{}: nobody sent “{start}” as {sender}", listing.name));
            continue;
        };
        match (seen.get_mut(at), repeated.get_mut(at)) {
            (Some(true), Some(repeated)) => {
                *repeated = true;
                verdict.find(|| format!("{}: {} again", listing.name, label(journal, at)));
            }
            (Some(seen), _) => {
                *seen = true;
                places.push(at);
            }
            (None, _) => {}
        }
    }
    places
}

fn note_missing(name: &str, shown: &[usize], journal: &[Entry], missing: &mut [bool], verdict: &mut Verdict) {
    let mut absent = vec![true; journal.len()];
    for at in shown {
        if let Some(absent) = absent.get_mut(*at) {
            *absent = false;
        }
    }
    for (at, (missing, _)) in missing.iter_mut().zip(absent).enumerate().filter(|(_, (_, absent))| *absent) {
        *missing = true;
        verdict.find(|| format!("{name}: {} is missing", label(journal, at)));
    }
}

fn note_misdated(timeline: &Listing, times: &HashMap<&str, i64>, verdict: &mut Verdict) {
    for message in &timeline.messages {
        let Some(time) = times.get(message.body.as_str()) else { continue };
        let off = message.time - time;
        if off.abs() > STAMP {
            verdict.misdated += 1;
            let start: String = message.body.chars().take(12).collect();
            verdict.find(|| format!("{}: “{start}…” is {off} ms off", timeline.name));
        }
    }
}

fn order_of_sending(name: &str, shown: &[usize], journal: &[Entry], verdict: &mut Verdict) {
    let mut by_sender: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in shown {
        if let Some(entry) = journal.get(*at) {
            by_sender.entry(&entry.sender).or_default().push(entry.number as usize);
        }
    }
    for (sender, numbers) in by_sender {
        for pair in numbers.windows(2) {
            if let [number, next] = pair
                && number > next
            {
                verdict.find(|| format!("{name}: {sender} #{number} stands before {sender} #{next}"));
            }
        }
        verdict.inverted += inversions(&numbers);
    }
}

fn label(journal: &[Entry], at: usize) -> String {
    journal.get(at).map_or_else(String::new, |entry| format!("{} #{}", entry.sender, entry.number))
}

/// Pairs that stand the wrong way round, by merge sort: a store of thousands can be all wrong.
fn inversions(list: &[usize]) -> u64 {
    fn sort(list: &[usize]) -> (Vec<usize>, u64) {
        if list.len() < 2 {
            return (list.to_vec(), 0);
        }
        let (left, right) = list.split_at(list.len() / 2);
        let ((left, in_left), (right, in_right)) = (sort(left), sort(right));
        let mut merged = Vec::with_capacity(list.len());
        let mut count = in_left + in_right;
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            if a <= b {
                merged.extend(left.next());
            } else {
                count += left.len() as u64;
                merged.extend(right.next());
            }
        }
        merged.extend(left);
        merged.extend(right);
        (merged, count)
    }
    sort(list).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal() -> Vec<Entry> {
        let entry = |sender: &str, number| Entry {
            sender: sender.to_owned(),
            number,
            token: format!("{sender}-{number}"),
            body: format!("{sender} #{number}"),
        };
        vec![entry("A1", 1), entry("B", 1), entry("A1", 2), entry("A2", 1), entry("B", 2), entry("A1", 3)]
    }

    fn addresses() -> BTreeMap<String, String> {
        [("A1", "alice@localhost"), ("A2", "alice@localhost"), ("B", "bob@localhost")]
            .map(|(device, address)| (device.to_owned(), address.to_owned()))
            .into()
    }

    fn listing(name: &str, bodies: &[&str]) -> Listing {
        let shown = |body: &&str| Shown {
            sender: if body.starts_with('A') { "alice@localhost" } else { "bob@localhost" }.to_owned(),
            body: (*body).to_owned(),
            time: 1_700_000_000_000,
        };
        Listing { name: name.to_owned(), messages: bodies.iter().map(shown).collect() }
    }

    const ORDER: [&str; 6] = ["A1 #1", "B #1", "A1 #2", "A2 #1", "B #2", "A1 #3"];

    /// The verdict when one timeline shows `bodies` and all else is as it should be.
    fn with_timeline(bodies: &[&str]) -> Verdict {
        let account = |archive: &[&str], timelines: &[&[&str]]| Account {
            archive: listing("archive", archive),
            timelines: timelines.iter().map(|bodies| listing("timeline", bodies)).collect(),
        };
        compare(&journal(), &addresses(), &[account(&ORDER, &[&ORDER, bodies]), account(&ORDER, &[&ORDER])])
    }

    #[test]
    fn the_same_everywhere_is_clean() {
        assert_eq!(with_timeline(&ORDER), Verdict::default());
    }

    #[test]
    fn the_two_archives_may_order_the_two_sides_differently() {
        let bobs = ["B #1", "A1 #1", "A1 #2", "A2 #1", "A1 #3", "B #2"];
        let alice = Account { archive: listing("a", &ORDER), timelines: vec![listing("A1", &ORDER)] };
        let bob = Account { archive: listing("b", &bobs), timelines: vec![listing("B", &bobs)] };
        assert!(compare(&journal(), &addresses(), &[alice, bob]).clean());
    }

    #[test]
    fn a_missing_message_is_lost_once_however_often_it_is_missing() {
        let verdict = with_timeline(&["A1 #1", "B #1", "A2 #1", "B #2", "A1 #3"]);
        assert_eq!((verdict.lost, verdict.doubled, verdict.inverted, verdict.strange), (1, 0, 0, 0));
        assert_eq!(verdict.findings, ["timeline: A1 #2 is missing"]);
        let short = &ORDER[..5];
        let account = Account { archive: listing("archive", short), timelines: vec![listing("timeline", short)] };
        assert_eq!(compare(&journal(), &addresses(), &[account]).lost, 1);
    }

    #[test]
    fn a_message_missing_in_the_archive_alone_is_lost() {
        let account =
            Account { archive: listing("archive", &ORDER[..5]), timelines: vec![listing("timeline", &ORDER)] };
        assert_eq!(compare(&journal(), &addresses(), &[account]).lost, 1);
    }

    #[test]
    fn a_message_shown_again_is_doubled() {
        let verdict = with_timeline(&["A1 #1", "B #1", "A1 #2", "A1 #2", "A2 #1", "B #2", "A1 #3", "B #1"]);
        assert_eq!((verdict.lost, verdict.doubled, verdict.inverted, verdict.strange), (0, 2, 0, 0));
    }

    #[test]
    fn a_message_archived_again_is_doubled() {
        let archive = ["A1 #1", "B #1", "A1 #2", "A1 #1", "A2 #1", "B #2", "A1 #3"];
        let account = Account { archive: listing("archive", &archive), timelines: vec![listing("timeline", &ORDER)] };
        let verdict = compare(&journal(), &addresses(), &[account]);
        assert_eq!((verdict.doubled, verdict.inverted), (1, 0));
    }

    #[test]
    fn another_order_than_the_archive_is_inverted() {
        // Two messages of two senders: only the archive tells.
        let verdict = with_timeline(&["B #1", "A1 #1", "A1 #2", "A2 #1", "B #2", "A1 #3"]);
        assert_eq!((verdict.lost, verdict.doubled, verdict.inverted), (0, 0, 1));
        assert_eq!(verdict.findings, ["timeline: B #1 stands before A1 #1, not so in the archive"]);
        // The last first: five pairs against the archive, and two of them of one sender.
        let verdict = with_timeline(&["A1 #3", "A1 #1", "B #1", "A1 #2", "A2 #1", "B #2"]);
        assert_eq!(verdict.inverted, 5 + 2);
    }

    #[test]
    fn another_order_than_that_of_sending_is_inverted_even_where_the_archive_agrees() {
        let swapped = ["A1 #2", "B #1", "A1 #1", "A2 #1", "B #2", "A1 #3"];
        let account = Account { archive: listing("archive", &swapped), timelines: vec![listing("timeline", &swapped)] };
        assert_eq!(compare(&journal(), &addresses(), &[account]).inverted, 2, "once in each listing");
    }

    #[test]
    fn a_changed_body_is_lost_and_strange() {
        let verdict = with_timeline(&["A1 #1", "B #1", "A1 #", "A2 #1", "B #2", "A1 #3"]);
        assert_eq!((verdict.lost, verdict.strange), (1, 1));
    }

    #[test]
    fn a_message_under_another_name_is_lost_and_strange() {
        let mut shown = listing("timeline", &ORDER);
        shown.messages[1].sender = "alice@localhost".to_owned();
        let account = Account { archive: listing("archive", &ORDER), timelines: vec![shown] };
        let verdict = compare(&journal(), &addresses(), &[account]);
        assert_eq!((verdict.lost, verdict.strange), (1, 1));
    }

    #[test]
    fn a_message_shown_at_another_time_is_misdated() {
        let mut shown = listing("timeline", &ORDER);
        shown.messages[1].time += STAMP;
        shown.messages[2].time -= STAMP + 1;
        let account = Account { archive: listing("archive", &ORDER), timelines: vec![shown] };
        let verdict = compare(&journal(), &addresses(), &[account]);
        assert_eq!((verdict.misdated, verdict.lost, verdict.inverted), (1, 0, 0));
        assert!(!verdict.clean());
    }

    #[test]
    fn inversions_are_all_pairs() {
        assert_eq!(inversions(&[1, 2, 3, 4]), 0);
        assert_eq!(inversions(&[4, 3, 2, 1]), 6);
        assert_eq!(inversions(&[2, 1, 4, 3]), 2);
    }
}
