-- Since when a step's turn has lasted, and when it was opened to those above.
ALTER TABLE approval_steps ADD COLUMN pending_since INTEGER;
ALTER TABLE approval_steps ADD COLUMN escalated_at INTEGER;
UPDATE approval_steps SET pending_since = created_at WHERE status = 'pending';
CREATE INDEX approval_steps_to_escalate ON approval_steps (pending_since) WHERE status = 'pending' AND escalated_at IS NULL;

-- What a check could not tell for certain is a warning.
UPDATE approval_rounds SET checks = replace(checks, '"result":"unknown"', '"result":"warn"') WHERE checks LIKE '%"result":"unknown"%';
