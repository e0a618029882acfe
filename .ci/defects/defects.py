"""The defects that the tests must catch: what each breaks, and which tests must fail then.

Small slips, as somebody may make them. A text that is replaced stands once in its file; where the
sources move on, `.ci/defects/run --check` says which row has to follow.
"""

from dataclasses import dataclass

SQLITE, POSTGRES = "sqlite", "postgres"


@dataclass(frozen=True)
class Edit:
    """A change of a file: this text, which stands in it once, becomes that one."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Defect:
    name: str
    broken: str
    edits: tuple[Edit, ...]
    database: str
    """Where it is to be caught. Whose guard is about overlap only shows on PostgreSQL."""
    tests: tuple[str, ...]
    """All of them must fail."""


APP = "src/app.rs"

DEFECTS = (
    Defect(
        name="version-left-out",
        broken="A customer is stored whatever version it has by now, so the second of two edits overwrites the first.",
        edits=(
            Edit(
                "src/repositories/customers.rs",
                "dsl::customers.filter(dsl::id.eq(customer.id).and(dsl::version.eq(customer.version - 1)));",
                "dsl::customers.filter(dsl::id.eq(customer.id));",
            ),
        ),
        database=POSTGRES,
        tests=(
            "races::records::on_every_store::of_those_who_edit_one_version_of_a_customer_at_once_one_does",
            "races::records::on_two_replicas::of_those_who_edit_one_version_of_a_customer_at_once_one_does",
        ),
    ),
    Defect(
        name="order-read-before-taken",
        broken="An order is read before its row is taken, so what is decided about it is stale.",
        edits=(
            Edit(
                "src/repositories/orders.rs",
                """\
    let order: Option<Order> =
        each!(&mut *tx.conn, c => diesel::update(orders::table.find(id)).set(raised).returning(orders::all_columns).fixed(here!()).get_result(c))
            .optional()?;
""",
                """\
    let order = find(tx.conn, id)?.map(|order| Order { version: order.version + 1, ..order });
    each!(&mut *tx.conn, c => diesel::update(orders::table.find(id)).set(raised).fixed(here!()).execute(c))?;
""",
            ),
        ),
        database=POSTGRES,
        tests=(
            "races::orders::on_every_store::of_those_who_verify_one_order_at_once_one_does",
            "races::orders::on_two_replicas::payments_at_once_are_all_recorded",
        ),
    ),
    Defect(
        name="answer-before-commit",
        broken="SQLite's writer answers everyone of a batch and commits afterwards.",
        edits=(
            Edit(
                "src/db/executor.rs",
                """\
            batch.extend(queue.try_recv());
        }
    }
""",
                """\
            batch.extend(queue.try_recv());
        }
    }
    batch.drain(..).for_each(Job::answer);
""",
            ),
        ),
        database=SQLITE,
        tests=("crashes::syncs::no_success_is_answered_before_the_log_is_on_the_disk",),
    ),
    Defect(
        name="synchronous-normal",
        broken="SQLite does not wait for the disk at each commit.",
        edits=(
            Edit("src/db/connection.rs", "PRAGMA synchronous=FULL;", "PRAGMA synchronous=NORMAL;"),
            Edit("src/db/connection.rs", 'read("synchronous")? == 2', 'read("synchronous")? == 1'),
        ),
        database=SQLITE,
        tests=(
            "crashes::syncs::no_success_is_answered_before_the_log_is_on_the_disk",
            "crashes::sessions::a_commit_waits_for_the_disk_as_the_database_says",
        ),
    ),
    Defect(
        name="key-outside-transaction",
        broken="The answer is kept under its idempotency key in a transaction of its own, after that of the work.",
        edits=(
            Edit(APP, "        let (answer, left) = self\n", "        let repeat = call.repeat.clone();\n        let (answer, left, made) = self\n"),
            Edit(APP, "return Ok((answer, Left::default()));", "return Ok((answer, Left::default(), None));"),
            Edit(
                APP,
                """\
                let answer = match &call.repeat {
                    Some(repeat) => keep(tx.conn, caller, repeat, operation, answer, now)?,
                    None => answer,
                };
                Ok((answer, left))
            })
            .await?;
