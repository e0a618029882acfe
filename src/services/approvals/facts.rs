//! What the rules are asked about (DOMAIN 2.1): the facts of an order, reckoned in one place for
//! rounds and for trials.

use crate::db::Tx;
use crate::domain::amount::{Amount, SCALE};
use crate::domain::approval_policy::Facts;
use crate::domain::id::Id;
use crate::error::{Problem, Result};
use crate::repositories::approvals::evidence::{self, Subject};
use crate::repositories::exchange_rates;
use crate::repositories::orders::parts::Line;
use crate::repositories::orders::{self, Order};
use crate::repositories::products::{self, Product};
use chrono::NaiveDate;

/// The day by whose rules and rates orders are judged now, in the company's time zone.
pub fn today(tx: &Tx) -> NaiveDate {
    tx.company.zone.local_date(tx.now.utc())
}

/// An order's total in the base currency; `None` where no rate is known (DECISIONS 24).
pub fn total_in_base(tx: &mut Tx, order: &Order) -> Result<Option<Amount>> {
    let (company, today) = (tx.company.clone(), today(tx));
    exchange_rates::in_base(tx.conn, &company, order.total, &order.currency, today)
}

/// The facts of an order that is there, for others than approvers.
///
/// # Errors
/// Those of the database.
pub fn facts_of(tx: &mut Tx, order: Id) -> Result<Facts> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let subject = evidence::subject(tx.conn, order)?;
    gather(tx, &subject)
}

/// The facts of an order as of now.
pub fn gather(tx: &mut Tx, subject: &Subject) -> Result<Facts> {
    let Subject { order, lines, delivery, customer } = subject;
    let mut kinds: Vec<_> = lines.iter().map(|line| line.kind).collect();
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    let products = products_of(tx, lines)?;
    let usual = |line: &Line| {
        let known = products.iter().find(|product| Some(product.id) == line.product_id && product.currency == order.currency);
        known.map_or(line.unit_price, |product| product.unit_price)
    };
    let priced: Vec<(&Line, Amount)> = lines.iter().map(|line| (line, usual(line))).collect();
    Ok(Facts {
        total_in_base: total_in_base(tx, order)?,
        discount: largest_discount(&priced, order.discount),
        line_kinds: kinds,
        product_categories: categories(&products),
        customer_tier: customer.tier,
        channel: order.channel,
        country: delivery.country.clone(),
        region: delivery.region.clone(),
        key_account: order.key_account,
        rush: order.rush,
        preorder: order.preorder,
    })
}

/// What the catalogue knows of the goods.
fn products_of(tx: &mut Tx, lines: &[Line]) -> Result<Vec<Product>> {
    let ids: Vec<_> = lines.iter().filter_map(|line| line.product_id).collect();
    if ids.is_empty() { Ok(Vec::new()) } else { products::find_many(tx.conn, &ids) }
}

