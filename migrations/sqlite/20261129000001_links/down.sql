DROP TABLE message_templates;
CREATE TABLE messages_new (
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
INSERT INTO messages_new (id, event_id, order_id, kind, channel, recipient, language, subject, body, status, attempts, next_attempt_at, lease_until, fence, last_error, sent_at, created_at)
    SELECT id, event_id, order_id, kind, channel, recipient, language, subject, body, status, attempts, next_attempt_at, lease_until, fence, last_error, sent_at, created_at FROM messages WHERE order_id IS NOT NULL;
DROP TABLE messages;
ALTER TABLE messages_new RENAME TO messages;
CREATE INDEX messages_by_work ON messages (status, next_attempt_at);
CREATE INDEX messages_by_status ON messages (status, id);
CREATE INDEX messages_by_order ON messages (order_id);
DROP TABLE links;
