-- What is expected to come in, and below how much a warehouse should not fall.
ALTER TABLE stock ADD COLUMN reorder_level INTEGER CHECK (reorder_level BETWEEN 0 AND 9999999999999999);
CREATE INDEX stock_to_watch ON stock (product_id, warehouse_id) WHERE reorder_level IS NOT NULL;

CREATE TABLE expected_receipts (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    product_id BLOB NOT NULL REFERENCES products (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouses (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    received INTEGER NOT NULL CHECK (received BETWEEN 0 AND quantity),
    expected_on TEXT,
    reference TEXT,
    note TEXT,
    status TEXT NOT NULL CHECK (status IN ('open', 'received', 'cancelled')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX expected_receipts_open ON expected_receipts (product_id, warehouse_id) WHERE status = 'open';
CREATE INDEX expected_receipts_by_status ON expected_receipts (status, id);
CREATE INDEX expected_receipts_by_warehouse ON expected_receipts (warehouse_id, id);
CREATE INDEX expected_receipts_by_product ON expected_receipts (product_id, id);
