-- Rules that say which approvals an order needs, and the rounds they called for.
CREATE TABLE approval_rules (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    code text COLLATE "C" NOT NULL UNIQUE,
    position integer NOT NULL,
    title_en text NOT NULL,
    title_zh text NOT NULL,
    condition jsonb NOT NULL,
    roles jsonb NOT NULL,
    active boolean NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE approval_rounds (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    round integer NOT NULL,
    revision integer NOT NULL,
    status text NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'returned', 'superseded')),
    fingerprint bytea NOT NULL,
    checks jsonb NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    UNIQUE (order_id, round)
);

CREATE TABLE approval_steps (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    round_id uuid NOT NULL REFERENCES approval_rounds (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    level integer NOT NULL,
    role text NOT NULL,
    department text,
    rule text NOT NULL,
    status text NOT NULL CHECK (status IN ('waiting', 'pending', 'approved', 'rejected', 'returned', 'superseded')),
    decided_by_id uuid REFERENCES users (id),
    decided_at timestamptz,
    comment text,
    created_at timestamptz NOT NULL,
    UNIQUE (round_id, level),
    CHECK ((decided_by_id IS NULL) = (status IN ('waiting', 'pending', 'superseded')))
);
CREATE INDEX approval_steps_by_order ON approval_steps (order_id, level);
CREATE INDEX approval_steps_by_status ON approval_steps (status, id);
CREATE INDEX approval_steps_by_decider ON approval_steps (decided_by_id);
