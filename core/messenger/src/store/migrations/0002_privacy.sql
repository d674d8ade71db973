-- What an account tells others unasked: delivery receipts, displayed markers, chat states.

ALTER TABLE account ADD COLUMN receipts INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN read_markers INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN typing INTEGER NOT NULL DEFAULT 1;
