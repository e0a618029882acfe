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
    let mut ends = Ends { tasks, facts, now, calendar, known: vec![Known::Nothing; tasks.len()] };
    let last: Vec<usize> = (0..tasks.len()).filter(|at| tasks.get(*at).is_some_and(|task| LAST.contains(&task.dated.code))).collect();
    last.into_iter().map(|at| ends.of(at)).collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The same for an order that would get its tasks now.
pub fn earliest_end(templates: &[Template], facts: &Facts, now: DateTime<Utc>, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let chosen: Vec<&Template> = templates.iter().filter(|template| needed(&template.plan.needed, facts)).collect();
    let tasks: Vec<Ahead> = chosen
        .iter()
        .map(|template| Ahead { dated: Dated::new(&template.code, &template.plan.due), depends_on: &template.plan.depends_on, due_at: None })
        .collect();
    end_of(&tasks, facts, now, calendar)
}

/// What is known of when a task ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// It is being asked: whoever comes by again goes in a circle.
    Asked,
    Ends(Option<DateTime<Utc>>),
}

/// When tasks end, each found once.
struct Ends<'a, 't> {
    tasks: &'a [Ahead<'t>],
    facts: &'a Facts,
    now: DateTime<Utc>,
    calendar: &'a Calendar,
    known: Vec<Known>,
}

impl Ends<'_, '_> {
    fn of(&mut self, at: usize) -> Option<DateTime<Utc>> {
        match self.known.get(at)? {
            Known::Ends(end) => return *end,
            Known::Asked => return None,
            Known::Nothing => {}
        }
        self.note(at, Known::Asked);
        let end = self.reckon(at);
        self.note(at, Known::Ends(end));
        end
    }

    fn note(&mut self, at: usize, known: Known) {
        if let Some(place) = self.known.get_mut(at) {
            *place = known;
        }
    }

    fn named(&self, code: &str) -> Option<usize> {
        self.tasks.iter().position(|task| task.dated.code == code)
    }

    /// When a task ends: when it did, or when it is due, but not before now and what it waits for.
    fn reckon(&mut self, at: usize) -> Option<DateTime<Utc>> {
        let task = self.tasks.get(at)?.clone();
        if task.dated.ended_at.is_some() {
            return task.dated.ended_at;
        }
        let mut begins = self.now;
        for code in task.depends_on {
            if let Some(before) = self.named(code) {
                begins = begins.max(self.of(before)?);
            }
        }
        let due = match (task.due_at, task.dated.due) {
            (Some(due_at), _) => due_at,
            (None, Due::AfterDependencies(span)) => span.after(begins, self.calendar)?,
            (None, Due::AfterTask(other)) => {
                let after = match self.named(&other.task) {
                    Some(before) => self.of(before)?,
                    None => begins,
                };
                other.span.after(after, self.calendar)?
            }
            // nothing is known of it but that it takes no longer than the others let it
            (None, Due::WithFirstOf(_) | Due::AfterShipping(_)) => begins,
            (None, _) => date(&task.dated, &[], self.facts, self.calendar, 0)?,
        };
        Some(due.max(begins))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Making, Plan, default_templates};
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
        Facts {
            line_kinds: line_kinds.to_vec(),
            judged: None,
            reviewed_at: now,
            released_at: now,
            shipped_at: None,
            promised_date,
            lead_time_days,
            making: Making::of(line_kinds.iter().map(|kind| (*kind == LineKind::Custom, *kind == LineKind::Standard))),
        }
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
            let dated = Dated { ended_at: ended_at.map(at), ..Dated::new(&template.code, &template.plan.due) };
            Ahead { dated, depends_on: &template.plan.depends_on, due_at: due_at.map(at) }
        };
        let end = |tasks: &[Ahead]| end_of(tasks, &facts, now, &shanghai()).map(|end| end.to_rfc3339());
        let late = [task("pick", Some("2026-03-03T10:00:00Z"), None), task("ship", None, None)];
        assert_eq!(end(&late).as_deref(), Some("2026-03-12T10:00:00+00:00"));
        let picked = [task("pick", Some("2026-03-03T10:00:00Z"), Some("2026-03-09T02:00:00Z")), task("ship", Some("2026-03-11T10:00:00Z"), None)];
        assert_eq!(end(&picked).as_deref(), Some("2026-03-11T10:00:00+00:00"));
    }

    #[test]
    fn many_tasks_that_all_wait_for_all_before_are_reckoned_once_each() {
        let facts = facts(&[LineKind::Standard], 3);
        let names: Vec<String> = (0..60).map(|at| format!("t{at}")).chain(["ship".to_owned()]).collect();
        let mut templates = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let plan = Plan {
                depends_on: names[..at].to_vec(),
                ..Plan::new(super::super::Need::Always, Due::AfterDependencies(super::super::Span::Days(0)))
            };
            templates.push(Template { code: name.clone(), plan, ..default_templates().remove(0) });
        }
        assert!(earliest_end(&templates, &facts, facts.reviewed_at, &shanghai()).is_some());
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
