//! What the clock starts: tasks that are overdue, customers who do not answer, waiting orders that stock can serve by now,
//! exceptions that are due or to be raised, and what is kept for a time only. Every step can run on several replicas at once: what is found is
//! looked at again under its row before anything is done.

mod raising;

pub use raising::{escalate_exceptions, raise_exceptions};

use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::{Actor, Role};
use crate::domain::id::Id;
use crate::error::{Problem, Result};
use crate::repositories::orders::promises;
use crate::repositories::{
    approvals as approval_rows, calendar, exceptions, files, idempotency, identity, links, settings, stock, tasks as task_rows, users,
};
use crate::services::{approvals, confirmations, tasks, workflow};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// How often the clock looks, in seconds.
const EVERY_SECONDS: u64 = 30;
/// How many things one look takes up of each kind.
const AT_ONCE: i64 = 100;
/// How often it is looked for files that belong to nothing, in seconds.
const SWEEP_SECONDS: u64 = 24 * 60 * 60;
/// How many files are looked up at once.
const SWEPT_AT_ONCE: usize = 500;
/// How old a file is that belongs to nothing and never will: its upload has ended long ago.
const ORPHAN_DAYS: i64 = 1;
/// How long answers are kept under their keys (BEHAVIOUR 3).
const KEPT_DAYS: i64 = 7;

type Done<T> = std::result::Result<T, Box<Problem>>;

/// Looks again and again, and whenever it is asked to, until told to stop.
pub async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(Duration::from_secs(EVERY_SECONDS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // not at once: whoever has started the wrong store has time to notice
    let sweep = Duration::from_secs(SWEEP_SECONDS);
    let mut broom = tokio::time::interval_at(tokio::time::Instant::now() + sweep, sweep);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = app.clockwork.notified() => follow_up(&app).await,
            _ = clock.tick() => tick(&app).await,
            _ = broom.tick() => tell("sweep_files", sweep_files(&app).await.map(drop)),
        }
    }
}

fn tell(work: &str, outcome: Done<()>) {
    if let Err(problem) = outcome {
        log::warn!("{work} is put off: {}", problem.code.as_str());
    }
}

/// What a commit left to do that touches other orders.
async fn follow_up(app: &App) {
    tell("serve_waiting", serve_waiting(app).await.map(drop));
    tell("date_tasks", date_tasks(app).await.map(drop));
    tell("go_on_with_plans", go_on_with_plans(app).await.map(drop));
}

/// One look at everything; what does not work out is taken up again by the next.
pub async fn tick(app: &App) {
    tell("notice_overdue", notice_overdue(app).await.map(drop));
    tell("escalate_steps", escalate_steps(app).await.map(drop));
    tell("pursue_customers", pursue_customers(app).await.map(drop));
    follow_up(app).await;
    tell("predict_again", predict_again(app).await.map(drop));
    tell("raise_exceptions", raise_exceptions(app).await.map(drop));
    tell("escalate_exceptions", escalate_exceptions(app).await.map(drop));
    tell("forget", forget(app).await);
}

/// Tells of tasks that are past their due date, once each (DOMAIN 5.2). Gives how many were found.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn notice_overdue(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let found = app.look(move |conn| task_rows::overdue(conn, now, AT_ONCE)).await?;
    let count = found.len();
    for task in found {
        tell("a task", app.write_as(Actor::system("clock"), move |tx| tasks::notice_overdue(tx, task.id)).await);
    }
    Ok(count)
}

/// Opens approval steps to those above that nobody has decided for long (DECISIONS 36). Gives how many
/// were found.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn escalate_steps(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let found = app
        .look(move |conn| {
            let hours = settings::load(conn)?.1.approval_escalation_hours;
            let before = now.plus(-TimeDelta::hours(i64::from(hours)));
            let steps = if hours == 0 { Vec::new() } else { approval_rows::to_escalate(conn, before, AT_ONCE)? };
            Ok(steps.into_iter().map(|step| (step, before)).collect::<Vec<_>>())
        })
        .await?;
    let count = found.len();
    for (step, before) in found {
        tell("a step", app.write_as(Actor::system("clock"), move |tx| approvals::escalate(tx, step, before)).await.map(drop));
    }
    let orphans = app.look(orphans).await?;
    for step in &orphans {
        let step = *step;
        tell("a step", app.write_as(Actor::system("clock"), move |tx| approvals::escalate_orphan(tx, step)).await.map(drop));
    }
    Ok(count + orphans.len())
}

/// Steps that nobody can decide, as nobody holds their role.
fn orphans(conn: &mut Conn) -> Result<Vec<Id>> {
    let mut found = Vec::new();
    for (role, department) in approval_rows::waited_for(conn)? {
        let of = department.filter(|_| role == Role::DepartmentHead);
        if !users::any_holds(conn, role, of)? {
            found.extend(approval_rows::waiting_for(conn, role, of, AT_ONCE)?);
        }
    }
    Ok(found)
}

