DROP TABLE delegations;
-- what was carried over was approved once
ALTER TABLE approval_steps DROP CONSTRAINT approval_steps_carried_check;
ALTER TABLE approval_steps DROP CONSTRAINT approval_steps_status_check;
UPDATE approval_steps SET status = 'approved' WHERE status = 'carried';
ALTER TABLE approval_steps ADD CONSTRAINT approval_steps_status_check
    CHECK (status IN ('waiting', 'pending', 'approved', 'rejected', 'returned', 'superseded'));
DROP INDEX approval_steps_by_principal;
ALTER TABLE approval_steps DROP COLUMN carried_from_id;
ALTER TABLE approval_steps DROP COLUMN seen_fingerprint;
ALTER TABLE approval_steps DROP COLUMN seen_revision;
ALTER TABLE approval_steps DROP COLUMN decided_for_id;
