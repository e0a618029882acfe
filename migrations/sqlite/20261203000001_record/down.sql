DROP INDEX files_by_exception;
DELETE FROM files WHERE order_id IS NULL;
ALTER TABLE files RENAME TO files_before;
DROP INDEX files_by_order;
DROP INDEX files_by_task;
DROP INDEX files_by_uploader;
DROP INDEX files_by_shipment;
CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    task_id BLOB REFERENCES tasks (id),
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 BLOB NOT NULL,
    result TEXT,
    uploaded_by_id BLOB REFERENCES users (id),
    uploaded_at INTEGER NOT NULL,
    shipment_id BLOB REFERENCES shipments (id)
) STRICT;
INSERT INTO files (id, order_id, task_id, kind, file_name, media_type, size, sha256, result, uploaded_by_id, uploaded_at, shipment_id) SELECT id, order_id, task_id, kind, file_name, media_type, size, sha256, result, uploaded_by_id, uploaded_at, shipment_id FROM files_before;
DROP TABLE files_before;
CREATE INDEX files_by_order ON files (order_id);
CREATE INDEX files_by_task ON files (task_id);
CREATE INDEX files_by_uploader ON files (uploaded_by_id);
CREATE INDEX files_by_shipment ON files (shipment_id);
DROP TABLE exception_notes;
DROP INDEX exceptions_by_owner;
CREATE INDEX exceptions_by_owner ON exceptions (owner_id);
DROP INDEX exceptions_by_department;
DROP INDEX exceptions_by_cause;
ALTER TABLE exceptions DROP COLUMN details;
ALTER TABLE exceptions DROP COLUMN cause_code;
DROP TABLE exception_causes;
