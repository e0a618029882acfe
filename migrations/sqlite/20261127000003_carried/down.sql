DROP TABLE delegations;
CREATE TABLE approval_steps_before (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    round_id BLOB NOT NULL REFERENCES approval_rounds (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    level INTEGER NOT NULL,
    role TEXT NOT NULL,
    department TEXT,
    rule TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'pending', 'approved', 'rejected', 'returned', 'superseded')),
    decided_by_id BLOB REFERENCES users (id),
    decided_at INTEGER,
    comment TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (round_id, level),
    CHECK ((decided_by_id IS NULL) = (status IN ('waiting', 'pending', 'superseded')))
) STRICT;
-- what was carried over was approved once
INSERT INTO approval_steps_before
    SELECT id, version, round_id, order_id, level, role, department, rule, CASE status WHEN 'carried' THEN 'approved' ELSE status END,
        decided_by_id, decided_at, comment, created_at
    FROM approval_steps;
DROP TABLE approval_steps;
ALTER TABLE approval_steps_before RENAME TO approval_steps;
CREATE INDEX approval_steps_by_order ON approval_steps (order_id, level);
CREATE INDEX approval_steps_by_status ON approval_steps (status, id);
CREATE INDEX approval_steps_by_decider ON approval_steps (decided_by_id);
