//! A user's archive (XEP-0313) with result sets (XEP-0059), as Prosody keeps it: random ids, pages in the order of
//! storing, `item-not-found` for an id that is not, or no longer, there.

use jid::{BareJid, Jid};
use linnet_messenger::wire::{Element, ns};

use crate::{stamp, xml};

/// One archived message.
#[derive(Debug, Clone)]
pub struct Archived {
    /// Opaque.
    pub id: String,
    /// When the server got it, UTC milliseconds.
    pub stamp: i64,
    pub from: Jid,
    pub to: Jid,
    pub message: Element,
    /// Sent in place of `message`: bytes no writer would write.
    pub raw: Option<String>,
}

impl Archived {
    /// The text inside.
    pub fn body(&self) -> String {
        self.message.first("body", ns::CLIENT).map(Element::content).unwrap_or_default()
    }
}

/// What XEP-0441 lets a user choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archiving {
    Always,
    Roster,
    Never,
}

impl Archiving {
    /// As written in `default=''`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Roster => "roster",
            Self::Never => "never",
        }
    }

    /// Read from `default=''`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Always, Self::Roster, Self::Never].into_iter().find(|choice| choice.name() == name)
    }
}

/// The archive of one account, oldest first.
#[derive(Debug, Default)]
pub struct Archive {
    pub rows: Vec<Archived>,
}

/// A query as the client asked it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Query {
    pub queryid: Option<String>,
    pub with: Option<Jid>,
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub after: Option<String>,
    /// `Some("")` asks for the last page.
    pub before: Option<String>,
    pub ids: Vec<String>,
    pub max: Option<usize>,
    pub flip: bool,
}

/// What a query gives.
#[derive(Debug)]
pub struct PageOf<'a> {
    pub rows: Vec<&'a Archived>,
    pub complete: bool,
    pub count: usize,
    /// Where the first row stands among all that match.
    pub index: usize,
}

impl Query {
    /// Reads `<query/>`; an error tells what a server would not understand.
    pub fn read(query: &Element) -> Result<Self, String> {
        let mut read = Self { queryid: query.attribute("queryid").map(str::to_owned), ..Self::default() };
        if let Some(form) = query.first("x", ns::DATA_FORM) {
            if form.attribute("type") != Some("submit") {
                return Err("a form that is not submitted".to_owned());
            }
            let mut typed = false;
            for field in form.children().filter(|child| child.is("field", ns::DATA_FORM)) {
                let values: Vec<String> = field.children().map(Element::content).collect();
                let first = values.first().cloned().unwrap_or_default();
                let time = || stamp::parse(&first).ok_or_else(|| format!("not a stamp: {first}"));
                match field.attribute("var") {
                    Some("FORM_TYPE") => typed = first == ns::MAM,
                    Some("with") => read.with = Some(Jid::new(&first).map_err(|error| error.to_string())?),
                    Some("start") => read.start = Some(time()?),
                    Some("end") => read.end = Some(time()?),
                    Some("after-id") => read.after = Some(first),
                    Some("before-id") => read.before = Some(first),
                    Some("ids") => read.ids = values,
                    other => return Err(format!("a field nobody offered: {other:?}")),
                }
            }
            if !typed {
                return Err("a form without FORM_TYPE".to_owned());
            }
        }
        if let Some(set) = query.first("set", ns::RSM) {
            for part in set.children() {
                match part.name.as_str() {
                    "max" => read.max = Some(part.content().parse().map_err(|_| "max is not a number".to_owned())?),
                    "after" => read.after = Some(part.content()),
                    "before" => read.before = Some(part.content()),
                    other => return Err(format!("not of a result set: {other}")),
                }
            }
        }
        read.flip = query.first("flip-page", ns::MAM).is_some();
        Ok(read)
    }
}

impl Archive {
    /// The row of that id.
    pub fn row(&self, id: &str) -> Option<&Archived> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// The page a query asks for, at most `cap` rows; `None` when an id it names is not here.
    pub fn page(&self, owner: &BareJid, query: &Query, cap: usize) -> Option<PageOf<'_>> {
        let place = |id: &String| self.rows.iter().position(|row| row.id == *id);
        let low = match &query.after {
            Some(id) => place(id)? + 1,
            None => 0,
        };
        let last_page = query.before.is_some() && query.after.is_none();
        let high = match &query.before {
            Some(id) if !id.is_empty() => place(id)?,
            _ => self.rows.len(),
        };
        for id in &query.ids {
            place(id)?;
        }
        let matching: Vec<&Archived> = self
            .rows
            .iter()
            .filter(|row| query.ids.is_empty() || query.ids.contains(&row.id))
            .filter(|row| matches(row, owner, query))
            .collect();
        let slice: Vec<&Archived> = self
            .rows
            .get(low..high.max(low))
            .unwrap_or_default()
            .iter()
            .filter(|row| query.ids.is_empty() || query.ids.contains(&row.id))
            .filter(|row| matches(row, owner, query))
            .collect();
        let max = query.max.unwrap_or(cap).min(cap);
        let complete = slice.len() <= max;
        let mut rows: Vec<&Archived> = if last_page {
            slice.iter().skip(slice.len().saturating_sub(max)).copied().collect()
        } else {
            slice.iter().take(max).copied().collect()
        };
        let index = rows.first().and_then(|first| matching.iter().position(|row| row.id == first.id)).unwrap_or(0);
        if query.flip {
            rows.reverse();
        }
        Some(PageOf { rows, complete, count: matching.len(), index })
    }
}

