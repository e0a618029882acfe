DROP TABLE approval_steps;
DROP TABLE approval_rounds;
DROP TABLE approval_rules;
