-- Department tasks with their proof, and shipments with their traces.
CREATE TABLE task_templates (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    code text COLLATE "C" NOT NULL UNIQUE,
    position integer NOT NULL,
    department text NOT NULL,
    title_en text NOT NULL,
    title_zh text NOT NULL,
    plan jsonb NOT NULL,
    active boolean NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE tasks (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    order_id uuid NOT NULL REFERENCES orders (id),
    code text NOT NULL,
    position integer NOT NULL,
    department text NOT NULL,
    title_en text NOT NULL,
    title_zh text NOT NULL,
    status text NOT NULL CHECK (status IN ('blocked', 'open', 'in_progress', 'done', 'cancelled')),
    depends_on jsonb NOT NULL,
    due jsonb NOT NULL,
    due_at timestamptz,
    required_evidence text,
    assignee_id uuid REFERENCES users (id),
    opened_at timestamptz,
    started_at timestamptz,
    completed_at timestamptz,
    overdue_noticed_at timestamptz,
    delay_reason text,
    note text,
    created_at timestamptz NOT NULL,
    UNIQUE (order_id, code)
);
CREATE INDEX tasks_by_status ON tasks (status, id);
CREATE INDEX tasks_by_department ON tasks (department, status, id);
CREATE INDEX tasks_by_department_age ON tasks (department, id);
CREATE INDEX tasks_by_assignee ON tasks (assignee_id, id);
CREATE INDEX tasks_by_due ON tasks (status, due_at);

CREATE TABLE files (
    id uuid NOT NULL PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES orders (id),
    task_id uuid REFERENCES tasks (id),
    kind text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    sha256 bytea NOT NULL,
    result text,
    uploaded_by_id uuid REFERENCES users (id),
    uploaded_at timestamptz NOT NULL
);
CREATE INDEX files_by_order ON files (order_id);
CREATE INDEX files_by_task ON files (task_id);
CREATE INDEX files_by_uploader ON files (uploaded_by_id);

CREATE TABLE shipments (
    id uuid NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    order_id uuid NOT NULL REFERENCES orders (id),
    position integer NOT NULL,
    status text NOT NULL CHECK (status IN ('preparing', 'dispatched', 'in_transit', 'out_for_delivery', 'delivered', 'lost', 'returned', 'cancelled')),
    method text NOT NULL CHECK (method IN ('courier', 'freight', 'own_delivery', 'self_pickup')),
    carrier text,
    tracking_number text,
    tracking_url text,
    planned_dispatch_at timestamptz,
    expected_at timestamptz,
    dispatched_at timestamptz,
    delivered_at timestamptz,
    signed_by text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (order_id, position)
);
CREATE INDEX shipments_by_status ON shipments (status, id);
CREATE INDEX shipments_by_tracking ON shipments (tracking_number);

CREATE TABLE shipment_lines (
    shipment_id uuid NOT NULL REFERENCES shipments (id),
    line_id uuid NOT NULL REFERENCES order_lines (id),
    quantity bigint NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shipment_id, line_id)
);
CREATE INDEX shipment_lines_by_line ON shipment_lines (line_id);

CREATE TABLE tracking_events (
    id uuid NOT NULL PRIMARY KEY,
    shipment_id uuid NOT NULL REFERENCES shipments (id),
    status text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    description text NOT NULL,
    location text,
    signed_by text,
    actor_label text NOT NULL,
    UNIQUE (shipment_id, status, occurred_at, description)
);
