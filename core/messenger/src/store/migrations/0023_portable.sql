-- What of an account goes into a file for another server (XEP-0227), while its server is asked for it.
CREATE TABLE export_part (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    part TEXT NOT NULL,                         -- vcard, items <node>, configuration <node>
    state TEXT NOT NULL,                        -- asked, here, missing
    content TEXT,                               -- the answer's payload
    PRIMARY KEY (account_id, part)
) STRICT, WITHOUT ROWID;

-- 1: the question has left in this session, be it that the roster does not show it yet.
ALTER TABLE subscription_wish ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;

-- What such a file brings into an account: one import at a time, a step each thing that the server is still to be told.
CREATE TABLE import (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    source TEXT NOT NULL,                       -- whose file it is
    total INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0,         -- that the server did not take
    kept INTEGER NOT NULL DEFAULT 0             -- left as it was, because the account had its own
) STRICT;

CREATE TABLE import_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    what TEXT NOT NULL,                         -- JSON of Step
    node TEXT,                                  -- the node that an item belongs to
    counts INTEGER NOT NULL DEFAULT 1,          -- 0: only looks what the account has
    state TEXT NOT NULL DEFAULT 'ready',        -- ready, under_way
    tries INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX import_step_state ON import_step (account_id, state, id);
CREATE INDEX import_step_node ON import_step (account_id, node, id) WHERE node IS NOT NULL;
