-- Goods that are made: standard ones where stock is short, custom ones that pass through the warehouse, and how far each line is.
ALTER TABLE products ADD COLUMN through_warehouse boolean NOT NULL DEFAULT false;
ALTER TABLE products ADD COLUMN made_when_short boolean NOT NULL DEFAULT false;
ALTER TABLE order_lines ADD COLUMN through_warehouse boolean NOT NULL DEFAULT false;
ALTER TABLE order_lines ADD COLUMN to_make bigint NOT NULL DEFAULT 0 CHECK (to_make >= 0);
ALTER TABLE order_lines ADD COLUMN made bigint NOT NULL DEFAULT 0 CHECK (made >= 0);
UPDATE order_lines SET made = picked WHERE kind = 'custom';
UPDATE task_templates SET plan = jsonb_set(plan, '{needed}', '"stored"') WHERE code = 'pick';
UPDATE task_templates SET plan = jsonb_set(plan, '{needed}', '"made"') WHERE code = 'produce';
UPDATE tasks SET plan = jsonb_set(plan, '{needed}', '"stored"') WHERE code = 'pick';
UPDATE tasks SET plan = jsonb_set(plan, '{needed}', '"made"') WHERE code = 'produce';
