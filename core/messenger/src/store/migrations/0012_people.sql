-- Whom the user does not want to hear; strangers, who wait apart until they are answered; contacts, and where they are.

ALTER TABLE account ADD COLUMN blocking INTEGER;  -- the server has XEP-0191: 1 yes, 0 no, NULL not known yet
ALTER TABLE account ADD COLUMN reporting INTEGER NOT NULL DEFAULT 0; -- it takes reports (XEP-0377)

CREATE TABLE block (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- of a person, a server, or one device of either
    state TEXT NOT NULL,                        -- held (the server has it), wished, lifting (to be unblocked)
    since INTEGER,                              -- when it was wished here, by the server's clock
    report TEXT,                                -- JSON of Report, until the server has it
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

-- 0: only a stranger has written here.
ALTER TABLE chat ADD COLUMN known INTEGER NOT NULL DEFAULT 0;
-- What was on the list before there was a box for strangers stays there.
UPDATE chat SET known = 1;

CREATE INDEX chat_strangers ON chat (account_id, last_activity DESC, id DESC) WHERE known = 0;

-- 0: they are to be asked; 1: their own request is to be declined; 2: it was, in this session.
ALTER TABLE subscription_wish ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;

ALTER TABLE contact ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'; -- the roster's groups, JSON
UPDATE account SET roster_version = NULL;           -- so that it is read anew, with its groups

ALTER TABLE chat ADD COLUMN muted INTEGER NOT NULL DEFAULT 0; -- no notification tells of it

CREATE TABLE presence (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    resource TEXT NOT NULL,                     -- one device of theirs that is there
    show TEXT NOT NULL,                         -- available, away, xa, dnd
    status TEXT,
    idle_since INTEGER,                         -- UTC milliseconds
    PRIMARY KEY (account_id, jid, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE last_seen (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    time INTEGER NOT NULL,                      -- UTC milliseconds
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;
