ALTER TABLE customers DROP COLUMN tax;
ALTER TABLE warehouses DROP COLUMN serves;
ALTER TABLE warehouses DROP COLUMN priority;
ALTER TABLE approval_steps DROP COLUMN seen_checks;
