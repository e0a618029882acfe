-- A payment that was recorded by mistake is reversed, not deleted.
ALTER TABLE payments ADD COLUMN reversed_at timestamptz;
ALTER TABLE payments ADD COLUMN reversed_by_label text;
ALTER TABLE payments ADD COLUMN reversal_reason text;
