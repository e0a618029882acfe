-- Invoices are drafted, issued, made void, credited; they have taxes, a file, and what is open of them.
ALTER TABLE invoices ALTER COLUMN number DROP NOT NULL;
ALTER TABLE invoices ALTER COLUMN issued_at DROP NOT NULL;
ALTER TABLE invoices ALTER COLUMN issued_by_label DROP NOT NULL;
ALTER TABLE invoices ADD COLUMN status text NOT NULL DEFAULT 'issued' CHECK (status IN ('draft', 'issued', 'void'));
ALTER TABLE invoices ADD COLUMN created_at timestamptz;
ALTER TABLE invoices ADD COLUMN created_by_label text;
-- the invoice that this one credits
ALTER TABLE invoices ADD COLUMN credits_id uuid REFERENCES invoices (id);
-- what credit notes took off it
ALTER TABLE invoices ADD COLUMN credited bigint NOT NULL DEFAULT 0;
-- what is left to pay of it
ALTER TABLE invoices ADD COLUMN open bigint NOT NULL DEFAULT 0;
-- why it was made void, or credits
ALTER TABLE invoices ADD COLUMN reason text;
ALTER TABLE invoices ADD COLUMN voided_at timestamptz;
ALTER TABLE invoices ADD COLUMN voided_by_label text;
ALTER TABLE invoices ADD COLUMN taxes jsonb NOT NULL DEFAULT '[]';
ALTER TABLE invoices ADD COLUMN file_id uuid REFERENCES files (id);
-- somebody said who pays
ALTER TABLE invoices ADD COLUMN payer_said boolean NOT NULL DEFAULT false;
UPDATE invoices SET created_at = issued_at, created_by_label = issued_by_label;
-- an order's payments go to its invoices, oldest due first
UPDATE invoices SET open = spread.open FROM (
    SELECT i.id, GREATEST(0, LEAST(i.amount, SUM(i.amount) OVER (PARTITION BY i.order_id ORDER BY i.due_date NULLS LAST, i.id ROWS UNBOUNDED PRECEDING)
        - COALESCE((SELECT SUM(p.amount) FROM payments p WHERE p.order_id = i.order_id AND p.reversed_at IS NULL), 0)))::bigint AS open
    FROM invoices i
) AS spread WHERE spread.id = invoices.id;
ALTER TABLE invoices ALTER COLUMN created_at SET NOT NULL;
ALTER TABLE invoices ALTER COLUMN created_by_label SET NOT NULL;
ALTER TABLE invoices ALTER COLUMN status DROP DEFAULT;
ALTER TABLE invoices ALTER COLUMN credited DROP DEFAULT;
ALTER TABLE invoices ALTER COLUMN open DROP DEFAULT;
ALTER TABLE invoices ALTER COLUMN taxes DROP DEFAULT;
ALTER TABLE invoices ADD CHECK (credited BETWEEN 0 AND amount);
ALTER TABLE invoices ADD CHECK (open BETWEEN 0 AND amount - credited);
ALTER TABLE invoices ADD CHECK (status = 'issued' OR (credited = 0 AND open = 0));
ALTER TABLE invoices ADD CHECK (credits_id IS NULL OR (status = 'issued' AND credited = 0 AND open = 0));
ALTER TABLE invoices ADD CHECK (status <> 'issued' OR (number IS NOT NULL AND issued_at IS NOT NULL AND issued_by_label IS NOT NULL));
ALTER TABLE invoices ADD CHECK (status <> 'draft' OR issued_at IS NULL);
ALTER TABLE invoices ADD CHECK ((status = 'void') = (voided_at IS NOT NULL));
CREATE INDEX invoices_by_credited ON invoices (credits_id) WHERE credits_id IS NOT NULL;
CREATE INDEX invoices_by_open ON invoices (open, customer_id);
CREATE INDEX invoices_by_file ON invoices (file_id) WHERE file_id IS NOT NULL;
