-- What a customer is asked by a link. Its token is known by a hash alone, and good for one revision of the order.
CREATE TABLE links (
    id uuid NOT NULL PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('confirm')),
    token_hash bytea NOT NULL UNIQUE,
    order_id uuid NOT NULL REFERENCES orders (id),
    revision integer NOT NULL,
    -- SHA-256 of what the customer is asked to agree to
    offer bytea NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    remind_at timestamptz,
    lapse_at timestamptz,
    reminded_at timestamptz,
    answer text CHECK (answer IN ('confirm', 'change')),
    comment text,
    answered_at timestamptz,
    revoked_at timestamptz,
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX links_by_order ON links (order_id, id);
CREATE UNIQUE INDEX links_open ON links (order_id, purpose) WHERE answer IS NULL AND revoked_at IS NULL;
CREATE INDEX links_to_remind ON links (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX links_to_lapse ON links (lapse_at) WHERE lapse_at IS NOT NULL;

-- The link that is put into the text when it is sent; and a message may be a trial of a text, about no order.
ALTER TABLE messages ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE messages ADD COLUMN link_id uuid REFERENCES links (id);

-- Texts that the company has written itself; where there is none, Docket's own are used.
CREATE TABLE message_templates (
    kind text NOT NULL,
    language text NOT NULL CHECK (language IN ('en', 'zh-CN')),
    version bigint NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    sms text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (kind, language)
);
