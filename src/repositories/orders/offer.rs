//! An order as its customer is asked to agree to it (DOMAIN 2.5).

use super::Order;
use super::parts;
use crate::db::Conn;
use crate::domain::codes;
use crate::domain::offer::{Offer, OfferAddress, OfferLine};
use crate::domain::visible::breaks_a_line;
use crate::error::Result;

/// Text on one line that reads as it is written: no turns of direction, no line breaks.
fn plain(text: &str) -> String {
    text.split(breaks_a_line).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What an order offers its customer.
pub fn offer(conn: &mut Conn, order: &Order) -> Result<Offer> {
    let (details, delivery) = (parts::details(conn, order.id)?, parts::delivery(conn, order.id)?);
    let digits = codes::minor_digits(&order.currency).unwrap_or(4);
    let lines = parts::lines(conn, order.id)?.into_iter().map(|line| OfferLine {
        name: plain(&line.name),
        specification: plain(&line.specification),
        quantity: line.quantity.short(),
        unit: plain(&line.unit),
        unit_price: if line.unit_price.fits(digits) { line.unit_price.text(digits) } else { line.unit_price.short() },
        amount: line.amount.text(digits),
        promised_date: line.promised_date.filter(|date| Some(*date) != delivery.promised_date),
    });
    Ok(Offer {
        order_number: order.number.clone(),
        customer_name: details.customer_name,
        lines: lines.collect(),
        currency: order.currency.clone(),
        goods_amount: order.goods_amount.text(digits),
        discount: order.discount.text(digits),
        shipping_fee: order.shipping_fee.text(digits),
        tax: order.tax.text(digits),
        prices_include_tax: details.prices_include_tax,
        total: order.total.text(digits),
        deposit: details.deposit.map(|deposit| deposit.text(digits)),
        payment_terms: details.payment_terms,
        address: OfferAddress {
            contact_name: delivery.contact_name,
            phone: delivery.phone,
            street: delivery.street,
            city: delivery.city,
            region: delivery.region,
            postcode: delivery.postcode,
            country: delivery.country,
        },
        delivery_method: delivery.method,
        promised_date: delivery.promised_date,
        in_parts: delivery.in_parts,
    })
}
