-- Rules that say which approvals an order needs, and the rounds they called for.
CREATE TABLE approval_rules (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    condition TEXT NOT NULL,
    roles TEXT NOT NULL,
    active INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE approval_rounds (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    round INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'returned', 'superseded')),
    fingerprint BLOB NOT NULL,
    checks TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    UNIQUE (order_id, round)
) STRICT;

CREATE TABLE approval_steps (
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
CREATE INDEX approval_steps_by_order ON approval_steps (order_id, level);
CREATE INDEX approval_steps_by_status ON approval_steps (status, id);
CREATE INDEX approval_steps_by_decider ON approval_steps (decided_by_id);
