UPDATE stock_movements SET kind = 'adjust' WHERE kind IN ('transfer_out', 'transfer_in');
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_kind_check;
ALTER TABLE stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return'));
ALTER TABLE stock_movements DROP COLUMN transfer_id;
