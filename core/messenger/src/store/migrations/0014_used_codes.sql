-- Who came with the token: he is welcome again until he is a contact, should the answer have got lost.
ALTER TABLE invitation_token ADD COLUMN used_by TEXT;
