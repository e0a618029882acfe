-- Carriers as data; what a shipment is packed in, from which warehouse it leaves, what of it was not taken; entries of a trace that
-- were wrong; files of shipments; what an exception was raised for by the system.
CREATE TABLE carriers (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    code text COLLATE "C" NOT NULL UNIQUE,
    name text NOT NULL,
    aliases jsonb NOT NULL,
    methods jsonb NOT NULL,
    tracking_template text,
    service_days integer CHECK (service_days BETWEEN 0 AND 365),
    coverage jsonb NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

ALTER TABLE shipments ADD COLUMN warehouse_id uuid REFERENCES warehouses (id);
ALTER TABLE shipments ADD COLUMN label_reference text;
ALTER TABLE shipments ADD COLUMN packages jsonb NOT NULL DEFAULT '[]';
ALTER TABLE shipments ADD COLUMN expected_is_set boolean NOT NULL DEFAULT false;
UPDATE shipments SET expected_is_set = true WHERE expected_at IS NOT NULL;
CREATE INDEX shipments_by_warehouse ON shipments (warehouse_id);

ALTER TABLE shipment_lines ADD COLUMN refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0);

ALTER TABLE tracking_events ADD COLUMN refused jsonb NOT NULL DEFAULT '[]';
ALTER TABLE tracking_events ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE tracking_events ADD COLUMN withdrawn_reason text;

ALTER TABLE files ADD COLUMN shipment_id uuid REFERENCES shipments (id);
CREATE INDEX files_by_shipment ON files (shipment_id);

ALTER TABLE exceptions ADD COLUMN raised_for text;
CREATE INDEX exceptions_by_what_raised_them ON exceptions (raised_for);
