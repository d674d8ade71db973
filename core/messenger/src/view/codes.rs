//! The own code of every account that was ever signed in, in the order of the accounts.

use jid::BareJid;
use rusqlite::Connection;

use super::item::CodeItem;
use super::{View, Window};
use crate::change::Change;
use crate::contact::address::Address;
use crate::store::StoreError;

/// See the module.
#[derive(Debug)]
pub struct Codes;

impl View for Codes {
    type Item = CodeItem;

    fn concerns(&self, change: Change) -> bool {
        matches!(change, Change::Codes | Change::Accounts)
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<CodeItem>, StoreError> {
        let items = connection
            .prepare_cached(
                "SELECT account.id, account.jid, code.token, code.expires, invitation.state
                 FROM account
                 LEFT JOIN invitation_token AS code ON code.account_id = account.id AND code.token = (
                     SELECT token FROM invitation_token WHERE account_id = account.id AND used_by IS NULL
                     ORDER BY expires DESC, token LIMIT 1)
                 LEFT JOIN server_invitation AS invitation ON invitation.account_id = account.id
                 WHERE account.signed_in
                 ORDER BY account.id",
            )?
            .query_map([], |row| {
                let id = row.get(0)?;
                let address: String = row.get(1)?;
                let token: Option<String> = row.get(2)?;
                let state: Option<String> = row.get(4)?;
                Ok(CodeItem {
                    key: format!("{id}"),
                    account: id,
                    link: link(&address, token),
                    address,
                    expires: row.get(3)?,
                    invitation: state.and_then(|state| serde_json::from_str(&state).ok()),
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(Window { items, at_start: true, at_end: true })
    }
}

/// XEP-0379 3.1.
pub(super) fn link(address: &str, token: Option<String>) -> String {
    let Ok(jid) = BareJid::new(address) else { return address.to_owned() };
    let parameters = token.into_iter().map(|token| ("preauth".to_owned(), token)).collect();
    Address { jid, action: Some("roster".to_owned()), parameters }.link()
}
