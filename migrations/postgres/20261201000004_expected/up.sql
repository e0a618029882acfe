-- What is expected to come in, and below how much a warehouse should not fall.
ALTER TABLE stock ADD COLUMN reorder_level bigint CHECK (reorder_level BETWEEN 0 AND 9999999999999999);
CREATE INDEX stock_to_watch ON stock (product_id, warehouse_id) WHERE reorder_level IS NOT NULL;

CREATE TABLE expected_receipts (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    product_id uuid NOT NULL REFERENCES products (id),
    warehouse_id uuid NOT NULL REFERENCES warehouses (id),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    received bigint NOT NULL CHECK (received BETWEEN 0 AND quantity),
    expected_on date,
    reference text,
    note text,
    status text NOT NULL CHECK (status IN ('open', 'received', 'cancelled')),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX expected_receipts_open ON expected_receipts (product_id, warehouse_id) WHERE status = 'open';
CREATE INDEX expected_receipts_by_status ON expected_receipts (status, id);
CREATE INDEX expected_receipts_by_warehouse ON expected_receipts (warehouse_id, id);
CREATE INDEX expected_receipts_by_product ON expected_receipts (product_id, id);
