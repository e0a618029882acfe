//! A real program on the other side, from `.ci/peers`: a mail server, a server of buckets. Runs where `DOCKET_TEST_PYTHON`
//! names a Python that has them, as `.ci/run` sees to.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long it may take to say something.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program that runs; it ends with this value.
pub struct Peer {
    process: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    /// Where it listens on loopback.
    pub port: String,
}

impl Peer {
    /// The Python that has the programs, where there is one.
    pub fn python() -> Option<String> {
        std::env::var("DOCKET_TEST_PYTHON").ok().filter(|python| !python.is_empty())
    }

    /// Starts one of `.ci/peers` and waits until it listens.
    pub fn start<S: AsRef<OsStr>>(python: &str, program: &str, arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(python);
        command.arg(format!(".ci/peers/{program}")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let (said, lines) = channel();
        let output = BufReader::new(process.stdout.take().expect("its output is ours"));
        std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        let input = process.stdin.take().expect("its input is ours");
        let mut peer = Self { process, input, lines, port: String::new() };
        peer.port = peer.line().strip_prefix("listens on ").expect("it says where").to_owned();
        peer
    }

    /// The next line that it says.
    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the program says something")
    }

    /// A line that it has said already.
    pub fn said(&self) -> Option<String> {
        self.lines.try_recv().ok()
    }

    /// Tells it something; gives its answer.
    pub fn ask(&mut self, line: &str) -> String {
        self.input.write_all(format!("{line}\n").as_bytes()).expect("it listens");
        self.line()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
