ALTER TABLE messages DROP COLUMN shipment_id;
DROP INDEX shipments_trace_hash;
ALTER TABLE shipments DROP COLUMN trace_hash;
