-- Who waits for a product is found among the lines that are not picked yet, not among all that were
-- ever sold.
CREATE INDEX order_lines_unpicked ON order_lines (product_id) WHERE picked < quantity;
