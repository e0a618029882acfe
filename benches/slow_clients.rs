//! What 500 callers who never finish cost the others: the 99th percentile of healthy requests with
//! and without them, the memory of the server over time, and how long an unfinished request is
//! borne. Starts the real program on a store of its own.
//!
//! `cargo bench --bench slow_clients`; `DOCKET_BENCH_SECONDS` (8) is the length of each of the
//! phases, `DOCKET_BENCH_ROUNDS` (3) how often they alternate.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SLOW: usize = 500;
const HEALTHY: usize = 4;
const PASSWORD: &str = "correct horse battery";
/// How often a slow caller sends its next byte.
const DRIP: Duration = Duration::from_secs(2);

/// Beginnings that nobody ends: of a head, of a body, of a body in chunks, of nothing.
const BEGINNINGS: [&str; 4] = [
    "GET /v1/orders HTTP/1.1\r\nhost: docket.example\r\nx-slow: ",
    "POST /v1/customers HTTP/1.1\r\nhost: docket.example\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{\"name\": \"",
    "POST /v1/customers HTTP/1.1\r\nhost: docket.example\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2000\r\n{\"name\": \"",
    "G",
];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The program, ended with this value.
struct Served {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve() -> Served {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_docket"));
    command.arg("serve").current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).env("RUST_LOG", "error");
    command.env("DOCKET_LISTEN", "127.0.0.1:0").env("DOCKET_ADMIN_PASSWORD", PASSWORD);
    let mut process = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(process.stdout.take().expect("its output is ours")).lines();
    let address = loop {
        let line = lines.next().expect("it listens").expect("it speaks UTF-8");
        if let Some(address) = line.strip_prefix("Docket listens on http://") {
            break address.to_owned();
        }
    };
    thread::spawn(move || lines.for_each(drop));
    Served { process, address, _folder: folder }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
}

fn post(address: &str, path: &str, token: &str, body: &Value) -> Value {
    let request = agent().post(format!("http://{address}{path}")).header("authorization", format!("Bearer {token}"));
    let mut answer = request.send_json(body).expect("the server answers");
    assert!(answer.status().is_success(), "{path}: {}", answer.body_mut().read_to_string().unwrap_or_default());
    answer.body_mut().read_json().expect("it answers JSON")
}

/// Private and proportional memory, in KiB.
fn memory(pid: u32) -> (u64, u64) {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("Linux tells of memory");
    let of = |name: &str| -> u64 {
        let line = rollup.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or_default()
    };
    (of("Private_Clean:") + of("Private_Dirty:"), of("Pss:"))
}

/// Healthy callers for so long; gives the times of all their requests, sorted.
fn healthy(address: &str, token: &str, seconds: u64) -> Vec<Duration> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let caller = |number: usize| {
        let (agent, mut times) = (agent(), Vec::new());
        let path = if number.is_multiple_of(2) { "/v1/customers?limit=20" } else { "/v1/me" };
        while Instant::now() < until {
            let began = Instant::now();
            let request = agent.get(format!("http://{address}{path}")).header("authorization", format!("Bearer {token}"));
            let mut answer = request.call().expect("healthy callers are answered");
            assert!(answer.status().is_success(), "a healthy caller is told {}", answer.status());
            answer.body_mut().read_to_vec().expect("whole answers come");
            times.push(began.elapsed());
        }
        times
    };
    let mut times: Vec<Duration> = thread::scope(|scope| {
        let callers: Vec<_> = (0..HEALTHY).map(|number| scope.spawn(move || caller(number))).collect();
        callers.into_iter().flat_map(|caller| caller.join().expect("no caller panics")).collect()
    });
    times.sort_unstable();
    times
}

fn percentile(times: &[Duration], percent: usize) -> f64 {
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1000.0
}

