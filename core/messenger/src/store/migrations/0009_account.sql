-- What the user asked of an account's server, and how it went.
ALTER TABLE account ADD COLUMN task TEXT;           -- JSON of AccountTask; NULL: nothing
ALTER TABLE account ADD COLUMN new_password TEXT;   -- told the server, which has not confirmed it
