//! What approvers should look at (DOMAIN 2.3): the customer's credit, the stock, and whether the
//! goods can arrive as promised. Gathered when a round is opened, and again on demand; what fails asks
//! for somebody who may override it. A customer's credit is reckoned in `credit`.

use super::{credit, facts};
use crate::db::Tx;
use crate::domain::amount::{Amount, LIMIT};
use crate::domain::approval_policy::Facts;
use crate::domain::calendar::Calendar;
use crate::domain::carrier::Carrier;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::Status;
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::LineKind;
use crate::domain::settings::DeliveryArea;
use crate::domain::stock::outstanding;
use crate::domain::task_plan::{self, Making, Template};
use crate::domain::words::Language;
use crate::error::Result;
use crate::repositories::approvals::evidence::Subject;
use crate::repositories::approvals::{Check, CheckKind, CheckResult};
use crate::repositories::orders::parts::{Delivery, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::stock::{Allocation, allocations_of, balances_of_many};
use crate::repositories::tasks::{self, templates};
use crate::repositories::{calendar, carriers, products, settings};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One sentence of a check.
pub(super) struct Finding {
    pub result: CheckResult,
    pub en: String,
    pub zh: String,
}

pub(super) fn finding(result: CheckResult, en: impl Into<String>, zh: impl Into<String>) -> Finding {
    Finding { result, en: en.into(), zh: zh.into() }
}

/// A check is as good as the worst of what it found.
pub(super) fn check(kind: CheckKind, found: &[Finding], inputs: Value) -> Check {
    Check {
        kind,
        result: found.iter().map(|f| f.result).max().unwrap_or(CheckResult::Warn),
        detail_en: found.iter().map(|f| f.en.as_str()).filter(|said| !said.is_empty()).collect::<Vec<_>>().join(" "),
        detail_zh: found.iter().map(|f| f.zh.as_str()).collect(),
        inputs,
    }
}

/// All checks of an order, as of now.
pub fn gather(tx: &mut Tx, subject: &Subject) -> Result<Vec<Check>> {
    let (company, today) = (tx.company.clone(), facts::today(tx));
    let mut credit = credit::needed(tx.conn, &company, today, &subject.customer)?;
    if orders::find_stamp(tx.conn, subject.order.id)?.is_none() {
        credit.add(tx.conn, &company, today, &subject.order)?; // it is only tried, and would count once it is entered
    }
    let credit = credit.check(&company.base_currency);
    let facts = facts::gather(tx, subject)?;
    Ok(vec![credit, stock(tx, subject)?, delivery(tx, subject, &facts)?])
}

/// A sum in 1/10,000 parts, cut at the largest amount.
pub(super) fn capped(parts: i128) -> Amount {
    Amount::from_parts(parts.min(i128::from(LIMIT))).unwrap_or_default()
}

/// What an order needs of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Needed {
    product: Id,
    /// What is short of it is made.
    made: bool,
    sku: String,
    quantity: i128,
}

/// What is to come from stock, summed by product, in the order of the lines.
fn needed(lines: &[Line], held: &[Allocation]) -> Result<Vec<Needed>> {
    let mut all: Vec<Needed> = Vec::new();
    for line in lines.iter().filter(|line| line.kind == LineKind::Standard) {
        let Some(product) = line.product_id else { continue };
        let reserved = Amount::sum(held.iter().filter(|held| held.line_id == line.id).map(|held| held.reserved))?;
        let quantity = i128::from(outstanding(line.quantity, line.picked.plus(line.to_make)?, reserved)?.parts());
        match all.iter_mut().find(|needed| needed.product == product) {
            Some(needed) => needed.quantity += quantity,
            None => all.push(Needed { product, made: false, sku: line.sku.clone().unwrap_or_else(|| line.name.clone()), quantity }),
        }
    }
    Ok(all)
}

fn stock(tx: &mut Tx, Subject { order, lines, .. }: &Subject) -> Result<Check> {
    // what is reviewed has some of it already
    let late = order.state.status() != Status::Created;
    let held = if late { allocations_of(tx.conn, order.id)? } else { Vec::new() };
    let mut needed = needed(lines, &held)?;
    let known: Vec<Id> = needed.iter().map(|n| n.product).collect();
    let made: BTreeSet<Id> =
        products::find_many(tx.conn, &known)?.into_iter().filter(|product| product.made_when_short).map(|product| product.id).collect();
    needed.iter_mut().for_each(|needed| needed.made = made.contains(&needed.product));
    let products: Vec<Id> = needed.iter().map(|n| n.product).collect();
    let mut available: BTreeMap<Id, i128> = BTreeMap::new();
    for balance in balances_of_many(tx.conn, &products)? {
        *available.entry(balance.product_id).or_default() += i128::from(balance.available().parts());
    }
    let untracked = lines.iter().filter(|line| line.kind == LineKind::Standard && line.product_id.is_none()).count();
    let there = |needed: &Needed| available.get(&needed.product).copied().unwrap_or_default();
    let input = |needed: &Needed| json!({"sku": needed.sku, "needed": capped(needed.quantity).short(), "available": capped(there(needed)).short()});
    let inputs = json!({"products": needed.iter().map(input).collect::<Vec<_>>(), "lines_without_product": untracked});
    Ok(check(CheckKind::Stock, &judge_stock(&needed, &available, untracked), inputs))
}

