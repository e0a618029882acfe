ALTER TABLE order_deliveries DROP COLUMN in_parts;
