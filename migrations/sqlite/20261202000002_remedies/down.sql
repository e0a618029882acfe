DROP INDEX products_by_category;
DROP TABLE compensations;
DROP TABLE refunds;
ALTER TABLE exceptions DROP COLUMN customer_note;