fn judge_stock(needed: &[Needed], available: &BTreeMap<Id, i128>, untracked: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    for Needed { product, made, sku, quantity } in needed {
        let there = available.get(product).copied().unwrap_or_default();
        if there < *quantity {
            let (wanted, there) = (capped(*quantity).short(), capped(there).short());
            found.push(finding(
                if *made { CheckResult::Warn } else { CheckResult::Fail },
                format!("{sku}: {wanted} ordered, {there} available."),
                format!("{sku}：订购 {wanted}，可用 {there}。"),
            ));
        }
    }
    if untracked > 0 {
        let en = format!("Not in the catalogue, so without known stock: {untracked} line(s).");
        found.push(finding(CheckResult::Warn, en, format!("{untracked} 条明细不在目录中，库存未知。")));
    }
    if found.is_empty() && needed.is_empty() {
        found.push(finding(CheckResult::Pass, "Nothing comes from stock.", "无需备货。"));
    } else if found.is_empty() {
        found.push(finding(CheckResult::Pass, "Everything that comes from stock is available.", "所需库存均可用。"));
    }
    found
}

fn delivery(tx: &mut Tx, Subject { order, lines, delivery, .. }: &Subject, facts: &Facts) -> Result<Check> {
    let (_, settings) = settings::load(tx.conn)?;
    let (calendar, carriers) = (calendar::load(tx.conn, tx.company.zone)?, carriers::active(tx.conn)?);
    let ready = ready_on(tx, order, (lines, delivery), facts, &calendar)?;
    let promised = lines.iter().filter_map(|line| line.promised_date).chain(delivery.promised_date).min();
    let found =
        [judge_address(lines, delivery), judge_coverage(lines, delivery, (&settings.delivery_areas, &carriers)), judge_promise(promised, ready)];
    let inputs = json!({
        "country": delivery.country,
        "region": delivery.region,
        "method": delivery.method,
        "promised_date": promised,
        "ready_date": ready,
    });
    Ok(check(CheckKind::Delivery, &found, inputs))
}

/// The day on which an order that is agreed today could have left, by the time of the tasks that it has or would have
/// (DOMAIN 2.3); none past the calendar, today where it has none.
fn ready_on(tx: &mut Tx, order: &Order, (lines, delivery): (&[Line], &Delivery), facts: &Facts, calendar: &Calendar) -> Result<Option<NaiveDate>> {
    let now = tx.now.utc();
    let there = if order.state.status() == Status::Created { Vec::new() } else { tasks::list_of_order(tx.conn, order.id)? };
    // what is done is not done again; what is ahead takes its time by the lines as they are now
    let done: Vec<String> = there.into_iter().filter(|task| task.status == TaskStatus::Done).map(|task| task.code).collect();
    let planned = task_plan::Facts {
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        judged: Some(facts.clone()),
        reviewed_at: now,
        released_at: now,
        shipped_at: None,
        promised_date: lines.iter().filter_map(|line| line.promised_date).chain(delivery.promised_date).min(),
        lead_time_days: products::longest_lead_time(tx.conn, lines)?,
        making: Making::of(lines.iter().map(|line| (line.is_made(), line.is_stored()))),
    };
    let mut templates: Vec<Template> = templates::active(tx.conn)?.into_iter().map(Template::from).collect();
    templates.retain(|template| !done.contains(&template.code));
    let end = task_plan::earliest_end(&templates, &planned, now, calendar);
    Ok(end.map(|end| calendar.local_date(end)))
}

fn judge_address(lines: &[Line], delivery: &Delivery) -> Finding {
    let goods = lines.iter().any(|line| line.kind != LineKind::Service);
    if !goods || delivery.method == Some(DeliveryMethod::SelfPickup) {
        return finding(CheckResult::Pass, "Nothing is sent to an address.", "无需送货。");
    }
    let missing = delivery.missing(lines);
    if missing.is_empty() {
        return finding(CheckResult::Pass, "The address is complete.", "收货地址完整。");
    }
    let en = missing.iter().map(|(en, _)| *en).collect::<Vec<_>>().join(", ");
    let zh = missing.iter().map(|(_, zh)| *zh).collect::<Vec<_>>().join("、");
    finding(CheckResult::Fail, format!("The address lacks: {en}."), format!("收货地址缺少：{zh}。"))
}

