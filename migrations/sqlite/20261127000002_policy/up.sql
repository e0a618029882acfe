-- What so many units of a foreign currency come to in the base currency, from a day on.
CREATE TABLE exchange_rates (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    currency TEXT NOT NULL,
    units INTEGER NOT NULL CHECK (units > 0),
    rate INTEGER NOT NULL CHECK (rate > 0 AND rate <= 9999999999999999),
    valid_from TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (currency, valid_from)
) STRICT;

ALTER TABLE products ADD COLUMN category TEXT;

-- When a rule counts, and whether it is the last that is asked where it applies.
ALTER TABLE approval_rules ADD COLUMN valid_from TEXT;
ALTER TABLE approval_rules ADD COLUMN valid_until TEXT;
ALTER TABLE approval_rules ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0;

-- What the rules were asked about, and those that applied, as they were then.
ALTER TABLE approval_rounds ADD COLUMN basis TEXT NOT NULL DEFAULT '{}';
