-- Customers, what is sold, where it lies, and every movement of it.
CREATE TABLE customers (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    code TEXT UNIQUE,
    name TEXT NOT NULL,
    contact_name TEXT,
    phone TEXT,
    email TEXT,
    language TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('standard', 'key_account')),
    credit_limit INTEGER CHECK (credit_limit >= 0),
    tax_number TEXT,
    search TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX customers_by_name ON customers (name);

CREATE TABLE products (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('standard', 'custom', 'service')),
    specification TEXT NOT NULL,
    unit TEXT NOT NULL,
    unit_price INTEGER NOT NULL CHECK (unit_price BETWEEN 0 AND 9999999999999999),
    currency TEXT NOT NULL,
    lead_time_days INTEGER NOT NULL CHECK (lead_time_days BETWEEN 0 AND 1000),
    active INTEGER NOT NULL,
    search TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE warehouses (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The balance; its truth is the sum of stock_movements.
CREATE TABLE stock (
    product_id BLOB NOT NULL REFERENCES products (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouses (id),
    on_hand INTEGER NOT NULL CHECK (on_hand BETWEEN 0 AND 9999999999999999),
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    PRIMARY KEY (product_id, warehouse_id),
    CHECK (reserved <= on_hand)
) STRICT;
CREATE INDEX stock_by_warehouse ON stock (warehouse_id, product_id);
