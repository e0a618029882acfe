-- What customers are told of an exception; what plans for exceptions gave back to them.
ALTER TABLE exceptions ADD COLUMN customer_note TEXT;

CREATE TABLE refunds (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    exception_id BLOB NOT NULL REFERENCES exceptions (id),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    method TEXT NOT NULL,
    reference TEXT,
    recorded_at INTEGER NOT NULL,
    recorded_by_label TEXT NOT NULL
) STRICT;
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_exception ON refunds (exception_id);

CREATE TABLE compensations (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    exception_id BLOB NOT NULL REFERENCES exceptions (id),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    coupon_code TEXT,
    valid_until TEXT,
    used_at INTEGER,
    recorded_at INTEGER NOT NULL,
    recorded_by_label TEXT NOT NULL
) STRICT;
CREATE INDEX compensations_by_order ON compensations (order_id);
CREATE INDEX compensations_by_exception ON compensations (exception_id);

CREATE INDEX products_by_category ON products (category, id);
