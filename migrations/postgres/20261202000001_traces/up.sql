-- The customer's page of a shipment: known by the hash of its token; a message says whose page its link leads to.
ALTER TABLE shipments ADD COLUMN trace_hash bytea;
CREATE UNIQUE INDEX shipments_trace_hash ON shipments (trace_hash);
ALTER TABLE messages ADD COLUMN shipment_id uuid REFERENCES shipments (id);
