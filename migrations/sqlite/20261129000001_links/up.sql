-- What a customer is asked by a link. Its token is known by a hash alone, and good for one revision of the order.
CREATE TABLE links (
    id BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('confirm')),
    token_hash BLOB NOT NULL UNIQUE,
    order_id BLOB NOT NULL REFERENCES orders (id),
    revision INTEGER NOT NULL,
    -- SHA-256 of what the customer is asked to agree to
    offer BLOB NOT NULL,
    language TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    remind_at INTEGER,
    lapse_at INTEGER,
    reminded_at INTEGER,
    answer TEXT CHECK (answer IN ('confirm', 'change')),
    comment TEXT,
    answered_at INTEGER,
    revoked_at INTEGER,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
) STRICT;
CREATE INDEX links_by_order ON links (order_id, id);
CREATE UNIQUE INDEX links_open ON links (order_id, purpose) WHERE answer IS NULL AND revoked_at IS NULL;
CREATE INDEX links_to_remind ON links (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX links_to_lapse ON links (lapse_at) WHERE lapse_at IS NOT NULL;

-- The link that is put into the text when it is sent; and a message may be a trial of a text, about no order.
CREATE TABLE messages_new (
    id BLOB NOT NULL PRIMARY KEY,
    event_id BLOB NOT NULL REFERENCES events (id),
    order_id BLOB REFERENCES orders (id),
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
    link_id BLOB REFERENCES links (id),
    UNIQUE (event_id, kind, channel)
) STRICT;
INSERT INTO messages_new (id, event_id, order_id, kind, channel, recipient, language, subject, body, status, attempts, next_attempt_at, lease_until, fence, last_error, sent_at, created_at)
    SELECT id, event_id, order_id, kind, channel, recipient, language, subject, body, status, attempts, next_attempt_at, lease_until, fence, last_error, sent_at, created_at FROM messages;
DROP TABLE messages;
ALTER TABLE messages_new RENAME TO messages;
CREATE INDEX messages_by_work ON messages (status, next_attempt_at);
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_order ON messages (order_id);

-- Texts that the company has written itself; where there is none, Docket's own are used.
CREATE TABLE message_templates (
    kind TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'zh-CN')),
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    sms TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, language)
) STRICT;
