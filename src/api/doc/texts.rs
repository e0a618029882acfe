//! What the document says of names that mean the same everywhere: tags, headers, path and query
//! parameters, fields. Tables only; what belongs to one resource is said where that is.

/// The chapters of the document.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("auth", "Logging in, staying logged in, logging out."),
    ("users", "People: who they are, what they may do."),
    ("api-keys", "Keys for machines, each with the scopes that it needs."),
    ("settings", "What the company sets for itself."),
    ("customers", "Those who order."),
    ("catalog", "Products and warehouses."),
    ("stock", "What lies where, what is set aside, and every movement."),
    ("orders", "Entering, verifying, amending, confirming, releasing and receiving orders; what can be done with one, and what has happened to it."),
    ("approvals", "The steps in which people approve an order, by rules."),
    ("tasks", "What the departments have to do for an order, with proof, and the files of the proof."),
    ("shipments", "Packing, dispatching and following goods."),
    ("exceptions", "What goes wrong: reported, planned, resolved, closed; the blocking ones stop their orders."),
    ("returns", "Goods that come back: received, inspected, restocked or scrapped."),
    ("money", "Invoices from draft to credit note, payments, and what customers have yet to pay."),
    ("messages", "What customers were told, and whether it arrived."),
    ("links", "What customers open from their messages; no log-in needed."),
    ("events", "Everything that happens, as a feed to be followed."),
    ("service", "The service itself; no log-in needed."),
];

/// The headers of requests: the name of the component, of the header, whether it is needed, what
/// it does, an example.
pub(super) const REQUEST_HEADERS: &[(&str, &str, bool, &str, &str)] = &[
    ("AcceptLanguage", "Accept-Language", false, "The language of labels and messages: English (the default) or Chinese.", "zh-CN"),
    (
        "IdempotencyKey",
        "Idempotency-Key",
        false,
        "Makes it safe to send the request again: the same key with the same request is done once and answered alike for 7 days. 1 to 255 visible ASCII characters.",
        "6f1c0a52-create",
    ),
    ("IfMatch", "If-Match", true, "The `ETag` of what is changed, as last read; `*` for whatever it is now.", "\"v1-en\""),
    (
        "IfMatchOptional",
        "If-Match",
        false,
        "The `ETag` of what the step is taken on, as last read: the step is refused if it has changed since. Without, it is taken on what is there.",
        "\"v1-en\"",
    ),
    ("IfNoneMatch", "If-None-Match", false, "An `ETag` that the caller has: answered with 304 if it is still the present one.", "\"v1-en\""),
];

/// The headers of answers: name, what it says, an example.
pub(super) const ANSWER_HEADERS: &[(&str, &str, &str)] = &[
    ("X-Request-Id", "The id of the request in log and history: the caller's own where it sent one, or a new one.", "5f0c1b7a9d3e4c21b8a7f601"),
    ("Content-Language", "The language of what is said.", "en"),
    ("ETag", "The version of what is answered; goes into `If-Match` and `If-None-Match`.", "\"v1-en\""),
    ("Location", "Where what was made can be read.", "/v1/orders/ord_019b2f0a7c1d7e3f8a5b6c7d8e9f0a1b"),
    ("Link", "The next page, where there is one.", "</v1/orders?cursor=Zm9v>; rel=\"next\""),
    ("Idempotency-Replayed", "`true` where the answer is that of an earlier request with the same key.", "true"),
    ("Retry-After", "Seconds to wait before the next try.", "1"),
    ("WWW-Authenticate", "How to log in.", "Bearer"),
    ("Content-Disposition", "That it is an attachment, and its name.", "attachment; filename=\"note.pdf\""),
    ("RateLimit-Policy", "How many requests a caller has in how many seconds; where there is a limit.", "\"default\";q=600;w=60"),
    ("RateLimit", "How many of them are left; where there is a limit.", "\"default\";r=599"),
];

const PATHS: &[(&str, &str)] = &[
    ("/v1/orders/", "The order's id, `ord_…`, or its number."),
    ("/v1/customers/", "The customer's id, `cus_…`."),
    ("/v1/products/", "The product's id, `prd_…`, or its SKU."),
    ("/v1/warehouses/", "The warehouse's id, `whs_…`, or its code."),
    ("/v1/carriers/", "The carrier's id, `car_…`, or its code."),
    ("/v1/stock/expected/", "The id of what is expected, `xpr_…`."),
    ("/v1/approvals/", "The step's id, `stp_…`."),
    ("/v1/tasks/", "The task's id, `tsk_…`."),
    ("/v1/task-templates/", "The template's id, `tpl_…`, or its code."),
    ("/v1/files/", "The file's id, `fil_…`."),
    ("/v1/shipments/", "The shipment's id, `shp_…`."),
    ("/v1/exception-causes/", "The cause's code."),
    ("/v1/exceptions/", "The exception's id, `exc_…`, or its number."),
    ("/v1/returns/", "The return's id, `ret_…`, or its number."),
    ("/v1/exchange-rates/", "The rate's id, `rat_…`."),
    ("/v1/delegations/", "The delegation's id, `dlg_…`."),
    ("/v1/approval-rules/", "The rule's id, `rul_…`, or its code."),
    ("/v1/invoices/", "The invoice's id, `inv_…`."),
    ("/v1/compensations/", "The compensation's id, `cmp_…`."),
    ("/v1/payments/", "The payment's id, `pay_…`."),
    ("/v1/users/", "The user's id, `usr_…`."),
    ("/v1/api-keys/", "The key's id, `key_…`; not the key itself."),
    ("/v1/messages/", "The message's id, `msg_…`."),
    ("/v1/message-templates/", "The kind of message, such as `confirmation_requested`; then the language, `en` or `zh-CN`."),
    ("/c/", "What makes the link the customer's own; it is in their message alone."),
    ("/t/", "What makes the link a shipment's; it is in the customer's message alone."),
    ("/problems/", "The `code` of a problem."),
];

