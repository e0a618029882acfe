//! The company's settings: one document, amended under its version. Version 0 are the defaults,
//! while nobody has changed any.

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::codes::is_country;
use crate::domain::event::{Event, EventName};
use crate::domain::exception_rules::{self, ExceptionHours, ExceptionRule};
use crate::domain::id::{Kind, SETTINGS};
use crate::domain::link::Lapse;
use crate::domain::message::MessageChannel;
use crate::domain::number::is_pattern;
use crate::domain::order::Channel;
use crate::domain::settings::{DeliveryArea, Settings};
use crate::domain::stock::ReservationRule;
use crate::domain::working_time::{Holidays, Shift, Weekday, is_working_hours};
use crate::error::{Code, Error, Result};
use crate::input::{Patch, rules};
use crate::repositories::{calendar, settings};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use validator::{Validate, ValidationError};

/// The settings as callers change them; what is set to null goes back to its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsInput {
    /// Two people are needed for entering and verifying, and for large approvals.
    pub four_eyes: bool,
    /// The pattern of order numbers: `{year}`, `{month}` and `{number}`, once each, and letters, digits, `-`, `_`, `.` between them.
    #[validate(custom(function = pattern))]
    #[schema(max_length = 40)]
    pub order_number_pattern: String,
    /// Reviewed orders are released by themselves unless something blocks them.
    pub auto_release: bool,
    /// Above this total, in the base currency, nobody approves what they entered.
    #[validate(custom(function = rules::not_negative))]
    pub large_order_threshold: Amount,
    /// Minutes between discovery and report of an exception.
    #[validate(range(min = 1, max = 10_080))]
    #[schema(minimum = 1, maximum = 10_080)]
    pub report_within_minutes: u32,
    /// Orders with the same phone and goods within so many hours are marked; 0 marks none.
    #[validate(range(max = 720))]
    #[schema(maximum = 720)]
    pub look_alike_hours: u32,
    /// Orders that an API key enters from these channels verify themselves where nothing was found; those that people enter never do.
    #[validate(custom(function = each_once))]
    #[schema(max_items = 10)]
    pub trusted_channels: Vec<Channel>,
    /// The ways by which customers are told, of those that an order knows an address for: `email`, `sms` or both.
    #[validate(custom(function = each_once))]
    #[schema(max_items = 2)]
    pub message_channels: Vec<MessageChannel>,
    /// For how many days a link to confirm an order is good.
    #[validate(range(min = 1, max = 90))]
    #[schema(minimum = 1, maximum = 90)]
    pub confirmation_link_days: u32,
    /// After how many hours a customer who has not answered is reminded, once; 0 reminds nobody.
    #[validate(range(max = 720))]
    #[schema(maximum = 720)]
    pub confirmation_reminder_hours: u32,
    /// After how many days without an answer an order is given up; 0 waits for ever.
    #[validate(range(max = 365))]
    #[schema(maximum = 365)]
    pub confirmation_lapse_days: u32,
    /// What then becomes of it.
    pub confirmation_lapse: Lapse,
    /// For how many days after its dispatch a shipment's page can be opened by the customer.
    #[validate(range(min = 1, max = 730))]
    #[schema(minimum = 1, maximum = 730)]
    pub trace_link_days: u32,
    /// Up to how much, in the base currency, a plan for an exception may cost without anybody's approval.
    #[validate(custom(function = rules::not_negative))]
    pub plan_approval_above: Amount,
    /// What customers are proposed to be given for trouble, in the base currency; 0 proposes nothing.
    #[validate(custom(function = rules::not_negative))]
    pub compensation_proposed: Amount,
    /// Within how many clock hours of their discovery exceptions are to be planned and resolved, by severity; 0 sets no time.
    #[validate(custom(function = due_hours))]
    pub exception_hours: ExceptionHours,
    /// What the system raises exceptions for by itself, each `when` once; what no rule names raises nothing.
    #[validate(custom(function = sound_rules))]
    #[schema(max_items = 12)]
    pub exception_rules: Vec<ExceptionRule>,
    /// After how many hours an approval step that nobody decides is opened to those above; 0 never.
    #[validate(range(max = 720))]
    #[schema(maximum = 720)]
    pub approval_escalation_hours: u32,
    /// Where goods are delivered by which method; a method that is not named serves everywhere.
    #[validate(length(max = 100), custom(function = areas))]
    #[schema(max_items = 100)]
    pub delivery_areas: Vec<DeliveryArea>,
    /// Which warehouse gives goods first: `priority` of warehouses, `region` that they serve, `fewest_splits`; of several the first goes before the others.
    #[validate(custom(function = each_once))]
    #[schema(max_items = 3)]
    pub reservation_rules: Vec<ReservationRule>,
    /// Whose public holidays and make-up days are kept, beside the days that the company enters.
    pub holidays: Holidays,
    /// The days of the week that are worked.
    #[validate(length(min = 1), custom(function = each_once))]
    #[schema(min_items = 1, max_items = 7)]
    pub working_days: Vec<Weekday>,
    /// The hours of a day that is worked, one after the other; an hour in all at least. Work ends with the last of them.
    #[validate(custom(function = hours))]
    #[schema(min_items = 1, max_items = 6)]
    pub working_hours: Vec<Shift>,
}

