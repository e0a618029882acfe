//! Many at the last pieces: never more is set aside than there is, and nothing is lost or counted
//! twice (BEHAVIOUR 3, DECISIONS 25).

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{Company, TestApp};
use serde_json::{Value, json};

everywhere! {
    of_the_last_pieces_each_goes_to_one_order,
    more_orders_than_threads_share_what_there_is,
    orders_of_two_products_in_either_order_do_not_stand_in_each_others_way,
    what_is_counted_away_by_hand_is_there,
    counting_away_and_setting_aside_at_once_never_takes_a_piece_twice,
    what_one_gives_back_while_others_take_is_neither_lost_nor_doubled,
}

fn paper(quantity: &str) -> Value {
    json!([{"sku": "PAPER", "quantity": quantity}])
}

/// Agreed by phone: what there is is set aside.
fn confirm(company: &Company, order: &Value) -> Try {
    Try::post(&company.sales(), &company.path(order, "/confirm"), json!({"method": "phone"}))
}

fn approved(company: &Company, count: usize, quantity: &str) -> Vec<Value> {
    (0..count).map(|_| company.approved(paper(quantity))).collect()
}

/// What is on hand and what of it is reserved.
fn balance(company: &Company, sku: &str) -> [Value; 2] {
    let balance = company.viewer().get(&format!("/v1/stock?sku={sku}")).ok()["data"][0].clone();
    ["on_hand", "reserved"].map(|field| balance[field].clone())
}

/// How many orders show this of their stock.
fn that_are(company: &Company, orders: &[Value], status: &str) -> usize {
    orders.iter().filter(|order| company.order(order)["inventory_status"] == status).count()
}

fn of_the_last_pieces_each_goes_to_one_order(app: &TestApp) {
    let company = app.company();
    company.with_paper("10");
    let orders = approved(&company, MANY, "4");
    let tries = orders.iter().map(|order| confirm(&company, order)).collect();
    Race::all_win("stock", About::Orders(orders.clone()), tries).events("order.reviewed", 4).rows("exceptions", 2).run(app);
    assert_eq!(balance(&company, "PAPER"), ["10", "10"]);
    let ends = ["reserved", "partly_reserved", "unreserved"].map(|status| that_are(&company, &orders, status));
    assert_eq!(ends, [2, 1, 1]);
}

fn more_orders_than_threads_share_what_there_is(app: &TestApp) {
    let company = app.company();
    company.with_paper("5");
    let orders = approved(&company, 12, "1");
    let tries = orders.iter().map(|order| confirm(&company, order)).collect();
    Race::all_win("stock", About::Orders(orders.clone()), tries).run(app);
    assert_eq!(balance(&company, "PAPER"), ["5", "5"]);
    assert_eq!([that_are(&company, &orders, "reserved"), that_are(&company, &orders, "unreserved")], [5, 7]);
}

fn orders_of_two_products_in_either_order_do_not_stand_in_each_others_way(app: &TestApp) {
    // BEHAVIOUR 3: in one fixed order of keys
    let company = app.company();
    company.with_paper("10");
    company.product("PENS", "standard", "1.00");
    company.receive_stock("PENS", "10");
    let (paper, pens) = (json!({"sku": "PAPER", "quantity": "3"}), json!({"sku": "PENS", "quantity": "3"}));
    let lines = |at: usize| if at.is_multiple_of(2) { json!([paper, pens]) } else { json!([pens, paper]) };
    let orders: Vec<Value> = (0..MANY).map(|at| company.approved(lines(at))).collect();
    let tries = orders.iter().map(|order| confirm(&company, order)).collect();
    Race::all_win("stock", About::Orders(orders.clone()), tries).run(app);
    assert_eq!([balance(&company, "PAPER"), balance(&company, "PENS")], [["10", "10"], ["10", "10"]]);
}

fn what_is_counted_away_by_hand_is_there(app: &TestApp) {
    let company = app.company();
    company.with_paper("7");
    let taken = json!({"kind": "adjust", "warehouse": "WH1", "sku": "PAPER", "quantity": "-3"});
    let tries = (0..MANY).map(|_| Try::post(&company.order_admin(), "/v1/stock/movements", taken.clone())).collect();
    let race = Race::one_wins("stock", About::Nothing, tries, &[(409, "insufficient_stock")]).rows("stock_movements WHERE kind = 'adjust'", 2);
    Race { winners: 2..=2, ..race }.run(app);
    assert_eq!(balance(&company, "PAPER"), ["1", "0"]);
}

fn counting_away_and_setting_aside_at_once_never_takes_a_piece_twice(app: &TestApp) {
    let company = app.company();
    company.with_paper("5");
    let orders = approved(&company, 3, "2");
    let taken = json!({"kind": "adjust", "warehouse": "WH1", "sku": "PAPER", "quantity": "-5"});
    let mut tries: Vec<Try> = orders.iter().map(|order| confirm(&company, order)).collect();
    tries.push(Try::post(&company.order_admin(), "/v1/stock/movements", taken));
    let race = Race::one_wins("stock", About::Orders(orders.clone()), tries, &[(409, "insufficient_stock")]);
    let calls = Race { winners: 3..=4, ..race }.run(app);
    let left = if calls[3].succeeded() { ["0", "0"] } else { ["5", "5"] };
    assert_eq!(balance(&company, "PAPER"), left);
}

fn what_one_gives_back_while_others_take_is_neither_lost_nor_doubled(app: &TestApp) {
    let company = app.company();
    company.with_paper("7");
    let holder = company.confirmed(paper("6"));
    let mut orders = approved(&company, 3, "2");
    let mut tries: Vec<Try> = orders.iter().map(|order| confirm(&company, order)).collect();
    tries.push(Try::post(&company.order_admin(), &company.path(&holder, "/cancel"), json!({"reason": "gone"})));
    orders.push(holder);
    Race::all_win("stock", About::Orders(orders.clone()), tries).run(app);
    app.let_the_clock_look();
    assert_eq!(balance(&company, "PAPER"), ["7", "6"]);
    assert_eq!(that_are(&company, &orders, "reserved"), 3);
}
