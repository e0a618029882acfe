ALTER TABLE payments DROP COLUMN reversal_reason;
ALTER TABLE payments DROP COLUMN reversed_by_label;
ALTER TABLE payments DROP COLUMN reversed_at;
