-- What messages say of other messages: corrections, receipts, displayed markers; and who is writing.
--
-- A correction (XEP-0308) is a message of its own, with its own names, place and job; it is hidden, and shown in place of
-- what it corrects. `message.state` goes on: 4 delivered (XEP-0184), 5 read (XEP-0333: and all own messages before it).
-- `message.unread` may be 3: a correction that waits for its message, and counts as unread if it has to be shown itself.

ALTER TABLE message ADD COLUMN replaces TEXT;                       -- `id` of the stanza that this one corrects
ALTER TABLE message ADD COLUMN corrects INTEGER REFERENCES message (id) ON DELETE CASCADE;  -- that message, once known
ALTER TABLE message ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;   -- no row of its own in the timeline
ALTER TABLE message ADD COLUMN unstyled INTEGER NOT NULL DEFAULT 0; -- XEP-0393 `<unstyled/>`
ALTER TABLE message ADD COLUMN markable INTEGER NOT NULL DEFAULT 0; -- its sender wants to know when it is read
CREATE INDEX message_shown ON message (chat_id, position) WHERE hidden = 0;
CREATE INDEX message_stanza_id ON message (chat_id, stanza_id, outgoing, position)
    WHERE stanza_id IS NOT NULL AND replaces IS NULL;
CREATE INDEX message_replaces ON message (chat_id, replaces, position) WHERE replaces IS NOT NULL;
CREATE INDEX message_parked ON message (chat_id, position)
    WHERE hidden = 1 AND replaces IS NOT NULL AND corrects IS NULL;
CREATE INDEX message_corrects ON message (corrects, position) WHERE corrects IS NOT NULL;
CREATE INDEX message_read ON message (chat_id, position) WHERE state = 5;

ALTER TABLE job ADD COLUMN kind TEXT NOT NULL DEFAULT 'message';    -- message; receipt, displayed: about the message

-- XEP-0085: whether the other side has shown that it knows chat states; NULL: not yet known.
ALTER TABLE chat ADD COLUMN chat_states INTEGER;

-- Receipts and markers that came before the message they are about.
CREATE TABLE relation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    peer TEXT NOT NULL,                         -- whose chat it belongs to; there may be none yet
    sender TEXT NOT NULL,                       -- bare JID of who said it
    kind TEXT NOT NULL,                         -- receipt, displayed
    target TEXT NOT NULL,                       -- `id` of the message it is about
    UNIQUE (account_id, peer, target, sender, kind)
) STRICT;
CREATE INDEX relation_oldest ON relation (account_id, peer, id);

-- Who is writing right now (XEP-0085): cleared at every start.
CREATE TABLE composing (
    chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    own INTEGER NOT NULL,                       -- 1: we, as the other side was told
    resource TEXT NOT NULL,                     -- of the device on which they write
    until INTEGER NOT NULL,                     -- mono: silence till then means that they have stopped
    PRIMARY KEY (chat_id, own)
) STRICT, WITHOUT ROWID;
