-- Customers, what is sold, where it lies, and every movement of it.
CREATE TABLE customers (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    code text COLLATE "C" UNIQUE,
    name text NOT NULL,
    contact_name text,
    phone text,
    email text,
    language text NOT NULL,
    tier text NOT NULL CHECK (tier IN ('standard', 'key_account')),
    credit_limit bigint CHECK (credit_limit >= 0),
    tax_number text,
    search text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX customers_by_name ON customers (name);

CREATE TABLE products (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    sku text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('standard', 'custom', 'service')),
    specification text NOT NULL,
    unit text NOT NULL,
    unit_price bigint NOT NULL CHECK (unit_price BETWEEN 0 AND 9999999999999999),
    currency text NOT NULL,
    lead_time_days integer NOT NULL CHECK (lead_time_days BETWEEN 0 AND 1000),
    active boolean NOT NULL,
    search text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE warehouses (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    code text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The balance; its truth is the sum of stock_movements.
CREATE TABLE stock (
    product_id uuid NOT NULL REFERENCES products (id),
    warehouse_id uuid NOT NULL REFERENCES warehouses (id),
    on_hand bigint NOT NULL CHECK (on_hand BETWEEN 0 AND 9999999999999999),
    reserved bigint NOT NULL CHECK (reserved >= 0),
    PRIMARY KEY (product_id, warehouse_id),
    CHECK (reserved <= on_hand)
);
CREATE INDEX stock_by_warehouse ON stock (warehouse_id, product_id);
