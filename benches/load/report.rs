//! What is printed at the end: rates beside their limits.

use super::callers::Measured;
use std::time::Duration;

/// Everything that was measured in one run.
pub struct Report {
    store: String,
    limits: Vec<(&'static str, f64)>,
    rows: Vec<(usize, String, usize, Measured)>,
    notes: Vec<String>,
}

impl Report {
    /// Of a run over a store.
    pub fn new(store: &str) -> Self {
        let store = if store == "sqlite" { "SQLite" } else { "PostgreSQL" };
        Self { store: store.to_owned(), limits: Vec::new(), rows: Vec::new(), notes: Vec::new() }
    }

    /// A limit of the machine.
    pub fn limit(&mut self, name: &'static str, rate: f64) {
        println!("limit {name}: {rate:.0}/s");
        self.limits.push((name, rate));
    }

    /// One measurement.
    pub fn add(&mut self, orders: usize, job: &str, callers: usize, measured: Measured) {
        println!("{orders} orders, {job}, {callers} callers: {:.0}/s, p99 {:.1} ms", measured.rate, millis(measured.p99));
        self.rows.push((orders, job.to_owned(), callers, measured));
    }

    /// How long a start took.
    pub fn started(&mut self, orders: usize, taken: Duration) {
        self.notes.push(format!("start to listening with {orders} orders: {:.0} ms", millis(taken)));
    }

    /// Private memory, minute by minute.
    pub fn soaked(&mut self, orders: usize, memory: &[f64]) {
        let minutes: Vec<String> = memory.iter().map(|mib| format!("{mib:.0}")).collect();
        self.notes.push(format!("private memory at 256 creating callers with {orders} orders, minute by minute: {} MiB", minutes.join(", ")));
    }

    /// The limit that a job is held against: entering an order against its statements alone, reading
    /// against an answer that needs no database.
    fn limit_of(&self, job: &str) -> Option<f64> {
        let name = match job {
            "create" => "create",
            "read" | "list" => "static",
            _ => return None,
        };
        self.limits.iter().find(|(known, _)| *known == name).map(|(_, rate)| *rate)
    }

    fn first(&self, job: &str, callers: usize) -> Option<f64> {
        self.rows.iter().find(|row| row.0 == 0 && row.1 == job && row.2 == callers).map(|row| row.3.rate)
    }

    /// Prints the table, in Markdown.
    pub fn print(&self) {
        let limits: Vec<String> = self.limits.iter().map(|(name, rate)| format!("{name} {rate:.0}/s")).collect();
        println!("\n{}; limits: {}\n", self.store, limits.join(", "));
        println!(
            "| orders | job | callers | rate/s | of the limit | of the empty store | p50 ms | p99 ms | server cores | client cores | private MiB |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|---|");
        let share = |part: f64, whole: Option<f64>| whole.map_or_else(String::new, |whole| format!("{:.0} %", 100.0 * part / whole));
        for (orders, job, callers, m) in &self.rows {
            let empty = if *orders == 0 { None } else { self.first(job, *callers) };
            println!(
                "| {orders} | {job} | {callers} | {:.0} | {} | {} | {:.1} | {:.1} | {:.2} | {:.2} | {:.0} |",
                m.rate,
                share(m.rate, self.limit_of(job)),
                share(m.rate, empty),
                millis(m.p50),
                millis(m.p99),
                m.server_cpu,
                m.client_cpu,
                m.memory
            );
        }
        self.notes.iter().for_each(|note| println!("\n{note}"));
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
