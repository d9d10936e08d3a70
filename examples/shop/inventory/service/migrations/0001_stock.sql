CREATE TABLE items (
    sku         TEXT PRIMARY KEY,
    free        INTEGER NOT NULL CHECK (free >= 0),
    price_cents INTEGER NOT NULL CHECK (price_cents > 0)
) STRICT;

CREATE TABLE reservations (
    id          TEXT PRIMARY KEY,
    sku         TEXT NOT NULL REFERENCES items (sku),
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    price_cents INTEGER NOT NULL CHECK (price_cents > 0)
) STRICT;

INSERT INTO items (sku, free, price_cents)
VALUES ('kettle', 1000, 2490), ('teapot', 1000, 3900), ('cup', 1000, 850);
