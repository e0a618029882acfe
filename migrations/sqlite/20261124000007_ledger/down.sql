DROP TABLE settings;
DROP TABLE counters;
DROP TABLE messages;
DROP TABLE idempotency_keys;
DROP TABLE events;
DROP TABLE events;