/// Keeps so many connections open that never finish, until told to stop; counts those that the
/// server ended.
fn drip(address: &str, stop: &AtomicBool, ended: &AtomicUsize) {
    let begin = |number: usize| {
        let mut stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nonblocking(true).expect("a socket need not wait");
        stream.write_all(BEGINNINGS[number % BEGINNINGS.len()].as_bytes()).expect("there is room for a line");
        stream
    };
    let mut open: Vec<TcpStream> = (0..SLOW).map(begin).collect();
    while !stop.load(Ordering::Relaxed) {
        thread::sleep(DRIP / 20);
        let gone = |stream: &mut TcpStream| !matches!(stream.read(&mut [0; 512]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        for (number, stream) in open.iter_mut().enumerate() {
            if gone(stream) {
                ended.fetch_add(1, Ordering::Relaxed);
                *stream = begin(number);
            } else if has_its_turn(number) {
                // it may have been closed this moment
                let _ = stream.write(b"x");
            }
        }
    }
}

/// Each caller has its turn now and then, not all at once.
fn has_its_turn(number: usize) -> bool {
    static ROUND: AtomicUsize = AtomicUsize::new(0);
    (ROUND.fetch_add(1, Ordering::Relaxed) + number).is_multiple_of(20)
}

/// How long a beginning is borne, and what it is told then.
fn borne(address: &str, beginning: &str) -> (Duration, String) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(beginning.as_bytes()).expect("there is room for a line");
    let (began, mut said) = (Instant::now(), Vec::new());
    // a reset is an end as well
    let _ = stream.read_to_end(&mut said);
    (began.elapsed(), String::from_utf8_lossy(&said).lines().next().unwrap_or("closed without a word").to_owned())
}

fn main() {
    let (seconds, rounds) = (number("DOCKET_BENCH_SECONDS", 8), number("DOCKET_BENCH_ROUNDS", 3));
    let served = serve();
    let (address, pid) = (served.address.clone(), served.process.id());
    let admin = post(&address, "/v1/auth/login", "", &json!({"username": "admin", "password": PASSWORD}));
    let token = admin["access_token"].as_str().expect("a log-in gives a token");
    let sales = json!({"username": "sales1", "password": PASSWORD, "display_name": "Sales", "roles": ["sales_specialist"], "department": "sales"});
    post(&address, "/v1/users", token, &sales);
    let sales = post(&address, "/v1/auth/login", "", &json!({"username": "sales1", "password": PASSWORD}));
    let token = sales["access_token"].as_str().expect("a log-in gives a token");
    for number in 0..100 {
        post(&address, "/v1/customers", token, &json!({"name": format!("Acme {number}")}));
    }
    healthy(&address, token, 2); // warm
    println!(
        "{:>6} {:>10} {:>10} {:>9} {:>9} {:>12} {:>12} {:>8}",
        "round", "slow", "requests", "p50 ms", "p99 ms", "private KiB", "pss KiB", "ended"
    );
    let mut ratios = Vec::new();
    let first = memory(pid);
    for round in 1..=rounds {
        let usual = healthy(&address, token, seconds);
        told(round, 0, &usual, pid, 0);
        let (stop, ended) = (AtomicBool::new(false), AtomicUsize::new(0));
        let pressed = thread::scope(|scope| {
            scope.spawn(|| drip(&address, &stop, &ended));
            healthy(&address, token, 1); // until all are connected
            let times = healthy(&address, token, seconds);
            told(round, SLOW, &times, pid, ended.load(Ordering::Relaxed));
            stop.store(true, Ordering::Relaxed);
            times
        });
        ratios.push(percentile(&pressed, 99) / percentile(&usual, 99));
    }
    ratios.sort_by(f64::total_cmp);
    let last = memory(pid);
    println!("p99 with {SLOW} slow callers / without: {:.2} in the middle of {ratios:.2?}", ratios[ratios.len() / 2]);
    println!("private memory at the end / at the beginning: {:.2} ({} / {} KiB)", last.0 as f64 / first.0 as f64, last.0, first.0);
    thread::scope(|scope| {
        let address = &address;
        let all: Vec<_> = BEGINNINGS.iter().map(|beginning| scope.spawn(move || (beginning, borne(address, beginning)))).collect();
        for waited in all {
            let (beginning, (took, said)) = waited.join().expect("nobody panics");
            println!("{:?} was borne {:.1} s, then: {said}", beginning.chars().take(24).collect::<String>(), took.as_secs_f64());
        }
    });
}

fn told(round: u64, slow: usize, times: &[Duration], pid: u32, ended: usize) {
    let (private, pss) = memory(pid);
    let (p50, p99) = (percentile(times, 50), percentile(times, 99));
    println!("{round:>6} {slow:>10} {:>10} {p50:>9.2} {p99:>9.2} {private:>12} {pss:>12} {ended:>8}", times.len());
}
