-- What went wrong, and what was billed and paid.
CREATE TABLE exceptions (
    id uuid NOT NULL PRIMARY KEY,
    number text COLLATE "C" NOT NULL UNIQUE,
    version bigint NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    status text NOT NULL CHECK (status IN ('reported', 'planning', 'approved', 'resolving', 'resolved', 'closed', 'dismissed')),
    blocking boolean NOT NULL,
    occurred_at timestamptz,
    discovered_at timestamptz NOT NULL,
    reported_at timestamptz NOT NULL,
    late_report boolean NOT NULL,
    due_at timestamptz,
    department text,
    owner_id uuid REFERENCES users (id),
    reported_by_id uuid REFERENCES users (id),
    reported_by_label text NOT NULL,
    cause text NOT NULL,
    impact jsonb NOT NULL,
    plan jsonb,
    result text,
    prevention text,
    duplicate_of_id uuid REFERENCES exceptions (id),
    resolved_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX exceptions_by_status ON exceptions (status, id);
CREATE INDEX exceptions_by_kind ON exceptions (kind, id);
CREATE INDEX exceptions_by_owner ON exceptions (owner_id);
CREATE INDEX exceptions_by_reporter ON exceptions (reported_by_id);
CREATE INDEX exceptions_by_original ON exceptions (duplicate_of_id);

CREATE TABLE exception_orders (
    exception_id uuid NOT NULL REFERENCES exceptions (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    PRIMARY KEY (exception_id, order_id)
);
CREATE INDEX exception_orders_by_order ON exception_orders (order_id);

CREATE TABLE invoices (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    order_id uuid NOT NULL REFERENCES orders (id),
    customer_id uuid NOT NULL REFERENCES customers (id),
    kind text NOT NULL CHECK (kind IN ('ordinary', 'special_vat')),
    number text COLLATE "C" NOT NULL UNIQUE,
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency text NOT NULL,
    due_date date,
    buyer_name text NOT NULL,
    buyer_tax_number text,
    issued_at timestamptz NOT NULL,
    issued_by_label text NOT NULL
);
CREATE INDEX invoices_by_order ON invoices (order_id);
CREATE INDEX invoices_by_customer ON invoices (customer_id, id);
CREATE INDEX invoices_by_due_date ON invoices (customer_id, due_date);

CREATE TABLE payments (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency text NOT NULL,
    method text NOT NULL,
    reference text,
    paid_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by_label text NOT NULL
);
CREATE INDEX payments_by_order ON payments (order_id);
