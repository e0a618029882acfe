//! A customer's credit (DOMAIN 2.3): what they have yet to pay, in the base currency, against their
//! limit; and invoices that are past due. Every order that is neither cancelled nor paid counts from the
//! moment it is entered, and whoever judges holds the customer, so of two orders that would share the last
//! of a limit one sees the other.

use super::checks::{Finding, capped, check, finding};
use crate::db::Conn;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::error::Result;
use crate::repositories::approvals::evidence::{self, Unpaid};
use crate::repositories::approvals::{Check, CheckKind, CheckResult};
use crate::repositories::customers::{self, Customer};
use crate::repositories::exchange_rates::{self, Conversion};
use crate::repositories::money::due::{self, PastDue};
use crate::repositories::orders::Order;
use chrono::NaiveDate;
use serde_json::json;
use std::collections::BTreeMap;

/// What is left to pay of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    pub order: Id,
    pub number: String,
    /// ISO 4217.
    pub currency: String,
    pub total: Amount,
    pub left: Amount,
    /// None where no exchange rate is known.
    pub left_in_base: Option<Amount>,
}

/// A customer's credit as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// In the base currency; none for no limit.
    pub limit: Option<Amount>,
    pub owed: Vec<Owed>,
    /// There are more orders of which something is left to pay.
    pub more: bool,
    /// Invoices that are past due and not paid, and how many were paid late.
    pub past_due: PastDue,
}

/// So many unpaid orders are looked at; who has more has other troubles.
const MOST: usize = 1000;

/// So many overdue invoices are named.
const NAMED: usize = 10;

/// What the check of a round needs to know of a customer's credit: without a limit, no order.
///
/// # Errors
/// Those of the database.
pub fn needed(conn: &mut Conn, company: &Company, today: NaiveDate, customer: &Customer) -> Result<Credit> {
    match customer.credit_limit {
        Some(_) => {
            customers::hold(conn, customer.id)?;
            of(conn, company, today, customer)
        }
        None => Ok(Credit { limit: None, owed: Vec::new(), more: false, past_due: due::past_due(conn, customer.id, company, today)? }),
    }
}

/// A customer's credit.
///
/// # Errors
/// Those of the database.
pub fn of(conn: &mut Conn, company: &Company, today: NaiveDate, customer: &Customer) -> Result<Credit> {
    let mut owed = Vec::new();
    let mut rates: BTreeMap<String, Option<Conversion>> = BTreeMap::new();
    let mut unpaid = evidence::unpaid_orders(conn, customer.id, MOST as i64 + 1)?;
    let more = unpaid.len() > MOST;
    unpaid.truncate(MOST);
    for unpaid in unpaid {
        let left = capped(left(&unpaid));
        let rate = match rates.get(&unpaid.currency) {
            Some(rate) => *rate,
            None => {
                let rate = exchange_rates::rate_on(conn, company, &unpaid.currency, today)?;
                rates.insert(unpaid.currency.clone(), rate);
                rate
            }
        };
        let left_in_base = rate.and_then(|rate| rate.of(left));
        owed.push(Owed { order: unpaid.order, number: unpaid.number, currency: unpaid.currency, total: unpaid.total, left, left_in_base });
    }
    Ok(Credit { limit: customer.credit_limit, owed, more, past_due: due::past_due(conn, customer.id, company, today)? })
}

/// What is left to pay of an order, in parts; what was paid too much counts for no other order.
fn left(unpaid: &Unpaid) -> i128 {
    let paid: i128 = unpaid.payments.iter().map(|amount| i128::from(amount.parts())).sum();
    (i128::from(unpaid.total.parts()) - paid).max(0)
}

