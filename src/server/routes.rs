//! Every route, in one flat list, the OpenAPI document that is collected from it, and what is
//! answered where no route fits: 404, or 405 and `Allow` where the path is known.

use crate::api::problem::Failure;
use crate::api::{
    api_keys, approval_rules, approvals, auth, bulk, calendar, carriers, credit, customers, delegations, doc, documents, events, exception_causes,
    exceptions, exchange_rates, files, health, links, message_templates, messages, money, orders, products, returns, settings, shipments, stock,
    task_templates, tasks, users, warehouses,
};
use crate::error::{Code, Problem};
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, ContentType};
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, Resource, guard};
use std::collections::BTreeSet;
use std::future::ready;
use utoipa::openapi::{ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// Puts every handler behind its route.
pub fn routes(config: &mut ServiceConfig) {
    config.configure(people).configure(order_routes).configure(work).configure(catalog).configure(service);
}

fn people(config: &mut ServiceConfig) {
    config
        .service(auth::login)
        .service(auth::refresh)
        .service(auth::logout)
        .service(users::get_me)
        .service(users::list_users)
        .service(users::create_user)
        .service(users::get_user)
        .service(users::update_user)
        .service(api_keys::list_api_keys)
        .service(api_keys::create_api_key)
        .service(api_keys::revoke_api_key)
        .service(settings::get_settings)
        .service(settings::update_settings)
        .service(exchange_rates::list_exchange_rates)
        .service(exchange_rates::create_exchange_rate)
        .service(exchange_rates::get_exchange_rate)
        .service(exchange_rates::update_exchange_rate)
        .service(exchange_rates::delete_exchange_rate);
}

fn order_routes(config: &mut ServiceConfig) {
    config
        .service(orders::list_orders)
        .service(orders::create_order)
        .service(orders::get_order)
        .service(orders::amend_order)
        .service(orders::duplicate_order)
        .service(orders::verify_order)
        .service(bulk::verify_orders)
        .service(orders::send_back_order)
        .service(orders::confirm_order)
        .service(orders::request_confirmation)
        .service(orders::list_confirmations)
        .service(orders::release_order)
        .service(orders::receive_order)
        .service(orders::cancel_order)
        .service(orders::hold_order)
        .service(orders::unhold_order)
        .service(orders::undo_order_step)
        .service(orders::get_order_actions)
        .service(orders::get_order_history)
        .service(orders::get_order_promise)
        .service(orders::list_order_revisions)
        .service(orders::get_order_revision)
        .service(approvals::get_order_approvals)
        .service(approvals::check_order)
        .service(approvals::list_approvals)
        .service(approvals::get_approval)
        .service(approvals::approve_step)
        .service(bulk::approve_steps)
        .service(approvals::reject_step)
        .service(approvals::send_back_step)
        .service(delegations::list_delegations)
        .service(delegations::create_delegation)
        .service(delegations::get_delegation)
        .service(delegations::revoke_delegation)
        .service(approval_rules::list_approval_rules)
        .service(approval_rules::create_approval_rule)
        .service(approval_rules::simulate_approval)
        .service(approval_rules::get_approval_rule)
        .service(approval_rules::update_approval_rule)
        .service(approval_rules::delete_approval_rule);
}

fn work(config: &mut ServiceConfig) {
    config
        .service(tasks::list_tasks)
        .service(tasks::get_task)
        .service(tasks::accept_task)
        .service(tasks::assign_task)
        .service(tasks::start_task)
        .service(bulk::act_on_tasks)
        .service(tasks::pause_task)
        .service(tasks::resume_task)
        .service(tasks::tick_task)
        .service(tasks::list_task_notes)
        .service(tasks::write_task_note)
        .service(tasks::complete_task)
        .service(tasks::record_task_output)
        .service(tasks::cancel_task)
        .service(tasks::reopen_task)
        .service(task_templates::list_task_templates)
        .service(task_templates::create_task_template)
        .service(task_templates::get_task_template)
        .service(task_templates::update_task_template)
        .service(task_templates::delete_task_template)
        .service(files::add_evidence)
        .service(files::download_file)
        .service(shipments::create_shipment)
        .service(shipments::list_shipments)
        .service(shipments::get_shipment)
        .service(shipments::dispatch_shipment)
        .service(shipments::update_shipment)
        .service(shipments::recall_shipment)
        .service(shipments::cancel_shipment)
        .service(files::add_shipment_receipt)
        .service(shipments::trace::list_shipment_events)
        .service(shipments::trace::record_shipment_event)
        .service(shipments::trace::withdraw_shipment_event)
        .service(exceptions::list_exceptions)
        .service(exceptions::report_exception)
        .service(exceptions::candidates::list_exception_candidates)
        .service(exceptions::figures::get_exception_figures)
        .service(exceptions::get_exception)
        .service(exceptions::notes::list_exception_notes)
        .service(exceptions::notes::write_exception_note)
        .service(files::add_exception_file)
        .service(exceptions::proposals::list_proposals)
        .service(exceptions::update_exception)
        .service(exceptions::plan_exception)
        .service(exceptions::approve_exception)
        .service(exceptions::reject_exception)
        .service(exceptions::resolve_exception)
        .service(exceptions::close_exception)
        .service(exceptions::dismiss_exception)
        .service(exception_causes::list_exception_causes)
        .service(exception_causes::create_exception_cause)
        .service(exception_causes::get_exception_cause)
        .service(exception_causes::update_exception_cause);
}

fn catalog(config: &mut ServiceConfig) {
    config
        .service(customers::list_customers)
        .service(customers::create_customer)
        .service(customers::get_customer)
        .service(customers::update_customer)
        .service(customers::merge_customer)
        .service(credit::get_customer_credit)
        .service(credit::set_customer_credit)
        .service(products::list_products)
        .service(products::create_product)
        .service(products::get_product)
        .service(products::update_product)
        .service(documents::get_packing_slip)
        .service(documents::get_picking_list)
        .service(carriers::list_carriers)
        .service(carriers::create_carrier)
        .service(carriers::get_carrier)
        .service(carriers::update_carrier)
        .service(warehouses::list_warehouses)
        .service(warehouses::create_warehouse)
        .service(warehouses::get_warehouse)
        .service(warehouses::update_warehouse)
        .service(stock::list_stock)
        .service(stock::expected::list_expected_receipts)
        .service(stock::expected::expect_receipt)
        .service(stock::expected::get_expected_receipt)
        .service(stock::expected::receive_expected)
        .service(stock::expected::cancel_expected)
        .service(stock::expected::set_reorder_level)
        .service(stock::expected::move_reservation)
        .service(stock::list_stock_movements)
        .service(stock::record_stock_movement)
        .service(returns::list_returns)
        .service(returns::enter_return)
        .service(returns::get_return)
        .service(returns::receive_return)
        .service(returns::inspect_return)
        .service(returns::cancel_return)
        .service(money::receivables::get_customer_balance)
        .service(money::receivables::list_receivables)
        .service(money::invoices::list_invoices)
        .service(money::invoices::record_invoice)
        .service(money::invoices::get_invoice)
        .service(money::invoices::amend_invoice)
        .service(money::invoices::issue_invoice)
        .service(money::invoices::void_invoice)
        .service(money::invoices::credit_invoice)
        .service(files::add_invoice_file)
        .service(money::list_payments)
        .service(money::balance::get_order_balance)
        .service(money::record_payment)
        .service(money::reverse_payment)
        .service(money::given::use_compensation);
}

fn service(config: &mut ServiceConfig) {
    config
        .service(calendar::list_calendar_days)
        .service(calendar::set_calendar_days)
        .service(events::list_events)
        .service(messages::list_messages)
        .service(messages::send_message)
        .service(message_templates::list_message_templates)
        .service(message_templates::get_message_template)
        .service(message_templates::update_message_template)
        .service(message_templates::preview_message_template)
        .service(message_templates::test_message_template)
        .service(links::show_link)
        .service(links::answer_link)
        .service(links::trace::show_trace)
        .service(health::healthz)
        .service(health::readyz)
        .service(health::metrics)
        .service(health::show_problem);
}

/// The OpenAPI document of everything that is served.
pub fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Docket")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Order follow-up and management: intake, review, execution, shipping and receipt."))
        .contact(Some(ContactBuilder::new().name(Some("Docket")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()));
    let base = OpenApiBuilder::new().info(info.build()).build();
    let (_, mut document) = App::new().into_utoipa_app().openapi(base).configure(routes).split_for_parts();
    doc::complete(&mut document);
    document
}

