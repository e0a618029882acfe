DROP INDEX customers_by_merger;
ALTER TABLE customers DROP COLUMN merged_into_id;
ALTER TABLE customers DROP COLUMN payment_terms;
ALTER TABLE customers DROP COLUMN addresses;
ALTER TABLE customers DROP COLUMN contacts;