""",
                """\
                Ok((answer, left, Some((caller, now))))
            })
            .await?;
        if let (Some(repeat), Some((caller, now))) = (repeat, made) {
            let kept = answer.clone();
            self.database.write(move |conn| keep(conn, caller.clone(), &repeat, operation, kept.clone(), now)).await?;
        }
""",
            ),
        ),
        database=SQLITE,
        tests=("races::keys::on_every_store::one_key_sent_many_times_at_once_makes_one_order",),
    ),
    Defect(
        name="replay-without-rights",
        broken="A repeated request gets the kept answer before anybody asks whether the caller still may.",
        edits=(
            Edit(
                APP,
                "    permit(&actor, operation)?;\n",
                """\
    if call.repeat.is_none() {
        permit(&actor, operation)?;
    }
""",
            ),
            Edit(
                APP,
                "                let mut tx = Tx::new(conn, now, actor, call.origin.clone(), call.language, company.clone());\n",
                """\
                permit(&actor, operation)?;
                let mut tx = Tx::new(conn, now, actor, call.origin.clone(), call.language, company.clone());
""",
            ),
        ),
        database=SQLITE,
        tests=(
            "writing::idempotency::a_replay_asks_for_the_right_afresh",
            "rights::others::a_kept_answer_is_not_for_who_may_no_longer_ask",
        ),
    ),
    Defect(
        name="operation-without-permission",
        broken="Holding an order asks for no right of its own but for that to read it, which all staff have.",
        edits=(Edit("src/api/orders/steps.rs", "Operation::HoldOrder", "Operation::GetOrder"),),
        database=SQLITE,
        tests=(
            "rights::matrix::behaviour_5_every_operation_answers_every_kind_of_caller_as_the_table_says",
            "rights::operations::a_viewer_writes_nothing",
        ),
    ),
    Defect(
        name="alg-none",
        broken="A token that says `alg: none` is believed without a signature.",
        edits=(
            Edit(
                "src/app/tokens.rs",
                "impl Keys {\n",
                """\
/// The claims of a token that says that it is not signed.
fn unsigned(token: &str) -> Option<Claims> {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
    if header["alg"] != "none" {
        return None;
    }
    jsonwebtoken::dangerous::insecure_decode_claims(token).ok()
}

impl Keys {
""",
            ),
            Edit(
                "src/app/tokens.rs",
                """\
        let data = self.check.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &rules).ok()).ok_or(Code::Unauthenticated)?;
        if data.header != header() || data.claims.jti.is_empty() {
            return Err(Code::Unauthenticated);
        }
        let seconds = now.utc().timestamp();
        let claims = data.claims;
""",
                """\
        let claims = match unsigned(token) {
            Some(claims) => claims,
            None => {
                let data = self.check.iter().find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &rules).ok()).ok_or(Code::Unauthenticated)?;
                if data.header != header() || data.claims.jti.is_empty() {
                    return Err(Code::Unauthenticated);
                }
                data.claims
            }
        };
        let seconds = now.utc().timestamp();
