//! When an order could be done with: each task takes as long as its rule gives it, and begins when what it
//! waits for has ended (DOMAIN 2.3).

use super::{Dated, Due, Facts, Template, code, date, needed};
use crate::domain::calendar::Calendar;
use chrono::{DateTime, Utc};

/// A task that is ahead, or over.
#[derive(Debug, Clone)]
pub struct Ahead<'t> {
    pub dated: Dated<'t>,
    pub depends_on: &'t [String],
    /// When it is due, where that is known.
    pub due_at: Option<DateTime<Utc>>,
}

/// Tasks by whose end an order has left, or was carried out.
const LAST: &[&str] = &[code::SHIP, code::SERVE];

/// When the last of what an order needs to leave, or to be carried out, ends at the earliest; none where it
/// has no such task, or past the calendar.
pub fn end_of(tasks: &[Ahead], facts: &Facts, now: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let last = tasks.iter().filter(|task| LAST.contains(&task.dated.code));
    last.map(|task| end(task, tasks, facts, now, calendar, tasks.len())).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The same for an order that would get its tasks now.
pub fn earliest_end(templates: &[Template], facts: &Facts, now: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let chosen: Vec<&Template> = templates.iter().filter(|template| needed(&template.plan.needed, facts)).collect();
    let tasks: Vec<Ahead> = chosen
        .iter()
        .map(|template| Ahead {
            dated: Dated { code: &template.code, due: &template.plan.due, opened_at: None, ended_at: None },
            depends_on: &template.plan.depends_on,
            due_at: None,
        })
        .collect();
    end_of(&tasks, facts, now, calendar)
}

/// When a task ends: when it did, or when it is due, but not before now and what it waits for. `deep` bounds what
/// a circle would cost.
fn end(task: &Ahead, all: &[Ahead], facts: &Facts, now: DateTime<Utc>, calendar: &Calendar, deep: usize) -> Option<DateTime<Utc>> {
    if let Some(ended) = task.dated.ended_at {
        return Some(ended);
    }
    let deeper = deep.checked_sub(1)?;
    let end_of = |code: &String| all.iter().find(|other| other.dated.code == code).map(|other| end(other, all, facts, now, calendar, deeper));
    let before = task.depends_on.iter().filter_map(end_of).collect::<Option<Vec<_>>>()?.into_iter().max();
    let begins = before.map_or(now, |before| before.max(now));
    let due = match (task.due_at, task.dated.due) {
        (Some(due_at), _) => due_at,
        (None, Due::AfterDependencies(span)) => span.after(begins, calendar)?,
        (None, Due::AfterTask(other)) => other.span.after(end_of(&other.task).unwrap_or(Some(begins))?, calendar)?,
        // nothing is known of it but that it takes no longer than the others let it
        (None, Due::WithFirstOf(_) | Due::AfterShipping(_)) => begins,
        (None, _) => date(&task.dated, &[], facts, calendar)?,
    };
    Some(due.max(begins))
}

#[cfg(test)]
mod tests {
    use super::super::{Plan, default_templates};
    use super::*;
    use crate::domain::calendar::Rules;
    use crate::domain::order::LineKind;
    use crate::domain::zone::Zone;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn facts(line_kinds: &[LineKind], lead_time_days: u32) -> Facts {
        let now = at("2026-03-02T02:00:00Z");
        let promised_date = "2026-03-20".parse().ok();
        Facts { line_kinds: line_kinds.to_vec(), judged: None, reviewed_at: now, released_at: now, shipped_at: None, promised_date, lead_time_days }
    }

    fn shanghai() -> Calendar {
        Calendar::new(Zone::new(chrono_tz::Asia::Shanghai), Rules::default())
    }

    fn earliest(line_kinds: &[LineKind], lead_time_days: u32) -> Option<String> {
        let facts = facts(line_kinds, lead_time_days);
        earliest_end(&default_templates(), &facts, facts.reviewed_at, &shanghai()).map(|end| end.date_naive().to_string())
    }

    #[test]
    fn goods_leave_when_their_tasks_have_had_their_time() {
        // DOMAIN 2.3: picked a day after Monday, March 2, and shipped two days after that
        assert_eq!(earliest(&[LineKind::Standard], 3).as_deref(), Some("2026-03-05"));
        assert_eq!(earliest(&[LineKind::Standard, LineKind::Custom], 3).as_deref(), Some("2026-03-09"));
        assert_eq!(earliest(&[LineKind::Custom], 0).as_deref(), Some("2026-03-04"));
        assert_eq!(earliest(&[LineKind::Service], 3).as_deref(), Some("2026-03-20"), "by the promise");
        assert_eq!(earliest(&[], 3), None);
    }

    #[test]
    fn what_is_late_already_ends_now_at_the_earliest() {
        let now = at("2026-03-10T02:00:00Z");
        let (facts, templates) = (facts(&[LineKind::Standard], 3), default_templates());
        let task = |code: &str, due_at: Option<&str>, ended_at: Option<&str>| {
            let template = templates.iter().find(|template| template.code == code).unwrap();
            let dated = Dated { code: &template.code, due: &template.plan.due, opened_at: None, ended_at: ended_at.map(at) };
            Ahead { dated, depends_on: &template.plan.depends_on, due_at: due_at.map(at) }
        };
        let end = |tasks: &[Ahead]| end_of(tasks, &facts, now, &shanghai()).map(|end| end.to_rfc3339());
        let late = [task("pick", Some("2026-03-03T10:00:00Z"), None), task("ship", None, None)];
        assert_eq!(end(&late).as_deref(), Some("2026-03-12T10:00:00+00:00"));
        let picked = [task("pick", Some("2026-03-03T10:00:00Z"), Some("2026-03-09T02:00:00Z")), task("ship", Some("2026-03-11T10:00:00Z"), None)];
        assert_eq!(end(&picked).as_deref(), Some("2026-03-11T10:00:00+00:00"));
    }

    #[test]
    fn a_circle_has_no_end_and_is_noticed() {
        let facts = facts(&[LineKind::Standard], 3);
        let ring = |code: &str, waits_for: &str| {
            let default = default_templates().into_iter().find(|template| template.code == code).unwrap();
            Template { plan: Plan { depends_on: vec![waits_for.to_owned()], ..default.plan.clone() }, ..default }
        };
        assert_eq!(earliest_end(&[ring("pick", "ship"), ring("ship", "pick")], &facts, facts.reviewed_at, &shanghai()), None);
    }
}
