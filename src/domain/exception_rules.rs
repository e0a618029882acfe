//! When the system raises an exception by itself, and until when exceptions are to be planned and resolved: data of the
//! company (DOMAIN 6.1, 6.3).

use crate::domain::actor::Department;
use crate::domain::lifecycle::exception::{ExceptionKind, Severity};
use crate::domain::parcel::TroubleKind;
use crate::domain::time::UtcTime;
use crate::words;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The longest that anything is waited for, in hours; days count as well.
const LONGEST: u32 = 8760;

words! {
    /// What the system sees by itself that may have gone wrong.
    pub enum Trigger {
        Shortage = "shortage" / "Stock is short" / "库存短缺",
        PredictedLate = "predicted_late" / "It will be done after the promised day" / "预计晚于承诺日期",
        TaskOverdue = "task_overdue" / "A task is long overdue" / "任务逾期",
        ParcelUndelivered = "parcel_undelivered" / "A delivery attempt failed" / "派送未成功",
        ParcelTrouble = "parcel_trouble" / "The carrier reports trouble" / "承运商报告异常",
        ParcelLost = "parcel_lost" / "A parcel was lost" / "包裹丢失",
        ParcelStuck = "parcel_stuck" / "Nothing is heard of a parcel" / "物流长时间无更新",
        ParcelReturned = "parcel_returned" / "A parcel comes back" / "包裹退回",
        ParcelRefused = "parcel_refused" / "Some of a parcel was not taken" / "包裹部分拒收",
        QualityFailed = "quality_failed" / "Work did not pass its quality control" / "质检未通过",
        ChangeAsked = "change_asked" / "The customer asks for a change" / "客户要求修改",
        PaymentShort = "payment_short" / "An invoice is past due and not paid" / "发票逾期未付",
    }
}

impl Trigger {
    /// Whose it is to put right; the one of a task is its department's.
    pub const fn department(self) -> Department {
        match self {
            Self::Shortage => Department::Warehouse,
            Self::PredictedLate | Self::TaskOverdue => Department::Operations,
            Self::ParcelUndelivered | Self::ParcelTrouble | Self::ParcelLost | Self::ParcelStuck | Self::ParcelReturned => Department::Logistics,
            Self::QualityFailed => Department::Production,
            Self::ParcelRefused | Self::ChangeAsked => Department::Sales,
            Self::PaymentShort => Department::Finance,
        }
    }

    /// What a parcel's trouble is a cause of.
    pub const fn of_trouble(kind: TroubleKind) -> Self {
        match kind {
            TroubleKind::Undelivered => Self::ParcelUndelivered,
            TroubleKind::Carrier => Self::ParcelTrouble,
            TroubleKind::Lost => Self::ParcelLost,
            TroubleKind::Returned => Self::ParcelReturned,
            TroubleKind::Refused => Self::ParcelRefused,
        }
    }
}

/// What the system raises for a cause that it sees. A cause that no rule names raises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionRule {
    /// What is seen; once among the rules.
    pub when: Trigger,
    /// What kind of exception is raised; a shortage is always a `stock_shortage`.
    pub kind: ExceptionKind,
    /// How bad it is.
    pub severity: Severity,
    /// Whether the order stops until it is resolved or dismissed.
    #[serde(default)]
    #[schema(default = false)]
    pub blocking: bool,
    /// How long it is waited first: hours for `task_overdue`; days for `parcel_stuck`, `payment_short` and `predicted_late`; nothing for the others.
    #[serde(default)]
    #[schema(default = 0, maximum = 8760)]
    pub after: u32,
    /// Whether anything is raised.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

/// The rules of a company that has said nothing.
pub fn default_rules() -> Vec<ExceptionRule> {
    use {ExceptionKind as K, Severity as S, Trigger as T};
    let rule = |when, kind, severity| ExceptionRule { when, kind, severity, blocking: false, after: 0, active: true };
    vec![
        ExceptionRule { blocking: true, ..rule(T::Shortage, K::StockShortage, S::High) },
        rule(T::PredictedLate, K::DeliveryDelay, S::Medium),
        ExceptionRule { after: 24, ..rule(T::TaskOverdue, K::DeliveryDelay, S::Low) },
        rule(T::ParcelUndelivered, K::DeliveryDelay, S::Medium),
        rule(T::ParcelTrouble, K::DeliveryDelay, S::High),
        rule(T::ParcelLost, K::ShipmentLost, S::High),
        ExceptionRule { after: 5, ..rule(T::ParcelStuck, K::DeliveryDelay, S::Medium) },
        rule(T::ParcelReturned, K::DeliveryDelay, S::High),
        rule(T::ParcelRefused, K::Complaint, S::High),
        rule(T::QualityFailed, K::QualityProblem, S::High),
        rule(T::ChangeAsked, K::CustomerInfoChange, S::Medium),
        ExceptionRule { after: 3, ..rule(T::PaymentShort, K::Other, S::Medium) },
    ]
}

