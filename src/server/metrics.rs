//! The figures of this process for Prometheus: requests by route and status with their times, and
//! how much waits for the database.

use crate::db::Database;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{HistogramOpts, HistogramVec, IntGaugeVec, Opts, Registry};
use std::time::Duration;

/// Upper bounds of the buckets, in seconds: from a point read in memory to a queue that is full.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// What requests are counted in.
pub struct Figures {
    seconds: HistogramVec,
}

impl Figures {
    /// Counts a request that was answered.
    pub fn observe(&self, method: &str, route: &str, status: u16, took: Duration) {
        self.seconds.with_label_values(&[method, route, &status.to_string()]).observe(took.as_secs_f64());
    }
}

/// Asked for when the figures are, so that no clock is needed to keep it true.
struct Queues {
    database: Database,
    waiting: IntGaugeVec,
}

impl Collector for Queues {
    fn desc(&self) -> Vec<&Desc> {
        self.waiting.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let (writes, reads) = self.database.waiting();
        for (queue, length) in [("write", writes), ("read", reads)] {
            self.waiting.with_label_values(&[queue]).set(i64::try_from(length).unwrap_or(i64::MAX));
        }
        self.waiting.collect()
    }
}

/// The registry that `/metrics` shows, and what requests are counted in.
///
/// # Errors
/// Where two figures have one name.
pub fn registry(database: Database) -> prometheus::Result<(Registry, Figures)> {
    let registry = Registry::new();
    let options = HistogramOpts::new("docket_http_request_duration_seconds", "Requests by method, route and status, with their times")
        .buckets(BUCKETS.to_vec());
    let seconds = HistogramVec::new(options, &["method", "route", "status"])?;
    registry.register(Box::new(seconds.clone()))?;
    let waiting = IntGaugeVec::new(Opts::new("docket_database_jobs_waiting", "Jobs that wait for a database thread"), &["queue"])?;
    registry.register(Box::new(Queues { database, waiting }))?;
    Ok((registry, Figures { seconds }))
}
