-- A decision says what it saw, and whose earlier one was carried over. SQLite changes no check of a
-- table, so the table is made anew; nothing refers to it.
CREATE TABLE approval_steps_anew (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    round_id BLOB NOT NULL REFERENCES approval_rounds (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    level INTEGER NOT NULL,
    role TEXT NOT NULL,
    department TEXT,
    rule TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'pending', 'approved', 'rejected', 'returned', 'superseded', 'carried')),
    decided_by_id BLOB REFERENCES users (id),
    decided_at INTEGER,
    comment TEXT,
    created_at INTEGER NOT NULL,
    decided_for_id BLOB REFERENCES users (id),
    seen_revision INTEGER,
    seen_fingerprint BLOB,
    carried_from_id BLOB,
    UNIQUE (round_id, level),
    CHECK ((decided_by_id IS NULL) = (status IN ('waiting', 'pending', 'superseded'))),
    CHECK ((carried_from_id IS NULL) = (status <> 'carried'))
) STRICT;
INSERT INTO approval_steps_anew
    SELECT steps.id, steps.version, steps.round_id, steps.order_id, steps.level, steps.role, steps.department, steps.rule, steps.status,
        steps.decided_by_id, steps.decided_at, steps.comment, steps.created_at, NULL,
        CASE WHEN steps.decided_by_id IS NOT NULL THEN rounds.revision END, CASE WHEN steps.decided_by_id IS NOT NULL THEN rounds.fingerprint END, NULL
    FROM approval_steps AS steps JOIN approval_rounds AS rounds ON rounds.id = steps.round_id;
DROP TABLE approval_steps;
ALTER TABLE approval_steps_anew RENAME TO approval_steps;
CREATE INDEX approval_steps_by_order ON approval_steps (order_id, level);
CREATE INDEX approval_steps_by_status ON approval_steps (status, id);
CREATE INDEX approval_steps_by_decider ON approval_steps (decided_by_id);
CREATE INDEX approval_steps_by_principal ON approval_steps (decided_for_id) WHERE decided_for_id IS NOT NULL;

-- A person may let another decide for them, for some days.
CREATE TABLE delegations (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    from_id BLOB NOT NULL REFERENCES users (id),
    to_id BLOB NOT NULL REFERENCES users (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    reason TEXT,
    revoked_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (from_id <> to_id),
    CHECK (valid_from <= valid_until)
) STRICT;
CREATE INDEX delegations_by_deputy ON delegations (to_id, valid_until);
CREATE INDEX delegations_by_principal ON delegations (from_id);
