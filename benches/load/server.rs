//! The real program, serving the example company, and what the system says of its use of the machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The example company's password.
pub const PASSWORD: &str = "correct horse battery";

/// A process that serves, until dropped.
pub struct Server {
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub started_in: Duration,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts `docket serve` over a store; a new store gets the example company.
    pub fn docket(folder: &Path, database: &str, new: bool) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
        command.arg("serve").args(new.then_some("--demo")).current_dir(folder);
        command.env("DOCKET_LISTEN", "127.0.0.1:0").env("DOCKET_DATABASE_URL", database).env("DOCKET_LOGIN_LIMIT", "1000000");
        command.env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()));
        Self::start(command, "Docket listens on http://")
    }

    /// Starts this program again as the server of one static JSON answer.
    pub fn fixed() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program knows where it is"));
        command.arg("--serve-static");
        Self::start(command, "listens on http://")
    }

    fn start(mut command: Command, before: &str) -> Self {
        let begun = Instant::now();
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output is ours")).lines();
        let address =
            lines.find_map(|line| line.ok()?.strip_prefix(before)?.trim_end_matches('/').parse().ok()).expect("the server says where it listens");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { address, started_in: begun.elapsed(), process }
    }

    /// Its processor time so far, in seconds.
    pub fn cpu(&self) -> f64 {
        cpu_of(&self.process.id().to_string())
    }

    /// The memory that is its own and no copy of a file (SQLite maps its database), in MiB.
    pub fn memory(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.process.id())).unwrap_or_default();
        let private = text.lines().filter(|line| line.starts_with("Anonymous:"));
        private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).sum::<f64>() / 1024.0
    }
}

/// A process's user and system time, in seconds.
pub fn cpu_of(process: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // the name, in parentheses, may hold spaces
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// Serves one JSON answer from memory, without anything around it: what the framework gives here.
pub fn serve_static() -> std::io::Result<()> {
    use actix_web::{App, HttpResponse, HttpServer, web};
    actix_web::rt::System::new().block_on(async {
        let answer = || async { HttpResponse::Ok().content_type("application/json").body(r#"{"hello":"world"}"#) };
        let server = HttpServer::new(move || App::new().route("/static", web::get().to(answer))).bind("127.0.0.1:0")?;
        println!("listens on http://{}", server.addrs()[0]);
        server.run().await
    })
}
