//! What is fixed for a company while the service runs: its calendar (with its time zone), the
//! currency that thresholds are written in, and the keys of its customers' links.

use crate::domain::calendar::Calendar;
use crate::domain::link::LinkKeys;

/// The company's frame.
#[derive(Debug, Clone)]
pub struct Company {
    pub calendar: Calendar,
    /// ISO 4217.
    pub base_currency: String,
    pub links: LinkKeys,
}
