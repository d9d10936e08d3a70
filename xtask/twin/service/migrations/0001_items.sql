CREATE TABLE items (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0)
) STRICT;
