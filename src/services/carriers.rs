//! Carriers: made and changed under a version. What they carry is `shipments`' business.

use crate::db::Tx;
use crate::domain::carrier::{Carrier, Coverage, NUMBER, needs_carrier};
use crate::domain::codes::is_country;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::carriers::{self, CarrierRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// How many carriers there may be.
const MOST: i64 = 500;
/// The longest time that a carrier takes, in working days.
const MOST_DAYS: u16 = 365;

/// A carrier as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "code": "HOAU", "name": "Tiandi Huayu", "aliases": ["天地华宇"], "methods": ["freight"],
    "tracking_template": "https://www.hoau.example/track?no={number}", "service_days": 4, "coverage": [{"country": "CN", "region": "Shanghai", "service_days": 1}, {"country": "CN"}]
}))]
pub struct CarrierInput {
    /// Unique. It cannot be changed.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    #[validate(length(min = 1, max = 50), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 50)]
    pub name: String,
    /// What else people call it; whatever name a shipment gives is looked for here too.
    #[serde(default)]
    #[validate(length(max = 20), custom(function = lines))]
    #[schema(max_items = 20)]
    pub aliases: Vec<String>,
    /// How it carries: `courier`, `freight`.
    #[validate(length(min = 1), custom(function = carried))]
    #[schema(min_items = 1, max_items = 2)]
    pub methods: Vec<DeliveryMethod>,
    /// The page that shows a trace, `https://…` with `{number}` once, where the tracking number goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 500), custom(function = template))]
    #[schema(max_length = 500, pattern = "^https://")]
    pub tracking_template: Option<String>,
    /// How many working days it takes where its coverage does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = MOST_DAYS))]
    #[schema(maximum = 365)]
    pub service_days: Option<u16>,
    /// Where it delivers; everywhere where this is empty.
    #[serde(default)]
    #[validate(length(max = 200), custom(function = places))]
    #[schema(max_items = 200)]
    pub coverage: Vec<Coverage>,
    /// False for one that is given nothing to carry any more.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

fn yes() -> bool {
    true
}

fn lines(lines: &[String]) -> std::result::Result<(), ValidationError> {
    let good = |line: &String| (1..=50).contains(&line.chars().count()) && rules::line(line).is_ok();
    rules::when(lines.iter().all(good), "lines", "must each be one line of 1 to 50 characters", "每项须为 1 至 50 个字符的单行文本")
}

fn carried(methods: &[DeliveryMethod]) -> std::result::Result<(), ValidationError> {
    let once = methods.iter().collect::<BTreeSet<_>>().len() == methods.len();
    let good = once && methods.iter().all(|method| needs_carrier(*method));
    rules::when(good, "methods", "must be courier, freight, or both", "须为 courier、freight 或两者")
}

fn template(page: &str) -> std::result::Result<(), ValidationError> {
    let good = page.matches(NUMBER).count() == 1 && rules::page(&page.replace(NUMBER, "1")).is_ok() && !page.starts_with("https://{");
    rules::when(good, "template", "must be a page under https:// that holds {number} once", "须为 https:// 开头且仅含一次 {number} 的网址")
}

fn places(places: &[Coverage]) -> std::result::Result<(), ValidationError> {
    let region = |region: &String| (1..=100).contains(&region.chars().count()) && rules::line(region).is_ok();
    let good = |place: &Coverage| {
        is_country(&place.country) && place.region.as_ref().is_none_or(region) && place.service_days.is_none_or(|days| days <= MOST_DAYS)
    };
    let en = "must each name a country by ISO 3166-1, a region of one line at most, and at most 365 days";
    rules::when(places.iter().all(good), "places", en, "每项须含 ISO 3166-1 国家代码，地区为一行文本，天数不超过 365")
}

impl CarrierInput {
    fn of(row: &CarrierRow) -> Self {
        let carrier = Carrier::from(row.clone());
        Self {
            code: carrier.code,
            name: carrier.name,
            aliases: carrier.aliases,
            methods: carrier.methods,
            tracking_template: carrier.tracking_template,
            service_days: carrier.service_days,
            coverage: carrier.coverage,
            active: row.active,
        }
    }

    fn into_row(self, id: Id, tx: &Tx) -> CarrierRow {
        let carrier = Carrier {
            code: self.code,
            name: self.name,
            aliases: self.aliases,
            methods: self.methods,
            tracking_template: self.tracking_template,
            service_days: self.service_days,
            coverage: self.coverage,
            active: self.active,
        };
        CarrierRow::new(id, carrier, tx.now)
    }
}

/// Refuses a name by which another carrier goes, since a shipment names its carrier by any of them.
fn refuse_taken_names(tx: &mut Tx, input: &CarrierInput) -> Result<()> {
    let others: Vec<Carrier> = carriers::active(tx.conn)?.into_iter().filter(|carrier| carrier.code != input.code).collect();
    let own = [("/code", &input.code), ("/name", &input.name)].into_iter().chain(input.aliases.iter().map(|alias| ("/aliases", alias)));
    for (at, name) in own {
        if let Some(other) = others.iter().find(|other| input.active && other.goes_by(name)) {
            let (en, zh) = (format!("is what the carrier {} goes by", other.code), format!("与承运商 {} 的名称重复", other.code));
            return Err(Problem::invalid(at, "taken", en, zh).into());
        }
    }
    Ok(())
}

fn event(name: EventName, row: &CarrierRow) -> Event {
    Event::new(name, Kind::Carrier, row.id).with("code", row.code.clone()).with("version", row.version)
}

/// Makes a carrier.
///
/// # Errors
/// `duplicate_reference` where the code is taken; `validation_failed` where another goes by one of its names;
/// `rule_violated` past 500 of them.
pub fn create(tx: &mut Tx, input: &CarrierInput) -> Result<CarrierRow> {
    if carriers::count(tx.conn)? >= MOST {
        return Err(Problem::rule("DOMAIN 4.1", format!("There are at most {MOST} carriers."), format!("最多 {MOST} 个承运商。")).into());
    }
    if carriers::find_by_ref(tx.conn, &input.code)?.is_some() {
        return Err(Problem::duplicate("code").into());
    }
    refuse_taken_names(tx, input)?;
    let row = input.clone().into_row(tx.new_id(), tx);
    if !carriers::insert(tx.conn, &row)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(event(EventName::CarrierCreated, &row))?;
    Ok(row)
}

/// Changes a carrier, named by id or code, under `If-Match`; shipments that were packed keep what they say.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, or what is wrong with the patched values;
/// `rule_violated` for another code.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<CarrierRow> {
    let before = carriers::find_by_ref(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input = patch.apply(&CarrierInput::of(&before))?;
    if input == CarrierInput::of(&before) {
        return Ok(before);
    }
    if input.code != before.code {
        return Err(Problem::rule("DOMAIN 4.1", "A carrier's code stays.", "承运商代码不可更改。").into());
    }
    refuse_taken_names(tx, &input)?;
    let row = CarrierRow { version: before.version + 1, created_at: before.created_at, ..input.into_row(before.id, tx) };
    if !carriers::update(tx.conn, &row)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::CarrierUpdated, &row))?;
    Ok(row)
}
