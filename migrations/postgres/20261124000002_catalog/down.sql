DROP TABLE stock;
DROP TABLE warehouses;
DROP TABLE products;
DROP TABLE customers;
