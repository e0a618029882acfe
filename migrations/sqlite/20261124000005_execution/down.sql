DROP TABLE tracking_events;
DROP TABLE shipment_lines;
DROP TABLE shipments;
DROP TABLE files;
DROP TABLE tasks;
DROP TABLE task_templates;
