-- What was promised when an order was confirmed, when it will be done by its tasks, and whether that is too late.
CREATE TABLE order_promises (
    order_id BLOB NOT NULL PRIMARY KEY REFERENCES orders (id),
    original_date TEXT,
    predicted_date TEXT,
    at_risk INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX order_promises_at_risk ON order_promises (at_risk, order_id);
CREATE INDEX order_promises_by_prediction ON order_promises (predicted_date) WHERE predicted_date IS NOT NULL;
-- a person's queue, and how much each has to do
CREATE INDEX tasks_by_assignee_due ON tasks (assignee_id, status, due_at, id);

INSERT INTO order_promises (order_id, original_date)
SELECT orders.id, order_deliveries.promised_date FROM orders JOIN order_deliveries ON order_deliveries.order_id = orders.id WHERE orders.reviewed_at IS NOT NULL;
