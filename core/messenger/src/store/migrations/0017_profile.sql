-- Pictures of people, made anew and small, by the SHA-1 of the file that was announced. One may be many people's.
CREATE TABLE picture (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,                  -- 40 hexadecimal digits
    bytes BLOB NOT NULL                         -- JPEG or PNG
) STRICT;

-- What contacts, and our own account, say their picture is.
CREATE TABLE avatar (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    hash TEXT NOT NULL,                         -- as announced
    source TEXT NOT NULL,                       -- pep (XEP-0084), vcard (XEP-0153)
    state TEXT NOT NULL,                        -- wanted, asked (for), drawing, here, refused
    tries INTEGER NOT NULL DEFAULT 0,
    shown TEXT,                                 -- the picture to show: this one, or the last one until it is here
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE INDEX avatar_state ON avatar (account_id, state);
CREATE INDEX avatar_shown ON avatar (shown);

-- A picture that is nobody's goes, whatever took its owners away.
CREATE TRIGGER avatar_gone AFTER DELETE ON avatar BEGIN
    DELETE FROM picture WHERE hash = old.shown AND NOT EXISTS (SELECT 1 FROM avatar WHERE shown = old.shown);
END;
CREATE TRIGGER avatar_replaced AFTER UPDATE OF shown ON avatar WHEN old.shown IS NOT new.shown BEGIN
    DELETE FROM picture WHERE hash = old.shown AND NOT EXISTS (SELECT 1 FROM avatar WHERE shown = old.shown);
END;

-- What people call themselves, ourselves included (XEP-0172).
CREATE TABLE nickname (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

-- What of the own profile the server is still to be told.
CREATE TABLE profile_wish (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    what TEXT NOT NULL,                         -- picture, nickname
    under_way INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,           -- that came to nothing in this session
    PRIMARY KEY (account_id, what)
) STRICT, WITHOUT ROWID;

ALTER TABLE account ADD COLUMN profile_open INTEGER NOT NULL DEFAULT 0; -- everyone may see it, else contacts
ALTER TABLE account ADD COLUMN profile_state TEXT NOT NULL DEFAULT 'known'; -- known, waiting, refused
ALTER TABLE account ADD COLUMN picture_side INTEGER; -- pixels a side of the own picture, if it was chosen here
