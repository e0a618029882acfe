-- What earlier versions do not know is lost: drafts, what was made void, credit notes; what was credited in part is over the rest.
ALTER TABLE invoices RENAME TO invoices_before;
DROP INDEX invoices_by_order;
DROP INDEX invoices_by_customer;
DROP INDEX invoices_by_due_date;
DROP INDEX invoices_by_credited;
DROP INDEX invoices_by_open;
DROP INDEX invoices_by_file;
CREATE TABLE invoices (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    customer_id BLOB NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special_vat')),
    number TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    due_date TEXT,
    buyer_name TEXT NOT NULL,
    buyer_tax_number TEXT,
    issued_at INTEGER NOT NULL,
    issued_by_label TEXT NOT NULL
) STRICT;
INSERT INTO invoices (id, version, order_id, customer_id, kind, number, amount, currency, due_date, buyer_name, buyer_tax_number, issued_at, issued_by_label)
    SELECT id, version, order_id, customer_id, kind, number, amount - credited, currency, due_date, buyer_name, buyer_tax_number, issued_at, issued_by_label
    FROM invoices_before WHERE status = 'issued' AND credits_id IS NULL AND credited < amount;
UPDATE invoices_before SET credits_id = NULL WHERE credits_id IS NOT NULL;
DROP TABLE invoices_before;
CREATE INDEX invoices_by_order ON invoices (order_id);
CREATE INDEX invoices_by_customer ON invoices (customer_id, id);
CREATE INDEX invoices_by_due_date ON invoices (customer_id, due_date);
