-- Invoices are drafted, issued, made void, credited; they have taxes, a file, and what is open of them. SQLite changes no column of a
-- table, so the table is made anew; nothing refers to it.
ALTER TABLE invoices RENAME TO invoices_before;
DROP INDEX invoices_by_order;
DROP INDEX invoices_by_customer;
DROP INDEX invoices_by_due_date;
CREATE TABLE invoices (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    -- whoever pays, who may be another than who ordered
    customer_id BLOB NOT NULL REFERENCES customers (id),
    kind TEXT NOT NULL CHECK (kind IN ('ordinary', 'special_vat')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'issued', 'void')),
    number TEXT UNIQUE,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    currency TEXT NOT NULL,
    due_date TEXT,
    buyer_name TEXT NOT NULL,
    buyer_tax_number TEXT,
    created_at INTEGER NOT NULL,
    created_by_label TEXT NOT NULL,
    issued_at INTEGER,
    issued_by_label TEXT,
    -- the invoice that this one credits
    credits_id BLOB REFERENCES invoices (id),
    -- what credit notes took off it
    credited INTEGER NOT NULL,
    -- what is left to pay of it
    open INTEGER NOT NULL,
    -- why it was made void, or credits
    reason TEXT,
    voided_at INTEGER,
    voided_by_label TEXT,
    taxes TEXT NOT NULL,
    file_id BLOB REFERENCES files (id),
    -- somebody said who pays
    payer_said INTEGER NOT NULL DEFAULT 0,
    CHECK (credited BETWEEN 0 AND amount),
    CHECK (open BETWEEN 0 AND amount - credited),
    CHECK (status = 'issued' OR (credited = 0 AND open = 0)),
    CHECK (credits_id IS NULL OR (status = 'issued' AND credited = 0 AND open = 0)),
    CHECK (status <> 'issued' OR (number IS NOT NULL AND issued_at IS NOT NULL AND issued_by_label IS NOT NULL)),
    CHECK (status <> 'draft' OR issued_at IS NULL),
    CHECK ((status = 'void') = (voided_at IS NOT NULL))
) STRICT;
INSERT INTO invoices (id, version, order_id, customer_id, kind, status, number, amount, currency, due_date, buyer_name, buyer_tax_number,
    created_at, created_by_label, issued_at, issued_by_label, credited, open, taxes)
    SELECT i.id, i.version, i.order_id, i.customer_id, i.kind, 'issued', i.number, i.amount, i.currency, i.due_date, i.buyer_name,
        i.buyer_tax_number, i.issued_at, i.issued_by_label, i.issued_at, i.issued_by_label, 0,
        -- an order's payments go to its invoices, oldest due first
        MAX(0, MIN(i.amount, SUM(i.amount) OVER (PARTITION BY i.order_id ORDER BY i.due_date IS NULL, i.due_date, i.id ROWS UNBOUNDED PRECEDING)
            - COALESCE((SELECT SUM(p.amount) FROM payments p WHERE p.order_id = i.order_id AND p.reversed_at IS NULL), 0))),
        '[]'
    FROM invoices_before i;
DROP TABLE invoices_before;
CREATE INDEX invoices_by_order ON invoices (order_id);
CREATE INDEX invoices_by_customer ON invoices (customer_id, id);
CREATE INDEX invoices_by_due_date ON invoices (customer_id, due_date);
CREATE INDEX invoices_by_credited ON invoices (credits_id) WHERE credits_id IS NOT NULL;
CREATE INDEX invoices_by_open ON invoices (open, customer_id);
CREATE INDEX invoices_by_file ON invoices (file_id) WHERE file_id IS NOT NULL;
