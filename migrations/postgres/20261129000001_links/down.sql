DROP TABLE message_templates;
ALTER TABLE messages DROP COLUMN link_id;
DELETE FROM messages WHERE order_id IS NULL;
ALTER TABLE messages ALTER COLUMN order_id SET NOT NULL;
DROP TABLE links;
