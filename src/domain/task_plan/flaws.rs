//! What is wrong with a set of templates: names that nothing answers to, tasks that wait for each
//! other, more than a set may hold.

use super::{Due, EvidenceKind, Hours, KNOWN, Need, Span, Template, code, default_templates};

/// Where a template is wrong (a field of it), a code, and the sentence in both languages.
pub type Flaw = (&'static str, &'static str, String, String);

/// The code of tasks that would wait for each other.
pub const CIRCLE: &str = "circle";
/// How many templates there may be.
pub const MOST_TEMPLATES: usize = 100;
/// How many tasks a deadline may name.
const MOST_NAMED: usize = 20;
/// How much working time a deadline may give, in days or hours.
const LONGEST: u32 = 1000;

fn flawed(field: &'static str, code: &'static str, en: impl Into<String>, zh: impl Into<String>) -> Flaw {
    (field, code, en.into(), zh.into())
}

/// What is wrong with a template among all that there would be, if anything is.
pub fn flaw(template: &Template, all: &[Template]) -> Option<Flaw> {
    fixed(template)
        .or_else(|| unknown(template, all))
        .or_else(|| too_long(template))
        .or_else(|| condition(template))
        .or_else(|| circle(template, all))
}

/// What the system relies on: it cannot close what is not made, nor prove what it does not know.
fn fixed(template: &Template) -> Option<Flaw> {
    let plan = &template.plan;
    let default = default_templates().into_iter().find(|default| default.code == template.code && KNOWN.contains(&default.code.as_str()));
    if default.as_ref().is_some_and(|default| default.plan.needed != plan.needed) {
        return Some(flawed(
            "needed",
            "fixed",
            "lines of orders wait for this task, so when it is needed is fixed",
            "订单明细依赖该任务，其适用条件不可更改",
        ));
    }
    let belongs = match plan.evidence {
        Some(EvidenceKind::TrackingNumber) => template.code == code::SHIP,
        Some(EvidenceKind::InvoiceNumber) => template.code == code::INVOICE,
        Some(EvidenceKind::Invoice) => false,
        Some(EvidenceKind::GoodsIssueNote | EvidenceKind::QcReport | EvidenceKind::SignedReceipt | EvidenceKind::Attachment) | None => {
            ![code::SHIP, code::INVOICE].contains(&template.code.as_str())
        }
    };
    let en = "tracking and invoice numbers prove ship and invoice, and nothing else does; an invoice's file proves nothing";
    (!belongs).then(|| flawed("required_evidence", "fixed", en, "运单号和发票号仅用于且必须用于发货和开票任务，发票文件不作为任务凭证"))
}

/// The codes of other tasks that a deadline counts from.
fn counted_from(due: &Due) -> Vec<&String> {
    match due {
        Due::AfterTask(other) => vec![&other.task],
        Due::WithFirstOf(codes) => codes.iter().collect(),
        _ => Vec::new(),
    }
}

/// Every name must be another template's: else a task would never be reached, or never be due.
fn unknown(template: &Template, all: &[Template]) -> Option<Flaw> {
    let stranger = |code: &&String| **code == template.code || !all.iter().any(|other| other.code == **code);
    let sentence = |field, code: &String| flawed(field, "unknown", format!("{code} names no other template"), format!("{code} 不是其他任务模板"));
    if let Some(code) = template.plan.depends_on.iter().find(stranger) {
        return Some(sentence("depends_on", code));
    }
    if let Some(code) = counted_from(&template.plan.due).into_iter().find(stranger) {
        return Some(sentence("due", code));
    }
    let wrong = matches!(&template.plan.due, Due::WithFirstOf(codes) if !(1..=MOST_NAMED).contains(&codes.len()));
    wrong.then(|| flawed("due", "length", "with_first_of names 1 to 20 tasks", "with_first_of 须包含 1 至 20 个任务"))
}

fn too_long(template: &Template) -> Option<Flaw> {
    let span = match &template.plan.due {
        Due::AfterReview(span) | Due::AfterRelease(span) | Due::AfterDependencies(span) | Due::AfterShipping(span) | Due::OnPromise(span) => span,
        Due::AfterTask(other) => &other.span,
        Due::LeadTimeAfterReview | Due::WithFirstOf(_) => return None,
    };
    let (Span::Days(length) | Span::Hours(Hours { hours: length })) = *span;
    (length > LONGEST).then(|| flawed("due", "range", "a deadline gives 1000 working days or hours at most", "期限最多 1000 个工作日或工作小时"))
}

fn condition(template: &Template) -> Option<Flaw> {
    match &template.plan.needed {
        Need::When(condition) => condition.flaw().map(|(code, en, zh)| flawed("needed", code, en, zh)),
        Need::Lines(kinds) if kinds.is_empty() => Some(flawed("needed", "length", "names one kind of line at least", "须至少包含一种明细类型")),
        Need::Lines(_) | Need::Always | Need::Stored | Need::Made => None,
    }
}

