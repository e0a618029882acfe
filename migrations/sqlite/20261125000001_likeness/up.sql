-- Look-alikes are looked for among the orders of the last hours only: with the id, which sorts by
-- time, the index leads there, however often the same was ordered before.
DROP INDEX order_details_by_likeness;
CREATE INDEX order_details_by_likeness ON order_details (phone, goods_fingerprint, order_id);
