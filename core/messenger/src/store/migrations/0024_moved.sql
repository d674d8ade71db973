-- What an account of ours says of where its user has gone (XEP-0283).
CREATE TABLE moved_statement (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the new address
    since INTEGER,                              -- UTC milliseconds; NULL: not known, another device said it
    state TEXT NOT NULL,                        -- publishing, published, refused, retracting, kept (not taken back)
    tries INTEGER NOT NULL DEFAULT 0,           -- that got no answer
    total INTEGER NOT NULL DEFAULT 0,           -- contacts who are told
    refused INTEGER NOT NULL DEFAULT 0          -- whom the new account's server did not take
) STRICT;

-- The old account whose contacts are told (a step of a file has none).
ALTER TABLE import_step ADD COLUMN moved_from TEXT;
CREATE INDEX import_step_moved ON import_step (moved_from) WHERE moved_from IS NOT NULL;

-- The roster's groups (JSON list), and which address of ours the asked one knows.
ALTER TABLE subscription_wish ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE subscription_wish ADD COLUMN moved TEXT;

-- Who asks to be a contact and says that he is one already, under another address.
CREATE TABLE moved_request (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the new address
    old TEXT NOT NULL,                          -- the contact's
    time INTEGER NOT NULL,                      -- when he said so, or was followed; UTC milliseconds
    state TEXT NOT NULL,                        -- claimed, asked, proven, unproven, followed, declined, settled
    tries INTEGER NOT NULL DEFAULT 0,           -- sessions in which there was no answer
    asked INTEGER NOT NULL DEFAULT 0,           -- 1: the old account's server was asked in this session
    revoked INTEGER NOT NULL DEFAULT 0,         -- of who was followed: 1: the old one may see us no more, 2: it doesn't
    PRIMARY KEY (account_id, jid, old)
) STRICT, WITHOUT ROWID;

CREATE INDEX moved_request_old ON moved_request (account_id, old, time);
CREATE INDEX moved_request_asked ON moved_request (account_id, old) WHERE asked = 1;
CREATE INDEX moved_request_state ON moved_request (account_id, state, time);