""",
            ),
        ),
        database=SQLITE,
        tests=("rights::forged::no_algorithm_but_ours_is_taken",),
    ),
    Defect(
        name="refusal-undoes-its-count",
        broken="A failed log-in is a plain problem, so its count is rolled back with it.",
        edits=(
            Edit("src/services/auth.rs", "return Err(Error::refused(Problem::new(Code::InvalidCredentials)));", "return Err(Code::InvalidCredentials.into());"),
        ),
        database=SQLITE,
        tests=(
            "rights::people::failures_slow_down_and_never_end_a_live_log_in",
            "rights::guessing::a_name_that_is_made_to_wait_does_no_work_whether_or_not_anyone_has_it",
        ),
    ),
    Defect(
        name="feed-by-sequence",
        broken="The feed goes by sequence alone, so whoever commits after a later number was read is never told of.",
        edits=(
            Edit(
                "src/repositories/events.rs",
                """\
    let horizon = dialect::feed_horizon(conn)?;
    let (txid, seq) = after;
    // each part runs along the index; one condition over both would sort all that follows
    let same = events::table.filter(events::txid.eq(txid).and(events::seq.gt(seq)).and(events::txid.lt(horizon)));
    let mut rows: Vec<EventRow> = same.order(events::seq.asc()).limit(limit).select(EventRow::as_select()).load(conn)?;
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        let later = events::table.filter(events::txid.gt(txid).and(events::txid.lt(horizon)));
        let order = (events::txid.asc(), events::seq.asc());
        rows.extend(later.order(order).limit(left).select(EventRow::as_select()).load(conn)?);
    }
    Ok(rows)
""",
                """\
    let (_, seq) = after;
    Ok(events::table.filter(events::seq.gt(seq)).order(events::seq.asc()).limit(limit).select(EventRow::as_select()).load(conn)?)
""",
            ),
        ),
        database=POSTGRES,
        tests=("reading::feed::decision_14_the_feed_passes_over_nobody_who_commits_late",),
    ),
    Defect(
        name="stock-without-condition",
        broken="A balance is moved without asking whether as much is there.",
        edits=(Edit("src/repositories/stock.rs", "        .filter((stock::on_hand + on_hand).ge(stock::reserved + reserved))\n", ""),),
        database=POSTGRES,
        tests=(
            "races::stock::on_every_store::of_the_last_pieces_each_goes_to_one_order",
            "races::stock::on_two_replicas::what_is_counted_away_by_hand_is_there",
        ),
    ),
    Defect(
        name="event-after-commit",
        broken="Events are written in a transaction of their own, after that of what they tell.",
        edits=(
            Edit(
                "src/db/tx.rs",
                "    /// All that was recorded, in order.\n",
                """\
    /// Goes on with what another unit of work recorded.
    pub fn go_on_with(&mut self, recorded: Vec<Recorded>, outgoing: Vec<Outgoing>) {
        self.recorded = recorded;
        self.outgoing = outgoing;
    }

    /// All that was recorded, in order.
""",
            ),
            Edit(
                APP,
                "        let (answer, left) = self\n",
                """\
        let (origin, language, house) = (call.origin.clone(), call.language, self.company.clone());
        let (answer, left, told) = self
""",
            ),
            Edit(APP, "return Ok((answer, Left::default()));", "return Ok((answer, Left::default(), None));"),
            Edit(
                APP,
                """\
                close(&mut tx)?;
                let left = Left::by(&tx);
                let answer = match &call.repeat {
                    Some(repeat) => keep(tx.conn, caller, repeat, operation, answer, now)?,
                    None => answer,
                };
                Ok((answer, left))
            })
            .await?;
""",
                """\
                let left = Left::by(&tx);
                let told = (now, tx.recorded().to_vec(), tx.outgoing().to_vec());
                let answer = match &call.repeat {
                    Some(repeat) => keep(tx.conn, caller, repeat, operation, answer, now)?,
                    None => answer,
                };
                Ok((answer, left, Some(told)))
            })
            .await?;
        if let Some((now, recorded, outgoing)) = told {
            self.database
                .write(move |conn| {
                    let mut tx = Tx::new(conn, now, Actor::anonymous(), origin.clone(), language, house.clone());
                    tx.go_on_with(recorded.clone(), outgoing.clone());
                    close(&mut tx)
                })
                .await?;
        }
""",
            ),
        ),
        database=SQLITE,
        tests=("crashes::kills::what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_twice",),
    ),
)
