DROP INDEX tasks_by_assignee_due;
DROP TABLE order_promises;
