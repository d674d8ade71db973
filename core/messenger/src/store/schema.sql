CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    jid TEXT NOT NULL UNIQUE,                   -- bare JID
    password TEXT NOT NULL,
    server TEXT,                                -- JSON of ServerAddress; NULL: DNS decides
    resource TEXT NOT NULL,                     -- made once, so that a new session replaces our own old one
    enabled INTEGER NOT NULL DEFAULT 1,
    scram_seen INTEGER NOT NULL DEFAULT 0,      -- PLAIN is never used again
    signed_in INTEGER NOT NULL DEFAULT 0,
    connection TEXT NOT NULL,                   -- JSON of Connection, for the views
    missing TEXT NOT NULL DEFAULT '[]',         -- JSON list of Missing
    features TEXT,                              -- JSON of what the account's disco#info said; NULL: never asked
    archiving INTEGER,                          -- XEP-0441 default: 1 always or roster, 0 never, NULL unknown
    clock_offset INTEGER NOT NULL DEFAULT 0,    -- the server's clock minus ours, milliseconds
    roster_version TEXT,
    archive_cursor TEXT,                        -- archive id up to which every message is stored, in archive order
    archive_cursor_time INTEGER,                -- its stamp, for when the id has expired
    archive_joined INTEGER NOT NULL DEFAULT 0,  -- the newest pages are stored: what comes now follows the cursor
    archive_whole INTEGER NOT NULL DEFAULT 0    -- the archive was read to its beginning
, receipts INTEGER NOT NULL DEFAULT 1, read_markers INTEGER NOT NULL DEFAULT 1, typing INTEGER NOT NULL DEFAULT 1, proxy TEXT, pin TEXT, certificate TEXT, archiving_wish INTEGER, archive_deepen TEXT, task TEXT, new_password TEXT, blocking INTEGER, reporting INTEGER NOT NULL DEFAULT 0, device_information INTEGER NOT NULL DEFAULT 0, name TEXT, colour TEXT, place INTEGER NOT NULL DEFAULT 0, chats_dropped INTEGER NOT NULL DEFAULT 0, online INTEGER NOT NULL DEFAULT 1, last_seen INTEGER NOT NULL DEFAULT 0, auto_load INTEGER NOT NULL DEFAULT 1, callers TEXT NOT NULL DEFAULT 'contacts', adders TEXT NOT NULL DEFAULT 'everyone', profile_open INTEGER NOT NULL DEFAULT 0, profile_state TEXT NOT NULL DEFAULT 'known', picture_side INTEGER, device_name TEXT, priority INTEGER NOT NULL DEFAULT 0, expelling INTEGER NOT NULL DEFAULT 0, show TEXT NOT NULL DEFAULT 'available', status TEXT, auto_away INTEGER NOT NULL DEFAULT 1, presence_told TEXT, presence_told_some TEXT) STRICT;

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
, shown_account INTEGER REFERENCES account (id) ON DELETE SET NULL) STRICT;

