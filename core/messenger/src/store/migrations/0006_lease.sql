-- Whose turn it is when two processes share the file. Whoever takes the lease raises the epoch; every transaction that
-- writes compares it, so that a process that lost the lease can't commit, and what it read is not acknowledged.
CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,                       -- app, extension
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO lease (id, holder, epoch) VALUES (1, 'app', 0);

-- Messages that an alert was shown for, by whichever process: no message rings twice.
CREATE TABLE notified (
    message_id INTEGER PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE
) STRICT;
