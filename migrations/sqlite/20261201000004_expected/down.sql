DROP TABLE expected_receipts;
DROP INDEX stock_to_watch;
ALTER TABLE stock DROP COLUMN reorder_level;