/// Where the document is served.
pub const DOCUMENT: &str = "/openapi.json";

/// Serves the document.
pub fn show_document(text: Bytes) -> Resource {
    let show = move || ready(HttpResponse::Ok().content_type(ContentType::json()).body(text.clone()));
    web::resource(DOCUMENT).guard(guard::Get()).to(show)
}

/// The methods of every path that the document knows.
pub struct Templates(Vec<(ResourceDef, Vec<&'static str>)>);

impl Templates {
    /// Those of a document.
    pub fn of(document: &OpenApi) -> Self {
        let entries = document.paths.paths.iter().map(|(path, item)| {
            let known = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            (ResourceDef::new(path.as_str()), known.into_iter().filter(|(_, is)| *is).map(|(method, _)| method).collect())
        });
        Self(entries.collect())
    }

    /// A path that stands in the document as it is has its own methods only, though it may look like an id
    /// in the place of another's.
    fn methods(&self, path: &str) -> BTreeSet<&'static str> {
        let itself = |template: &ResourceDef| template.pattern() == Some(path);
        let known = self.0.iter().any(|(template, _)| itself(template));
        let fits = |template: &ResourceDef| if known { itself(template) } else { template.is_match(path) };
        self.0.iter().filter(|(template, _)| fits(template)).flat_map(|(_, methods)| methods.iter().copied()).collect()
    }
}

/// Answers what no route does.
///
/// # Errors
/// `not_found`; `method_not_allowed` where the path is known.
pub async fn no_route(request: HttpRequest, templates: Data<Templates>) -> Result<HttpResponse, Failure> {
    let methods = templates.methods(request.path());
    if methods.is_empty() {
        return Err(Problem::not_found().into());
    }
    let allow = methods.into_iter().collect::<Vec<_>>().join(", ");
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::NoContent().insert_header((ALLOW, allow)).finish());
    }
    let mut problem = Problem::new(Code::MethodNotAllowed);
    problem.allow = Some(allow);
    Err(problem.into())
}
