//! What is fixed for a company while the service runs: its calendar (with its time zone) and the
//! currency that thresholds are written in.

use crate::domain::calendar::Calendar;

/// The company's frame.
#[derive(Debug, Clone)]
pub struct Company {
    pub calendar: Calendar,
    /// ISO 4217.
    pub base_currency: String,
}
