-- What so many units of a foreign currency come to in the base currency, from a day on.
CREATE TABLE exchange_rates (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    currency text COLLATE "C" NOT NULL,
    units integer NOT NULL CHECK (units > 0),
    rate bigint NOT NULL CHECK (rate > 0 AND rate <= 9999999999999999),
    valid_from date NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (currency, valid_from)
);

ALTER TABLE products ADD COLUMN category text;

-- When a rule counts, and whether it is the last that is asked where it applies.
ALTER TABLE approval_rules ADD COLUMN valid_from date;
ALTER TABLE approval_rules ADD COLUMN valid_until date;
ALTER TABLE approval_rules ADD COLUMN exclusive boolean NOT NULL DEFAULT false;

-- What the rules were asked about, and those that applied, as they were then.
ALTER TABLE approval_rounds ADD COLUMN basis jsonb NOT NULL DEFAULT '{}';
