//! What the clock starts: tasks that are overdue, waiting orders that stock can serve by now, and
//! what is kept for a time only. Every step can run on several replicas at once: what is found is
//! looked at again under its row before anything is done.

use crate::app::App;
use crate::domain::actor::Actor;
use crate::error::Problem;
use crate::repositories::{idempotency, identity, stock, tasks};
use crate::services::workflow;
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// How often the clock looks, in seconds.
const EVERY_SECONDS: u64 = 30;
/// How many things one look takes up of each kind.
const AT_ONCE: i64 = 100;
/// How long answers are kept under their keys (BEHAVIOUR 3).
const KEPT_DAYS: i64 = 7;

type Done<T> = Result<T, Box<Problem>>;

/// Looks again and again until told to stop.
pub async fn run(app: Arc<App>, mut stopped: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(Duration::from_secs(EVERY_SECONDS));
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            _ = clock.tick() => {
                if let Err(problem) = tick(&app).await {
                    log::warn!("the clock's work is put off: {}", problem.code.as_str());
                }
            }
        }
    }
}

/// One look at everything.
///
/// # Errors
/// What stops it; the next look takes it up again.
pub async fn tick(app: &App) -> Done<()> {
    notice_overdue(app).await?;
    serve_waiting(app).await?;
    forget(app).await
}

/// Tells of tasks that are past their due date, once each (DOMAIN 5.2). Gives how many.
///
/// # Errors
/// What stops it.
pub async fn notice_overdue(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let found = app.look(move |conn| tasks::overdue(conn, now, AT_ONCE)).await?;
    let count = found.len();
    for task in found {
        app.write_as(Actor::system("clock"), move |tx| workflow::notice_overdue(tx, task.id)).await?;
    }
    Ok(count)
}

/// Gives stock to orders that still wait for it, where more waited than one movement served.
///
/// # Errors
/// What stops it.
pub async fn serve_waiting(app: &App) -> Done<()> {
    let wanted = app.look(|conn| stock::wanted_and_available(conn, AT_ONCE)).await?;
    for product in wanted {
        app.write_as(Actor::system("clock"), move |tx| workflow::serve_waiting(tx, product)).await?;
    }
    Ok(())
}

async fn forget(app: &App) -> Done<()> {
    app.write_as(Actor::system("clock"), |tx| {
        idempotency::delete_before(tx.conn, tx.now.plus(TimeDelta::days(-KEPT_DAYS)))?;
        identity::delete_failures_before(tx.conn, tx.now.plus(TimeDelta::days(-1)))?;
        Ok(())
    })
    .await
}
