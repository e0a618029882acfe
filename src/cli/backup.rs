//! `docket backup`: a consistent copy of a SQLite store while it serves, database first, so that
//! every file that the copy names is there. PostgreSQL brings tools of its own.

use super::{CommandError, Outcome};
use crate::config::Config;
use crate::db::{Target, dialect};
use std::fs;
use std::io;
use std::path::Path;

/// Copies the store and its files into a new folder.
pub fn run(config: &Config, folder: &Path) -> Outcome {
    let Target::Sqlite(_) = &config.database else {
        let advice = "a PostgreSQL database is copied by pg_dump; copy DOCKET_DATA_DIR, or the bucket of files, after it";
        return Err(CommandError::Said(advice.to_owned()));
    };
    let mut conn = super::open_existing(config)?;
    if config.files_url.is_none() {
        // known before anything is copied
        fs::read_dir(&config.data_dir).map_err(|error| about("DOCKET_DATA_DIR: ", &config.data_dir, &error))?;
    }
    fs::create_dir(folder).map_err(|error| about("", folder, &error))?;
    let database = folder.join("docket.db");
    dialect::copy_into(&mut conn, &database.to_string_lossy()).map_err(crate::error::Error::from)?;
    fs::File::open(&database)?.sync_all()?;
    let files = match config.data_dir.exists() {
        true => copy_folder(&config.data_dir, &folder.join("docket-data"))?,
        false => 0, // they are in the bucket
    };
    println!("Copied the database and {files} files to {}.", folder.display());
    if let Some(url) = &config.files_url {
        println!("The files in {url} are not in the copy: keep versions of that bucket.");
    }
    Ok(())
}

fn about(name: &str, path: &Path, error: &io::Error) -> CommandError {
    CommandError::Said(format!("{name}{}: {error}", path.display()))
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<usize> {
    fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copied += copy_folder(&entry.path(), &target)?;
        } else if fs::copy(entry.path(), &target).is_ok() {
            // a file that was being written a moment ago may be gone; the database does not name it
            fs::File::open(&target)?.sync_all()?;
            copied += 1;
        }
    }
    Ok(copied)
}