CREATE TABLE avatar (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    hash TEXT NOT NULL,                         -- as announced
    source TEXT NOT NULL,                       -- pep (XEP-0084), vcard (XEP-0153)
    state TEXT NOT NULL,                        -- wanted, asked (for), drawing, here, refused
    tries INTEGER NOT NULL DEFAULT 0,
    shown TEXT,                                 -- the picture to show: this one, or the last one until it is here
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER avatar_gone AFTER DELETE ON avatar BEGIN
    DELETE FROM picture WHERE hash = old.shown AND NOT EXISTS (SELECT 1 FROM avatar WHERE shown = old.shown);
END;

CREATE TRIGGER avatar_replaced AFTER UPDATE OF shown ON avatar WHEN old.shown IS NOT new.shown BEGIN
    DELETE FROM picture WHERE hash = old.shown AND NOT EXISTS (SELECT 1 FROM avatar WHERE shown = old.shown);
END;

CREATE INDEX avatar_shown ON avatar (shown);

CREATE INDEX avatar_state ON avatar (account_id, state);

CREATE TABLE block (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- of a person, a server, or one device of either
    state TEXT NOT NULL,                        -- held (the server has it), wished, lifting (to be unblocked)
    since INTEGER,                              -- when it was wished here, by the server's clock
    report TEXT,                                -- JSON of Report, until the server has it
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE capabilities (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    ver TEXT NOT NULL,
    kind TEXT,                                  -- NULL: none that is known
    time INTEGER NOT NULL,                      -- when it was needed last, UTC milliseconds
    PRIMARY KEY (account_id, hash, ver)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- bare JID of the other side; our own for the note to self
    listed INTEGER NOT NULL DEFAULT 1,
    last_activity INTEGER NOT NULL DEFAULT 0, chat_states INTEGER, read_up_to INTEGER, known INTEGER NOT NULL DEFAULT 0, muted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, jid)
) STRICT;

CREATE INDEX chat_activity ON chat (last_activity DESC, id DESC) WHERE listed = 1;

CREATE INDEX chat_activity_account ON chat (account_id, last_activity DESC, id DESC) WHERE listed = 1;

CREATE INDEX chat_strangers ON chat (account_id, last_activity DESC, id DESC) WHERE known = 0;

CREATE TABLE client_access (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    answers TEXT NOT NULL                                   -- JSON, see view::item::ClientAnswers
) STRICT;

CREATE TABLE composing (
    chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    own INTEGER NOT NULL,                       -- 1: we, as the other side was told
    resource TEXT NOT NULL,                     -- of the device on which they write
    until INTEGER NOT NULL,                     -- mono: silence till then means that they have stopped
    PRIMARY KEY (chat_id, own)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    name TEXT,
    subscription TEXT NOT NULL,                 -- none, to, from, both
    ask INTEGER NOT NULL DEFAULT 0, tags TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_wish (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    name TEXT,
    tags TEXT NOT NULL DEFAULT '[]',            -- JSON list
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_details (
    account_id INTEGER NOT NULL,
    jid TEXT NOT NULL,
    resource TEXT NOT NULL,
    asked INTEGER NOT NULL,                     -- UTC milliseconds
    version TEXT NOT NULL,                      -- asking, told, refused, silent
    time TEXT NOT NULL,                         -- the same
    info TEXT NOT NULL,                         -- the same; told also where it need not be asked
    program TEXT,
    program_version TEXT,
    system TEXT,
    utc_offset INTEGER,                         -- minutes
    clock_offset INTEGER,                       -- milliseconds by which the clock there is ahead of the server's
    kind TEXT,
    PRIMARY KEY (account_id, jid, resource),
    FOREIGN KEY (account_id, jid, resource) REFERENCES presence (account_id, jid, resource) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE export_part (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    part TEXT NOT NULL,                         -- vcard, items <node>, configuration <node>
    state TEXT NOT NULL,                        -- asked, here, missing
    content TEXT,                               -- the answer's payload
    PRIMARY KEY (account_id, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    after_id TEXT,                              -- archive id of the message before it; NULL: the beginning
    before_id TEXT,                             -- archive id of the message after it; NULL: the end
    state TEXT NOT NULL,                        -- open, loading, failed, unreadable
    wanted INTEGER NOT NULL DEFAULT 0,          -- rows still to fetch because someone looks
    tries INTEGER NOT NULL DEFAULT 0,           -- streams that broke while its next message was read
    from_below INTEGER NOT NULL DEFAULT 0       -- the message above can't be read: fill from the other side
, trimmed INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX gap_loading ON gap (chat_id) WHERE state = 'loading';

CREATE UNIQUE INDEX gap_position ON gap (chat_id, position);

CREATE TABLE import (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    source TEXT NOT NULL,                       -- whose file it is
    total INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0,         -- that the server did not take
    kept INTEGER NOT NULL DEFAULT 0             -- left as it was, because the account had its own
) STRICT;

CREATE TABLE import_step (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    what TEXT NOT NULL,                         -- JSON of Step
    node TEXT,                                  -- the node that an item belongs to
    counts INTEGER NOT NULL DEFAULT 1,          -- 0: only looks what the account has
    state TEXT NOT NULL DEFAULT 'ready',        -- ready, under_way
    tries INTEGER NOT NULL DEFAULT 0
, moved_from TEXT) STRICT;

CREATE INDEX import_step_moved ON import_step (moved_from) WHERE moved_from IS NOT NULL;

CREATE INDEX import_step_node ON import_step (account_id, node, id) WHERE node IS NOT NULL;

CREATE INDEX import_step_state ON import_step (account_id, state, id);

CREATE TABLE invitation_token (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    token TEXT NOT NULL,
    expires INTEGER NOT NULL, used_by TEXT,                   -- server's time, UTC milliseconds
    PRIMARY KEY (account_id, token)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    after_job INTEGER,                          -- leaves only when that job is gone
    state TEXT NOT NULL,                        -- ready, in_flight, in_doubt (sent in a lost session)
    stanza TEXT,                                -- finished at first sending; later sendings repeat it
    made INTEGER NOT NULL                       -- when the user asked, for <delay/>
, kind TEXT NOT NULL DEFAULT 'message') STRICT;

CREATE INDEX job_message ON job (message_id);

CREATE INDEX job_state ON job (chat_id, state);

CREATE TABLE last_seen (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    time INTEGER NOT NULL,                      -- UTC milliseconds
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL,                       -- app, extension
    epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE login (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    user_agent TEXT NOT NULL,                   -- UUID: names this installation to the server; a token is good for one only
    offer TEXT,                                 -- JSON of Features before the login; NULL: unknown, or without SASL2
    session TEXT,                               -- JSON of Features after the login
    pipelining INTEGER NOT NULL DEFAULT 1,      -- 0: the server ended streams that began with a login
    binding_seen INTEGER NOT NULL DEFAULT 0,    -- a login was bound to its channel: what is weaker must be proven
    token TEXT,                                 -- XEP-0484
    token_mechanism TEXT,                       -- what it was asked for
    token_expiry INTEGER,                       -- UTC milliseconds, by the server's clock
    token_uses INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    place INTEGER NOT NULL,
    sender TEXT NOT NULL,                       -- bare JID
    outgoing INTEGER NOT NULL,
    body TEXT NOT NULL,
    stanza_id TEXT,                             -- `id` of the original stanza: what later relations refer to
    time INTEGER NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL,                     -- 0 received, 1 sending, 2 sent, 3 failed
    failure TEXT,                               -- JSON of SendFailure
    confirmations INTEGER NOT NULL DEFAULT 0    -- looks at the archive that did not show this provisional message
, replaces TEXT, corrects INTEGER REFERENCES message (id) ON DELETE CASCADE, hidden INTEGER NOT NULL DEFAULT 0, unstyled INTEGER NOT NULL DEFAULT 0, markable INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE INDEX message_corrects ON message (corrects, position) WHERE corrects IS NOT NULL;

CREATE TABLE message_key (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,                        -- archive: the archive's owner; origin: the sender's bare JID
    kind TEXT NOT NULL,                         -- archive, origin
    value TEXT NOT NULL,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, scope, kind, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_key_message ON message_key (message_id);

CREATE INDEX message_parked ON message (chat_id, position)
    WHERE hidden = 1 AND replaces IS NOT NULL AND corrects IS NULL;

CREATE UNIQUE INDEX message_position ON message (chat_id, position);

CREATE INDEX message_read ON message (chat_id, position) WHERE state = 5;

CREATE INDEX message_replaces ON message (chat_id, replaces, position) WHERE replaces IS NOT NULL;

CREATE INDEX message_shown ON message (chat_id, position) WHERE hidden = 0;

CREATE INDEX message_stanza_id ON message (chat_id, stanza_id, outgoing, position)
    WHERE stanza_id IS NOT NULL AND replaces IS NULL;

CREATE INDEX message_undecided ON message (chat_id, position) WHERE unread = 3;

CREATE INDEX message_unread ON message (chat_id, position) WHERE unread = 1;

CREATE INDEX message_unsettled ON message (chat_id, position, place) WHERE place <> 0;

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE moved_request (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the new address
    old TEXT NOT NULL,                          -- the contact's
    time INTEGER NOT NULL,                      -- when he said so, or was followed; UTC milliseconds
    state TEXT NOT NULL,                        -- claimed, asked, proven, unproven, followed, declined, settled
    tries INTEGER NOT NULL DEFAULT 0,           -- sessions in which there was no answer
    asked INTEGER NOT NULL DEFAULT 0,           -- 1: the old account's server was asked in this session
    revoked INTEGER NOT NULL DEFAULT 0,         -- of who was followed: 1: the old one may see us no more, 2: it doesn't
    PRIMARY KEY (account_id, jid, old)
) STRICT, WITHOUT ROWID;

CREATE INDEX moved_request_asked ON moved_request (account_id, old) WHERE asked = 1;

CREATE INDEX moved_request_old ON moved_request (account_id, old, time);

CREATE INDEX moved_request_state ON moved_request (account_id, state, time);

CREATE TABLE moved_statement (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the new address
    since INTEGER,                              -- UTC milliseconds; NULL: not known, another device said it
    state TEXT NOT NULL,                        -- publishing, published, refused, retracting, kept (not taken back)
    tries INTEGER NOT NULL DEFAULT 0,           -- that got no answer
    total INTEGER NOT NULL DEFAULT 0,           -- contacts who are told
    refused INTEGER NOT NULL DEFAULT 0          -- whom the new account's server did not take
) STRICT;

CREATE TABLE nickname (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    name TEXT NOT NULL, full_name INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE own_vcard (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    known TEXT NOT NULL DEFAULT '{}',           -- JSON, see command::VcardFields: as the server had it
    wished TEXT,                                -- the same, until the server has it
    whole TEXT,                                 -- the XML that was published last
    emptied INTEGER NOT NULL DEFAULT 0,         -- 1: that has to be published again, whatever the server has now
    apart INTEGER                               -- 1: the server keeps the older vCard for itself, and shows it to all;
                                                -- 0: it makes it out of the newer one; NULL: not known yet
, photo TEXT, photo_written TEXT, photo_wished INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE picture (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,                  -- 40 hexadecimal digits
    bytes BLOB NOT NULL                         -- JPEG or PNG
) STRICT;

CREATE TABLE presence (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    resource TEXT NOT NULL,                     -- one device of theirs that is there
    show TEXT NOT NULL,                         -- available, away, xa, dnd
    status TEXT,
    idle_since INTEGER, software TEXT, vcard_update INTEGER NOT NULL DEFAULT 0, caps_hash TEXT, caps_node TEXT, caps_ver TEXT,                         -- UTC milliseconds
    PRIMARY KEY (account_id, jid, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE privacy_exception (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- bare JID of whom another rule holds for
    setting TEXT NOT NULL,                      -- the column of the account, or calls
    allowed INTEGER NOT NULL,
    PRIMARY KEY (account_id, jid, setting)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_wish (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    what TEXT NOT NULL,                         -- picture, nickname
    under_way INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, renewed INTEGER NOT NULL DEFAULT 0,           -- that came to nothing in this session
    PRIMARY KEY (account_id, what)
) STRICT, WITHOUT ROWID;

CREATE TABLE read_sync (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,                          -- the chat's; it need not exist here yet
    archive_id TEXT,                            -- up to where the server's node says it was read
    parked INTEGER NOT NULL DEFAULT 0,          -- that message is not stored here yet
    wished INTEGER NOT NULL DEFAULT 0,          -- read here: to be compared with the node, and published if further on
    in_flight TEXT,                             -- the archive id that is being published
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE INDEX read_sync_parked ON read_sync (account_id, archive_id) WHERE parked = 1;

CREATE INDEX read_sync_wished ON read_sync (account_id) WHERE wished = 1;

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

CREATE TABLE request (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    stanza_id TEXT NOT NULL,
    responder TEXT,                             -- the only JID that may answer; NULL: our own account
    purpose TEXT NOT NULL,                      -- JSON of Purpose
    deadline INTEGER NOT NULL,                  -- mono
    PRIMARY KEY (account_id, stanza_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE restored_profile (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    nickname TEXT,
    vcard TEXT,                                 -- JSON, see command::VcardFields
    picture BLOB                                -- JPEG or PNG
) STRICT;

CREATE TABLE salted_keys (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,                         -- JSON of ScramHash
    salt BLOB NOT NULL,
    iterations INTEGER NOT NULL,
    client_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE server_details (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    answers TEXT NOT NULL                                   -- JSON, see view::item::ServerAnswers
) STRICT;

CREATE TABLE server_invitation (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    state TEXT NOT NULL                         -- JSON, see view::item::ServerInvitation
) STRICT;

CREATE TABLE sign_up (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server TEXT NOT NULL,                       -- domain, in letters
    state TEXT NOT NULL                         -- JSON, see view::item::SignUpState
) STRICT;

CREATE TABLE stream (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    previd TEXT,
    bound_jid TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    h_in INTEGER NOT NULL,                      -- stanzas received and stored
    acknowledged INTEGER NOT NULL,              -- our stanzas the server has confirmed
    sent INTEGER NOT NULL                       -- our stanzas of this session
, carbons INTEGER) STRICT;

CREATE TABLE subscription_request (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription_wish (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL, name TEXT, token TEXT, declined INTEGER NOT NULL DEFAULT 0, sent INTEGER NOT NULL DEFAULT 0, tags TEXT NOT NULL DEFAULT '[]', moved TEXT,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstone (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account_id, scope, kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE unacknowledged (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,                       -- 1 is the session's first stanza
    stanza TEXT NOT NULL,
    job_id INTEGER,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE undecided (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    stanza TEXT NOT NULL,
    time INTEGER NOT NULL
) STRICT;

CREATE TABLE vcard (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    card TEXT NOT NULL,                         -- JSON, see view::item::VcardItem
    time INTEGER NOT NULL,                      -- when it was asked for, UTC milliseconds
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE withheld (
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    jid TEXT NOT NULL,
    PRIMARY KEY (account_id, jid)
) STRICT, WITHOUT ROWID;