fn matches(row: &Archived, owner: &BareJid, query: &Query) -> bool {
    let with = query.with.as_ref().is_none_or(|with| {
        let same = |jid: &Jid| if with.is_full() { jid == with } else { jid.to_bare() == with.to_bare() };
        if with.to_bare() == *owner { same(&row.from) && same(&row.to) } else { same(&row.from) || same(&row.to) }
    });
    with && query.start.is_none_or(|start| row.stamp >= start) && query.end.is_none_or(|end| row.stamp <= end)
}

/// The `<message/>` that carries one archived message, as text: what is inside may be no XML at all. Some servers say
/// that it is from the account, some leave that out.
pub fn result(
    row: &Archived,
    from: Option<&BareJid>,
    to: &str,
    queryid: Option<&str>,
    id: &str,
    millis: bool,
) -> String {
    let from = from.map(|from| format!(" from='{}'", xml::escape(from.as_str()))).unwrap_or_default();
    let queryid = queryid.map(|id| format!(" queryid='{}'", xml::escape(id))).unwrap_or_default();
    let inner = row.raw.clone().unwrap_or_else(|| {
        let mut message = row.message.clone();
        message.attributes.retain(|(ns, name, _)| !(ns.is_empty() && (name == "from" || name == "to")));
        let message = message.with("from", row.from.as_str()).with("to", row.to.as_str());
        // Inside <forwarded/> the default namespace is another, so that the client's must be named again.
        xml::write(&message).replacen("<message", "<message xmlns='jabber:client'", 1)
    });
    format!(
        "<message{from} to='{}' id='{}'><result xmlns='{}'{queryid} id='{}'><forwarded xmlns='{}'>\
         <delay xmlns='{}' stamp='{}'/>{inner}</forwarded></result></message>",
        xml::escape(to),
        xml::escape(id),
        ns::MAM,
        xml::escape(&row.id),
        ns::FORWARD,
        ns::DELAY,
        stamp::format(row.stamp, millis),
    )
}

/// The `<fin/>` that ends a page.
pub fn fin(page: &PageOf<'_>) -> Element {
    let mut set = Element::new("set", ns::RSM);
    if let (Some(first), Some(last)) = (page.rows.first(), page.rows.last()) {
        set = set
            .child(Element::new("first", ns::RSM).with("index", page.index.to_string()).text(&first.id))
            .child(Element::new("last", ns::RSM).text(&last.id));
    }
    set = set.child(Element::new("count", ns::RSM).text(page.count.to_string()));
    Element::new("fin", ns::MAM).with_some("complete", page.complete.then_some("true")).child(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive() -> (BareJid, Archive) {
        let owner = BareJid::new("alice@linnet.test").unwrap();
        let row = |at: i64, with: &str| Archived {
            id: format!("id-{at}"),
            stamp: at * 1_000,
            from: Jid::new(with).unwrap(),
            to: Jid::new("alice@linnet.test/phone").unwrap(),
            message: Element::new("message", ns::CLIENT),
            raw: None,
        };
        let with = |at: i64| if at % 2 == 0 { "bob@linnet.test/x" } else { "alice@linnet.test/phone" };
        (owner, Archive { rows: (0..10).map(|at| row(at, with(at))).collect() })
    }

    fn ids(page: &PageOf<'_>) -> Vec<String> {
        page.rows.iter().map(|row| row.id.trim_start_matches("id-").to_owned()).collect()
    }

    #[test]
    fn pages_forward_backward_and_filtered() {
        let (owner, archive) = archive();
        let ask = |query: Query| archive.page(&owner, &query, 50);
        let after = ask(Query { after: Some("id-3".into()), max: Some(4), ..Query::default() }).unwrap();
        assert_eq!((ids(&after).join(" "), after.complete), ("4 5 6 7".to_owned(), false));
        let rest = ask(Query { after: Some("id-7".into()), max: Some(4), ..Query::default() }).unwrap();
        assert_eq!((ids(&rest).join(" "), rest.complete), ("8 9".to_owned(), true));
        let last = ask(Query { before: Some(String::new()), max: Some(3), ..Query::default() }).unwrap();
        assert_eq!((ids(&last).join(" "), last.complete), ("7 8 9".to_owned(), false));
        let bob = Some(Jid::new("bob@linnet.test").unwrap());
        let first = ask(Query { before: Some("id-5".into()), with: bob, ..Query::default() }).unwrap();
        assert_eq!((ids(&first).join(" "), first.complete), ("0 2 4".to_owned(), true));
        let own = Some(Jid::new("alice@linnet.test").unwrap());
        assert_eq!(ids(&ask(Query { with: own, ..Query::default() }).unwrap()).join(" "), "1 3 5 7 9");
        let time = ask(Query { start: Some(2_000), end: Some(4_000), ..Query::default() }).unwrap();
        assert_eq!(ids(&time).join(" "), "2 3 4");
        assert!(ask(Query { after: Some("gone".into()), ..Query::default() }).is_none());
    }
}
