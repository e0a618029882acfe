ALTER TABLE customers DROP COLUMN payment_due;
ALTER TABLE order_details DROP COLUMN payment_due;
