//! The days for which the company says itself whether they are worked: closures, days worked in spite of
//! a holiday, another country's holidays (DOMAIN 0, 3.1).

use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Kind, SETTINGS};
use crate::error::Result;
use crate::input::{day, rules};
use crate::repositories::calendar::{self, CompanyDay};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// A day, and whether it is worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayInput {
    #[serde(deserialize_with = "day::required")]
    #[validate(custom(function = rules::date))]
    pub day: NaiveDate,
    /// Whether it is worked; null, or left out, goes back to what holidays and the week say.
    #[serde(default)]
    pub worked: Option<bool>,
    /// Why, such as the holiday's name.
    #[serde(default)]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub name: Option<String>,
}

/// Days of the company's calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarDaysInput, example = json!({"days": [
    {"day": "2027-02-05", "worked": false, "name": "Spring Festival"}, {"day": "2027-02-13", "worked": true, "name": "Make-up day"}
]}))]
pub struct DaysInput {
    /// Up to 400 days, each once. Days that are not named stay as they are.
    #[validate(length(min = 1, max = 400), custom(function = each_once), nested)]
    #[schema(min_items = 1, max_items = 400)]
    pub days: Vec<DayInput>,
}

fn each_once(days: &[DayInput]) -> std::result::Result<(), ValidationError> {
    let mut named: Vec<NaiveDate> = days.iter().map(|said| said.day).collect();
    named.sort_unstable();
    let once = named.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    rules::when(once, "duplicate", "must name each day once", "日期不得重复")
}

/// Says of days whether they are worked. Due dates that follow rules are reckoned again, by the clock.
///
/// # Errors
/// Those of the database.
pub fn set_days(tx: &mut Tx, said: &DaysInput) -> Result<Vec<NaiveDate>> {
    let mut days: Vec<&DayInput> = said.days.iter().collect();
    days.sort_unstable_by_key(|said| said.day); // one order of keys for all (DECISIONS 5)
    let mut event = Event::new(EventName::CalendarUpdated, Kind::Settings, SETTINGS).with("days", days.len());
    let mut moved = false;
    for said in &days {
        moved |= calendar::said_of(tx.conn, said.day)? != said.worked;
        match said.worked {
            Some(worked) => {
                let row = CompanyDay { day: said.day, worked, name: said.name.clone(), updated_at: tx.now };
                calendar::set_day(tx.conn, &row)?;
            }
            None => calendar::delete_day(tx.conn, said.day)?,
        }
        event = event.note(&said.day.to_string(), said.worked);
    }
    if moved {
        calendar::note_change(tx.conn)?; // another name for a day moves nothing
    }
    tx.record(event)?;
    Ok(days.into_iter().map(|said| said.day).collect())
}
