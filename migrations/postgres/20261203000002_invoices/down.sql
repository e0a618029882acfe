-- What earlier versions do not know is lost: drafts, what was made void, credit notes; what was credited in part is over the rest.
CREATE TEMPORARY TABLE invoices_kept ON COMMIT DROP AS
    SELECT id, amount - credited AS amount FROM invoices WHERE status = 'issued' AND credits_id IS NULL AND credited < amount;
ALTER TABLE invoices DROP COLUMN payer_said;
ALTER TABLE invoices DROP COLUMN file_id;
ALTER TABLE invoices DROP COLUMN taxes;
ALTER TABLE invoices DROP COLUMN voided_by_label;
ALTER TABLE invoices DROP COLUMN voided_at;
ALTER TABLE invoices DROP COLUMN reason;
ALTER TABLE invoices DROP COLUMN open;
ALTER TABLE invoices DROP COLUMN credited;
ALTER TABLE invoices DROP COLUMN credits_id;
ALTER TABLE invoices DROP COLUMN created_by_label;
ALTER TABLE invoices DROP COLUMN created_at;
ALTER TABLE invoices DROP COLUMN status;
DELETE FROM invoices WHERE id NOT IN (SELECT id FROM invoices_kept);
UPDATE invoices SET amount = invoices_kept.amount FROM invoices_kept WHERE invoices_kept.id = invoices.id AND invoices.amount <> invoices_kept.amount;
DROP TABLE invoices_kept;
ALTER TABLE invoices ALTER COLUMN number SET NOT NULL;
ALTER TABLE invoices ALTER COLUMN issued_at SET NOT NULL;
ALTER TABLE invoices ALTER COLUMN issued_by_label SET NOT NULL;
