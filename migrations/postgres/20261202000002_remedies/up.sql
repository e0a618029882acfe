-- What customers are told of an exception; what plans for exceptions gave back to them.
ALTER TABLE exceptions ADD COLUMN customer_note text;

CREATE TABLE refunds (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    exception_id uuid NOT NULL REFERENCES exceptions (id),
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency text NOT NULL,
    method text NOT NULL,
    reference text,
    recorded_at timestamptz NOT NULL,
    recorded_by_label text NOT NULL
);
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_exception ON refunds (exception_id);

CREATE TABLE compensations (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    exception_id uuid NOT NULL REFERENCES exceptions (id),
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency text NOT NULL,
    coupon_code text,
    valid_until date,
    used_at timestamptz,
    recorded_at timestamptz NOT NULL,
    recorded_by_label text NOT NULL
);
CREATE INDEX compensations_by_order ON compensations (order_id);
CREATE INDEX compensations_by_exception ON compensations (exception_id);

CREATE INDEX products_by_category ON products (category, id);
