DROP INDEX order_lines_unpicked;
