//! What a device shows, kept up to date from the driver's batches: a list of view items, edited by ops.
//!
//! Invariant: a batch that does not fit the list is an error of the driver or the view, never passed over.

use serde_json::Value;

/// A view as its subscriber holds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Screen {
    pub items: Vec<Value>,
}

impl Screen {
    /// Applies the ops of one batch in order.
    pub fn apply(&mut self, ops: &[Value]) -> Result<(), String> {
        ops.iter()
            .try_for_each(|op| self.edit(op).ok_or_else(|| format!("{op} does not fit {} rows", self.items.len())))
    }

    fn edit(&mut self, op: &Value) -> Option<()> {
        let number = |name: &str| op.get(name).and_then(Value::as_u64).map(|number| number as usize);
        let items = || op.get("items").and_then(Value::as_array).cloned();
        match op.get("op")?.as_str()? {
            "reset" => self.items = items()?,
            "insert" => {
                let at = number("at")?;
                self.items.get(at..)?;
                self.items.splice(at..at, items()?);
            }
            "update" => *self.items.get_mut(number("at")?)? = op.get("item")?.clone(),
            "remove" => {
                let at = number("at")?;
                let end = at.checked_add(number("count")?)?;
                self.items.get(at..end)?;
                self.items.drain(at..end);
            }
            _ => return None,
        }
        Some(())
    }

    /// The messages among the rows.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        self.items.iter().filter_map(message)
    }
}

/// A message row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    pub id: i64,
    pub sender: &'a str,
    /// Its beginning, if it is `cut`.
    pub body: &'a str,
    pub cut: bool,
    /// "received", "sending", "sent" or "failed".
    pub state: &'a str,
    /// UTC milliseconds.
    pub time: i64,
}

impl Message<'_> {
    /// Whether it says this text, as far as the row tells.
    pub fn says(&self, body: &str) -> bool {
        if self.cut { body.starts_with(self.body) } else { body == self.body }
    }
}

/// Reads a timeline row; `None` if it is no message.
pub fn message(item: &Value) -> Option<Message<'_>> {
    (item.get("kind")?.as_str()? == "message").then_some(())?;
    Some(Message {
        id: item.get("id")?.as_i64()?,
        sender: item.get("sender")?.as_str()?,
        body: item.get("body")?.as_str()?,
        cut: item.get("cut")?.as_bool()?,
        state: item.get("state")?.get("state")?.as_str()?,
        time: item.get("time")?.as_i64()?,
    })
}

/// The gaps among timeline rows: id and state.
pub fn gaps(items: &[Value]) -> Vec<(i64, String)> {
    let gap = |item: &Value| {
        (item.get("kind")?.as_str()? == "gap").then_some(())?;
        Some((item.get("id")?.as_i64()?, item.get("state")?.as_str()?.to_owned()))
    };
    items.iter().filter_map(gap).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ops_edit_the_list_in_order() {
        let mut screen = Screen::default();
        let ops = [
            json!({"op": "reset", "items": [1, 2, 3]}),
            json!({"op": "insert", "at": 3, "items": [4, 5]}),
            json!({"op": "remove", "at": 0, "count": 2}),
            json!({"op": "update", "at": 0, "item": 30}),
        ];
        screen.apply(&ops).unwrap();
        assert_eq!(screen.items, [json!(30), json!(4), json!(5)]);
    }

    #[test]
    fn ops_that_do_not_fit_are_told() {
        for op in [
            json!({"op": "insert", "at": 1, "items": [4]}),
            json!({"op": "remove", "at": 0, "count": 1}),
            json!({"op": "update", "at": 0, "item": 1}),
            json!({"op": "move"}),
            json!({}),
        ] {
            assert!(Screen::default().apply(std::slice::from_ref(&op)).is_err(), "{op}");
        }
    }

    #[test]
    fn messages_and_gaps_are_told_apart() {
        let rows = [
            json!({"kind": "gap", "key": "g1", "id": 1, "state": "open", "since": null, "until": 5}),
            json!({"kind": "message", "id": 7, "sender": "a@x", "body": "hi", "cut": false,
                   "state": {"state": "sent"}, "time": 9}),
            json!({"kind": "unread_mark", "key": "u"}),
        ];
        assert_eq!(gaps(&rows), [(1, "open".to_owned())]);
        let screen = Screen { items: rows.to_vec() };
        let shown: Vec<_> = screen.messages().collect();
        assert_eq!(shown, [Message { id: 7, sender: "a@x", body: "hi", cut: false, state: "sent", time: 9 }]);
    }
}
