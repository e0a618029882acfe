//! Which approvals an order needs (DOMAIN 2.1): rules are data, a closed grammar of conditions
//! with the roles they call for; the policy only evaluates them. Amounts are compared in the base
//! currency; one that cannot be converted meets every threshold (DECISIONS 24).

use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::order::LineKind;
use serde::{Deserialize, Serialize};

/// What has to hold for a rule to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(no_recursion)]
pub enum Condition {
    Always,
    /// The total in the base currency is above this.
    AmountAbove(Amount),
    /// Some line is of this kind.
    LineKind(LineKind),
    KeyAccount,
    Rush,
    Preorder,
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

/// A rule: where its condition holds, these roles must approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub code: String,
    pub title_en: String,
    pub title_zh: String,
    pub condition: Condition,
    pub roles: Vec<Role>,
}

/// What the conditions look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `None` where no exchange rate is known: the strictest steps apply.
    pub total_in_base: Option<Amount>,
    pub line_kinds: Vec<LineKind>,
    pub key_account: bool,
    pub rush: bool,
    pub preorder: bool,
}

/// A step that the rules call for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// 1 for the first.
    pub level: i32,
    pub role: Role,
    /// Codes of the rules that called for it.
    pub rules: Vec<String>,
}

/// The order in which levels decide (DOMAIN 2.1).
pub const LADDER: &[Role] = &[Role::SalesSpecialist, Role::SalesManager, Role::DepartmentHead, Role::OperationsHead];

impl Condition {
    /// Whether the condition holds.
    pub fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::Always => true,
            Self::AmountAbove(limit) => facts.total_in_base.is_none_or(|total| total > *limit),
            Self::LineKind(kind) => facts.line_kinds.contains(kind),
            Self::KeyAccount => facts.key_account,
            Self::Rush => facts.rush,
            Self::Preorder => facts.preorder,
            Self::All(all) => all.iter().all(|c| c.holds(facts)),
            Self::Any(any) => any.iter().any(|c| c.holds(facts)),
            Self::Not(inner) => !inner.holds(facts),
        }
    }
}

/// The steps that an order needs, lowest level first, each with the rules that called for it.
pub fn steps(rules: &[Rule], facts: &Facts) -> Vec<PlannedStep> {
    let applying: Vec<&Rule> = rules.iter().filter(|rule| rule.condition.holds(facts)).collect();
    let mut planned = Vec::new();
    for role in LADDER {
        let because: Vec<String> = applying.iter().filter(|rule| rule.roles.contains(role)).map(|rule| rule.code.clone()).collect();
        if !because.is_empty() {
            planned.push(PlannedStep { level: planned.len() as i32 + 1, role: *role, rules: because });
        }
    }
    planned
}

/// The rules that a new store begins with (DOMAIN 2.1).
pub fn default_rules() -> Vec<Rule> {
    let rule = |code: &str, en: &str, zh: &str, condition, roles: &[Role]| Rule {
        code: code.to_owned(),
        title_en: en.to_owned(),
        title_zh: zh.to_owned(),
        condition,
        roles: roles.to_vec(),
    };
    vec![
        rule("every_order", "Every order", "所有订单", Condition::Always, &[Role::SalesSpecialist]),
        rule(
            "large_order",
            "Total over 50,000 in the base currency",
            "总额超过 50,000（本位币）",
            Condition::AmountAbove(Amount::units(50_000)),
            &[Role::SalesManager, Role::DepartmentHead],
        ),
        rule("custom_goods", "Custom goods", "含定制产品", Condition::LineKind(LineKind::Custom), &[Role::SalesManager, Role::DepartmentHead]),
        rule("key_account", "Key account", "大客户", Condition::KeyAccount, &[Role::SalesManager]),
        rule(
            "rush_or_preorder",
            "Rush order or preorder",
            "加急或预订",
            Condition::Any(vec![Condition::Rush, Condition::Preorder]),
            &[Role::OperationsHead],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(change: impl FnOnce(&mut Facts)) -> Vec<Role> {
        let mut facts = Facts {
            total_in_base: Some(Amount::units(50_000)),
            line_kinds: vec![LineKind::Standard],
            key_account: false,
            rush: false,
            preorder: false,
        };
        change(&mut facts);
        steps(&default_rules(), &facts).into_iter().map(|s| s.role).collect()
    }

    #[test]
    fn the_default_rules_call_for_the_levels_of_domain_2_1() {
        use Role::*;
        assert_eq!(roles(|_| ()), [SalesSpecialist]);
        assert_eq!(roles(|f| f.total_in_base = Amount::parse("50000.01")), [SalesSpecialist, SalesManager, DepartmentHead]);
        assert_eq!(roles(|f| f.total_in_base = None), [SalesSpecialist, SalesManager, DepartmentHead]);
        assert_eq!(roles(|f| f.line_kinds.push(LineKind::Custom)), [SalesSpecialist, SalesManager, DepartmentHead]);
        assert_eq!(roles(|f| f.key_account = true), [SalesSpecialist, SalesManager]);
        assert_eq!(roles(|f| f.preorder = true), [SalesSpecialist, OperationsHead]);
        assert_eq!(
            roles(|f| {
                f.rush = true;
                f.line_kinds.push(LineKind::Custom);
            }),
            [SalesSpecialist, SalesManager, DepartmentHead, OperationsHead]
        );
    }

    #[test]
    fn a_step_names_every_rule_that_called_for_it() {
        let facts = Facts { total_in_base: None, line_kinds: vec![LineKind::Custom], key_account: true, rush: false, preorder: false };
        assert_eq!(steps(&default_rules(), &facts)[1].rules, ["large_order", "custom_goods", "key_account"]);
    }

    #[test]
    fn conditions_are_kept_as_plain_data() {
        let text = r#"{"all":[{"amount_above":"50000.0000"},{"not":"rush"}]}"#;
        let condition: Condition = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&condition).unwrap(), text);
    }
}
