-- More than one device of an account: copies of what the others say and are told (XEP-0280), and how far each chat was
-- read on any of them (XEP-0490).

ALTER TABLE stream ADD COLUMN carbons INTEGER; -- 1 on, 0 refused, NULL not known yet

ALTER TABLE chat ADD COLUMN read_up_to INTEGER; -- the message up to which it was read, on any device

CREATE TABLE read_sync (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the chat's; it need not exist here yet
    archive_id TEXT,                            -- up to where the server's node says it was read
    parked INTEGER NOT NULL DEFAULT 0,          -- that message is not stored here yet
    wished INTEGER NOT NULL DEFAULT 0,          -- read here: to be compared with the node, and published if further on
    in_flight TEXT,                             -- the archive id that is being published
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE INDEX read_sync_parked ON read_sync (account_id, archive_id) WHERE parked = 1;

CREATE INDEX read_sync_wished ON read_sync (account_id) WHERE wished = 1;

-- `message.unread` is 2 as long as it is not known whether another device has read it.
CREATE INDEX message_undecided ON message (chat_id, position) WHERE unread = 2;
