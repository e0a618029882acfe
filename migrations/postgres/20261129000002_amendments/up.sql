-- The revision that counts while an amendment of it waits for its approvers or the customer, and whether the customer has to say yes again.
ALTER TABLE order_details ADD COLUMN amended_from integer;
ALTER TABLE order_details ADD COLUMN reconfirm boolean NOT NULL DEFAULT false;
