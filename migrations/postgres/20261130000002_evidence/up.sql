-- What an approver saw of the checks when they decided; which warehouse gives first, and to where; whom invoices are made out to.
ALTER TABLE approval_steps ADD COLUMN seen_checks jsonb;
ALTER TABLE warehouses ADD COLUMN priority integer NOT NULL DEFAULT 100;
ALTER TABLE warehouses ADD COLUMN serves jsonb NOT NULL DEFAULT '[]';
ALTER TABLE customers ADD COLUMN tax jsonb NOT NULL DEFAULT 'null';
