-- Goods go from one warehouse to another: both movements of a transfer name the one that takes the goods out.
ALTER TABLE stock_movements ADD COLUMN transfer_id uuid;
ALTER TABLE stock_movements DROP CONSTRAINT stock_movements_kind_check;
ALTER TABLE stock_movements ADD CONSTRAINT stock_movements_kind_check CHECK (kind IN ('receipt', 'adjust', 'reserve', 'release', 'pick', 'return', 'transfer_out', 'transfer_in'));
