-- The record of an exception: its cause from a catalogue, what else is kept of it, notes and files of it, and the indexes by which
-- exceptions are found.
CREATE TABLE exception_causes (
    code text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    name_en text NOT NULL,
    name_zh text NOT NULL,
    kind text,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

ALTER TABLE exceptions ADD COLUMN cause_code text COLLATE "C" REFERENCES exception_causes (code);
ALTER TABLE exceptions ADD COLUMN details jsonb NOT NULL DEFAULT '{}';
CREATE INDEX exceptions_by_cause ON exceptions (cause_code, id);
CREATE INDEX exceptions_by_department ON exceptions (department, id);
DROP INDEX exceptions_by_owner;
CREATE INDEX exceptions_by_owner ON exceptions (owner_id, id);

CREATE TABLE exception_notes (
    id uuid NOT NULL PRIMARY KEY,
    exception_id uuid NOT NULL REFERENCES exceptions (id),
    text text NOT NULL,
    meeting jsonb,
    files jsonb NOT NULL,
    actor_label text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX exception_notes_by_exception ON exception_notes (exception_id, id);

ALTER TABLE files ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE files ADD COLUMN exception_id uuid REFERENCES exceptions (id);
ALTER TABLE files ADD CONSTRAINT files_of_something CHECK (order_id IS NOT NULL OR exception_id IS NOT NULL);
CREATE INDEX files_by_exception ON files (exception_id);
