ALTER TABLE order_lines DROP COLUMN made;
ALTER TABLE order_lines DROP COLUMN to_make;
ALTER TABLE order_lines DROP COLUMN through_warehouse;
ALTER TABLE products DROP COLUMN made_when_short;
ALTER TABLE products DROP COLUMN through_warehouse;
UPDATE task_templates SET plan = json_set(plan, '$.needed', json('{"lines":["standard"]}')) WHERE json_extract(plan, '$.needed') = 'stored';
UPDATE task_templates SET plan = json_set(plan, '$.needed', json('{"lines":["custom"]}')) WHERE json_extract(plan, '$.needed') = 'made';
UPDATE tasks SET plan = json_set(plan, '$.needed', json('{"lines":["standard"]}')) WHERE json_extract(plan, '$.needed') = 'stored';
UPDATE tasks SET plan = json_set(plan, '$.needed', json('{"lines":["custom"]}')) WHERE json_extract(plan, '$.needed') = 'made';
