-- Contacts out of a backup that are to be on the roster, until the server has them there.
CREATE TABLE contact_wish (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    name TEXT,
    tags TEXT NOT NULL DEFAULT '[]',            -- JSON list
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;
