//! Archives whose answers have the right form and lead nowhere.

use jid::BareJid;
use linnet_messenger::wire::{Element, ns};

use super::FakeServer;
use super::archive::Query;

/// What an archive query is answered with instead of what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whim {
    /// Pages with nothing in them, each with new ids, and more to come.
    Empty,
    /// The first few pages, in turn, whatever was asked.
    Round,
    /// It knows no id, not even those that it has just given.
    Forgets,
    /// Any of these, or what was asked for.
    Anything,
}

/// Messages of a page, and pages, that go round.
const PAGE: usize = 2;
const ROUND: usize = 3;

/// What a whim makes of a query.
pub enum Answer {
    Page(Query),
    Empty(Element),
    NotFound,
}

impl FakeServer {
    /// What the archive's whim is this time.
    pub(super) fn whim(&mut self, owner: &BareJid, query: Query) -> Answer {
        let whim = match self.switches.archive_whim {
            Some(Whim::Anything) => match self.seed.below(4) {
                0 => Some(Whim::Empty),
                1 => Some(Whim::Round),
                2 => Some(Whim::Forgets),
                _ => None,
            },
            whim => whim,
        };
        let named = |id: &Option<String>| id.as_ref().is_some_and(|id| !id.is_empty());
        match whim {
            Some(Whim::Empty) => Answer::Empty(empty(&self.seed.uuid(), &self.seed.uuid())),
            Some(Whim::Forgets) if named(&query.before) || named(&query.after) => Answer::NotFound,
            Some(Whim::Round) => {
                let turn = usize::try_from(self.counts.archive_queries).unwrap_or_default() % ROUND;
                let rows = self.accounts.get(owner).map(|account| account.archive.rows.as_slice()).unwrap_or_default();
                let after = (turn * PAGE).checked_sub(1).and_then(|at| rows.get(at)).map(|row| row.id.clone());
                Answer::Page(Query { queryid: query.queryid, after, max: Some(PAGE), ..Query::default() })
            }
            _ => Answer::Page(query),
        }
    }
}

fn empty(first: &str, last: &str) -> Element {
    let set = Element::new("set", ns::RSM)
        .child(Element::new("first", ns::RSM).text(first))
        .child(Element::new("last", ns::RSM).text(last));
    Element::new("fin", ns::MAM).child(set)
}
