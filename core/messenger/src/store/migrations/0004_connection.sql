-- The way to a server that is not everybody's: through a proxy, or to a certificate that the user has looked at.

ALTER TABLE account ADD COLUMN proxy TEXT;          -- JSON of ProxyAddress; NULL: the straight way
ALTER TABLE account ADD COLUMN pin TEXT;            -- SHA-256 of the only certificate to accept, in hexadecimal digits
ALTER TABLE account ADD COLUMN certificate TEXT;    -- JSON of Certificate: the last one shown that was refused or pinned
