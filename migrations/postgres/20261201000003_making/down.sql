ALTER TABLE order_lines DROP COLUMN made;
ALTER TABLE order_lines DROP COLUMN to_make;
ALTER TABLE order_lines DROP COLUMN through_warehouse;
ALTER TABLE products DROP COLUMN made_when_short;
ALTER TABLE products DROP COLUMN through_warehouse;
UPDATE task_templates SET plan = jsonb_set(plan, '{needed}', '{"lines":["standard"]}') WHERE plan -> 'needed' = '"stored"';
UPDATE task_templates SET plan = jsonb_set(plan, '{needed}', '{"lines":["custom"]}') WHERE plan -> 'needed' = '"made"';
UPDATE tasks SET plan = jsonb_set(plan, '{needed}', '{"lines":["standard"]}') WHERE plan -> 'needed' = '"stored"';
UPDATE tasks SET plan = jsonb_set(plan, '{needed}', '{"lines":["custom"]}') WHERE plan -> 'needed' = '"made"';