impl Default for SettingsInput {
    fn default() -> Self {
        Self::of(Settings::default())
    }
}

impl SettingsInput {
    fn of(settings: Settings) -> Self {
        Self {
            four_eyes: settings.four_eyes,
            order_number_pattern: settings.order_number_pattern,
            auto_release: settings.auto_release,
            large_order_threshold: settings.large_order_threshold,
            report_within_minutes: settings.report_within_minutes,
            look_alike_hours: settings.look_alike_hours,
            trusted_channels: settings.trusted_channels,
            message_channels: settings.message_channels,
            confirmation_link_days: settings.confirmation_link_days,
            confirmation_reminder_hours: settings.confirmation_reminder_hours,
            confirmation_lapse_days: settings.confirmation_lapse_days,
            confirmation_lapse: settings.confirmation_lapse,
            trace_link_days: settings.trace_link_days,
            plan_approval_above: settings.plan_approval_above,
            compensation_proposed: settings.compensation_proposed,
            exception_hours: settings.exception_hours,
            exception_rules: settings.exception_rules,
            approval_escalation_hours: settings.approval_escalation_hours,
            delivery_areas: settings.delivery_areas,
            reservation_rules: settings.reservation_rules,
            holidays: settings.holidays,
            working_days: settings.working_days,
            working_hours: settings.working_hours,
        }
    }

    fn into_settings(self) -> Settings {
        Settings {
            four_eyes: self.four_eyes,
            order_number_pattern: self.order_number_pattern,
            auto_release: self.auto_release,
            large_order_threshold: self.large_order_threshold,
            report_within_minutes: self.report_within_minutes,
            look_alike_hours: self.look_alike_hours,
            trusted_channels: self.trusted_channels,
            message_channels: self.message_channels,
            confirmation_link_days: self.confirmation_link_days,
            confirmation_reminder_hours: self.confirmation_reminder_hours,
            confirmation_lapse_days: self.confirmation_lapse_days,
            confirmation_lapse: self.confirmation_lapse,
            trace_link_days: self.trace_link_days,
            plan_approval_above: self.plan_approval_above,
            compensation_proposed: self.compensation_proposed,
            exception_hours: self.exception_hours,
            exception_rules: self.exception_rules,
            approval_escalation_hours: self.approval_escalation_hours,
            delivery_areas: self.delivery_areas,
            reservation_rules: self.reservation_rules,
            holidays: self.holidays,
            working_days: self.working_days,
            working_hours: self.working_hours,
        }
    }
}

fn areas(areas: &[DeliveryArea]) -> std::result::Result<(), ValidationError> {
    let sound = |area: &DeliveryArea| {
        let countries = (1..=250).contains(&area.countries.len()) && area.countries.iter().all(|country| is_country(country));
        countries && area.regions.len() <= 100 && area.regions.iter().all(|region| region.chars().count() <= 100 && rules::line(region).is_ok())
    };
    let en = "must name at least one country each, and at most 100 regions of one line";
    rules::when(areas.iter().all(sound), "areas", en, "每项须至少包含一个国家代码，地区不超过 100 个且各为一行文本")
}

fn due_hours(hours: &ExceptionHours) -> std::result::Result<(), ValidationError> {
    rules::when(hours.are_sound(), "hours", "must be 0 to 8760 hours each", "每项须为 0 至 8760 小时")
}

fn sound_rules(all: &[ExceptionRule]) -> std::result::Result<(), ValidationError> {
    let en = "must name each `when` once, wait 8760 hours or days at most, and call a shortage stock_shortage";
    rules::when(exception_rules::are_sound(all), "rules", en, "每个 when 只能出现一次，等待不超过 8760，shortage 的类型须为 stock_shortage")
}

