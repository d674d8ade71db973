-- How this device is called, what the others are, and who has access to the account.

ALTER TABLE account ADD COLUMN device_name TEXT;            -- the user's own for this device; begins its resource
ALTER TABLE account ADD COLUMN priority INTEGER NOT NULL DEFAULT 0; -- RFC 6121 4.7.2.3
ALTER TABLE account ADD COLUMN expelling INTEGER NOT NULL DEFAULT 0; -- once the password is changed, all others go
ALTER TABLE presence ADD COLUMN software TEXT;              -- of our own devices, if they told

CREATE TABLE client_access (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    answers TEXT NOT NULL                                   -- JSON, see view::item::ClientAnswers
) STRICT;
