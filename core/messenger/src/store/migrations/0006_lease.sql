-- Whose turn it is when two processes share the file. Whoever takes the lease raises the epoch; every transaction that
-- writes compares it, so that a process that lost the lease can't commit, and what it read is not acknowledged.
CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,                       -- app, extension
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO lease (id, holder, epoch) VALUES (1, 'app', 0);

-- The archiving the user wants, until the server has confirmed it (XEP-0441): a lost stream must not lose the choice.
ALTER TABLE account ADD COLUMN archiving_wish INTEGER;

-- How far back a first look came that a network paid for by the byte cut short: the archive id to go on before.
ALTER TABLE account ADD COLUMN archive_deepen TEXT;

-- The chat list reads its newest rows only.
CREATE INDEX chat_activity ON chat (last_activity DESC, id DESC) WHERE listed = 1;