fn each_once<T: PartialEq>(channels: &[T]) -> std::result::Result<(), ValidationError> {
    let good = channels.iter().enumerate().all(|(at, channel)| !channels.iter().take(at).any(|other| other == channel));
    rules::when(good, "duplicate", "must hold each value once", "取值不得重复")
}

fn hours(shifts: &[Shift]) -> std::result::Result<(), ValidationError> {
    let en = "must be 1 to 6 parts of a day, one after the other, an hour in all at least";
    rules::when(is_working_hours(shifts), "hours", en, "须为一天中 1 至 6 个先后相接的时段，合计不少于一小时")
}

fn pattern(text: &str) -> std::result::Result<(), ValidationError> {
    let en = "must hold {year}, {month} and {number} once each, with letters, digits and - _ . between them, in 40 characters at most";
    let zh = "须各含一次 {year}、{month} 和 {number}，其间只能有字母、数字和 - _ .，总长不超过 40 个字符";
    rules::when(is_pattern(text), "pattern", en, zh)
}

/// Amends the settings under `If-Match`; gives them and their new version.
///
/// # Errors
/// `precondition_required`, `version_mismatch`, or what is wrong with the patched values.
pub fn update(tx: &mut Tx, patch: &Patch) -> Result<(i64, Settings)> {
    let (version, before) = settings::load(tx.conn)?;
    tx.require_match(version)?;
    let after = patch.apply(&SettingsInput::of(before.clone()))?.into_settings();
    if after == before {
        return Ok((version, before));
    }
    if !settings::store(tx.conn, version, &after, tx.now)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(changes(version + 1, &before, &after)?)?;
    if !same_calendar(&before, &after) {
        calendar::note_change(tx.conn)?;
        tx.record(Event::new(EventName::CalendarUpdated, Kind::Settings, SETTINGS).with("version", version + 1))?;
    }
    Ok((version + 1, after))
}

/// Whether the same days and hours are worked.
fn same_calendar(one: &Settings, other: &Settings) -> bool {
    let of = |settings: &Settings| (settings.holidays, settings.working_days.clone(), settings.working_hours.clone());
    of(one) == of(other)
}

fn fields(settings: &Settings) -> Result<Map<String, Value>> {
    match serde_json::to_value(settings).map_err(Error::internal)? {
        Value::Object(fields) => Ok(fields),
        _ => Err(Error::internal("settings are not an object")),
    }
}

/// What history says of a change: every setting that differs.
fn changes(version: i64, before: &Settings, after: &Settings) -> Result<Event> {
    let (before, after) = (fields(before)?, fields(after)?);
    let event = Event::new(EventName::SettingsUpdated, Kind::Settings, SETTINGS).with("version", version);
    let differing = after.into_iter().filter_map(|(name, new)| {
        let old = before.get(&name).cloned().unwrap_or_default();
        (old != new).then_some((name, old, new))
    });
    Ok(differing.fold(event, |event, (name, old, new)| event.change(&name, old, new)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn patched(patch: Value) -> Result<SettingsInput> {
        let Value::Object(members) = patch else { panic!("a patch is an object") };
        Patch(members).apply(&SettingsInput { look_alike_hours: 1, ..SettingsInput::default() })
    }

    #[test]
    fn a_patch_changes_what_it_names_and_null_brings_the_default_back() {
        let changed = patched(json!({"four_eyes": false, "look_alike_hours": null})).unwrap();
        assert_eq!((changed.four_eyes, changed.look_alike_hours, changed.auto_release), (false, 24, true));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (field, bad) in [
            ("order_number_pattern", json!("{year}-{number}")),
            ("large_order_threshold", json!("-1")),
            ("report_within_minutes", json!(0)),
            ("look_alike_hours", json!(721)),
            ("trusted_channels", json!(["web", "web"])),
            ("trusted_channels", json!(["pigeon"])),
            ("exception_hours", json!({"high": {"plan": 8761, "resolve": 1}})),
            ("exception_hours", json!({"dire": {"plan": 1, "resolve": 1}})),
            ("exception_rules", json!([{"when": "shortage", "kind": "other", "severity": "low"}])),
            ("exception_rules", json!([{"when": "thunder", "kind": "other", "severity": "low"}])),
            ("colour", json!("blue")),
        ] {
            assert!(patched(json!({field: bad})).is_err(), "{field}");
        }
    }

    #[test]
    fn history_names_what_differs_and_nothing_else() {
        let before = Settings::default();
        let event = changes(1, &before, &Settings { auto_release: false, ..before.clone() }).unwrap();
        assert_eq!((event.before.len(), &event.before["auto_release"], &event.after["auto_release"]), (1, &json!(true), &json!(false)));
    }
}
