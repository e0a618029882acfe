//! SQLite appends what is committed to its write-ahead log; at times the log must be copied into the
//! database. The writer would do that between two commits while everybody waits. So a thread with a
//! connection of its own copies while the writer goes on, and the writer is left with the little that
//! is new when the log has become long enough to begin again
//! (`WRITER_COPIES_AFTER` in [`connection`](super::connection)).

use crate::db::connection::{Conn, Target};
use crossbeam_channel::{Receiver, Sender, bounded};
use diesel::connection::SimpleConnection;

/// After so many pieces of work the log is copied: a copy waits for the disk, so not after each.
const EVERY: usize = 64;

/// How the writer asks for copies.
pub(super) struct Checkpoints {
    ask: Sender<()>,
    since: usize,
}

impl Checkpoints {
    /// Starts the thread; it ends when this is dropped.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(target: &Target) -> std::io::Result<Self> {
        let (ask, asked) = bounded(1);
        let target = target.clone();
        std::thread::Builder::new().name("db-checkpoints".to_owned()).spawn(move || copy_when_asked(&target, &asked))?;
        Ok(Self { ask, since: 0 })
    }

    /// So many pieces of work have been committed.
    pub fn committed(&mut self, jobs: usize) {
        self.since += jobs;
        if self.since >= EVERY {
            self.since = 0;
            // where one is under way, the next takes this along
            let _ = self.ask.try_send(());
        }
    }
}

/// Copies once each time it is asked, as much as nobody still reads from the log. What goes wrong is
/// left to the writer, which copies too where the log grows.
fn copy_when_asked(target: &Target, asked: &Receiver<()>) {
    let mut connection: Option<Conn> = None;
    while asked.recv().is_ok() {
        if connection.is_none() {
            connection = target.open().inspect_err(|error| log::warn!("no connection for checkpoints: {error}")).ok();
        }
        let copied = connection.as_mut().map(|connection| connection.batch_execute("PRAGMA wal_checkpoint(PASSIVE)"));
        if let Some(Err(error)) = copied {
            log::warn!("checkpoint: {error}");
            connection = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_log_is_copied_when_enough_was_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docket.db");
        let target = Target::Sqlite(path.display().to_string());
        let mut writer = target.open().unwrap();
        writer.batch_execute("PRAGMA wal_autocheckpoint=0; CREATE TABLE t (x BLOB) STRICT; INSERT INTO t VALUES (zeroblob(100000))").unwrap();
        let size = || std::fs::metadata(&path).unwrap().len();
        let (ask, asked) = bounded(1);
        let mut checkpoints = Checkpoints { ask, since: 0 };
        checkpoints.committed(EVERY - 1);
        assert!(asked.is_empty(), "not yet");
        checkpoints.committed(1);
        checkpoints.committed(EVERY);
        drop(checkpoints);
        assert!(size() < 100_000, "it is in the log only");
        copy_when_asked(&target, &asked);
        assert!(size() > 100_000);
    }
}
