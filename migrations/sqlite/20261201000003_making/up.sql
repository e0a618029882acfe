-- Goods that are made: standard ones where stock is short, custom ones that pass through the warehouse, and how far each line is.
ALTER TABLE products ADD COLUMN through_warehouse INTEGER NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN made_when_short INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN through_warehouse INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN to_make INTEGER NOT NULL DEFAULT 0 CHECK (to_make >= 0);
ALTER TABLE order_lines ADD COLUMN made INTEGER NOT NULL DEFAULT 0 CHECK (made >= 0);
UPDATE order_lines SET made = picked WHERE kind = 'custom';
UPDATE task_templates SET plan = json_set(plan, '$.needed', 'stored') WHERE code = 'pick';
UPDATE task_templates SET plan = json_set(plan, '$.needed', 'made') WHERE code = 'produce';
UPDATE tasks SET plan = json_set(plan, '$.needed', 'stored') WHERE code = 'pick';
UPDATE tasks SET plan = json_set(plan, '$.needed', 'made') WHERE code = 'produce';
