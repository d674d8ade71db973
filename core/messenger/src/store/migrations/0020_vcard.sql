-- What contacts tell of themselves, as it is shown (XEP-0292, 0054).
CREATE TABLE vcard (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    card TEXT NOT NULL,                         -- JSON, see view::item::VcardItem
    time INTEGER NOT NULL,                      -- when it was asked for, UTC milliseconds
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

-- What the user tells.
CREATE TABLE own_vcard (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    known TEXT NOT NULL DEFAULT '{}',           -- JSON, see command::VcardFields: as the server had it
    wished TEXT,                                -- the same, until the server has it
    whole TEXT,                                 -- the XML that was published last
    emptied INTEGER NOT NULL DEFAULT 0,         -- 1: that has to be published again, whatever the server has now
    apart INTEGER                               -- 1: the server keeps the older vCard for itself, and shows it to all;
                                                -- 0: it makes it out of the newer one; NULL: not known yet
) STRICT;

ALTER TABLE nickname ADD COLUMN full_name INTEGER NOT NULL DEFAULT 0;       -- of their vCard: they told no nickname
ALTER TABLE profile_wish ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0; -- wished again while it was under way
