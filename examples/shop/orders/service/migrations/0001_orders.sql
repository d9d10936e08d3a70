CREATE TABLE orders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    customer TEXT NOT NULL,
    sku      TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    state    TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'rejected'))
) STRICT;
