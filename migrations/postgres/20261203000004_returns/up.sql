-- Goods that are sent again, and goods that come back: received, inspected, restocked or scrapped.
ALTER TABLE shipment_lines ADD COLUMN resent bigint NOT NULL DEFAULT 0 CHECK (resent >= 0);
ALTER TABLE shipment_lines ADD COLUMN replaced bigint NOT NULL DEFAULT 0 CHECK (replaced >= 0);
ALTER TABLE order_lines ADD COLUMN returned bigint NOT NULL DEFAULT 0 CHECK (returned >= 0);

CREATE TABLE returns (
    id uuid NOT NULL PRIMARY KEY,
    number text NOT NULL UNIQUE,
    version bigint NOT NULL,
    order_id uuid NOT NULL REFERENCES orders (id),
    exception_id uuid REFERENCES exceptions (id),
    status text NOT NULL CHECK (status IN ('expected', 'received', 'inspected', 'cancelled')),
    reason text NOT NULL,
    refund_amount bigint CHECK (refund_amount BETWEEN 1 AND 9999999999999999),
    refund_method text,
    warehouse_id uuid REFERENCES warehouses (id),
    created_at timestamptz NOT NULL,
    created_by_label text NOT NULL,
    received_at timestamptz,
    inspected_at timestamptz,
    inspected_by_label text,
    cancelled_at timestamptz,
    note text,
    updated_at timestamptz NOT NULL
);
CREATE INDEX returns_by_order ON returns (order_id, id);
CREATE INDEX returns_by_exception ON returns (exception_id, id);
CREATE INDEX returns_by_status ON returns (status, id);

CREATE TABLE return_lines (
    return_id uuid NOT NULL REFERENCES returns (id),
    line_id uuid NOT NULL REFERENCES order_lines (id),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 9999999999999999),
    received bigint NOT NULL CHECK (received BETWEEN 0 AND 9999999999999999),
    restocked bigint NOT NULL CHECK (restocked >= 0),
    scrapped bigint NOT NULL CHECK (scrapped >= 0),
    PRIMARY KEY (return_id, line_id),
    CHECK (restocked + scrapped <= received)
);
CREATE INDEX return_lines_by_line ON return_lines (line_id);

ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_kind_check;
ALTER TABLE stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return', 'transfer_out', 'transfer_in', 'scrap'));
