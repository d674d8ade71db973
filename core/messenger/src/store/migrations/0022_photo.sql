-- The picture in the own older vCard (XEP-0153), where the server leaves it to its clients.

ALTER TABLE own_vcard ADD COLUMN photo TEXT;                -- its hash, empty: none; NULL: not read in this session
ALTER TABLE own_vcard ADD COLUMN photo_written TEXT;        -- the one that we have put there
ALTER TABLE own_vcard ADD COLUMN photo_wished INTEGER NOT NULL DEFAULT 0; -- the user has chosen another one since
ALTER TABLE presence ADD COLUMN vcard_update INTEGER NOT NULL DEFAULT 0; -- it speaks of the picture
