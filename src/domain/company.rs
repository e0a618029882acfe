//! What is fixed for a company while the service runs: its time zone, the
//! currency that thresholds are written in, and the keys of its customers' links.

use crate::domain::link::LinkKeys;
use crate::domain::zone::Zone;

/// The company's frame.
#[derive(Debug, Clone)]
pub struct Company {
    pub zone: Zone,
    /// ISO 4217.
    pub base_currency: String,
    pub links: LinkKeys,
}