/// What a template waits for: tasks that must be done before, and those that its deadline counts from.
fn waits_for(template: &Template) -> impl Iterator<Item = &str> {
    template.plan.depends_on.iter().chain(counted_from(&template.plan.due)).map(String::as_str)
}

/// Whether tasks would wait for each other: what a template leads to holds itself.
fn circle(template: &Template, all: &[Template]) -> Option<Flaw> {
    let mut seen: Vec<String> = Vec::new();
    // what is made may have to be picked then, so picking waits for production too
    let waits_for = |template: &'_ Template| -> Vec<String> {
        let implied = (template.plan.needed == Need::Stored && template.code != code::PRODUCE).then_some(code::PRODUCE);
        waits_for(template).chain(implied).map(str::to_owned).collect()
    };
    let mut ahead: Vec<String> = waits_for(template);
    while let Some(code) = ahead.pop() {
        if code == template.code {
            return Some(flawed("depends_on", CIRCLE, "tasks would wait for each other", "任务之间相互等待"));
        }
        if !seen.contains(&code) {
            ahead.extend(all.iter().filter(|other| other.code == code).flat_map(waits_for));
            seen.push(code);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{AfterTask, Plan};
    use super::*;
    use crate::domain::actor::Department;

    fn template(code: &str, depends_on: &[&str], due: Due) -> Template {
        let plan = Plan { depends_on: depends_on.iter().map(|code| (*code).to_owned()).collect(), ..Plan::new(Need::Always, due) };
        Template { code: code.to_owned(), department: Department::Operations, title_en: code.to_owned(), title_zh: code.to_owned(), plan }
    }

    fn found(all: &[Template]) -> Option<(&'static str, &'static str)> {
        all.iter().find_map(|template| flaw(template, all)).map(|(field, code, ..)| (field, code))
    }

    fn soon() -> Due {
        Due::AfterReview(Span::Days(1))
    }

    #[test]
    fn the_templates_of_a_new_store_are_sound() {
        // DOMAIN 3.1
        assert_eq!(found(&default_templates()), None);
    }

    #[test]
    fn tasks_do_not_wait_for_each_other() {
        // DOMAIN 3.2
        assert_eq!(
            found(&[template("a", &["b"], soon()), template("b", &["c"], soon()), template("c", &["a"], soon())]),
            Some(("depends_on", "circle"))
        );
        assert_eq!(found(&[template("a", &["b", "c"], soon()), template("b", &["c"], soon()), template("c", &[], soon())]), None, "a diamond");
        assert_eq!(found(&[template("a", &["a"], soon())]), Some(("depends_on", "unknown")));
        let after = Due::AfterTask(AfterTask { task: "b".to_owned(), span: Span::hours(4) });
        assert_eq!(found(&[template("a", &[], after), template("b", &["a"], soon())]), Some(("depends_on", "circle")), "due after what waits for it");
    }

    #[test]
    fn every_name_is_another_templates() {
        assert_eq!(found(&[template("a", &["b"], soon())]), Some(("depends_on", "unknown")));
        let after = |task: &str| Due::AfterTask(AfterTask { task: task.to_owned(), span: Span::hours(4) });
        assert_eq!(found(&[template("a", &[], after("b"))]), Some(("due", "unknown")));
        assert_eq!(found(&[template("a", &[], after("b")), template("b", &[], soon())]), None);
        assert_eq!(found(&[template("a", &[], Due::WithFirstOf(Vec::new()))]), Some(("due", "length")));
        let many = Due::WithFirstOf(vec!["b".to_owned(); 21]);
        assert_eq!(found(&[template("a", &[], many), template("b", &[], soon())]), Some(("due", "length")));
    }

    #[test]
    fn what_lines_wait_for_stays_needed_and_proven() {
        // DOMAIN 3.3
        let changed = |code: &str, change: fn(&mut Plan)| {
            let mut all = default_templates();
            change(&mut all.iter_mut().find(|template| template.code == code).unwrap().plan);
            found(&all)
        };
        assert_eq!(changed("pick", |plan| plan.needed = Need::Always), Some(("needed", "fixed")));
        assert_eq!(changed("ship", |plan| plan.evidence = None), Some(("required_evidence", "fixed")));
        assert_eq!(changed("pick", |plan| plan.evidence = Some(EvidenceKind::TrackingNumber)), Some(("required_evidence", "fixed")));
        assert_eq!(changed("pick", |plan| plan.due = Due::AfterReview(Span::hours(4))), None);
        assert_eq!(changed("coordinate", |plan| plan.needed = Need::Lines(Vec::new())), Some(("needed", "length")));
        assert_eq!(changed("coordinate", |plan| plan.due = Due::AfterReview(Span::Days(1001))), Some(("due", "range")));
    }
}
