-- The order and its parts. At most 32 columns a table: parties and terms have tables of their own.
CREATE TABLE orders (
    id BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    channel TEXT NOT NULL,
    channel_ref TEXT,
    fingerprint BLOB NOT NULL,
    customer_id BLOB NOT NULL REFERENCES customers (id),
    owner_id BLOB REFERENCES users (id),
    entered_by_id BLOB REFERENCES users (id),
    entered_by_key_id BLOB REFERENCES api_keys (id),
    currency TEXT NOT NULL,
    goods_amount INTEGER NOT NULL CHECK (goods_amount BETWEEN 0 AND 9999999999999999),
    discount INTEGER NOT NULL CHECK (discount BETWEEN 0 AND 9999999999999999),
    shipping_fee INTEGER NOT NULL CHECK (shipping_fee BETWEEN 0 AND 9999999999999999),
    tax INTEGER NOT NULL CHECK (tax BETWEEN 0 AND 9999999999999999),
    total INTEGER NOT NULL CHECK (total BETWEEN 0 AND 9999999999999999),
    rush INTEGER NOT NULL,
    preorder INTEGER NOT NULL,
    key_account INTEGER NOT NULL,
    ordered_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    reviewed_at INTEGER,
    shipped_at INTEGER,
    received_at INTEGER,
    archived_at INTEGER,
    inventory_status TEXT NOT NULL,
    production_status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    UNIQUE (channel, channel_ref)
) STRICT;
CREATE INDEX orders_by_creation ON orders (created_at);
CREATE INDEX orders_by_state ON orders (state, id);
CREATE INDEX orders_by_stage ON orders (stage, id);
CREATE INDEX orders_by_channel ON orders (channel, id);
CREATE INDEX orders_by_customer ON orders (customer_id, id);
CREATE INDEX orders_by_owner ON orders (owner_id, id);
CREATE INDEX orders_by_enterer ON orders (entered_by_id);
CREATE INDEX orders_by_key ON orders (entered_by_key_id);

-- The customer as this order knows them, what was agreed, and what the system found.
CREATE TABLE order_details (
    order_id BLOB NOT NULL PRIMARY KEY REFERENCES orders (id),
    customer_name TEXT NOT NULL,
    contact_name TEXT,
    phone TEXT,
    email TEXT,
    goods_fingerprint BLOB NOT NULL,
    declared_total INTEGER CHECK (declared_total BETWEEN 0 AND 9999999999999999),
    prices_include_tax INTEGER NOT NULL,
    contract_number TEXT,
    priority TEXT NOT NULL,
    payment_terms TEXT,
    payment_method TEXT,
    deposit INTEGER CHECK (deposit BETWEEN 0 AND 9999999999999999),
    invoice_wanted TEXT,
    tags TEXT NOT NULL,
    metadata TEXT NOT NULL,
    findings TEXT NOT NULL,
    correction TEXT,
    hold_reason TEXT,
    cancel_reason TEXT,
    received_by TEXT,
    search TEXT NOT NULL
) STRICT;
CREATE INDEX order_details_by_likeness ON order_details (phone, goods_fingerprint);

CREATE TABLE order_deliveries (
    order_id BLOB NOT NULL PRIMARY KEY REFERENCES orders (id),
    country TEXT,
    region TEXT,
    city TEXT,
    street TEXT,
    postcode TEXT,
    contact_name TEXT,
    phone TEXT,
    method TEXT,
    requested_date TEXT,
    requested_within_working_days INTEGER CHECK (requested_within_working_days >= 0),
    promised_date TEXT,
    instructions TEXT NOT NULL
) STRICT;
CREATE INDEX order_deliveries_by_promise ON order_deliveries (promised_date);

-- Quantities in 1/10,000 of a unit, like amounts.
CREATE TABLE order_lines (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    product_id BLOB REFERENCES products (id),
    sku TEXT,
    name TEXT NOT NULL,
    specification TEXT NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('standard', 'custom', 'service')),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    unit_price INTEGER NOT NULL CHECK (unit_price BETWEEN 0 AND 9999999999999999),
    discount_rate INTEGER NOT NULL CHECK (discount_rate BETWEEN 0 AND 10000),
    discount_amount INTEGER NOT NULL CHECK (discount_amount BETWEEN 0 AND 9999999999999999),
    tax_rate INTEGER NOT NULL CHECK (tax_rate BETWEEN 0 AND 10000),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 9999999999999999),
    tax INTEGER NOT NULL CHECK (tax BETWEEN 0 AND 9999999999999999),
    picked INTEGER NOT NULL,
    shipped INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    promised_date TEXT,
    UNIQUE (order_id, position),
    CHECK (picked BETWEEN 0 AND quantity),
    CHECK (shipped BETWEEN 0 AND picked),
    CHECK (delivered BETWEEN 0 AND shipped)
) STRICT;
CREATE INDEX order_lines_by_product ON order_lines (product_id);

-- What each revision said, whole (DOMAIN 1.7).
CREATE TABLE order_revisions (
    order_id BLOB NOT NULL REFERENCES orders (id),
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author_id BLOB REFERENCES users (id),
    author_label TEXT NOT NULL,
    reason TEXT,
    content TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (order_id, revision)
) STRICT;
CREATE INDEX order_revisions_by_author ON order_revisions (author_id);

-- Stock set aside for a line, and how much of it has been picked.
CREATE TABLE allocations (
    line_id BLOB NOT NULL REFERENCES order_lines (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouses (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    product_id BLOB NOT NULL REFERENCES products (id),
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    picked INTEGER NOT NULL CHECK (picked >= 0),
    PRIMARY KEY (line_id, warehouse_id)
) STRICT;
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_stock ON allocations (product_id, warehouse_id);
CREATE INDEX allocations_by_warehouse ON allocations (warehouse_id);

CREATE TABLE stock_movements (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return')),
    product_id BLOB NOT NULL REFERENCES products (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouses (id),
    on_hand_change INTEGER NOT NULL,
    reserved_change INTEGER NOT NULL,
    order_id BLOB REFERENCES orders (id),
    actor_label TEXT NOT NULL,
    note TEXT
) STRICT;
CREATE INDEX stock_movements_by_stock ON stock_movements (product_id, warehouse_id, id);
CREATE INDEX stock_movements_by_order ON stock_movements (order_id);
CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_by_warehouse ON stock_movements (warehouse_id, id);
