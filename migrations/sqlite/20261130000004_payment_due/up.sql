-- What has to be paid before an order goes on, and what a customer usually agrees to.
ALTER TABLE order_details ADD COLUMN payment_due TEXT NOT NULL DEFAULT 'on_account';
ALTER TABLE customers ADD COLUMN payment_due TEXT;
