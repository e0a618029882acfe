//! What was approved was approved by all who had to (DOMAIN 2): an order goes on only from a round that
//! passed, a round passes only by all of its levels, each by somebody else, and a decision that was
//! carried over is one that was made.

use super::Finding;
use crate::db::Conn;
use crate::domain::company::Company;
use crate::error::Result;
use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct Order {
    #[diesel(sql_type = Text)]
    number: String,
}

/// What must not be found, and the orders of which it is true.
const NEVER: &[(&str, &str)] = &[
    (
        "it has gone on without an approved round",
        "SELECT o.number FROM orders o WHERE o.state IN ('awaiting_confirmation', 'reviewed', 'executing', 'shipped', 'received') \
         AND NOT EXISTS (SELECT 1 FROM approval_rounds r WHERE r.order_id = o.id AND r.status = 'approved')",
    ),
    (
        "the customer is asked before its round passed",
        "SELECT o.number FROM orders o JOIN approval_rounds r ON r.order_id = o.id WHERE o.state = 'awaiting_confirmation' \
         AND r.round = (SELECT MAX(l.round) FROM approval_rounds l WHERE l.order_id = o.id) AND r.status <> 'approved'",
    ),
    (
        // an amendment that was sent back may be taken back: then it is another revision that goes on
        "it goes on while a round of it is open or was sent back",
        "SELECT o.number FROM orders o JOIN approval_rounds r ON r.order_id = o.id JOIN order_details d ON d.order_id = o.id \
         WHERE o.state IN ('reviewed', 'executing', 'shipped', 'received') AND d.amended_from IS NULL \
         AND r.round = (SELECT MAX(l.round) FROM approval_rounds l WHERE l.order_id = o.id) AND (r.status = 'open' OR (r.status = 'returned' AND r.revision = o.revision))",
    ),
    (
        "a round of it passed without one of its levels",
        "SELECT DISTINCT o.number FROM approval_rounds r JOIN approval_steps s ON s.round_id = r.id JOIN orders o ON o.id = r.order_id \
         WHERE r.status = 'approved' AND s.status NOT IN ('approved', 'carried')",
    ),
    (
        "in its open round it is not one level's turn",
        "SELECT o.number FROM approval_rounds r JOIN orders o ON o.id = r.order_id WHERE r.status = 'open' \
         AND (SELECT COUNT(*) FROM approval_steps s WHERE s.round_id = r.id AND s.status = 'pending') <> 1",
    ),
    (
        "two levels of one round were decided by one person",
        "SELECT DISTINCT o.number FROM approval_steps s JOIN approval_steps t ON t.round_id = s.round_id AND t.level > s.level \
         JOIN orders o ON o.id = s.order_id WHERE t.decided_by_id IN (s.decided_by_id, s.decided_for_id) OR t.decided_for_id IN (s.decided_by_id, s.decided_for_id)",
    ),
    (
        "a decision was carried over that was not made",
        "SELECT DISTINCT o.number FROM approval_steps s JOIN orders o ON o.id = s.order_id WHERE s.status = 'carried' \
         AND NOT EXISTS (SELECT 1 FROM approval_steps d WHERE d.id = s.carried_from_id AND d.status = 'approved' AND d.order_id = s.order_id \
         AND d.role = s.role AND d.decided_by_id = s.decided_by_id AND d.seen_revision = s.seen_revision)",
    ),
];

/// See the module.
pub fn are_complete(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (detail, query) in NEVER {
        let orders: Vec<Order> = crate::each!(conn, inner => diesel::sql_query(*query).load(inner))?;
        found.extend(orders.into_iter().map(|order| Finding::new("approvals", order.number, *detail)));
    }
    Ok(found)
}
