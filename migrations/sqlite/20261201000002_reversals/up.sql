-- A payment that was recorded by mistake is reversed, not deleted.
ALTER TABLE payments ADD COLUMN reversed_at INTEGER;
ALTER TABLE payments ADD COLUMN reversed_by_label TEXT;
ALTER TABLE payments ADD COLUMN reversal_reason TEXT;
