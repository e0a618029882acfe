//! What orders looked like when they were last shown, as JSON: a list that many people watch is then
//! mostly copied. Each is found by all that it depends on, so one that is out of date is never found
//! again; it makes room for others in time.

use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How much is kept, in bytes.
const ROOM: u64 = 16 * 1024 * 1024;
/// About how large an order is.
const USUAL: usize = 3 * 1024;
/// What one takes besides its text.
const OVERHEAD: u64 = 200;

/// A version and when it came about: a store that was put back to an older state gives the same
/// number again, at another time.
pub type Version = (i64, UtcTime);

/// All that the representation of an order depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Face {
    pub order: Id,
    pub version: Version,
    /// The versions of the users whom it names: their names are shown.
    pub people: [Option<Version>; 2],
    pub language: Language,
}

/// A representation, written.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Rendering {
    json: Box<RawValue>,
    #[serde(skip)]
    digest: String,
}

impl Rendering {
    /// Writes a view.
    ///
    /// # Errors
    /// Where it cannot be written, which no data brings about.
    pub fn of(view: &impl Serialize) -> serde_json::Result<Self> {
        let json = to_raw_value(view)?;
        let digest = digest(json.get().as_bytes());
        Ok(Self { json, digest })
    }

    /// The JSON.
    pub fn text(&self) -> &str {
        self.json.get()
    }

    /// The JSON alone.
    pub fn into_bytes(self) -> Vec<u8> {
        Box::<str>::from(self.json).into_boxed_bytes().into_vec()
    }

    /// Tells this content from others, for an `ETag`.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// A few letters that tell one content from another.
pub fn digest(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    hex::encode(digest.get(..6).unwrap_or_default())
}

#[derive(Clone)]
struct Weight;

impl Weighter<Face, Arc<Rendering>> for Weight {
    fn weight(&self, _: &Face, rendering: &Arc<Rendering>) -> u64 {
        OVERHEAD + rendering.text().len() as u64
    }
}

/// The representations that are kept, for all threads.
pub struct Renderings(Cache<Face, Arc<Rendering>, Weight>);

impl Default for Renderings {
    fn default() -> Self {
        let usual = usize::try_from(ROOM).unwrap_or(usize::MAX) / USUAL;
        Self(Cache::with_weighter(usual, ROOM, Weight))
    }
}

impl Renderings {
    /// What was kept for this.
    pub fn get(&self, face: &Face) -> Option<Arc<Rendering>> {
        self.0.get(face)
    }

    /// Keeps it. Only what a committed state looks like may be kept: a version that is undone is used again.
    pub fn keep(&self, face: Face, rendering: Arc<Rendering>) {
        self.0.insert(face, rendering);
    }
}
