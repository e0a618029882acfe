//! Writes that share a commit are strangers to each other: one that fails or panics undoes itself
//! and nothing else (ARCHITECTURE, "Two databases, one source").

use crate::support::{TestApp, block_on, on_every_store};
use diesel::connection::SimpleConnection;
use diesel::result::DatabaseErrorKind;
use docket::error::{Code, Error, Problem};
use futures_util::future::join_all;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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

/// How often a write is tried that fails in this way so many times before it goes well, and what comes of it.
fn tried(app: &TestApp, times: u32, kind: DatabaseErrorKind) -> (u32, Result<(), Code>) {
    let attempts = Arc::new(AtomicU32::new(0));
    let counted = attempts.clone();
    let write = app.app.database.write(move |_| {
        if counted.fetch_add(1, Ordering::SeqCst) < times {
            return Err(diesel::result::Error::DatabaseError(kind, Box::new("as the database says it".to_owned())).into());
        }
        Ok(())
    });
    let outcome = block_on(write).map_err(|problem| problem.code);
    (attempts.load(Ordering::SeqCst), outcome)
}

#[test]
fn behaviour_3_a_write_that_collided_is_tried_again_five_times_at_the_most() {
    on_every_store(|app| {
        let (conflict, lost) = (DatabaseErrorKind::SerializationFailure, DatabaseErrorKind::ClosedConnection);
        assert_eq!(tried(app, 0, conflict), (1, Ok(())), "what goes well is done once");
        if app.is_embedded() {
            assert_eq!(tried(app, 1, conflict), (1, Err(Code::Unavailable)), "one writer collides with nobody");
        } else {
            assert_eq!(tried(app, 1, conflict), (2, Ok(())));
            assert_eq!(tried(app, 4, conflict), (5, Ok(())));
            assert_eq!(tried(app, 5, conflict), (5, Err(Code::Unavailable)));
        }
        assert_eq!(tried(app, 1, lost), (1, Err(Code::Unavailable)), "nobody knows what became of it");
        assert_eq!(tried(app, 0, conflict), (1, Ok(())), "the next write goes well");
    });
}

#[test]
fn behaviour_3_a_collision_that_shows_at_the_commit_is_tried_again_too() {
    on_every_store(|app| {
        if app.is_embedded() {
            return; // one writer collides with nobody
        }
        // the first two commits fail; what a sequence gave is not taken back with them
        let (collide, late) = (
            "CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('tries') < 3 THEN RAISE EXCEPTION 'not now' USING ERRCODE = 'serialization_failure'; END IF;
                RETURN NULL;
            END $$",
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON counters DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION collide()",
        );
        for statement in ["CREATE SEQUENCE tries", collide, late] {
            app.execute(statement);
        }
        assert_eq!(write_at_once(app, &[End::Well]), [Ok(())]);
        assert_eq!((app.number("SELECT last_value AS value FROM tries"), app.count("counters WHERE name = 'neighbour-000'")), (3, 1));
    });
}
