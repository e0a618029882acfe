DROP TABLE payments;
DROP TABLE invoices;
DROP TABLE exception_orders;
DROP TABLE exceptions;
