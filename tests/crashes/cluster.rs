//! A PostgreSQL server of the test's own, durable as servers are by default, that it may crash.

use docket::db::clock::random;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How often another port is tried where one is taken.
const PORTS_TRIED: usize = 5;

/// A server that is stopped, and forgotten, with this value.
pub struct Cluster {
    programs: PathBuf,
    port: u16,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let mut cluster = Self { programs: programs(), port: 0, folder };
        cluster.make_folder();
        let made = cluster.run("initdb", &["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        assert!(made, "{}", cluster.log("initdb"));
        let settings = format!("listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\n", cluster.home().display());
        let file = cluster.home().join("data/postgresql.conf");
        let defaults = std::fs::read_to_string(&file).expect("a cluster has settings");
        std::fs::write(&file, defaults + &settings).expect("a cluster's settings can be written");
        let free = (0..PORTS_TRIED).any(|_| {
            // whether a port is free is known by taking it; below the range of outgoing connections
            cluster.port = 20_000 + u16::from_ne_bytes(random()) % 12_000;
            cluster.try_begin()
        });
        assert!(free, "{}", cluster.log("server"));
        cluster
    }

    /// Its database.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends all its processes as a failure does: what it knows then is what is on its disk.
    pub fn crash(&self) {
        assert!(self.run("pg_ctl", &["stop", "-w", "-m", "immediate"]), "{}", self.log("pg_ctl"));
    }

    /// Starts it and waits until it can be connected to.
    pub fn begin(&self) {
        assert!(self.try_begin(), "{}", self.log("server"));
    }

    fn try_begin(&self) -> bool {
        let (log, port) = (self.home().join("server.log"), format!("-p {}", self.port));
        self.run("pg_ctl", &["start", "-w", "-l", &log.display().to_string(), "-o", &port])
    }

    /// What belongs to the server's user, below a folder that it may enter.
    fn home(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    fn make_folder(&self) {
        std::fs::set_permissions(self.folder.path(), PermissionsExt::from_mode(0o711)).expect("the folder is ours");
        std::fs::create_dir(self.home()).expect("the folder is ours");
        if self.is_root() {
            let given = Command::new("chown").arg("postgres:").arg(self.home()).status();
            assert!(given.is_ok_and(|status| status.success()), "there is no user postgres");
        }
    }

    /// The server refuses to run as root.
    fn is_root(&self) -> bool {
        std::fs::metadata(self.folder.path()).expect("the folder is ours").uid() == 0
    }

    /// Runs one of its programs on its data; what that says is kept in a file.
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let (path, said) = (self.programs.join(program), std::fs::File::create(self.folder.path().join(format!("{program}.log"))));
        let said = said.expect("a file can be written");
        let mut command = if self.is_root() { Command::new("runuser") } else { Command::new(&path) };
        if self.is_root() {
            command.args(["-u", "postgres", "--"]).arg(&path);
        }
        command.args(arguments).env("PGDATA", self.home().join("data")).current_dir(self.home());
        command.stdin(std::process::Stdio::null()).stdout(said.try_clone().expect("a file can be shared")).stderr(said);
        command.status().unwrap_or_else(|error| panic!("{}: {error}", path.display())).success()
    }

    fn log(&self, program: &str) -> String {
        let file = |name: &Path| std::fs::read_to_string(name.join(format!("{program}.log"))).unwrap_or_default();
        [file(self.folder.path()), file(&self.home())].concat()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // it may be down, as the test left it
        let _ = self.run("pg_ctl", &["stop", "-w", "-m", "immediate"]);
    }
}

/// Where the newest server's programs are; Debian keeps them off the PATH.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed under /usr/lib/postgresql");
    let folders = versions.map(|version| version.expect("a folder can be listed").path().join("bin")).filter(|bin| bin.join("initdb").exists());
    let version = |bin: &PathBuf| bin.parent().and_then(|folder| folder.file_name()?.to_str()?.parse::<u32>().ok());
    folders.max_by_key(version).expect("PostgreSQL has an initdb")
}
