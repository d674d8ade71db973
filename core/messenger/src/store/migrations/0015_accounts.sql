-- What tells several accounts apart, and which of them the chat list shows.

ALTER TABLE account ADD COLUMN name TEXT;                   -- the user's own for it
ALTER TABLE account ADD COLUMN colour TEXT;                 -- see command::AccountColour; NULL until one is given
ALTER TABLE account ADD COLUMN place INTEGER NOT NULL DEFAULT 0; -- in the user's order
UPDATE account SET place = id;

ALTER TABLE app ADD COLUMN shown_account INTEGER REFERENCES account (id) ON DELETE SET NULL; -- NULL: all of them

CREATE INDEX chat_activity_account ON chat (account_id, last_activity DESC, id DESC) WHERE listed = 1;

CREATE TABLE server_details (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    answers TEXT NOT NULL                                   -- JSON, see view::item::ServerAnswers
) STRICT;
