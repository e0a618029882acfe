-- History that the database itself refuses to change, answers kept for repeated requests, messages on their way out, counters and settings.
CREATE TABLE events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id uuid NOT NULL UNIQUE,
    at timestamptz NOT NULL,
    name text NOT NULL,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    order_id uuid REFERENCES orders (id),
    -- the order's version that the event belongs to, and its place among the events of that version
    order_version bigint,
    place integer NOT NULL,
    places integer NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_label text NOT NULL,
    request_id text NOT NULL,
    address text,
    payload jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    CHECK (place BETWEEN 1 AND places),
    UNIQUE (order_id, order_version, place)
);
CREATE INDEX events_by_feed ON events (txid, seq);
CREATE INDEX events_by_subject ON events (subject_id, seq);
CREATE INDEX events_by_order ON events (order_id, seq);
CREATE FUNCTION history_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'history cannot be changed'; END $$;
CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION history_is_final();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_final();

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    key text COLLATE "C" NOT NULL,
    fingerprint bytea NOT NULL,
    operation text NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE messages (
    id uuid NOT NULL PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES events (id),
    order_id uuid NOT NULL REFERENCES orders (id),
    kind text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    recipient text NOT NULL,
    language text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    status text NOT NULL CHECK (status IN ('queued', 'held', 'sending', 'sent', 'failed')),
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    lease_until timestamptz,
    fence bigint NOT NULL,
    last_error text,
    sent_at timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (event_id, kind, channel)
);
CREATE INDEX messages_by_work ON messages (status, next_attempt_at);
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_order ON messages (order_id);

CREATE TABLE counters (
    name text COLLATE "C" NOT NULL PRIMARY KEY,
    value bigint NOT NULL CHECK (value >= 0)
);

CREATE TABLE settings (
    id integer NOT NULL PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL,
    content jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);
