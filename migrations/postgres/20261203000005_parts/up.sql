-- Goods may leave in parts: what there is first, the rest when it comes.
ALTER TABLE order_deliveries ADD COLUMN in_parts boolean NOT NULL DEFAULT false;
