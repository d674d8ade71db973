-- The profile out of a backup, part by part, until the server was asked whether it has one.
CREATE TABLE restored_profile (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    nickname TEXT,
    vcard TEXT,                                 -- JSON, see command::VcardFields
    picture BLOB                                -- JPEG or PNG
) STRICT;
