UPDATE approval_rounds SET checks = replace(checks, '"result":"warn"', '"result":"unknown"') WHERE checks LIKE '%"result":"warn"%';
DROP INDEX approval_steps_to_escalate;
ALTER TABLE approval_steps DROP COLUMN escalated_at;
ALTER TABLE approval_steps DROP COLUMN pending_since;
