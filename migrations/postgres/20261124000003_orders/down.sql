DROP TABLE stock_movements;
DROP TABLE allocations;
DROP TABLE order_revisions;
DROP TABLE order_lines;
DROP TABLE order_deliveries;
DROP TABLE order_details;
DROP TABLE orders;