/// The rule of a cause, where it raises anything.
pub fn rule_of(rules: &[ExceptionRule], trigger: Trigger) -> Option<&ExceptionRule> {
    rules.iter().find(|rule| rule.when == trigger && rule.active)
}

/// Whether each cause has one rule at most, none waits for ever, and shortages stay what they are.
pub fn are_sound(rules: &[ExceptionRule]) -> bool {
    let once = |at: usize, rule: &ExceptionRule| !rules.iter().take(at).any(|other| other.when == rule.when);
    let itself = |rule: &ExceptionRule| rule.when != Trigger::Shortage || rule.kind == ExceptionKind::StockShortage;
    rules.iter().enumerate().all(|(at, rule)| once(at, rule) && itself(rule) && rule.after <= LONGEST)
}

/// Within how many clock hours of its discovery an exception is to be planned and resolved; 0 sets no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DueHours {
    /// Until somebody has said what is to be done.
    #[schema(maximum = 8760)]
    pub plan: u32,
    /// Until it is put right.
    #[schema(maximum = 8760)]
    pub resolve: u32,
}

impl DueHours {
    const fn new(plan: u32, resolve: u32) -> Self {
        Self { plan, resolve }
    }

    /// Until when what was discovered at an instant is to be planned.
    pub fn plan_due(self, discovered_at: UtcTime) -> Option<UtcTime> {
        after(discovered_at, self.plan)
    }

    /// Until when it is to be resolved.
    pub fn resolve_due(self, discovered_at: UtcTime) -> Option<UtcTime> {
        after(discovered_at, self.resolve)
    }
}

fn after(at: UtcTime, hours: u32) -> Option<UtcTime> {
    (hours > 0).then(|| at.plus(TimeDelta::hours(i64::from(hours))))
}

/// The same for each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExceptionHours {
    /// Of what is critical.
    pub critical: DueHours,
    /// Of what is bad.
    pub high: DueHours,
    /// Of what is in between.
    pub medium: DueHours,
    /// Of what can wait.
    pub low: DueHours,
}

impl Default for ExceptionHours {
    fn default() -> Self {
        Self { critical: DueHours::new(2, 24), high: DueHours::new(8, 48), medium: DueHours::new(24, 120), low: DueHours::new(48, 240) }
    }
}

impl ExceptionHours {
    /// Those of a severity.
    pub const fn of(&self, severity: Severity) -> DueHours {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
        }
    }

    /// Whether none of them is longer than anything is waited for.
    pub fn are_sound(&self) -> bool {
        Severity::ALL.iter().map(|severity| self.of(*severity)).all(|hours| hours.plan <= LONGEST && hours.resolve <= LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_rule_of_its_own_by_default() {
        let rules = default_rules();
        assert!(are_sound(&rules));
        assert!(Trigger::ALL.iter().all(|trigger| rule_of(&rules, *trigger).is_some()));
        assert_eq!(rules.len(), Trigger::ALL.len());
    }

    #[test]
    fn rules_name_a_cause_once_wait_a_year_at_most_and_leave_shortages_what_they_are() {
        let rules = default_rules();
        let doubled = [rules.clone(), rules.clone()].concat();
        let first = || rules[0].clone();
        assert!(!are_sound(&doubled));
        assert!(!are_sound(&[ExceptionRule { after: 8761, ..first() }]));
        assert!(!are_sound(&[ExceptionRule { kind: ExceptionKind::Other, ..first() }]));
        assert!(are_sound(&[]));
        assert_eq!(rule_of(&[ExceptionRule { active: false, ..first() }], Trigger::Shortage), None);
    }

    #[test]
    fn what_is_worse_is_due_sooner_and_no_hours_are_no_time() {
        // DOMAIN 6.3
        let (hours, at) = (ExceptionHours::default(), UtcTime::from_micros(0).unwrap());
        let due: Vec<i64> =
            Severity::ALL.iter().filter_map(|severity| hours.of(*severity).plan_due(at)).map(|due| due.micros() / 3_600_000_000).collect();
        assert_eq!(due, [48, 24, 8, 2]);
        assert_eq!(hours.high.resolve_due(at).map(UtcTime::micros), Some(48 * 3_600_000_000));
        assert_eq!(DueHours::new(0, 0).plan_due(at), None);
        assert!(hours.are_sound() && !ExceptionHours { low: DueHours::new(0, 8761), ..hours }.are_sound());
    }
}
