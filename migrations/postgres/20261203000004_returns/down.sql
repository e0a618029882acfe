-- what was sent again is as if it had never been in its first parcel
DELETE FROM shipment_lines WHERE resent + replaced >= quantity;
UPDATE shipment_lines SET refused = CASE WHEN refused > resent THEN refused - resent ELSE 0 END, quantity = quantity - resent - replaced
    WHERE resent + replaced > 0;
DROP TABLE return_lines;
DROP TABLE returns;
ALTER TABLE order_lines DROP COLUMN returned;
ALTER TABLE shipment_lines DROP COLUMN replaced;
ALTER TABLE shipment_lines DROP COLUMN resent;
UPDATE stock_movements SET kind = 'adjust' WHERE kind = 'scrap';
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_kind_check;
ALTER TABLE stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return', 'transfer_out', 'transfer_in'));
