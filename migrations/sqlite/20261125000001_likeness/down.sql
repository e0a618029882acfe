DROP INDEX order_details_by_likeness;
CREATE INDEX order_details_by_likeness ON order_details (phone, goods_fingerprint);
