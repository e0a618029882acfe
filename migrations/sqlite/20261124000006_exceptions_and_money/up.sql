-- What went wrong, and what was billed and paid.
CREATE TABLE exceptions (
    id BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    status TEXT NOT NULL CHECK (status IN ('reported', 'planning', 'approved', 'resolving', 'resolved', 'closed', 'dismissed')),
    blocking INTEGER NOT NULL,
    occurred_at INTEGER,
    discovered_at INTEGER NOT NULL,
    reported_at INTEGER NOT NULL,
    late_report INTEGER NOT NULL,
    due_at INTEGER,
    department TEXT,
    owner_id BLOB REFERENCES users (id),
    reported_by_id BLOB REFERENCES users (id),
    reported_by_label TEXT NOT NULL,
    cause TEXT NOT NULL,
    impact TEXT NOT NULL,
    plan TEXT,
    result TEXT,
    prevention TEXT,
    duplicate_of_id BLOB REFERENCES exceptions (id),
    resolved_at INTEGER,
    closed_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX exceptions_by_status ON exceptions (status, id);
CREATE INDEX exceptions_by_kind ON exceptions (kind, id);
CREATE INDEX exceptions_by_owner ON exceptions (owner_id);
CREATE INDEX exceptions_by_reporter ON exceptions (reported_by_id);
CREATE INDEX exceptions_by_original ON exceptions (duplicate_of_id);

CREATE TABLE exception_orders (
    exception_id BLOB NOT NULL REFERENCES exceptions (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    PRIMARY KEY (exception_id, order_id)
) STRICT;
CREATE INDEX exception_orders_by_order ON exception_orders (order_id);

CREATE TABLE invoices (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special_vat')),
    number TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    due_date TEXT,
    buyer_name TEXT NOT NULL,
    buyer_tax_number TEXT,
    issued_at INTEGER NOT NULL,
    issued_by_label TEXT NOT NULL
) STRICT;
CREATE INDEX invoices_by_order ON invoices (order_id);
CREATE INDEX invoices_by_customer ON invoices (customer_id, id);
CREATE INDEX invoices_by_due_date ON invoices (customer_id, due_date);

CREATE TABLE payments (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    method TEXT NOT NULL,
    reference TEXT,
    paid_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by_label TEXT NOT NULL
) STRICT;
CREATE INDEX payments_by_order ON payments (order_id);
