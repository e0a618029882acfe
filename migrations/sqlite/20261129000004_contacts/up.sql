-- People and places of a customer beside the first ones, what they usually agree to, and into whom a double was merged.
ALTER TABLE customers ADD COLUMN contacts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE customers ADD COLUMN addresses TEXT NOT NULL DEFAULT '[]';
ALTER TABLE customers ADD COLUMN payment_terms TEXT;
ALTER TABLE customers ADD COLUMN merged_into_id BLOB REFERENCES customers (id);
CREATE INDEX customers_by_merger ON customers (merged_into_id) WHERE merged_into_id IS NOT NULL;
