ALTER TABLE approval_rounds DROP COLUMN basis;
ALTER TABLE approval_rules DROP COLUMN exclusive;
ALTER TABLE approval_rules DROP COLUMN valid_until;
ALTER TABLE approval_rules DROP COLUMN valid_from;
ALTER TABLE products DROP COLUMN category;
DROP TABLE exchange_rates;
