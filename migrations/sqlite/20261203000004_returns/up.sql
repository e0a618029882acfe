-- Goods that are sent again, and goods that come back: received, inspected, restocked or scrapped. SQLite changes a check
-- only with its table.
ALTER TABLE shipment_lines ADD COLUMN resent INTEGER NOT NULL DEFAULT 0 CHECK (resent >= 0);
ALTER TABLE shipment_lines ADD COLUMN replaced INTEGER NOT NULL DEFAULT 0 CHECK (replaced >= 0);
ALTER TABLE order_lines ADD COLUMN returned INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0);

CREATE TABLE returns (
    id BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    exception_id BLOB REFERENCES exceptions (id),
    status TEXT NOT NULL CHECK (status IN ('expected', 'received', 'inspected', 'cancelled')),
    reason TEXT NOT NULL,
    refund_amount INTEGER CHECK (refund_amount BETWEEN 1 AND 9999999999999999),
    refund_method TEXT,
    warehouse_id BLOB REFERENCES warehouses (id),
    created_at INTEGER NOT NULL,
    created_by_label TEXT NOT NULL,
    received_at INTEGER,
    inspected_at INTEGER,
    inspected_by_label TEXT,
    cancelled_at INTEGER,
    note TEXT,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX returns_by_order ON returns (order_id, id);
CREATE INDEX returns_by_exception ON returns (exception_id, id);
CREATE INDEX returns_by_status ON returns (status, id);

CREATE TABLE return_lines (
    return_id BLOB NOT NULL REFERENCES returns (id),
    line_id BLOB NOT NULL REFERENCES order_lines (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    received INTEGER NOT NULL CHECK (received BETWEEN 0 AND 9999999999999999),
    restocked INTEGER NOT NULL CHECK (restocked >= 0),
    scrapped INTEGER NOT NULL CHECK (scrapped >= 0),
    PRIMARY KEY (return_id, line_id),
    CHECK (restocked + scrapped <= received)
) STRICT;
CREATE INDEX return_lines_by_line ON return_lines (line_id);

ALTER TABLE stock_movements RENAME TO stock_movements_before;
DROP INDEX stock_movements_by_stock;
DROP INDEX stock_movements_by_order;
DROP INDEX stock_movements_by_product;
DROP INDEX stock_movements_by_warehouse;
CREATE TABLE stock_movements (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return', 'transfer_out', 'transfer_in', 'scrap')),
    product_id BLOB NOT NULL REFERENCES products (id),
    warehouse_id BLOB NOT NULL REFERENCES warehouses (id),
    on_hand_change INTEGER NOT NULL,
    reserved_change INTEGER NOT NULL,
    order_id BLOB REFERENCES orders (id),
    actor_label TEXT NOT NULL,
    note TEXT,
    transfer_id BLOB
) STRICT;
INSERT INTO stock_movements (id, at, kind, product_id, warehouse_id, on_hand_change, reserved_change, order_id, actor_label, note, transfer_id) SELECT id, at, kind, product_id, warehouse_id, on_hand_change, reserved_change, order_id, actor_label, note, transfer_id FROM stock_movements_before;
DROP TABLE stock_movements_before;
CREATE INDEX stock_movements_by_stock ON stock_movements (product_id, warehouse_id, id);
CREATE INDEX stock_movements_by_order ON stock_movements (order_id);
CREATE INDEX stock_movements_by_product ON stock_movements (product_id, id);
CREATE INDEX stock_movements_by_warehouse ON stock_movements (warehouse_id, id);
