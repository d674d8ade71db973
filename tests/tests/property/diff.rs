//! Applied diffs equal the list: what a subscriber holds after any number of batches is what the window shows.

use std::collections::HashSet;

use linnet_messenger::change::Change;
use linnet_messenger::store::StoreError;
use linnet_messenger::view::diff::{apply, diff};
use linnet_messenger::view::watch::Watch;
use linnet_messenger::view::{Item, Op, View, Window};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone, PartialEq)]
struct Row {
    key: String,
    content: u8,
}

impl Item for Row {
    fn key(&self) -> &str {
        &self.key
    }
}

/// A list of up to `longest` rows with distinct keys out of a small alphabet, so that two lists share many of them.
fn list(longest: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0_u16..48, 0_u8..3), 0..=longest).prop_map(|pairs| {
        let mut seen = HashSet::new();
        pairs
            .into_iter()
            .filter(|(key, _)| seen.insert(*key))
            .map(|(key, content)| Row { key: key.to_string(), content })
            .collect()
    })
}

/// What a chat does to its list: rows come at the end, in the middle, at the start, change, move and go.
#[derive(Debug, Clone)]
enum Edit {
    Insert(prop::sample::Index, u8),
    Update(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Move(prop::sample::Index, prop::sample::Index),
    Replace(Vec<Row>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(at, content)| Edit::Insert(at, content)),
        2 => (place(), any::<u8>()).prop_map(|(at, content)| Edit::Update(at, content)),
        2 => place().prop_map(Edit::Remove),
        2 => (place(), place()).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => list(30).prop_map(Edit::Replace),
    ]
}

fn perform(rows: &mut Vec<Row>, edit: Edit, next_key: &mut u32) {
    match edit {
        Edit::Insert(at, content) => {
            *next_key += 1;
            rows.insert(at.index(rows.len() + 1), Row { key: format!("n{next_key}"), content });
        }
        Edit::Update(at, content) if !rows.is_empty() => {
            let at = at.index(rows.len());
            rows[at].content = content;
        }
        Edit::Remove(at) if !rows.is_empty() => {
            rows.remove(at.index(rows.len()));
        }
        Edit::Move(from, to) if !rows.is_empty() => {
            let row = rows.remove(from.index(rows.len()));
            rows.insert(to.index(rows.len() + 1), row);
        }
        Edit::Replace(list) => *rows = list,
        Edit::Update(..) | Edit::Remove(_) | Edit::Move(..) => {}
    }
}

/// Every index must be inside the list at its turn; `apply` is lenient, a Kotlin list is not.
fn fits(list: &[Row], ops: &[Op<Row>]) -> Result<(), TestCaseError> {
    let mut list = list.to_vec();
    for op in ops {
        match op {
            Op::Reset { .. } => {}
            Op::Insert { at, items } => {
                prop_assert!(*at as usize <= list.len(), "{op:?} in a list of {}", list.len());
                prop_assert!(!items.is_empty(), "an empty insert");
            }
            Op::Update { at, item } => {
                prop_assert!((*at as usize) < list.len(), "{op:?} in a list of {}", list.len());
                prop_assert_eq!(&list[*at as usize].key, &item.key, "an update changes the row, not which row it is");
            }
            Op::Remove { at, count } => {
                prop_assert!(*count > 0, "an empty removal");
                prop_assert!(at.saturating_add(*count) as usize <= list.len(), "{op:?} in a list of {}", list.len());
            }
        }
        apply(&mut list, std::slice::from_ref(op));
        let keys: HashSet<&str> = list.iter().map(|row| row.key.as_str()).collect();
        prop_assert_eq!(keys.len(), list.len(), "a key twice after {:?}: Compose crashes on that", op);
    }
    Ok(())
}

/// The length of a longest common subsequence of keys, by the textbook table: the oracle for "no needless edit".
fn common(old: &[Row], new: &[Row]) -> usize {
    let mut table = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate() {
        for (j, b) in new.iter().enumerate() {
            table[i + 1][j + 1] = if a.key == b.key { table[i][j] + 1 } else { table[i][j + 1].max(table[i + 1][j]) };
        }
    }
    table[old.len()][new.len()]
}

/// A view over a list somebody else changes.
struct Shared(Arc<Mutex<Vec<Row>>>);

impl View for Shared {
    type Item = Row;

    fn concerns(&self, change: Change) -> bool {
        change == Change::ChatList
    }

    fn read(&mut self, _connection: &rusqlite::Connection) -> Result<Window<Row>, StoreError> {
        Ok(Window { items: self.0.lock().unwrap().clone(), at_start: true, at_end: true })
    }
}

proptest! {
    #![proptest_config(crate::cases(3_000))]

    #[test]
    fn applied_diff_is_the_new_list(old in list(40), new in list(40)) {
        let ops = diff(&old, &new);
        fits(&old, &ops)?;
        let mut applied = old.clone();
        apply(&mut applied, &ops);
        prop_assert_eq!(&applied, &new);
    }

    #[test]
    fn diff_removes_and_inserts_no_more_than_needed(old in list(30), new in list(30)) {
        let (mut removed, mut inserted, mut updated) = (0, 0, 0);
        for op in diff(&old, &new) {
            match op {
                Op::Reset { .. } => prop_assert!(false, "a diff never resets"),
                Op::Insert { items, .. } => inserted += items.len(),
                Op::Remove { count, .. } => removed += count as usize,
                Op::Update { .. } => updated += 1,
            }
        }
        let kept = common(&old, &new);
        prop_assert_eq!(removed, old.len() - kept);
        prop_assert_eq!(inserted, new.len() - kept);
        prop_assert!(updated <= kept);
    }

    #[test]
    fn equal_lists_give_no_edit(rows in list(40)) {
        prop_assert!(diff(&rows, &rows).is_empty());
    }
}

proptest! {
    #![proptest_config(crate::cases(1_000))]

    /// A subscriber that now and then loses a batch, or names a wrong revision, still ends with the list.
    #[test]
    fn a_subscriber_follows_through_edits_and_lost_batches(
        start in list(30),
        steps in prop::collection::vec((prop::collection::vec(edit(), 0..4), prop::bool::weighted(0.15)), 1..25),
    ) {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let rows = Arc::new(Mutex::new(start));
        let mut watch = Watch::new(Shared(Arc::clone(&rows)));
        let (mut held, mut revision, mut next_key) = (Vec::new(), 0, 0);
        for (edits, lost) in steps {
            for edit in edits {
                perform(&mut rows.lock().unwrap(), edit, &mut next_key);
            }
            watch.notice([Change::ChatList]);
            let batch = watch.next(&connection, revision).unwrap();
            if lost && batch.is_some() {
                continue;
            }
            if let Some(batch) = batch {
                prop_assert!(batch.revision > revision);
                fits(&held, &batch.ops)?;
                apply(&mut held, &batch.ops);
                revision = batch.revision;
            }
            prop_assert_eq!(&held, &*rows.lock().unwrap());
            prop_assert!(watch.next(&connection, revision).unwrap().is_none(), "nothing is dirty any more");
        }
    }
}
