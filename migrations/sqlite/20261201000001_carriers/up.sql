-- Carriers as data; what a shipment is packed in, from which warehouse it leaves, what of it was not taken; entries of a trace that
-- were wrong; files of shipments; what an exception was raised for by the system.
CREATE TABLE carriers (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    aliases TEXT NOT NULL,
    methods TEXT NOT NULL,
    tracking_template TEXT,
    service_days INTEGER CHECK (service_days BETWEEN 0 AND 365),
    coverage TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

ALTER TABLE shipments ADD COLUMN warehouse_id BLOB REFERENCES warehouses (id);
ALTER TABLE shipments ADD COLUMN label_reference TEXT;
ALTER TABLE shipments ADD COLUMN packages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE shipments ADD COLUMN expected_is_set INTEGER NOT NULL DEFAULT 0;
UPDATE shipments SET expected_is_set = 1 WHERE expected_at IS NOT NULL;
CREATE INDEX shipments_by_warehouse ON shipments (warehouse_id);

ALTER TABLE shipment_lines ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused >= 0);

ALTER TABLE tracking_events ADD COLUMN refused TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tracking_events ADD COLUMN withdrawn_at INTEGER;
ALTER TABLE tracking_events ADD COLUMN withdrawn_reason TEXT;

ALTER TABLE files ADD COLUMN shipment_id BLOB REFERENCES shipments (id);
CREATE INDEX files_by_shipment ON files (shipment_id);

ALTER TABLE exceptions ADD COLUMN raised_for TEXT;
CREATE INDEX exceptions_by_what_raised_them ON exceptions (raised_for);
