-- The record of an exception: its cause from a catalogue, what else is kept of it, notes and files of it, and the indexes by which
-- exceptions are found. SQLite lets a column be empty only with its table.
CREATE TABLE exception_causes (
    code TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    kind TEXT,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

ALTER TABLE exceptions ADD COLUMN cause_code TEXT REFERENCES exception_causes (code);
ALTER TABLE exceptions ADD COLUMN details TEXT NOT NULL DEFAULT '{}';
CREATE INDEX exceptions_by_cause ON exceptions (cause_code, id);
CREATE INDEX exceptions_by_department ON exceptions (department, id);
DROP INDEX exceptions_by_owner;
CREATE INDEX exceptions_by_owner ON exceptions (owner_id, id);

CREATE TABLE exception_notes (
    id BLOB NOT NULL PRIMARY KEY,
    exception_id BLOB NOT NULL REFERENCES exceptions (id),
    text TEXT NOT NULL,
    meeting TEXT,
    files TEXT NOT NULL,
    actor_label TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX exception_notes_by_exception ON exception_notes (exception_id, id);

ALTER TABLE files RENAME TO files_before;
DROP INDEX files_by_order;
DROP INDEX files_by_task;
DROP INDEX files_by_uploader;
DROP INDEX files_by_shipment;
CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB REFERENCES orders (id),
    task_id BLOB REFERENCES tasks (id),
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 BLOB NOT NULL,
    result TEXT,
    uploaded_by_id BLOB REFERENCES users (id),
    uploaded_at INTEGER NOT NULL,
    shipment_id BLOB REFERENCES shipments (id),
    exception_id BLOB REFERENCES exceptions (id),
    CHECK (order_id IS NOT NULL OR exception_id IS NOT NULL)
) STRICT;
INSERT INTO files (id, order_id, task_id, kind, file_name, media_type, size, sha256, result, uploaded_by_id, uploaded_at, shipment_id) SELECT id, order_id, task_id, kind, file_name, media_type, size, sha256, result, uploaded_by_id, uploaded_at, shipment_id FROM files_before;
DROP TABLE files_before;
CREATE INDEX files_by_order ON files (order_id);
CREATE INDEX files_by_task ON files (task_id);
CREATE INDEX files_by_uploader ON files (uploaded_by_id);
CREATE INDEX files_by_shipment ON files (shipment_id);
CREATE INDEX files_by_exception ON files (exception_id);
