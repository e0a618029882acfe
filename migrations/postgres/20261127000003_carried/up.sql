-- A decision says what it saw, and whose earlier one was carried over.
ALTER TABLE approval_steps ADD COLUMN decided_for_id uuid REFERENCES users (id);
ALTER TABLE approval_steps ADD COLUMN seen_revision integer;
ALTER TABLE approval_steps ADD COLUMN seen_fingerprint bytea;
ALTER TABLE approval_steps ADD COLUMN carried_from_id uuid;
ALTER TABLE approval_steps DROP CONSTRAINT approval_steps_status_check;
ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_status_check
    CHECK (status IN ('waiting', 'pending', 'approved', 'rejected', 'returned', 'superseded', 'carried'));
ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_carried_check CHECK ((carried_from_id IS NULL) = (status <> 'carried'));
UPDATE approval_steps SET seen_revision = rounds.revision, seen_fingerprint = rounds.fingerprint
    FROM approval_rounds AS rounds WHERE rounds.id = approval_steps.round_id AND approval_steps.decided_by_id IS NOT NULL;
CREATE INDEX approval_steps_by_principal ON approval_steps (decided_for_id) WHERE decided_for_id IS NOT NULL;

-- A person may let another decide for them, for some days.
CREATE TABLE delegations (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    from_id uuid NOT NULL REFERENCES users (id),
    to_id uuid NOT NULL REFERENCES users (id),
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    reason text,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK (from_id <> to_id),
    CHECK (valid_from <= valid_until)
);
CREATE INDEX delegations_by_deputy ON delegations (to_id, valid_until);
CREATE INDEX delegations_by_principal ON delegations (from_id);