impl Credit {
    /// Adds what an order would come to that is not entered; without a limit nothing is compared.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add(&mut self, conn: &mut Conn, company: &Company, today: NaiveDate, order: &Order) -> Result<()> {
        if self.limit.is_some() {
            let left_in_base = exchange_rates::in_base(conn, company, order.total, &order.currency, today)?;
            let Order { id, number, currency, total, .. } = order.clone();
            self.owed.push(Owed { order: id, number, currency, total, left: total, left_in_base });
        }
        Ok(())
    }

    /// What is known to be left to pay, in 1/10,000 of the base currency.
    fn exposure_in_parts(&self) -> i128 {
        self.owed.iter().filter_map(|owed| owed.left_in_base).map(|left| i128::from(left.parts())).sum()
    }

    /// What is known to be left to pay, in the base currency; cut at the largest amount.
    pub fn exposure(&self) -> Amount {
        capped(self.exposure_in_parts())
    }

    /// The currencies of which no rate is known, each once.
    pub fn without_rate(&self) -> Vec<&str> {
        let mut currencies: Vec<&str> = self.owed.iter().filter(|owed| owed.left_in_base.is_none()).map(|owed| owed.currency.as_str()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }

    /// What is left of the limit; none without a limit.
    pub fn available(&self) -> Option<Amount> {
        self.limit.map(|limit| limit.minus(self.exposure()).unwrap_or_default().max(Amount::ZERO))
    }

    /// The check that this comes to, in words.
    pub fn check(&self, base_currency: &str) -> Check {
        let overdue: Vec<&str> = self.past_due.unpaid.iter().filter_map(|invoice| invoice.number.as_deref()).collect();
        let exposure = self.limit.map(|limit| judge_exposure(self, limit, base_currency));
        let found: Vec<Finding> = std::iter::once(judge_invoices(&overdue, self.past_due.paid_late)).chain(exposure).collect();
        let amount = |amount: Amount| amount.text(codes::minor_digits(base_currency).unwrap_or(2));
        let inputs = json!({
            "currency": base_currency,
            "limit": self.limit.map(amount),
            "exposure": self.limit.map(|_| amount(self.exposure())),
            "without_rate": self.without_rate(),
            "past_due": overdue,
            "paid_late": self.past_due.paid_late,
        });
        check(CheckKind::Credit, &found, inputs)
    }
}

fn judge_invoices(overdue: &[&str], paid_late: usize) -> Finding {
    if overdue.is_empty() && paid_late > 0 {
        let en = format!("No invoice is past due; {paid_late} of the last year were paid late.");
        return finding(CheckResult::Warn, en, format!("无逾期未付发票；近一年有 {paid_late} 张逾期后付款。"));
    }
    if overdue.is_empty() {
        return finding(CheckResult::Pass, "No invoice is past due.", "无逾期未付发票。");
    }
    let named = overdue.get(..NAMED).unwrap_or(overdue).join(", ");
    let more = overdue.len().saturating_sub(NAMED);
    let (en, zh) = if more > 0 { (format!(" and {more} more"), format!(" 等，另有 {more} 张")) } else { Default::default() };
    finding(CheckResult::Fail, format!("Past due and not paid: {named}{en}."), format!("逾期未付发票：{named}{zh}。"))
}

