//! Which approvals an order needs (DOMAIN 2.1): rules are data, a closed grammar of conditions
//! with the roles they call for; the policy only evaluates them. Amounts are compared in the base
//! currency; one that cannot be converted meets every threshold (DECISIONS 24).

use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::id::Id;
use crate::domain::judged::{Topic, WHOLE};
use crate::domain::order::{Channel, CustomerTier, LineKind};
use crate::domain::visible::is_same_name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What has to hold for a rule to apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(no_recursion)]
pub enum Condition {
    /// Holds for every order.
    Always,
    /// The total in the base currency is above this, or cannot be converted into it.
    AmountAbove(Amount),
    /// What is taken off, of the order as a whole or of any of its lines, is above this part of the
    /// undiscounted price (`0.1` for a tenth).
    DiscountAbove(Amount),
    /// Some line is of this kind.
    LineKind(LineKind),
    /// Some line is of a product of this category.
    ProductCategory(String),
    /// The customer's own record is of this tier.
    CustomerTier(CustomerTier),
    /// It came in this way.
    Channel(Channel),
    /// It is delivered to this country, ISO 3166-1 alpha-2.
    Country(String),
    /// It is delivered to this province or state; capital and small letters are alike.
    Region(String),
    /// It is treated as a key account's.
    KeyAccount,
    Rush,
    Preorder,
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds, or several.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
}

/// A rule: where its condition holds, these roles must approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// None before it is stored.
    pub id: Option<Id>,
    pub code: String,
    pub version: i64,
    pub title_en: String,
    pub title_zh: String,
    pub condition: Condition,
    pub roles: Vec<Role>,
    /// Where it applies, no rule after it is asked.
    pub exclusive: bool,
}

/// What the conditions look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ApprovalFacts)]
pub struct Facts {
    /// The total in the base currency; null where no exchange rate is known: every threshold is met then.
    pub total_in_base: Option<Amount>,
    /// The largest part of the undiscounted price that is taken off, of the order or of a line; rounded up.
    pub discount: Amount,
    /// The kinds of its lines.
    pub line_kinds: Vec<LineKind>,
    /// The categories of its products.
    pub product_categories: Vec<String>,
    /// The tier of the customer's own record.
    pub customer_tier: CustomerTier,
    /// How it came in.
    pub channel: Channel,
    pub country: Option<String>,
    pub region: Option<String>,
    /// Whether it is treated as a key account's.
    pub key_account: bool,
    /// Whether it is urgent.
    pub rush: bool,
    /// Whether it is ordered before the goods are there.
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

/// The roles below one, which those above may stand in for where nobody decides (DECISIONS 36).
pub fn below(role: Role) -> &'static [Role] {
    LADDER.iter().position(|known| *known == role).and_then(|place| LADDER.get(..place)).unwrap_or_default()
}

/// How deep conditions may be nested, how many there may be in one rule, and in one list of it.
const DEEPEST: usize = 8;
const MOST: usize = 100;
const MOST_IN_LIST: usize = 20;
/// How long a text in a condition may be, in characters.
const LONGEST: usize = 100;

