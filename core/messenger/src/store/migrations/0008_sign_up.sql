-- Accounts that are being made: what their screen shows. Answers are never stored, and the rows end with the process.
CREATE TABLE sign_up (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server TEXT NOT NULL,                       -- domain, in letters
    state TEXT NOT NULL                         -- JSON, see view::item::SignUpState
) STRICT;
