-- The company's own working days; tasks that keep the rule they were made by, can be paused and ticked off, and know by which
-- calendar they are due; what is noted about them on the way.
CREATE TABLE calendar_days (
    day TEXT NOT NULL PRIMARY KEY,
    worked INTEGER NOT NULL,
    name TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

ALTER TABLE tasks ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
UPDATE tasks SET plan = (SELECT plan FROM task_templates WHERE task_templates.code = tasks.code);
ALTER TABLE tasks DROP COLUMN due;
ALTER TABLE tasks ADD COLUMN due_is_set INTEGER NOT NULL DEFAULT 0;
UPDATE tasks SET due_is_set = 1 WHERE EXISTS (
    SELECT 1 FROM events
    WHERE events.order_id = tasks.order_id AND events.name = 'task.assigned' AND events.subject_id = tasks.id AND json_extract(events.after, '$.due_at') IS NOT NULL
);
ALTER TABLE tasks ADD COLUMN dated_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN paused_at INTEGER;
ALTER TABLE tasks ADD COLUMN pause_reason TEXT;
ALTER TABLE tasks ADD COLUMN checklist TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tasks ADD COLUMN collaborators TEXT NOT NULL DEFAULT '[]';
CREATE INDEX tasks_by_dating ON tasks (status, dated_by) WHERE status IN ('blocked', 'open', 'in_progress');

-- a department's queue, first due first
CREATE INDEX tasks_by_department_due ON tasks (department, status, due_at, id);

CREATE TABLE task_notes (
    id BLOB NOT NULL PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id),
    text TEXT NOT NULL,
    actor_label TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX task_notes_by_task ON task_notes (task_id, id);
