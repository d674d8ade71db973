-- How much the user is there, as he chose it, and what was told of it last.

ALTER TABLE account ADD COLUMN show TEXT NOT NULL DEFAULT 'available'; -- available, away, dnd: see command::Show
ALTER TABLE account ADD COLUMN status TEXT;                 -- in his words
ALTER TABLE account ADD COLUMN auto_away INTEGER NOT NULL DEFAULT 1; -- away by itself once nobody has looked for a while
ALTER TABLE account ADD COLUMN presence_told TEXT;          -- the presence that went to all last; NULL: none in this session
ALTER TABLE account ADD COLUMN presence_told_some TEXT;     -- what those get to know who may know more
