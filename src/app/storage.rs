//! Where the bytes of files are: in a folder of the data directory that no web server serves, or in a bucket that speaks
//! S3, each under its id and nothing that a caller said. Written whole or not at all (BEHAVIOUR 9). What the files are is
//! not known here.

use crate::config::Config;
use crate::db::clock;
use crate::domain::evidence::Stored;
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem};
use actix_web::web;
use futures_util::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Name;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use std::error::Error as _;
use std::fs;
use std::io::{self, ErrorKind};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long a store over the network may take for one file, its own retries included.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the names of files end that a crash has left half written: as `object_store` writes them, as Docket once did.
const HALF_WRITTEN: [&str; 2] = ["#1", ".part"];

/// The place of files.
#[derive(Debug, Clone)]
pub struct Storage {
    objects: Arc<dyn ObjectStore>,
    /// Where the place is one, the folder; what a crash left half written lies there, too.
    folder: Option<PathBuf>,
}

/// Whether an error is, somewhere down, that the disk is full.
fn is_full(error: &Error) -> bool {
    let causes = iter::successors(error.source(), |cause: &&(dyn std::error::Error + 'static)| (*cause).source());
    causes
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
}

fn name(id: Id) -> Name {
    Name::from(id.to_string())
}

/// The file that a name is of, whole or half written.
fn of_name(name: &str) -> Option<Id> {
    name.split(['#', '.']).next().and_then(|id| Uuid::try_parse(id).ok()).map(Id)
}

/// What lies in a folder; nothing where it cannot be looked into.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).inspect_err(|error| log::error!("storage: {}: {error}", folder.display())).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

/// Reckons a checksum, which takes its time, where nobody waits for it.
async fn digested(content: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), Problem> {
    let reckon = move || {
        let sum = Sha256::digest(&content).to_vec();
        (content, sum)
    };
    web::block(reckon).await.map_err(|_| Problem::new(Code::Unavailable))
}

impl Storage {
    /// The place that is configured: `DOCKET_FILES_URL`, or a folder of the data directory.
    ///
    /// # Errors
    /// Why it cannot be used, as a sentence.
    pub fn open(config: &Config) -> Result<Self, String> {
        match &config.files_url {
            Some(url) => Self::remote(url, &config.files_options),
            None => Self::local(config.data_dir.join("files")),
        }
    }

    fn remote(url: &str, options: &[(String, String)]) -> Result<Self, String> {
        let url = url.parse().map_err(|_| "is not an address".to_owned())?;
        let (objects, prefix) = object_store::parse_url_opts(&url, options.iter().cloned()).map_err(|error| error.to_string())?;
        Ok(Self { objects: Arc::new(PrefixStore::new(objects, prefix)), folder: None })
    }

    fn local(folder: PathBuf) -> Result<Self, String> {
        let named = |error: io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(named)?;
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(|error| error.to_string())?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), folder: Some(folder) })
    }

    /// What the caller is told where the place fails; the rest goes to the log.
    fn problem(&self, error: &Error) -> Problem {
        if is_full(error) {
            return Problem::new(Code::StorageFull);
        }
        log::error!("storage: {error}");
        let lost = matches!(error, Error::NotFound { .. });
        if lost || self.folder.is_some() { Problem::new(Code::Internal) } else { Problem::new(Code::Unavailable) }
    }

    async fn run<T>(&self, work: impl Future<Output = object_store::Result<T>>) -> Result<T, Problem> {
        let slow = |_| {
            log::error!("storage: no answer within {} s", PATIENCE.as_secs());
            Problem::new(Code::Unavailable)
        };
        tokio::time::timeout(PATIENCE, work).await.map_err(slow)?.map_err(|error| self.problem(&error))
    }

    /// Stores a file under a new id.
    ///
    /// # Errors
    /// `storage_full`; `unavailable` where a store over the network fails; `internal` where the disk fails otherwise.
    pub async fn store(&self, now: UtcTime, content: Vec<u8>) -> Result<Stored, Problem> {
        let id = clock::new_id(now);
        let (content, sha256) = digested(content).await?;
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        self.run(self.objects.put(&name(id), PutPayload::from(content))).await?;
        Ok(Stored { id, size, sha256 })
    }

    /// Reads a file back.
    ///
    /// # Errors
    /// `internal` where it is not there or not what was stored; `unavailable` where a store over the network fails.
    pub async fn read(&self, id: Id, sha256: &[u8]) -> Result<Vec<u8>, Problem> {
        let content = self.run(async { self.objects.get(&name(id)).await?.bytes().await }).await?;
        let (content, found) = digested(content.into()).await?;
        if found != sha256 {
            log::error!("storage: file {id} is not what was stored");
            return Err(Problem::new(Code::Internal));
        }
        Ok(content)
    }

    /// Removes a file that nothing refers to; none there is fine.
    ///
    /// # Errors
    /// As [`Storage::store`].
    pub async fn remove(&self, id: Id) -> Result<(), Problem> {
        for (folder, end) in self.folder.iter().flat_map(|folder| HALF_WRITTEN.map(|end| (folder, end))) {
            // none there is what is usual
            let _ = fs::remove_file(folder.join(format!("{id}{end}")));
        }
        let gone = async {
            match self.objects.delete(&name(id)).await {
                Err(Error::NotFound { .. }) => Ok(()),
                outcome => outcome,
            }
        };
        self.run(gone).await
    }

    /// Every file that is there, half written ones too.
    ///
    /// # Errors
    /// As [`Storage::store`].
    pub async fn list(&self) -> Result<Vec<Id>, Problem> {
        let names = match self.folder.clone() {
            Some(folder) => web::block(move || names_in(&folder)).await.map_err(|_| Problem::new(Code::Unavailable))?,
            None => {
                let objects = self.objects.list(None).try_collect::<Vec<_>>().await.map_err(|error| self.problem(&error))?;
                objects.iter().filter_map(|object| object.location.filename().map(str::to_owned)).collect()
            }
        };
        Ok(names.iter().filter_map(|name| of_name(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> UtcTime {
        UtcTime::from_micros(0).unwrap()
    }

    #[actix_web::test]
    async fn a_file_is_read_back_as_it_was_stored_and_gone_when_it_was_removed() {
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::local(data.path().join("files")).unwrap();
        let stored = storage.store(now(), b"%PDF-1.7".to_vec()).await.unwrap();
        assert_eq!((stored.size, stored.sha256.len()), (8, 32));
        assert_eq!(names_in(&data.path().join("files")), [stored.id.to_string()]);
        assert_eq!(storage.read(stored.id, &stored.sha256).await.unwrap(), b"%PDF-1.7");
        storage.remove(stored.id).await.unwrap();
        storage.remove(stored.id).await.unwrap();
        assert_eq!(storage.read(stored.id, &stored.sha256).await.unwrap_err().code, Code::Internal);
    }

    #[actix_web::test]
    async fn a_file_that_was_changed_on_disk_is_not_handed_out() {
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::local(data.path().to_owned()).unwrap();
        let stored = storage.store(now(), b"%PDF-1.7".to_vec()).await.unwrap();
        fs::write(data.path().join(stored.id.to_string()), b"%PDF-6.6").unwrap();
        assert_eq!(storage.read(stored.id, &stored.sha256).await.unwrap_err().code, Code::Internal);
    }

    #[actix_web::test]
    async fn what_a_crash_left_half_written_is_listed_and_removed_like_a_file() {
        let data = tempfile::tempdir().unwrap();
        let storage = Storage::local(data.path().to_owned()).unwrap();
        let id = clock::new_id(now());
        for end in HALF_WRITTEN {
            fs::write(data.path().join(format!("{id}{end}")), b"%PD").unwrap();
        }
        fs::write(data.path().join("somebody's notes"), b"").unwrap();
        assert_eq!(storage.list().await.unwrap(), [id, id]);
        storage.remove(id).await.unwrap();
        assert_eq!(names_in(data.path()), ["somebody's notes"]);
    }

    #[test]
    fn a_full_disk_is_told_as_such_and_a_network_that_fails_as_for_now() {
        // BEHAVIOUR 9
        let data = tempfile::tempdir().unwrap();
        let local = Storage::local(data.path().to_owned()).unwrap();
        let remote = Storage { folder: None, ..local.clone() };
        let failed = |kind| Error::Generic { store: "test", source: Box::new(io::Error::from(kind)) };
        let code = |storage: &Storage, kind| storage.problem(&failed(kind)).code;
        assert_eq!(code(&local, ErrorKind::StorageFull), Code::StorageFull);
        assert_eq!(code(&local, ErrorKind::PermissionDenied), Code::Internal);
        assert_eq!(code(&remote, ErrorKind::ConnectionRefused), Code::Unavailable);
    }
}
