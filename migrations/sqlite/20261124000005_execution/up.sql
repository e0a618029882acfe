-- Department tasks with their proof, and shipments with their traces.
CREATE TABLE task_templates (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    department TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    plan TEXT NOT NULL,
    active INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tasks (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    code TEXT NOT NULL,
    position INTEGER NOT NULL,
    department TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('blocked', 'open', 'in_progress', 'done', 'cancelled')),
    depends_on TEXT NOT NULL,
    due TEXT NOT NULL,
    due_at INTEGER,
    required_evidence TEXT,
    assignee_id BLOB REFERENCES users (id),
    opened_at INTEGER,
    started_at INTEGER,
    completed_at INTEGER,
    overdue_noticed_at INTEGER,
    delay_reason TEXT,
    note TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (order_id, code)
) STRICT;
CREATE INDEX tasks_by_status ON tasks (status, id);
CREATE INDEX tasks_by_department ON tasks (department, status, id);
CREATE INDEX tasks_by_department_age ON tasks (department, id);
CREATE INDEX tasks_by_assignee ON tasks (assignee_id, id);
CREATE INDEX tasks_by_due ON tasks (status, due_at);

CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES orders (id),
    task_id BLOB REFERENCES tasks (id),
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size > 0),
    sha256 BLOB NOT NULL,
    result TEXT,
    uploaded_by_id BLOB REFERENCES users (id),
    uploaded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_by_order ON files (order_id);
CREATE INDEX files_by_task ON files (task_id);
CREATE INDEX files_by_uploader ON files (uploaded_by_id);

CREATE TABLE shipments (
    id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id BLOB NOT NULL REFERENCES orders (id),
    position INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('preparing', 'dispatched', 'in_transit', 'out_for_delivery', 'delivered', 'lost', 'returned', 'cancelled')),
    method TEXT NOT NULL CHECK (method IN ('courier', 'freight', 'own_delivery', 'self_pickup')),
    carrier TEXT,
    tracking_number TEXT,
    tracking_url TEXT,
    planned_dispatch_at INTEGER,
    expected_at INTEGER,
    dispatched_at INTEGER,
    delivered_at INTEGER,
    signed_by TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (order_id, position)
) STRICT;
CREATE INDEX shipments_by_status ON shipments (status, id);
CREATE INDEX shipments_by_tracking ON shipments (tracking_number);

CREATE TABLE shipment_lines (
    shipment_id BLOB NOT NULL REFERENCES shipments (id),
    line_id BLOB NOT NULL REFERENCES order_lines (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shipment_id, line_id)
) STRICT;
CREATE INDEX shipment_lines_by_line ON shipment_lines (line_id);

CREATE TABLE tracking_events (
    id BLOB NOT NULL PRIMARY KEY,
    shipment_id BLOB NOT NULL REFERENCES shipments (id),
    status TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    description TEXT NOT NULL,
    location TEXT,
    signed_by TEXT,
    actor_label TEXT NOT NULL,
    UNIQUE (shipment_id, status, occurred_at, description)
) STRICT;
