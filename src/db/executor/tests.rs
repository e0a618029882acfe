//! What waits shares a commit, and is told together where there is no database.

use super::*;
use diesel::connection::SimpleConnection;
use futures_util::future::{join, join_all};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn rows(connection: &mut Conn) -> QueryResult<i64> {
    diesel::sql_query("SELECT COUNT(*) AS rows FROM done").get_result::<Count>(connection).map(|count| count.rows)
}

#[test]
fn writes_that_wait_share_a_commit_up_to_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("docket.db").display().to_string());
    let mut other = target.open().unwrap();
    other.batch_execute("CREATE TABLE done (at INTEGER)").unwrap();
    let others_view = Arc::new(Mutex::new(other));
    let database = Database::start(&target, Sizes { threads: 1, queue: 1024 }).unwrap();
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let first = database.write(move |connection| {
        held.lock().unwrap().recv().unwrap();
        Ok(connection.batch_execute("INSERT INTO done VALUES (0)")?)
    });
    let committed_before = |_| {
        let others_view = others_view.clone();
        database.write(move |connection| {
            connection.batch_execute("INSERT INTO done VALUES (1)")?;
            Ok(rows(&mut others_view.lock().unwrap())?)
        })
    };
    let rest = join_all((0..300).map(committed_before));
    // all have been asked for, the first before the others, once the last of these is
    let asked = async { release.send(()).unwrap() };
    let (_, (seen, ())) = block_on(join(first, join(rest, asked)));
    let seen: Vec<i64> = seen.into_iter().map(|seen| seen.unwrap()).collect();
    let expected: Vec<i64> = (1..=300).map(|before| before / 128 * 128).collect();
    assert_eq!(seen, expected);
    assert_eq!(database.waiting(), (0, 0));
}

#[test]
fn how_much_waits_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("docket.db").display().to_string());
    let database = Database::start(&target, Sizes { threads: 1, queue: 1024 }).unwrap();
    let (begun, begins) = mpsc::channel::<()>();
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let first = database.write(move |_| {
        begun.send(()).unwrap();
        held.lock().unwrap().recv().unwrap();
        Ok(())
    });
    let rest = join_all((0..5).map(|_| database.write(|_| Ok(()))));
    let looked = async {
        begins.recv().unwrap();
        let waiting = database.waiting();
        release.send(()).unwrap();
        waiting
    };
    let (_, (_, waiting)) = block_on(join(first, join(rest, looked)));
    assert_eq!(waiting, (5, 0));
}

#[test]
fn behaviour_3_pauses_grow_and_chance_tells_two_that_collided_apart() {
    let milliseconds = |attempt, chance| pause(attempt, chance).as_millis();
    assert_eq!([milliseconds(1, 0), milliseconds(1, 9), milliseconds(1, 10), milliseconds(4, 255)], [5, 14, 5, 25]);
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn while_the_server_is_away_all_who_wait_are_told_together() {
    const WAITING: usize = 300;
    let nobody = Target::Postgres("postgres://127.0.0.1:1/nowhere".to_owned());
    let database = Database::start(&nobody, Sizes { threads: 1, queue: WAITING }).unwrap();
    let asked = Instant::now();
    let answers = block_on(join_all((0..WAITING).map(|_| database.write(|_| Ok(())))));
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|problem| problem.code == Code::Unavailable)));
    // the pool's patience is a second; one after the other they would be told in five minutes
    assert!(asked.elapsed() < Duration::from_secs(60), "{:?}", asked.elapsed());
}
