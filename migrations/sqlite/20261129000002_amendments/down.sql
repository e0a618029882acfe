ALTER TABLE order_details DROP COLUMN reconfirm;
ALTER TABLE order_details DROP COLUMN amended_from;