/// Reminds customers who have not answered, and gives up orders that have waited long enough
/// (DECISIONS 36). Gives how many links were looked at.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn pursue_customers(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let (to_remind, to_lapse) = app.look(move |conn| Ok((links::to_remind(conn, now, AT_ONCE)?, links::to_lapse(conn, now, AT_ONCE)?))).await?;
    let count = to_remind.len() + to_lapse.len();
    for link in to_lapse {
        tell("an order without an answer", app.write_as(Actor::system("clock"), move |tx| confirmations::lapse(tx, link)).await.map(drop));
    }
    for link in to_remind {
        tell("a reminder", app.write_as(Actor::system("clock"), move |tx| confirmations::remind(tx, link)).await.map(drop));
    }
    Ok(count)
}

/// Gives stock to the orders that wait for it: rush first, then by promise, then by age, one order
/// a transaction (DECISIONS 6, 25). Gives how many got something.
///
/// # Errors
/// Where it cannot be seen who waits.
pub async fn serve_waiting(app: &App) -> Done<usize> {
    let mut served = 0;
    loop {
        let waiting = app
            .look(|conn| {
                let wanted = stock::wanted_and_available(conn, AT_ONCE)?;
                wanted.into_iter().map(|product| stock::waiting_for(conn, product, AT_ONCE)).collect::<Result<Vec<_>>>()
            })
            .await?;
        let mut now_served = 0;
        for order in waiting.into_iter().flatten() {
            match app.write_as(Actor::system("clock"), move |tx| workflow::serve_waiting(tx, order)).await {
                Ok(got) => now_served += usize::from(got),
                Err(problem) => log::warn!("an order still waits for stock: {}", problem.code.as_str()),
            }
        }
        served += now_served;
        if now_served == 0 {
            return Ok(served);
        }
    }
}

/// Reckons due dates again that another calendar gave, an order a transaction (DOMAIN 3.1, DECISIONS 6); what is left
/// after some hundred is taken up by the next look, which is asked for. Gives of how many orders.
///
/// # Errors
/// Where it cannot be seen of which.
pub async fn date_tasks(app: &App) -> Done<usize> {
    let orders = app
        .look(|conn| {
            let changes = calendar::changes(conn)?;
            task_rows::dated_before(conn, changes, AT_ONCE)
        })
        .await?;
    let mut done = 0;
    for order in &orders {
        let order = *order;
        match app.write_as(Actor::system("clock"), move |tx| workflow::date_again(tx, order)).await {
            Ok(()) => done += 1,
            Err(problem) => log::warn!("an order's tasks are not dated again: {}", problem.code.as_str()),
        }
    }
    if done > 0 && i64::try_from(orders.len()).is_ok_and(|found| found == AT_ONCE) {
        app.clockwork.notify_one();
    }
    Ok(done)
}

/// Ends exceptions whose plans are through by now; those over several orders are looked at here alone. Gives how many were
/// looked at.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn go_on_with_plans(app: &App) -> Done<usize> {
    let (mut count, mut after) = (0, Id::FIRST);
    loop {
        let found = app.look(move |conn| exceptions::resolving(conn, after, AT_ONCE)).await?;
        let Some(last) = found.last() else { return Ok(count) };
        after = *last;
        count += found.len();
        for exception in found {
            tell("a plan", app.write_as(Actor::system("clock"), move |tx| workflow::remedies::go_on(tx, exception)).await);
        }
    }
}

/// Predicts anew when orders will be done that should have been before today (DOMAIN 8.1). Gives how many were found.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn predict_again(app: &App) -> Done<usize> {
    let today = app.company.zone.local_date(app.clock.now().utc());
    let found = app.look(move |conn| promises::predicted_before(conn, today, AT_ONCE)).await?;
    let count = found.len();
    for order in found {
        tell("a prediction", app.write_as(Actor::system("clock"), move |tx| workflow::predict_again(tx, order)).await);
    }
    Ok(count)
}

/// Removes the files that belong to nothing: an upload was cut off between its bytes and its row (BEHAVIOUR 9). What is
/// older than the store is another's, which used the place before; what is newer than all that the store knows may be of a
/// time that it was set back from. Gives how many there were.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn sweep_files(app: &App) -> Done<usize> {
    let oldest_upload = app.clock.now().plus(-TimeDelta::days(ORPHAN_DAYS));
    let mut stored = app.storage.list().await?;
    let (Some(beginning), Some(newest)) = app.look(|conn| Ok((users::first(conn)?, files::newest(conn)?))).await? else { return Ok(0) };
    stored.retain(|id| *id > beginning && *id < newest && id.made_before(oldest_upload));
    let mut swept = 0;
    for some in stored.chunks(SWEPT_AT_ONCE) {
        let (asked, some) = (some.to_vec(), some);
        let known = app.look(move |conn| files::known(conn, &asked)).await?;
        for orphan in some.iter().filter(|id| !known.contains(id)) {
            match app.storage.remove(*orphan).await {
                Ok(()) => swept += 1,
                Err(problem) => log::warn!("file {orphan} belongs to nothing and cannot be removed: {}", problem.code.as_str()),
            }
        }
    }
    if swept > 0 {
        log::info!("{swept} files that belonged to nothing were removed");
    }
    Ok(swept)
}

async fn forget(app: &App) -> Done<()> {
    app.write_as(Actor::system("clock"), |tx| {
        idempotency::delete_before(tx.conn, tx.now.plus(TimeDelta::days(-KEPT_DAYS)))?;
        identity::delete_failures_before(tx.conn, tx.now.plus(TimeDelta::days(-1)))?;
        Ok(())
    })
    .await
}
