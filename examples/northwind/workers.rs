//! Several threads on one shared queue, with a bar, and what each part of the run took.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::client::{Client, Error};

/// A run ends early when this many items went wrong.
const PATIENCE: usize = 5;

/// What one part of the run did.
struct Phase {
    name: &'static str,
    items: usize,
    requests: u64,
    time: Duration,
}

/// Runs the parts one after the other and remembers what they took.
pub struct Runner<'c> {
    client: &'c Client,
    workers: usize,
    phases: Vec<Phase>,
}

impl<'c> Runner<'c> {
    pub fn new(client: &'c Client, workers: usize) -> Self {
        Self { client, workers: workers.max(1), phases: Vec::new() }
    }

    /// Does `work` for every item, by all workers at once, each taking the next item from the queue. The results come in
    /// the items' order. Failures are collected, so that one broken item doesn't hide the others.
    pub fn each<T: Sync, R: Send>(&mut self, name: &'static str, items: &[T], work: impl Fn(&T) -> Result<R, Error> + Sync) -> Result<Vec<R>, Error> {
        let (started, requests) = (Instant::now(), self.client.requests());
        let bar = bar(name, items.len());
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let run = || {
            let mut done = Vec::new();
            while failed.load(Ordering::Relaxed) < PATIENCE {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(item) = items.get(index) else { break };
                let result = work(item);
                if result.is_err() {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                done.push((index, result));
                bar.inc(1);
            }
            done
        };
        let mut results: Vec<(usize, Result<R, Error>)> = thread::scope(|scope| {
            let threads: Vec<_> = (0..self.workers).map(|_| scope.spawn(run)).collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("a worker panicked")).collect()
        });
        bar.finish_and_clear();
        results.sort_by_key(|(index, _)| *index);
        let mut values = Vec::with_capacity(items.len());
        let mut failures = Vec::new();
        for (_, result) in results {
            match result {
                Ok(value) => values.push(value),
                Err(error) => failures.push(error.to_string()),
            }
        }
        if !failures.is_empty() {
            let list = failures.join("\n  ");
            return Err(Error::Wrong(format!("{name}: {} of {} failed:\n  {list}", failures.len(), items.len())));
        }
        self.note(name, items.len(), requests, started);
        Ok(values)
    }

    /// Does one thing on this thread, as a part of its own. `work` also says how many items it saw to.
    pub fn once<R>(&mut self, name: &'static str, work: impl FnOnce() -> Result<(R, usize), Error>) -> Result<R, Error> {
        let (started, requests) = (Instant::now(), self.client.requests());
        let (value, items) = work()?;
        self.note(name, items, requests, started);
        Ok(value)
    }

    fn note(&mut self, name: &'static str, items: usize, requests_before: u64, started: Instant) {
        let requests = self.client.requests() - requests_before;
        let phase = Phase { name, items, requests, time: started.elapsed() };
        println!("{phase}");
        self.phases.push(phase);
    }

    /// All parts together.
    pub fn total(&self) -> impl fmt::Display {
        Phase {
            name: "all together",
            items: self.phases.iter().map(|phase| phase.items).sum(),
            requests: self.phases.iter().map(|phase| phase.requests).sum(),
            time: self.phases.iter().map(|phase| phase.time).sum(),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a rate to be read by a person")]
        let rate = self.requests as f64 / seconds.max(1e-9);
        let Self { name, items, requests, .. } = self;
        write!(out, "{name:<28}{items:>7} items{requests:>8} requests{seconds:>9.2} s{rate:>9.0} requests/s")
    }
}

fn bar(name: &'static str, items: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<28}{wide_bar} {pos}/{len} {per_sec} {eta}").expect("the template is valid");
    ProgressBar::new(items as u64).with_style(style).with_message(name)
}
