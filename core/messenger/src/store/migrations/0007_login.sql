-- What is kept so that the next login costs one round trip and no password.

CREATE TABLE login (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,                   -- UUID: names this installation to the server; a token is good for one only
    offer TEXT,                                 -- JSON of Features before the login; NULL: unknown, or without SASL2
    session TEXT,                               -- JSON of Features after the login
    pipelining INTEGER NOT NULL DEFAULT 1,      -- 0: the server ended streams that began with a login
    binding_seen INTEGER NOT NULL DEFAULT 0,    -- a login was bound to its channel: what is weaker must be proven
    token TEXT,                                 -- XEP-0484
    token_mechanism TEXT,                       -- what it was asked for
    token_expiry INTEGER,                       -- UTC milliseconds, by the server's clock
    token_uses INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What SCRAM made of the password. With a row here `account.password` is empty.
CREATE TABLE salted_keys (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,                         -- JSON of ScramHash
    salt BLOB NOT NULL,
    iterations INTEGER NOT NULL,
    client_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;