/// Why a condition is none: a code, and the sentence in both languages.
pub type Flaw = (&'static str, &'static str, &'static str);

impl Condition {
    /// Whether the condition holds.
    pub fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::Always => true,
            Self::AmountAbove(limit) => facts.total_in_base.is_none_or(|total| total > *limit),
            Self::DiscountAbove(part) => facts.discount > *part,
            Self::LineKind(kind) => facts.line_kinds.contains(kind),
            Self::ProductCategory(category) => facts.product_categories.iter().any(|has| is_same_name(has, category)),
            Self::CustomerTier(tier) => facts.customer_tier == *tier,
            Self::Channel(channel) => facts.channel == *channel,
            Self::Country(country) => facts.country.as_ref() == Some(country),
            Self::Region(region) => facts.region.as_ref().is_some_and(|has| is_same_name(has, region)),
            Self::KeyAccount => facts.key_account,
            Self::Rush => facts.rush,
            Self::Preorder => facts.preorder,
            Self::All(all) => all.iter().all(|c| c.holds(facts)),
            Self::Any(any) => any.iter().any(|c| c.holds(facts)),
            Self::Not(inner) => !inner.holds(facts),
        }
    }

    /// What of an order's content the condition looks at: where none of it changes, what was decided
    /// because of it still stands.
    pub fn topics(&self) -> BTreeSet<Topic> {
        let own: &[Topic] = match self {
            Self::Always => WHOLE,
            Self::AmountAbove(_) | Self::DiscountAbove(_) => &[Topic::Prices],
            Self::LineKind(_) | Self::ProductCategory(_) => &[Topic::Goods],
            Self::CustomerTier(_) => &[Topic::Customer],
            Self::Country(_) | Self::Region(_) => &[Topic::Destination],
            Self::KeyAccount => &[Topic::KeyAccount, Topic::Customer],
            Self::Rush => &[Topic::Rush],
            Self::Preorder => &[Topic::Preorder],
            Self::Channel(_) | Self::All(_) | Self::Any(_) | Self::Not(_) => &[],
        };
        own.iter().copied().chain(self.parts().iter().flat_map(Self::topics)).collect()
    }

    /// What is wrong with the condition, if anything is.
    pub fn flaw(&self) -> Option<Flaw> {
        if self.depth() > DEEPEST || self.size() > MOST {
            return Some(("too_large", "may be nested 8 deep and hold 100 conditions at most", "最多嵌套 8 层、共 100 个条件"));
        }
        self.own_flaw().or_else(|| self.parts().iter().find_map(Self::flaw))
    }

    /// The conditions that it is made of.
    fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Not(part) => std::slice::from_ref(part),
            _ => &[],
        }
    }

    fn depth(&self) -> usize {
        1 + self.parts().iter().map(Self::depth).max().unwrap_or(0)
    }

    fn size(&self) -> usize {
        1 + self.parts().iter().map(Self::size).sum::<usize>()
    }

    fn own_flaw(&self) -> Option<Flaw> {
        let (good, flaw) = match self {
            Self::AmountAbove(limit) => (*limit >= Amount::ZERO, ("range", "an amount must not be negative", "金额不得为负数")),
            Self::DiscountAbove(part) => {
                ((Amount::ZERO..=Amount::ONE).contains(part), ("range", "a discount lies between 0 and 1", "折扣须在 0 到 1 之间"))
            }
            Self::Country(code) => {
                (codes::is_country(code), ("country", "a country is an ISO 3166-1 code, such as CN", "国家须为 ISO 3166-1 代码，例如 CN"))
            }
            Self::Region(text) | Self::ProductCategory(text) => {
                let good = !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
                (good, ("text", "a region or category is text of 1 to 100 characters", "地区或类别须为 1 至 100 个字符的文本"))
            }
            Self::All(parts) | Self::Any(parts) => {
                ((1..=MOST_IN_LIST).contains(&parts.len()), ("length", "all and any take 1 to 20 conditions", "all 与 any 须含 1 至 20 个条件"))
            }
            _ => return None,
        };
        (!good).then_some(flaw)
    }
}

/// The rules that apply to an order, in their order.
pub fn applying<'r>(rules: &'r [Rule], facts: &Facts) -> Vec<&'r Rule> {
    let mut applying = Vec::new();
    for rule in rules.iter().filter(|rule| rule.condition.holds(facts)) {
        applying.push(rule);
        if rule.exclusive {
            break;
        }
    }
    applying
}

