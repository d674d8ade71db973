-- What a stranger wrote here was dropped, down to the chat's beginning: read again only when someone looks.
ALTER TABLE gap ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;
-- Chats of strangers were dropped whole: one that begins anew may have more in the archive.
ALTER TABLE account ADD COLUMN chats_dropped INTEGER NOT NULL DEFAULT 0;

-- To whom the account tells what; 1 where it is told, unless the exceptions below say otherwise.
ALTER TABLE account ADD COLUMN online INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN auto_load INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN callers TEXT NOT NULL DEFAULT 'contacts';   -- everyone, contacts, nobody
ALTER TABLE account ADD COLUMN adders TEXT NOT NULL DEFAULT 'everyone';    -- everyone, code, nobody
CREATE TABLE privacy_exception (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- bare JID of whom another rule holds for
    setting TEXT NOT NULL,                      -- the column of the account, or calls
    allowed INTEGER NOT NULL,
    PRIMARY KEY (account_id, jid, setting)
) STRICT, WITHOUT ROWID;
-- Who was granted our presence, and does not get it because the user wants to be seen by nobody, or not by them.
CREATE TABLE withheld (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;