/// What the parameter in a path is.
pub(super) fn of_path(path: &str) -> Option<&'static str> {
    PATHS.iter().find(|(start, _)| path.starts_with(start)).map(|(_, text)| *text)
}

const PARAMETERS: &[(&str, &str)] = &[
    ("cursor", "Where to go on: `page.next_cursor` of the page before, with the same filter. The first page without."),
    ("limit", "How many there are on a page at most."),
    ("role", "Only steps that this role decides."),
    ("department", "Only those of this department."),
    ("kind", "Only those of this kind."),
    ("status", "Only those in this status."),
    ("blocking", "Only those that stop their orders, or only those that do not."),
    ("active", "Only products that can be ordered, or only those that cannot any more."),
    ("channel", "Only orders that came in this way."),
    ("created_after", "Only orders entered at this instant or later."),
    ("created_before", "Only orders entered before this instant."),
    ("sku", "Only the product with this SKU."),
    ("tracking_number", "Only the shipment that the carrier knows under this number."),
];

/// What a query parameter does.
pub(super) fn of_parameter(name: &str) -> Option<&'static str> {
    PARAMETERS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

const FIELDS: &[(&str, &str)] = &[
    ("id", "Its id: a prefix that says what it is, and 32 hexadecimal digits."),
    ("version", "Raised by every change; the `ETag` is made of it."),
    ("number", "The number by which people call it."),
    ("code", "The code by which others name it."),
    ("name", "What people call it."),
    ("title", "What it is called, in the language of the answer."),
    ("created_at", "When it was made."),
    ("updated_at", "When it was last changed."),
    ("order_id", "The order, `ord_…`."),
    ("order_number", "The order's number."),
    ("product_id", "The product, `prd_…`."),
    ("customer_id", "The customer, `cus_…`."),
    ("line_id", "The line of the order, `lin_…`."),
    ("position", "Its place in the order of things, from 1."),
    ("username", "The name under which the person logs in."),
    ("display_name", "The person's name as others read it."),
    ("department", "The department concerned."),
    ("roles", "What the person is here to do; decides what they may."),
    ("currency", "ISO 4217, such as `CNY`."),
    ("sku", "The product's own code in the catalogue."),
    ("unit", "What quantities count, such as `set`."),
    ("specification", "Size, colour, packing and the like, in the caller's words."),
    ("unit_price", "The price of one unit, in the order's or product's currency."),
    ("quantity", "How many units."),
    ("reason", "Why; people read it in the history."),
    ("note", "Anything else worth keeping, in free text."),
    ("comment", "What the person who decides has to say."),
    ("detail", "The same for people, in the language of the answer."),
    ("contact_name", "Whom to ask for."),
    ("label", "What it is called."),
    ("role", "What they are there for."),
    ("phone", "In E.164, such as `+8613800138000`."),
    ("email", "An e-mail address."),
    ("language", "BCP 47, such as `zh-CN`."),
    ("country", "ISO 3166-1 alpha-2, such as `CN`."),
    ("region", "Province or state."),
    ("city", "City or town."),
    ("street", "Street, house and room."),
    ("postcode", "Postal code."),
    ("data", "The things listed."),
    ("page", "Where in the list this is."),
    ("has_more", "Whether there is another page."),
    ("limit", "How many there are on a page at most."),
    ("status", "Where it stands."),
    ("kind", "What kind it is."),
    ("answer", "What the customer says: `confirm`, or `change` with what to change."),
    ("answered_at", "When the customer answered."),
    ("at", "When it happened."),
    ("method", "How it is done."),
    ("carrier", "Who carries the goods, such as `SF`."),
    ("tracking_number", "The carrier's own number for the shipment."),
    ("planned_dispatch_at", "When it is to leave."),
    ("expected_at", "When it is to arrive."),
    ("signed_by", "Who took the goods."),
    ("day", "A date, in the company's time zone."),
    ("text", "The words themselves."),
    ("title_en", "What it is called in English."),
    ("title_zh", "What it is called in Chinese."),
];

/// What a field holds, where its name means the same everywhere.
pub(super) fn of_field(name: &str) -> Option<String> {
    if let Some(word) = name.strip_suffix("_label") {
        return Some(format!("`{word}` for people, in the language of the answer."));
    }
    FIELDS.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}
