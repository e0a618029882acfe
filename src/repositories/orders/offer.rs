//! An order as its customer is asked to agree to it (DOMAIN 2.5).

use super::Order;
use super::parts;
use crate::db::Conn;
use crate::domain::codes;
use crate::domain::offer::{Offer, OfferAddress, OfferLine};
use crate::error::Result;

/// What an order offers its customer.
pub fn offer(conn: &mut Conn, order: &Order) -> Result<Offer> {
    let (details, delivery) = (parts::details(conn, order.id)?, parts::delivery(conn, order.id)?);
    let digits = codes::minor_digits(&order.currency).unwrap_or(4);
    let lines = parts::lines(conn, order.id)?.into_iter().map(|line| OfferLine {
        name: line.name,
        specification: line.specification,
        quantity: line.quantity.short(),
        unit: line.unit,
        unit_price: if line.unit_price.fits(digits) { line.unit_price.text(digits) } else { line.unit_price.short() },
        amount: line.amount.text(digits),
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
    })
}