/// What the customer has yet to pay against the limit. Without a rate some of it cannot be compared, but
/// what is known may be too much already.
fn judge_exposure(credit: &Credit, limit: Amount, currency: &str) -> Finding {
    let (known, without_rate) = (credit.exposure(), credit.without_rate());
    let digits = codes::minor_digits(currency).unwrap_or(2);
    let (owed, limit_text) = (known.text(digits), limit.text(digits));
    let result = match credit.exposure_in_parts() > i128::from(limit.parts()) {
        true => CheckResult::Fail,
        false if without_rate.is_empty() && !credit.more => CheckResult::Pass,
        false => CheckResult::Warn,
    };
    let others = match without_rate.is_empty() {
        true => (String::new(), String::new()),
        false => (
            format!(" There are more in {}, for which no exchange rate is known.", without_rate.join(", ")),
            format!("另有 {} 的未付订单，缺少汇率。", without_rate.join("、")),
        ),
    };
    let (oldest_en, oldest_zh) = if credit.more { ("The oldest 1000 unpaid", "最早的 1000 笔未付") } else { ("Unpaid", "未付") };
    finding(
        result,
        format!("{oldest_en} orders come to {owed} {currency}; the limit is {limit_text}.{}", others.0),
        format!("{oldest_zh}订单合计 {owed} {currency}，信用额度 {limit_text}。{}", others.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::LIMIT;

    fn owed(currency: &str, left: i32, in_base: Option<i32>) -> Owed {
        let (order, left) = (Id::from_parts(1, [1; 10]), Amount::units(left));
        Owed { order, number: "1".to_owned(), currency: currency.to_owned(), total: left, left, left_in_base: in_base.map(Amount::units) }
    }

    #[test]
    fn what_is_left_of_an_order_is_never_less_than_nothing() {
        // DOMAIN 2.3
        let unpaid = |total: i32, payments: &[i32]| Unpaid {
            order: Id::from_parts(1, [1; 10]),
            number: "1".to_owned(),
            currency: "CNY".to_owned(),
            total: Amount::units(total),
            payments: payments.iter().map(|paid| Amount::units(*paid)).collect(),
        };
        assert_eq!(left(&unpaid(80, &[10, 20])), i128::from(Amount::units(50).parts()));
        assert_eq!(left(&unpaid(50, &[150])), 0, "what was paid too much is not credited to others");
    }

    #[test]
    fn exposure_is_measured_by_what_is_known_of_it() {
        // DOMAIN 2.3, DECISIONS 24
        let check = |owed: Vec<Owed>| Credit { limit: Some(Amount::units(100)), owed, more: false, past_due: PastDue::default() }.check("CNY");
        let many =
            |left| Credit { limit: Some(Amount::units(100)), owed: vec![owed("CNY", left, Some(left))], more: true, past_due: PastDue::default() };
        assert_eq!([many(100).check("CNY").result, many(101).check("CNY").result], [CheckResult::Warn, CheckResult::Fail]);
        assert_eq!(check(vec![owed("CNY", 60, Some(60)), owed("USD", 6, Some(40))]).result, CheckResult::Pass);
        assert_eq!(check(vec![owed("CNY", 60, Some(60)), owed("USD", 6, Some(41))]).result, CheckResult::Fail);
        assert_eq!(check(vec![owed("CNY", 100, Some(100)), owed("EUR", 1, None)]).result, CheckResult::Warn);
        assert_eq!(check(vec![owed("CNY", 101, Some(101)), owed("EUR", 1, None)]).result, CheckResult::Fail);
        let most = Owed { left_in_base: Amount::from_parts(i128::from(LIMIT)).ok(), ..owed("CNY", 1, None) };
        assert_eq!(check(vec![most.clone(), most]).result, CheckResult::Fail);
        let unknown = check(vec![owed("JPY", 1, None), owed("EUR", 1, None), owed("JPY", 1, None)]);
        assert!(unknown.detail_en.ends_with("There are more in EUR, JPY, for which no exchange rate is known."));
    }

    #[test]
    fn what_is_available_is_what_the_limit_leaves() {
        let credit = |limit: Option<i32>| Credit {
            limit: limit.map(Amount::units),
            owed: vec![owed("CNY", 60, Some(60))],
            more: false,
            past_due: PastDue::default(),
        };
        assert_eq!(credit(Some(100)).available(), Some(Amount::units(40)));
        assert_eq!(credit(Some(50)).available(), Some(Amount::ZERO));
        assert_eq!(credit(None).available(), None);
        assert_eq!(credit(None).check("CNY").result, CheckResult::Pass);
    }

    #[test]
    fn a_past_due_invoice_fails_the_credit_check() {
        // DOMAIN 7.1
        assert_eq!(judge_invoices(&[], 0).result, CheckResult::Pass);
        assert_eq!(judge_invoices(&[], 2).result, CheckResult::Warn, "DOMAIN 2.3: in the last year");
        let late = judge_invoices(&["A-1", "A-2"], 1);
        assert_eq!((late.result, late.en.as_str()), (CheckResult::Fail, "Past due and not paid: A-1, A-2."));
    }
}
