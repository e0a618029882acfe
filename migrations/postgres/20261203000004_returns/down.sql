DROP TABLE return_lines;
DROP TABLE returns;
ALTER TABLE order_lines DROP COLUMN returned;
ALTER TABLE shipment_lines DROP COLUMN replaced;
ALTER TABLE shipment_lines DROP COLUMN resent;
UPDATE stock_movements SET kind = 'adjust' WHERE kind = 'scrap';
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_kind_check;
ALTER TABLE stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return', 'transfer_out', 'transfer_in'));
