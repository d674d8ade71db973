-- Whether contacts who ask learn which program this is and what time it has.
ALTER TABLE account ADD COLUMN device_information INTEGER NOT NULL DEFAULT 0;
