-- The order and its parts. At most 32 columns a table: parties and terms have tables of their own.
CREATE TABLE orders (
    id uuid NOT NULL PRIMARY KEY,
    number text COLLATE "C" NOT NULL UNIQUE,
    version bigint NOT NULL,
    revision integer NOT NULL CHECK (revision >= 1),
    state text NOT NULL,
    stage text NOT NULL,
    channel text NOT NULL,
    channel_ref text COLLATE "C",
    fingerprint bytea NOT NULL,
    customer_id uuid NOT NULL REFERENCES customers (id),
    owner_id uuid REFERENCES users (id),
    entered_by_id uuid REFERENCES users (id),
    entered_by_key_id uuid REFERENCES api_keys (id),
    currency text NOT NULL,
    goods_amount bigint NOT NULL CHECK (goods_amount BETWEEN 0 AND 9999999999999999),
    discount bigint NOT NULL CHECK (discount BETWEEN 0 AND 9999999999999999),
    shipping_fee bigint NOT NULL CHECK (shipping_fee BETWEEN 0 AND 9999999999999999),
    tax bigint NOT NULL CHECK (tax BETWEEN 0 AND 9999999999999999),
    total bigint NOT NULL CHECK (total BETWEEN 0 AND 9999999999999999),
    rush boolean NOT NULL,
    preorder boolean NOT NULL,
    key_account boolean NOT NULL,
    ordered_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    reviewed_at timestamptz,
    shipped_at timestamptz,
    received_at timestamptz,
    archived_at timestamptz,
    inventory_status text NOT NULL,
    production_status text NOT NULL,
    payment_status text NOT NULL,
    UNIQUE (channel, channel_ref)
);
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
    order_id uuid NOT NULL PRIMARY KEY REFERENCES orders (id),
    customer_name text NOT NULL,
    contact_name text,
    phone text,
    email text,
    goods_fingerprint bytea NOT NULL,
    declared_total bigint CHECK (declared_total BETWEEN 0 AND 9999999999999999),
    prices_include_tax boolean NOT NULL,
    contract_number text,
    priority text NOT NULL,
    payment_terms text,
    payment_method text,
    deposit bigint CHECK (deposit BETWEEN 0 AND 9999999999999999),
    invoice_wanted jsonb,
    tags jsonb NOT NULL,
    metadata jsonb NOT NULL,
    findings jsonb NOT NULL,
    correction text,
    hold_reason text,
    cancel_reason text,
    received_by text,
    search text NOT NULL
);
CREATE INDEX order_details_by_likeness ON order_details (phone, goods_fingerprint);

CREATE TABLE order_deliveries (
    order_id uuid NOT NULL PRIMARY KEY REFERENCES orders (id),
    country text,
    region text,
    city text,
    street text,
    postcode text,
    contact_name text,
    phone text,
    method text,
    requested_date date,
    requested_within_working_days integer CHECK (requested_within_working_days >= 0),
    promised_date date,
    instructions text NOT NULL
);
CREATE INDEX order_deliveries_by_promise ON order_deliveries (promised_date);

-- Quantities in 1/10,000 of a unit, like amounts.
CREATE TABLE order_lines (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    position integer NOT NULL,
    product_id uuid REFERENCES products (id),
    sku text,
    name text NOT NULL,
    specification text NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('standard', 'custom', 'service')),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    unit_price bigint NOT NULL CHECK (unit_price BETWEEN 0 AND 9999999999999999),
    discount_rate bigint NOT NULL CHECK (discount_rate BETWEEN 0 AND 10000),
    discount_amount bigint NOT NULL CHECK (discount_amount BETWEEN 0 AND 9999999999999999),
    tax_rate bigint NOT NULL CHECK (tax_rate BETWEEN 0 AND 10000),
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 9999999999999999),
    tax bigint NOT NULL CHECK (tax BETWEEN 0 AND 9999999999999999),
    picked bigint NOT NULL,
    shipped bigint NOT NULL,
    delivered bigint NOT NULL,
    promised_date date,
    UNIQUE (order_id, position),
    CHECK (picked BETWEEN 0 AND quantity),
    CHECK (shipped BETWEEN 0 AND picked),
    CHECK (delivered BETWEEN 0 AND shipped)
);
CREATE INDEX order_lines_by_product ON order_lines (product_id);

-- What each revision said, whole (DOMAIN 1.7).
CREATE TABLE order_revisions (
    order_id uuid NOT NULL REFERENCES orders (id),
    revision integer NOT NULL,
    at timestamptz NOT NULL,
    author_id uuid REFERENCES users (id),
    author_label text NOT NULL,
    reason text,
    content jsonb NOT NULL,
    fingerprint bytea NOT NULL,
    PRIMARY KEY (order_id, revision)
);
CREATE INDEX order_revisions_by_author ON order_revisions (author_id);

-- Stock set aside for a line, and how much of it has been picked.
CREATE TABLE allocations (
    line_id uuid NOT NULL REFERENCES order_lines (id),
    warehouse_id uuid NOT NULL REFERENCES warehouses (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    product_id uuid NOT NULL REFERENCES products (id),
    reserved bigint NOT NULL CHECK (reserved >= 0),
    picked bigint NOT NULL CHECK (picked >= 0),
    PRIMARY KEY (line_id, warehouse_id)
);
CREATE INDEX allocations_by_order ON allocations (order_id);
CREATE INDEX allocations_by_stock ON allocations (product_id, warehouse_id);
CREATE INDEX allocations_by_warehouse ON allocations (warehouse_id);

CREATE TABLE stock_movements (
    id uuid NOT NULL PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return')),
    product_id uuid NOT NULL REFERENCES products (id),
    warehouse_id uuid NOT NULL REFERENCES warehouses (id),
    on_hand_change bigint NOT NULL,
    reserved_change bigint NOT NULL,
    order_id uuid REFERENCES orders (id),
    actor_label text NOT NULL,
    note text
);
CREATE INDEX stock_movements_by_stock ON stock_movements (product_id, warehouse_id, id);
CREATE INDEX stock_movements_by_order ON stock_movements (order_id);
CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_by_warehouse ON stock_movements (warehouse_id, id);
