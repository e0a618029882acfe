//! Writes that share a commit are strangers to each other: one that fails or panics undoes itself
//! and nothing else (ARCHITECTURE, "Two databases, one source").

use crate::support::{TestApp, block_on, on_every_store};
use diesel::connection::SimpleConnection;
use docket::error::{Code, Error, Problem};
use futures_util::future::join_all;

/// How one of many writes ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Well,
    WithAProblem,
    WithADatabaseError,
    InAPanic,
    RefusedButKept,
}

/// What comes of writes that are waiting at the same time; each leaves a row before it ends.
fn write_at_once(app: &TestApp, ends: &[End]) -> Vec<Result<(), Code>> {
    let write = |(at, end): (usize, &End)| {
        let end = *end;
        app.app.database.write(move |conn| {
            conn.batch_execute(&format!("INSERT INTO counters (name, value) VALUES ('neighbour-{at:03}', 1)"))?;
            match end {
                End::Well => Ok(()),
                End::WithAProblem => Err(Problem::new(Code::NotFound).into()),
                End::WithADatabaseError => {
                    conn.batch_execute("INSERT INTO counters (name, value) VALUES ('negative', -1)")?;
                    Ok(())
                }
                End::InAPanic => panic!("a bug in write {at}"),
                End::RefusedButKept => Err(Error::refused(Problem::new(Code::InvalidCredentials))),
            }
        })
    };
    let outcomes = block_on(join_all(ends.iter().enumerate().map(write)));
    outcomes.into_iter().map(|outcome| outcome.map_err(|problem| problem.code)).collect()
}

#[test]
fn a_failing_and_a_panicking_write_leave_their_neighbours_committed() {
    on_every_store(|app| {
        let cycle = [End::Well, End::WithAProblem, End::Well, End::InAPanic, End::WithADatabaseError, End::Well, End::RefusedButKept];
        let ends: Vec<End> = cycle.iter().copied().cycle().take(70).collect();
        let outcomes = write_at_once(app, &ends);
        for (end, outcome) in ends.iter().zip(&outcomes) {
            let expected = match end {
                End::Well => Ok(()),
                End::WithAProblem => Err(Code::NotFound),
                End::WithADatabaseError | End::InAPanic => Err(Code::Internal),
                End::RefusedButKept => Err(Code::InvalidCredentials),
            };
            assert_eq!(*outcome, expected);
        }
        for (at, end) in ends.iter().enumerate() {
            let kept = matches!(end, End::Well | End::RefusedButKept);
            assert_eq!(app.count(&format!("counters WHERE name = 'neighbour-{at:03}'")), i64::from(kept), "write {at}");
        }
    });
}

#[test]
fn after_many_panics_the_service_still_works() {
    on_every_store(|app| {
        assert!(write_at_once(app, &[End::InAPanic; 40]).iter().all(|outcome| *outcome == Err(Code::Internal)));
        app.company().sales().get("/v1/orders").ok();
        app.anyone.get("/readyz").is(200);
        assert_eq!(write_at_once(app, &[End::Well]), [Ok(())]);
    });
}
