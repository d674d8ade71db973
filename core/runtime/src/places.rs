//! Which of a server's places were tried in vain since the last session.
//!
//! A place can take the connection and still be of no use: TLS that fails after STARTTLS, a stream that ends before
//! anyone is signed in. DNS knows nothing of that, so it is remembered here, and the next attempt begins elsewhere.
//!
//! Invariants: every place is tried before one is tried again; a session, or another network path, forgets it all.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use linnet_messenger::ids::AccountId;

use crate::dns::Candidate;

/// More than one attempt looks at; a zone may name others each time.
const MOST: usize = 64;

/// See the module.
#[derive(Default)]
pub(crate) struct Places(Mutex<HashMap<AccountId, Vec<Candidate>>>);

impl Places {
    /// Those tried in vain come last. If that is all of them, they get another chance in their own order.
    pub(crate) fn arrange(&self, account: AccountId, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut all = self.all();
        let tried = all.entry(account).or_default();
        let (old, mut fresh): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| tried.contains(candidate));
        if fresh.is_empty() {
            tried.clear();
        }
        fresh.extend(old);
        fresh
    }

    /// This one is tried: in vain, unless a session comes of it.
    pub(crate) fn tried(&self, account: AccountId, candidate: &Candidate) {
        let mut all = self.all();
        let tried = all.entry(account).or_default();
        if !tried.contains(candidate) && tried.len() < MOST {
            tried.push(candidate.clone());
        }
    }

    /// Whether one of these was not tried yet.
    pub(crate) fn left(&self, account: AccountId, candidates: &[Candidate]) -> bool {
        let all = self.all();
        let tried = all.get(&account).map(Vec::as_slice).unwrap_or_default();
        tried.len() < MOST && candidates.iter().any(|candidate| !tried.contains(candidate))
    }

    /// A session came of the last one.
    pub(crate) fn good(&self, account: AccountId) {
        self.all().remove(&account);
    }

    /// Another network path: what failed on the old one says nothing.
    pub(crate) fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, HashMap<AccountId, Vec<Candidate>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: AccountId = AccountId(1);

    fn places(ports: &[u16]) -> Vec<Candidate> {
        ports.iter().map(|&port| Candidate { host: "x".to_owned(), port, direct_tls: false }).collect()
    }

    #[test]
    fn every_place_is_tried_before_one_is_tried_again() {
        let (places_tried, all) = (Places::default(), places(&[1, 2, 3]));
        let mut order = Vec::new();
        for _ in 0..6 {
            let next = places_tried.arrange(ACCOUNT, all.clone()).swap_remove(0);
            places_tried.tried(ACCOUNT, &next);
            order.push((next.port, places_tried.left(ACCOUNT, &all)));
        }
        assert_eq!(order, [(1, true), (2, true), (3, false), (1, true), (2, true), (3, false)]);
    }

    #[test]
    fn a_session_or_another_path_forgets() {
        let (tried, all) = (Places::default(), places(&[1, 2]));
        for forget in [|tried: &Places| tried.good(ACCOUNT), Places::forget] {
            tried.tried(ACCOUNT, &all[0]);
            assert_eq!(tried.arrange(ACCOUNT, all.clone()), places(&[2, 1]));
            assert_eq!(tried.arrange(AccountId(2), all.clone()), all, "another account's");
            forget(&tried);
            assert_eq!(tried.arrange(ACCOUNT, all.clone()), all);
        }
    }

    #[test]
    fn a_zone_that_names_new_places_each_time_is_not_followed_for_ever() {
        let tried = Places::default();
        for port in 1..1_000 {
            tried.tried(ACCOUNT, &places(&[port])[0]);
        }
        assert!(!tried.left(ACCOUNT, &places(&[2_000])));
    }
}