/// The steps that the rules which apply call for, lowest level first, each with the rules that called for it.
pub fn steps(applying: &[&Rule]) -> Vec<PlannedStep> {
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
        id: None,
        code: code.to_owned(),
        version: 1,
        title_en: en.to_owned(),
        title_zh: zh.to_owned(),
        condition,
        roles: roles.to_vec(),
        exclusive: false,
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

    fn plain() -> Facts {
        Facts {
            total_in_base: Some(Amount::units(50_000)),
            discount: Amount::ZERO,
            line_kinds: vec![LineKind::Standard],
            product_categories: vec!["Paper".to_owned()],
            customer_tier: CustomerTier::Standard,
            channel: Channel::Web,
            country: Some("CN".to_owned()),
            region: Some("Shanghai".to_owned()),
            key_account: false,
            rush: false,
            preorder: false,
        }
    }

    fn roles(change: impl FnOnce(&mut Facts)) -> Vec<Role> {
        let mut facts = plain();
        change(&mut facts);
        steps(&applying(&default_rules(), &facts)).into_iter().map(|s| s.role).collect()
    }

    fn condition(text: &str) -> Condition {
        serde_json::from_str(text).unwrap()
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
        let facts = Facts { total_in_base: None, line_kinds: vec![LineKind::Custom], key_account: true, ..plain() };
        assert_eq!(steps(&applying(&default_rules(), &facts))[1].rules, ["large_order", "custom_goods", "key_account"]);
    }

    #[test]
    fn each_condition_holds_for_what_it_names_and_for_nothing_else() {
        // DOMAIN 2.1
        let large = Facts { total_in_base: Amount::parse("50000.01"), discount: Amount::parse("0.1001").unwrap(), ..plain() };
        let other = Facts {
            line_kinds: vec![LineKind::Service],
            product_categories: Vec::new(),
            customer_tier: CustomerTier::KeyAccount,
            channel: Channel::Fax,
            country: None,
            region: Some("Beijing".to_owned()),
            ..plain()
        };
        for (text, on_plain, on_large, on_other) in [
            (r#""always""#, true, true, true),
            (r#"{"amount_above":"50000"}"#, false, true, false),
            (r#"{"discount_above":"0.1"}"#, false, true, false),
            (r#"{"line_kind":"standard"}"#, true, true, false),
            (r#"{"product_category":"paper"}"#, true, true, false),
            (r#"{"customer_tier":"key_account"}"#, false, false, true),
            (r#"{"channel":"web"}"#, true, true, false),
            (r#"{"country":"CN"}"#, true, true, false),
            (r#"{"region":" SHANGHAI"}"#, true, true, false),
            (r#"{"all":["always",{"channel":"web"},{"not":{"amount_above":"50000"}}]}"#, true, false, false),
            (r#"{"any":["rush",{"channel":"fax"}]}"#, false, false, true),
        ] {
            let condition = condition(text);
            assert_eq!(condition.flaw(), None, "{text}");
            assert_eq!((condition.holds(&plain()), condition.holds(&large), condition.holds(&other)), (on_plain, on_large, on_other), "{text}");
        }
    }

    #[test]
    fn a_condition_that_says_nothing_or_too_much_is_none() {
        let deep = format!("{}\"rush\"{}", "{\"not\":".repeat(8), "}".repeat(8));
        let wide = format!("{{\"all\":[{}]}}", vec![r#"{"any":["rush","rush","rush","rush","rush"]}"#; 17].join(","));
        for text in [
            r#"{"all":[]}"#,
            r#"{"any":[]}"#,
            r#"{"not":{"all":[]}}"#,
            r#"{"amount_above":"-1"}"#,
            r#"{"discount_above":"1.1"}"#,
            r#"{"country":"cn"}"#,
            r#"{"region":" "}"#,
            r#"{"product_category":"a\nb"}"#,
            &deep,
            &wide,
        ] {
            assert!(condition(text).flaw().is_some(), "{text}");
        }
        assert_eq!(condition(&deep[7..deep.len() - 1]).flaw(), None);
    }

    #[test]
    fn after_an_exclusive_rule_that_applies_no_other_is_asked() {
        let mut rules = default_rules();
        let trusted = Rule { code: "trusted_shop".to_owned(), condition: condition(r#"{"channel":"web"}"#), exclusive: true, ..rules[0].clone() };
        rules.insert(0, trusted);
        let large = Facts { total_in_base: None, ..plain() };
        let codes = |facts: &Facts| applying(&rules, facts).iter().map(|rule| rule.code.clone()).collect::<Vec<_>>();
        assert_eq!(codes(&large), ["trusted_shop"]);
        assert_eq!(codes(&Facts { channel: Channel::Phone, ..large }), ["every_order", "large_order"]);
    }

    #[test]
    fn conditions_are_kept_as_plain_data() {
        let text = r#"{"all":[{"amount_above":"50000.0000"},{"not":"rush"}]}"#;
        let condition: Condition = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&condition).unwrap(), text);
    }
}
