-- Which capabilities the presence of a device names (XEP-0115).
ALTER TABLE presence ADD COLUMN caps_hash TEXT;     -- of which function; NULL: the older form, which nothing can verify
ALTER TABLE presence ADD COLUMN caps_node TEXT;
ALTER TABLE presence ADD COLUMN caps_ver TEXT;      -- NULL: it names none

-- What contacts' devices answered when somebody looked (XEP-0092, 0202, 0030); gone with the device.
CREATE TABLE device_details (
    account_id INTEGER NOT NULL,
    jid TEXT NOT NULL,
    resource TEXT NOT NULL,
    asked INTEGER NOT NULL,                     -- UTC milliseconds
    version TEXT NOT NULL,                      -- asking, told, refused, silent
    time TEXT NOT NULL,                         -- the same
    info TEXT NOT NULL,                         -- the same; told also where it need not be asked
    program TEXT,
    program_version TEXT,
    system TEXT,
    utc_offset INTEGER,                         -- minutes
    clock_offset INTEGER,                       -- milliseconds by which the clock there is ahead of the server's
    kind TEXT,
    PRIMARY KEY (account_id, jid, resource),
    FOREIGN KEY (account_id, jid, resource) REFERENCES presence (account_id, jid, resource) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What kind of device has capabilities of this name, where the name was verified: whoever's device it is.
CREATE TABLE capabilities (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    ver TEXT NOT NULL,
    kind TEXT,                                  -- NULL: none that is known
    time INTEGER NOT NULL,                      -- when it was needed last, UTC milliseconds
    PRIMARY KEY (account_id, hash, ver)
) STRICT, WITHOUT ROWID;
