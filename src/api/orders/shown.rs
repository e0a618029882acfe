//! Orders as they are shown: each version is written once for each language and kept
//! (`app::renderings`); what is not kept yet is loaded, all at once.

use super::view::view;
use crate::app::App;
use crate::app::renderings::{Face, Rendering, Version};
use crate::db::Snapshot;
use crate::domain::id::Id;
use crate::domain::words::Language;
use crate::error::{Error, Result};
use crate::repositories::orders::whole::{self, Whole};
use crate::repositories::orders::{self, Stamp};
use crate::repositories::users;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Writes an order.
pub fn render(whole: Whole, language: Language) -> Result<Rendering> {
    Rendering::of(&view(whole, language)).map_err(Error::internal)
}

/// The orders of these stamps, in their order.
pub fn all(app: &App, snapshot: &mut Snapshot, stamps: &[Stamp]) -> Result<Vec<Arc<Rendering>>> {
    let faces = faces(snapshot, stamps)?;
    let mut found: Vec<Option<Arc<Rendering>>> = faces.iter().map(|face| app.renderings.get(face)).collect();
    let missing: Vec<Id> = faces.iter().zip(&found).filter(|(_, kept)| kept.is_none()).map(|(face, _)| face.order).collect();
    if !missing.is_empty() {
        let mut loaded = load(snapshot, &missing, false)?;
        for (face, place) in faces.iter().zip(&mut found).filter(|(_, kept)| kept.is_none()) {
            let whole = loaded.remove(&face.order).ok_or_else(|| Error::internal("an order with a stamp is there"))?;
            let rendering = Arc::new(render(whole, face.language)?);
            app.renderings.keep(*face, rendering.clone());
            *place = Some(rendering);
        }
    }
    let shown: Vec<Arc<Rendering>> = found.into_iter().flatten().collect();
    debug_assert!(are_true(snapshot, &faces, &shown), "what is kept of an order is what it looks like now");
    Ok(shown)
}

fn faces(snapshot: &mut Snapshot, stamps: &[Stamp]) -> Result<Vec<Face>> {
    let named: BTreeSet<Id> = stamps.iter().flat_map(|stamp| [stamp.owner_id, stamp.entered_by_id]).flatten().collect();
    let versions = users::versions(snapshot.conn, &named.into_iter().collect::<Vec<_>>())?;
    let versions: BTreeMap<Id, Version> = versions.into_iter().map(|(id, version, since)| (id, (version, since))).collect();
    let version = |id: Option<Id>| id.and_then(|id| versions.get(&id).copied());
    let face = |stamp: &Stamp| Face {
        order: stamp.id,
        version: (stamp.version, stamp.updated_at),
        people: [version(stamp.owner_id), version(stamp.entered_by_id)],
        language: snapshot.language,
    };
    Ok(stamps.iter().map(face).collect())
}

/// The orders of these stamps with their customers' own records, which have versions of their own:
/// written anew each time.
pub fn with_customers(snapshot: &mut Snapshot, stamps: &[Stamp]) -> Result<Vec<Arc<Rendering>>> {
    let ids: Vec<Id> = stamps.iter().map(|stamp| stamp.id).collect();
    let mut loaded = load(snapshot, &ids, true)?;
    ids.iter().filter_map(|id| loaded.remove(id)).map(|whole| Ok(Arc::new(render(whole, snapshot.language)?))).collect()
}

fn load(snapshot: &mut Snapshot, ids: &[Id], with_customers: bool) -> Result<BTreeMap<Id, Whole>> {
    let orders = orders::find_many(snapshot.conn, ids)?;
    Ok(whole::load(snapshot.conn, orders, with_customers)?.into_iter().map(|whole| (whole.order.id, whole)).collect())
}

/// Whether these orders, loaded, look like this: a debug build asks each time.
fn are_true(snapshot: &mut Snapshot, faces: &[Face], shown: &[Arc<Rendering>]) -> bool {
    let ids: Vec<Id> = faces.iter().map(|face| face.order).collect();
    let mut loaded = load(snapshot, &ids, false).unwrap_or_default();
    faces.iter().zip(shown).all(|(face, shown)| {
        let now = loaded.remove(&face.order).and_then(|whole| render(whole, face.language).ok());
        now.is_some_and(|now| now.text() == shown.text())
    })
}