fn categories(products: &[Product]) -> Vec<String> {
    let mut categories: Vec<String> = products.iter().filter_map(|product| product.category.clone()).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// What a line would come to without discount, and what it comes to before rounding, in 1/10,000 cubed.
/// What is sold below its usual price is sold at a discount, whatever that is called.
fn prices((line, usual): &(&Line, Amount)) -> (i128, i128) {
    let scale = i128::from(SCALE);
    let at = |price: Amount| i128::from(line.quantity.parts()) * i128::from(price.parts());
    let gross = at(line.unit_price.max(*usual));
    let net = at(line.unit_price) * (scale - i128::from(line.discount_rate.parts())) - i128::from(line.discount_amount.parts()) * scale * scale;
    (gross * scale, net)
}

/// The part of a price that is taken off, rounded up: it is above a limit of four digits exactly where
/// the part itself is. Nothing is taken off what costs nothing.
fn part((gross, net): (i128, i128)) -> Amount {
    if gross <= 0 || net >= gross {
        return Amount::ZERO;
    }
    // what is left of a price is an amount, so one that is too large to be reckoned with was taken off
    let off = gross.checked_sub(net).and_then(|off| off.checked_mul(i128::from(SCALE)));
    let parts = off.and_then(|off| off.checked_add(gross - 1)).map(|off| off / gross);
    parts.and_then(|parts| Amount::from_parts(parts).ok()).unwrap_or(Amount::ONE).at_most(Amount::ONE)
}

/// The largest discount there is: of a line, or of the whole order with its own.
fn largest_discount(lines: &[(&Line, Amount)], of_order: Amount) -> Amount {
    let prices: Vec<(i128, i128)> = lines.iter().map(prices).collect();
    let (gross, net) = prices.iter().fold((0_i128, 0_i128), |(gross, net), price| (gross.saturating_add(price.0), net.saturating_add(price.1)));
    let whole = part((gross, net.saturating_sub(i128::from(of_order.parts()) * i128::from(SCALE).pow(2))));
    prices.into_iter().map(part).fold(whole, Amount::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::line_amount;
    use crate::domain::id::Id;
    use crate::domain::order::LineKind;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    fn line(quantity: &str, price: &str, rate: &str, off: &str) -> Line {
        let id = Id::from_parts(1, [1; 10]);
        let [quantity, unit_price, discount_rate, discount_amount] = [quantity, price, rate, off].map(amount);
        Line {
            name: "Desk".to_owned(),
            specification: String::new(),
            unit: "piece".to_owned(),
            kind: LineKind::Standard,
            quantity,
            unit_price,
            discount_rate,
            discount_amount,
            amount: line_amount(quantity, unit_price, discount_rate, discount_amount, 2).unwrap(),
            ..Line::new(id, id)
        }
    }

    /// Lines that are sold at their usual price.
    fn as_priced(lines: &[Line]) -> Vec<(&Line, Amount)> {
        lines.iter().map(|line| (line, line.unit_price)).collect()
    }

    #[test]
    fn what_is_sold_below_its_usual_price_is_sold_at_a_discount() {
        let line = line("2", "0.01", "0", "0");
        assert_eq!(largest_discount(&[(&line, amount("10"))], Amount::ZERO), amount("0.999"));
        assert_eq!(largest_discount(&[(&line, amount("0.001"))], Amount::ZERO), Amount::ZERO);
    }

    #[test]
    fn the_largest_discount_counts_wherever_it_is_given() {
        // DOMAIN 2.1
        let discount = |lines: &[Line], of_order: &str| largest_discount(&as_priced(lines), amount(of_order)).short();
        assert_eq!(discount(&[line("3", "3.33", "0", "0")], "0"), "0");
        assert_eq!(discount(&[line("1", "900", "0", "0"), line("1", "100", "0.3", "0")], "0"), "0.3");
        assert_eq!(discount(&[line("1", "900", "0", "0"), line("2", "50", "0", "25")], "0"), "0.25");
        assert_eq!(discount(&[line("1", "900", "0", "0"), line("1", "100", "0", "0")], "200"), "0.2");
        assert_eq!(discount(&[line("1", "900", "0.1", "0"), line("1", "100", "0", "0")], "110"), "0.2");
        assert_eq!(discount(&[line("1", "0", "0", "0")], "0"), "0", "nothing is taken off what costs nothing");
        let most = "999999999999.9999";
        let given_away = || line(most, most, "1", "0");
        assert_eq!(discount(&std::array::from_fn::<_, 200, _>(|_| given_away()), "0"), "1");
    }

    #[test]
    fn a_discount_of_everything_is_seen_however_large_the_order() {
        let line = line("130435000000", "130435000000", "1", "0");
        assert_eq!(largest_discount(&as_priced(std::slice::from_ref(&line)), Amount::ZERO), Amount::ONE);
        assert_eq!(largest_discount(&as_priced(&vec![line; 200]), amount("999999999999")), Amount::ONE);
    }

    #[test]
    fn a_discount_is_above_a_limit_however_little() {
        assert_eq!(largest_discount(&as_priced(&[line("1000000", "1", "0", "100000")]), Amount::ZERO), amount("0.1"));
        assert_eq!(largest_discount(&as_priced(&[line("1000000", "1", "0", "100000.01")]), Amount::ZERO), amount("0.1001"));
    }
}
