-- What is the app's and no account's: one row.
CREATE TABLE app (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    notification_content TEXT NOT NULL DEFAULT 'full',      -- full, sender, nothing
    hides_screen INTEGER NOT NULL DEFAULT 0,                -- no pictures of the screen, no preview among the open apps
    pin_salt BLOB,                                          -- NULL: the app is never locked
    pin_key BLOB,                                           -- PBKDF2-HMAC-SHA-256 of the PIN
    biometrics INTEGER NOT NULL DEFAULT 0,                  -- the device's own way opens it, too
    patience INTEGER NOT NULL DEFAULT 60000,                -- out of sight for so long, milliseconds, and it is locked
    locked INTEGER NOT NULL DEFAULT 0,
    left_at INTEGER,                                        -- mono: out of sight since
    left_boot TEXT,                                         -- the boot in which that counts
    wrong INTEGER NOT NULL DEFAULT 0,                       -- wrong PINs in a row
    wait_mono INTEGER,                                      -- no PIN is looked at before this
    wait_boot TEXT,
    wait_until INTEGER                                      -- the same, UTC milliseconds, to be shown
) STRICT;

INSERT INTO app (id) VALUES (1);
