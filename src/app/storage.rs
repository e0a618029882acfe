//! Where the bytes of files are: in a folder of the data directory that no web server serves, each
//! under its id and nothing that a caller said. Written whole or not at all (BEHAVIOUR 9). What
//! the files are is not known here.

use crate::db::clock;
use crate::domain::evidence::Stored;
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem};
use actix_web::web;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of files.
#[derive(Debug, Clone)]
pub struct Storage {
    folder: PathBuf,
}

/// What the caller is told where the disk fails; the rest goes to the log.
fn problem(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Problem::new(Code::StorageFull),
        _ => {
            log::error!("storage: {error}");
            Problem::new(Code::Internal)
        }
    }
}

/// Makes sure that what was written into a folder is found there after a power cut.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

impl Storage {
    /// The files of a data directory.
    pub fn new(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("files") }
    }

    fn path(&self, id: Id) -> PathBuf {
        self.folder.join(id.to_string())
    }

    fn prepare(&self) -> io::Result<()> {
        if self.folder.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        self.folder.parent().map_or(Ok(()), sync_folder)
    }

    /// Writes under another name first: under its own a file is complete.
    fn write(&self, id: Id, content: &[u8]) -> io::Result<()> {
        self.prepare()?;
        let unfinished = self.folder.join(format!("{id}.part"));
        let written = write_synced(&unfinished, content).and_then(|()| fs::rename(&unfinished, self.path(id)));
        if written.is_err() {
            // what matters is why it could not be written
            let _ = fs::remove_file(&unfinished);
        }
        written.and_then(|()| sync_folder(&self.folder))
    }

    fn delete(&self, id: Id) -> io::Result<()> {
        match fs::remove_file(self.path(id)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
        let storage = self.clone();
        let outcome = web::block(move || work(&storage)).await.map_err(|_| Problem::new(Code::Unavailable))?;
        outcome.map_err(|error| problem(&error))
    }

    /// Stores a file under a new id.
    ///
    /// # Errors
    /// `storage_full`; `internal` where the disk fails otherwise.
    pub async fn store(&self, now: UtcTime, content: Arc<Vec<u8>>) -> Result<Stored, Problem> {
        let id = clock::new_id(now);
        self.run(move |storage| {
            storage.write(id, &content)?;
            let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
            Ok(Stored { id, size, sha256: Sha256::digest(content.as_slice()).to_vec() })
        })
        .await
    }

    /// Reads a file back.
    ///
    /// # Errors
    /// `internal` where it is not there or not what was stored.
    pub async fn read(&self, id: Id, sha256: Vec<u8>) -> Result<Vec<u8>, Problem> {
        self.run(move |storage| {
            let content = fs::read(storage.path(id))?;
            let same = Sha256::digest(&content).to_vec() == sha256;
            if same { Ok(content) } else { Err(io::Error::new(ErrorKind::InvalidData, format!("file {id} is not what was stored"))) }
        })
        .await
    }

    /// Removes a file that nothing refers to; none there is fine.
    ///
    /// # Errors
    /// `internal` where the disk fails.
    pub async fn remove(&self, id: Id) -> Result<(), Problem> {
        self.run(move |storage| storage.delete(id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(milliseconds: u64) -> Id {
        Id::from_parts(milliseconds, [7; 10])
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[actix_web::test]
    async fn a_file_is_read_back_as_it_was_stored_and_gone_when_it_was_removed() {
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::new(data.path());
        let stored = storage.store(UtcTime::from_micros(0).unwrap(), Arc::new(b"%PDF-1.7".to_vec())).await.unwrap();
        assert_eq!((stored.size, stored.sha256.len()), (8, 32));
        assert_eq!(names(&data.path().join("files")), [stored.id.to_string()]);
        assert_eq!(storage.read(stored.id, stored.sha256.clone()).await.unwrap(), b"%PDF-1.7");
        storage.remove(stored.id).await.unwrap();
        storage.remove(stored.id).await.unwrap();
        assert_eq!(storage.read(stored.id, stored.sha256).await.unwrap_err().code, Code::Internal);
    }

    #[actix_web::test]
    async fn a_file_that_was_changed_on_disk_is_not_handed_out() {
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::new(data.path());
        let stored = storage.store(UtcTime::from_micros(0).unwrap(), Arc::new(b"%PDF-1.7".to_vec())).await.unwrap();
        fs::write(storage.path(stored.id), b"%PDF-6.6").unwrap();
        assert_eq!(storage.read(stored.id, stored.sha256).await.unwrap_err().code, Code::Internal);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        // BEHAVIOUR 9: the name is taken by a folder, so that the last step fails
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::new(data.path());
        fs::create_dir_all(storage.path(id(1)).join("in the way")).unwrap();
        assert!(storage.write(id(1), b"content").is_err());
        assert_eq!(names(&storage.folder), [id(1).to_string()]);
        storage.write(id(2), b"content").unwrap();
        assert_eq!(fs::read(storage.path(id(2))).unwrap(), b"content");
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        assert_eq!(problem(&io::Error::from(ErrorKind::StorageFull)).code, Code::StorageFull);
        assert_eq!(problem(&io::Error::from(ErrorKind::PermissionDenied)).code, Code::Internal);
    }
}
