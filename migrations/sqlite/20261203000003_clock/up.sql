-- Until when exceptions are to be planned, and when it was told that a due time has passed; what the clock has looked at,
-- so that it raises an exception once for each cause: a task past its due date, a parcel of which nothing is heard, an
-- invoice past due.
ALTER TABLE exceptions ADD COLUMN plan_due_at INTEGER;
ALTER TABLE exceptions ADD COLUMN escalated_at INTEGER;
CREATE INDEX exceptions_to_plan ON exceptions (status, plan_due_at) WHERE escalated_at IS NULL OR escalated_at < plan_due_at;
CREATE INDEX exceptions_to_resolve ON exceptions (status, due_at) WHERE escalated_at IS NULL OR escalated_at < due_at;

ALTER TABLE tasks ADD COLUMN overdue_raised_for INTEGER;
CREATE INDEX tasks_to_raise ON tasks (status, due_at) WHERE overdue_raised_for IS NULL OR overdue_raised_for <> due_at;

ALTER TABLE shipments ADD COLUMN heard_at INTEGER;
UPDATE shipments SET heard_at = coalesce((SELECT max(recorded_at) FROM tracking_events WHERE shipment_id = shipments.id), dispatched_at)
    WHERE dispatched_at IS NOT NULL;
CREATE INDEX shipments_by_silence ON shipments (status, heard_at);

ALTER TABLE invoices ADD COLUMN pursued_at INTEGER;
CREATE INDEX invoices_to_pursue ON invoices (due_date) WHERE pursued_at IS NULL AND open > 0;