/// Whether the method that was chosen, or any where none was, serves the address: by what the company says of it, and
/// where a carrier is needed by any of those that carry so.
fn judge_coverage(lines: &[Line], delivery: &Delivery, (areas, carriers): (&[DeliveryArea], &[Carrier])) -> Finding {
    let goods = lines.iter().any(|line| line.kind != LineKind::Service);
    let country = delivery.country.as_deref().filter(|country| !country.trim().is_empty());
    let (Some(country), true, false) = (country, goods, delivery.method == Some(DeliveryMethod::SelfPickup)) else {
        return finding(CheckResult::Pass, "", "");
    };
    let serves = |method: DeliveryMethod| {
        let mut of_method = areas.iter().filter(|area| area.method == method).peekable();
        let served = of_method.peek().is_none() || of_method.any(|area| area.holds(country, delivery.region.as_deref()));
        let mut able = carriers.iter().filter(|carrier| carrier.methods.contains(&method)).peekable();
        served && (able.peek().is_none() || able.any(|carrier| carrier.serves(country, delivery.region.as_deref())))
    };
    let sending = DeliveryMethod::ALL.iter().copied().filter(|method| *method != DeliveryMethod::SelfPickup);
    let mut asked: Vec<DeliveryMethod> = delivery.method.map_or_else(|| sending.collect(), |method| vec![method]);
    asked.retain(|method| serves(*method));
    if !asked.is_empty() {
        return finding(CheckResult::Pass, "The address is served.", "收货地址可配送。");
    }
    let place = delivery.region.as_deref().map_or_else(|| country.to_owned(), |region| format!("{region}, {country}"));
    let [en, zh] = [Language::English, Language::Chinese].map(|language| delivery.method.map(|method| method.label(language)));
    let (en, zh) = (en.unwrap_or("Any method"), zh.unwrap_or("任何配送方式"));
    finding(CheckResult::Fail, format!("{en} does not serve {place}."), format!("{zh}不配送至 {place}。"))
}

