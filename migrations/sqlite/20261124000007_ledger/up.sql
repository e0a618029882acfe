-- History that the database itself refuses to change, answers kept for repeated requests, messages on their way out, counters and settings.
CREATE TABLE events (
    seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    txid INTEGER NOT NULL DEFAULT 0,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    order_id BLOB REFERENCES orders (id),
    -- the order's version that the event belongs to, and its place among the events of that version
    order_version INTEGER,
    place INTEGER NOT NULL,
    places INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_label TEXT NOT NULL,
    request_id TEXT NOT NULL,
    address TEXT,
    payload TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    CHECK (place BETWEEN 1 AND places),
    UNIQUE (order_id, order_version, place)
) STRICT;
CREATE INDEX events_by_feed ON events (txid, seq);
CREATE INDEX events_by_subject ON events (subject_id, seq);
CREATE INDEX events_by_order ON events (order_id, seq);
CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'history cannot be changed'); END;
CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'history cannot be changed'); END;

CREATE TABLE idempotency_keys (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    operation TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE messages (
    id BLOB NOT NULL PRIMARY KEY,
    event_id BLOB NOT NULL REFERENCES events (id),
    order_id BLOB NOT NULL REFERENCES orders (id),
    kind TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms')),
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'held', 'sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    lease_until INTEGER,
    fence INTEGER NOT NULL,
    last_error TEXT,
    sent_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (event_id, kind, channel)
) STRICT;
CREATE INDEX messages_by_work ON messages (status, next_attempt_at);
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_order ON messages (order_id);

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT;

CREATE TABLE settings (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
