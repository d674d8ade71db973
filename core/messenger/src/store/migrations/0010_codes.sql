-- Tokens in own codes: who asks with one to be a contact is one, once (XEP-0379).
CREATE TABLE invitation_token (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token TEXT NOT NULL,
    expires INTEGER NOT NULL,                   -- server's time, UTC milliseconds
    PRIMARY KEY (account_id, token)
) STRICT, WITHOUT ROWID;

-- The last invitation of each account's server for people who have no account (XEP-0401).
CREATE TABLE server_invitation (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL                         -- JSON, see view::item::ServerInvitation
) STRICT;

-- What the link said of who is to be asked.
ALTER TABLE subscription_wish ADD COLUMN name TEXT;
ALTER TABLE subscription_wish ADD COLUMN token TEXT;
