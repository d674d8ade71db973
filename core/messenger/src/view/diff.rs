//! From one list to the next by key: common prefix and suffix first, then the longest increasing run of kept keys, so
//! that a moved row is the only one removed and inserted. There is no move: both platforms animate by key.

use std::collections::HashMap;

use super::{Item, Op};

/// The edits that turn `old` into `new`.
pub fn diff<T: Item>(old: &[T], new: &[T]) -> Vec<Op<T>> {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a.key() == b.key()).count();
    let longest_suffix = old.len().min(new.len()) - prefix;
    let suffix =
        old.iter().rev().zip(new.iter().rev()).take(longest_suffix).take_while(|(a, b)| a.key() == b.key()).count();
    let old_middle = old.get(prefix..old.len() - suffix).unwrap_or_default();
    let new_middle = new.get(prefix..new.len() - suffix).unwrap_or_default();

    let mut ops = Vec::new();
    let kept = kept_keys(old_middle, new_middle);

    remove_others(old_middle, &kept, prefix, &mut ops);
    insert_others(new_middle, &kept, prefix, &mut ops);
    update_changed(old, new, &mut ops);
    ops
}

/// The keys of a longest run that stands in the same order in both lists.
fn kept_keys<'a, T: Item>(old: &'a [T], new: &'a [T]) -> HashMap<&'a str, ()> {
    let place: HashMap<&str, usize> = old.iter().enumerate().map(|(index, item)| (item.key(), index)).collect();
    let sequence: Vec<(usize, &str)> =
        new.iter().filter_map(|item| place.get(item.key()).map(|&index| (index, item.key()))).collect();

    // Patience sorting: `tails[n]` ends the best run of length n + 1; `before` links each element to its predecessor.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; sequence.len()];
    let value = |at: usize| sequence.get(at).map_or(usize::MAX, |entry| entry.0);
    for at in 0..sequence.len() {
        let length = tails.partition_point(|&tail| value(tail) < value(at));
        if let (Some(link), Some(previous)) = (before.get_mut(at), length.checked_sub(1)) {
            *link = tails.get(previous).copied();
        }
        match tails.get_mut(length) {
            Some(tail) => *tail = at,
            None => tails.push(at),
        }
    }
    let mut kept = HashMap::new();
    let mut cursor = tails.last().copied();
    while let Some(at) = cursor {
        if let Some(entry) = sequence.get(at) {
            kept.insert(entry.1, ());
        }
        cursor = before.get(at).copied().flatten();
    }
    kept
}

fn remove_others<T: Item>(old: &[T], kept: &HashMap<&str, ()>, offset: usize, ops: &mut Vec<Op<T>>) {
    let mut at = offset;
    let mut run = 0;
    for item in old {
        if kept.contains_key(item.key()) {
            if run > 0 {
                ops.push(Op::Remove { at: index(at), count: index(run) });
                run = 0;
            }
            at += 1;
        } else {
            run += 1;
        }
    }
    if run > 0 {
        ops.push(Op::Remove { at: index(at), count: index(run) });
    }
}

fn insert_others<T: Item>(new: &[T], kept: &HashMap<&str, ()>, offset: usize, ops: &mut Vec<Op<T>>) {
    let mut run: Vec<T> = Vec::new();
    let mut start = offset;
    for (step, item) in new.iter().enumerate() {
        if kept.contains_key(item.key()) {
            if !run.is_empty() {
                ops.push(Op::Insert { at: index(start), items: std::mem::take(&mut run) });
            }
            start = offset + step + 1;
        } else {
            run.push(item.clone());
        }
    }
    if !run.is_empty() {
        ops.push(Op::Insert { at: index(start), items: run });
    }
}

/// Kept rows whose content differs. Positions are final here: every insert and removal stands before.
fn update_changed<T: Item>(old: &[T], new: &[T], ops: &mut Vec<Op<T>>) {
    let before: HashMap<&str, &T> = old.iter().map(|item| (item.key(), item)).collect();
    let inserted: std::collections::HashSet<String> = ops
        .iter()
        .filter_map(|op| if let Op::Insert { items, .. } = op { Some(items) } else { None })
        .flatten()
        .map(|item| item.key().to_owned())
        .collect();
    for (at, item) in new.iter().enumerate() {
        if !inserted.contains(item.key()) && before.get(item.key()).is_some_and(|old| *old != item) {
            ops.push(Op::Update { at: index(at), item: item.clone() });
        }
    }
}

/// Windows hold a few hundred rows, so the cast can't lose anything.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Applies edits to a list, as a subscriber does. For tests and headless subscribers.
pub fn apply<T: Clone>(list: &mut Vec<T>, ops: &[Op<T>]) {
    for op in ops {
        match op {
            Op::Reset { items } => list.clone_from(items),
            Op::Insert { at, items } => {
                let at = (*at as usize).min(list.len());
                list.splice(at..at, items.iter().cloned());
            }
            Op::Update { at, item } => {
                if let Some(slot) = list.get_mut(*at as usize) {
                    slot.clone_from(item);
                }
            }
            Op::Remove { at, count } => {
                let start = (*at as usize).min(list.len());
                let end = start.saturating_add(*count as usize).min(list.len());
                list.drain(start..end);
            }
        }
    }
}