/// Whether the earliest promise can be kept by who begins today.
fn judge_promise(promised: Option<NaiveDate>, ready: Option<NaiveDate>) -> Finding {
    match (promised, ready) {
        (None, _) => finding(CheckResult::Pass, "No date is promised.", "未承诺交期。"),
        (_, None) => finding(CheckResult::Warn, "The working calendar does not reach that far.", "工作日历未覆盖该日期。"),
        (Some(promised), Some(ready)) if ready > promised => {
            let en = format!("Promised for {promised}; by the time that its tasks take it leaves on {ready} at the earliest.");
            finding(CheckResult::Fail, en, format!("承诺 {promised} 交付；按任务工期最早 {ready} 可发出。"))
        }
        _ => finding(CheckResult::Pass, "The promised dates can be kept.", "承诺交期可以达成。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::carrier::{Coverage, default_carriers};

    fn id(byte: u8) -> Id {
        Id::from_parts(1, [byte; 10])
    }

    fn line(kind: LineKind, product: Option<Id>, quantity: i32) -> Line {
        Line {
            product_id: product,
            sku: product.map(|_| "PAPER".to_owned()),
            name: "Paper".to_owned(),
            specification: String::new(),
            unit: "set".to_owned(),
            kind,
            quantity: Amount::units(quantity),
            unit_price: Amount::ONE,
            ..Line::new(id(2), id(1))
        }
    }

    fn to(country: Option<&str>, method: Option<DeliveryMethod>, promised_date: Option<NaiveDate>) -> Delivery {
        Delivery {
            order_id: id(2),
            country: country.map(str::to_owned),
            region: None,
            city: country.map(str::to_owned),
            street: country.map(str::to_owned),
            postcode: None,
            contact_name: None,
            phone: None,
            method,
            requested_date: None,
            requested_within_working_days: None,
            promised_date,
            instructions: String::new(),
            in_parts: false,
        }
    }

    #[test]
    fn a_check_is_as_good_as_the_worst_that_it_found() {
        let found = [finding(CheckResult::Fail, "A.", "甲。"), finding(CheckResult::Warn, "B.", "乙。"), finding(CheckResult::Pass, "C.", "丙。")];
        let check = check(CheckKind::Stock, &found, Value::Null);
        assert_eq!((check.result, check.detail_en.as_str(), check.detail_zh.as_str()), (CheckResult::Fail, "A. B. C.", "甲。乙。丙。"));
    }

    #[test]
    fn stock_is_asked_for_once_a_product_and_only_for_what_is_tracked() {
        // DOMAIN 2.3, DECISIONS 20
        let lines = [line(LineKind::Standard, Some(id(7)), 3), line(LineKind::Custom, Some(id(8)), 1), line(LineKind::Standard, Some(id(7)), 4)];
        let needed = needed(&lines, &[]).unwrap();
        assert_eq!(needed, [Needed { product: id(7), made: false, sku: "PAPER".to_owned(), quantity: i128::from(Amount::units(7).parts()) }]);
        let with = |units: i32| BTreeMap::from([(id(7), i128::from(Amount::units(units).parts()))]);
        let result =
            |available: &BTreeMap<Id, i128>, untracked| check(CheckKind::Stock, &judge_stock(&needed, available, untracked), Value::Null).result;
        assert_eq!(result(&with(7), 0), CheckResult::Pass);
        assert_eq!(result(&with(7), 1), CheckResult::Warn);
        assert_eq!(result(&BTreeMap::new(), 0), CheckResult::Fail);
        assert_eq!(judge_stock(&needed, &with(6), 0)[0].en, "PAPER: 7 ordered, 6 available.");
        assert_eq!(judge_stock(&[], &BTreeMap::new(), 0)[0].result, CheckResult::Pass);
    }

    #[test]
    fn an_address_is_needed_for_what_is_sent() {
        let goods = [line(LineKind::Standard, None, 1)];
        assert_eq!(judge_address(&goods, &to(Some("CN"), None, None)).result, CheckResult::Pass);
        assert_eq!(judge_address(&goods, &to(None, None, None)).en, "The address lacks: country, city, street.");
        assert_eq!(judge_address(&goods, &to(None, Some(DeliveryMethod::SelfPickup), None)).result, CheckResult::Pass);
        assert_eq!(judge_address(&[line(LineKind::Service, None, 1)], &to(None, None, None)).result, CheckResult::Pass);
    }

    #[test]
    fn an_address_is_served_by_the_method_that_was_chosen_or_by_any() {
        // DOMAIN 2.3
        let goods = [line(LineKind::Standard, None, 1)];
        let area = |method, regions: &[&str]| DeliveryArea {
            method,
            countries: vec!["CN".to_owned()],
            regions: regions.iter().map(|r| (*r).to_owned()).collect(),
        };
        let here = [area(DeliveryMethod::Courier, &[]), area(DeliveryMethod::OwnDelivery, &["Shanghai"]), area(DeliveryMethod::Freight, &["Tibet"])];
        let judge = |country: &str, region: Option<&str>, method| {
            let place = Delivery { region: region.map(str::to_owned), ..to(Some(country), method, None) };
            judge_coverage(&goods, &place, (&here, &[])).result
        };
        assert_eq!(judge("CN", None, Some(DeliveryMethod::Courier)), CheckResult::Pass);
        assert_eq!(judge("CN", Some("shanghai"), Some(DeliveryMethod::OwnDelivery)), CheckResult::Pass);
        assert_eq!(judge("CN", Some("Tibet"), Some(DeliveryMethod::OwnDelivery)), CheckResult::Fail);
        assert_eq!([judge("CN", None, None), judge("DE", None, None)], [CheckResult::Pass, CheckResult::Fail]);
        assert_eq!(judge("DE", None, Some(DeliveryMethod::SelfPickup)), CheckResult::Pass);
        let anywhere = judge_coverage(&goods, &to(Some("DE"), None, None), (&[], &[]));
        assert_eq!(anywhere.result, CheckResult::Pass, "nothing said, everywhere served");
        assert_eq!(judge_coverage(&[line(LineKind::Service, None, 1)], &to(Some("DE"), None, None), (&here, &[])).result, CheckResult::Pass);
        let mut carriers = default_carriers();
        carriers.iter_mut().for_each(|carrier| carrier.coverage = vec![Coverage { country: "CN".into(), region: None, service_days: None }]);
        let courier = |country| judge_coverage(&goods, &to(Some(country), Some(DeliveryMethod::Courier), None), (&[], &carriers)).result;
        assert_eq!([courier("CN"), courier("DE")], [CheckResult::Pass, CheckResult::Fail], "no carrier goes there");
    }

    #[test]
    fn a_promise_before_the_goods_can_leave_fails() {
        // DOMAIN 2.3
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        let result = |promised, ready| judge_promise(promised, ready).result;
        assert_eq!(result(None, day(5)), CheckResult::Pass);
        assert_eq!(result(day(5), day(5)), CheckResult::Pass);
        assert_eq!(result(day(4), day(5)), CheckResult::Fail);
        assert_eq!(result(day(4), None), CheckResult::Warn);
    }
}
