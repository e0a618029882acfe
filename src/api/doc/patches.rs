//! Merge patches (RFC 7396), described from the schema of what they patch: nothing is required,
//! what the whole can do without may be null, and so on downwards; lists are replaced whole.

use super::schemas::{is_said, null, say};
use serde_json::{Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOf, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr};

fn nullable_type(kind: &SchemaType) -> SchemaType {
    match kind {
        SchemaType::Type(one) if *one != Type::Null => SchemaType::Array(vec![one.clone(), Type::Null]),
        other => other.clone(),
    }
}

fn or_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    RefOr::T(Schema::OneOf(OneOfBuilder::new().item(schema).item(null()).build()))
}

fn allows_null(one: &OneOf) -> bool {
    one.items.iter().any(|item| matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null)))
}

/// A field of a patch that cannot be taken away, as the whole needs it.
fn needed(components: &mut Components, schema: &RefOr<Schema>) -> RefOr<Schema> {
    match schema.clone() {
        RefOr::Ref(reference) => RefOr::Ref(part(components, reference)),
        other => other,
    }
}

/// A field of a patch: what the field of the whole is, or null, which takes it away.
fn field(components: &mut Components, schema: &RefOr<Schema>) -> RefOr<Schema> {
    match schema.clone() {
        RefOr::Ref(reference) => or_null(RefOr::Ref(Ref::new(part(components, reference).ref_location))),
        RefOr::T(Schema::Object(mut object)) => {
            object.schema_type = nullable_type(&object.schema_type);
            object.default = None;
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.schema_type = nullable_type(&array.schema_type);
            array.default = None;
            RefOr::T(Schema::Array(array))
        }
        RefOr::T(Schema::OneOf(mut one)) => {
            if !allows_null(&one) {
                one.items.push(null());
            }
            one.default = None;
            RefOr::T(Schema::OneOf(one))
        }
        other => or_null(other),
    }
}

/// What a patch says of a part: a patch of it where it has fields, else the part itself.
fn part(components: &mut Components, reference: Ref) -> Ref {
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
    match components.schemas.get(&name) {
        Some(RefOr::T(Schema::Object(object))) if !object.properties.is_empty() => {
            let object = object.clone();
            Ref::from_schema_name(patch_of(components, &name, object))
        }
        _ => reference,
    }
}

/// What may be said in a patch besides the fields of what it patches.
fn add_reason(object: &mut Object) {
    let text = "Why it is amended; kept with the revision and in the history.";
    let reason = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(1000)).description(Some(text));
    object.properties.insert("reason".to_owned(), reason.into());
}

fn example(name: &str) -> Option<Value> {
    match name {
        "CreditInput" => Some(json!({"limit": "20000.00"})),
        "CustomerInput" => Some(json!({"contact_name": "Wang Fang", "phone": "+8613900139000"})),
        "ApprovalRuleInput" => Some(json!({"condition": {"amount_above": "80000.00"}, "valid_until": "2027-12-31"})),
        "ExceptionAmendment" => Some(json!({"severity": "critical", "impact": {"delay_days": 5}})),
        "ExceptionCauseInput" => Some(json!({"name_en": "A power cut in the city", "active": false})),
        "ExchangeRateInput" => Some(json!({"rate": "4.8350"})),
        "InvoiceDraft" => Some(json!({"amount": "750.00", "due_date": "2027-04-15"})),
        "OrderInput" => {
            Some(json!({"delivery": {"requested_date": "2027-03-12"}, "priority": "high", "reason": "The customer asked for a later day"}))
        }
        "ProductInput" => Some(json!({"unit_price": "6.50", "lead_time_days": 3})),
        "SettingsInput" => Some(json!({"report_within_minutes": 120, "large_order_threshold": null})),
        "TemplateInput" => Some(json!({"subject": "Please confirm your order {order_number}, {customer_name}"})),
        "TaskTemplateInput" => Some(json!({"due": {"after_review": {"hours": 6}}, "assignee": "head"})),
        "ShipmentChange" => Some(json!({"tracking_number": "SF1234567890124", "packages": [{"weight_kg": "2.5"}]})),
        "CarrierInput" => Some(json!({"service_days": 2})),
        "WarehouseInput" => Some(json!({"priority": 10})),
        "UserInput" => Some(json!({"roles": ["warehouse", "logistics"], "department": "logistics"})),
        _ => None,
    }
}

/// Declares the patch of a schema; gives its name.
fn patch_of(components: &mut Components, name: &str, mut object: Object) -> String {
    let patch = format!("{name}Patch");
    if components.schemas.contains_key(&patch) {
        return patch;
    }
    let required = std::mem::take(&mut object.required);
    object.examples.clear();
    object.example = example(name);
    for (name, schema) in &mut object.properties {
        let said = is_said(schema);
        *schema = if required.contains(name) { needed(components, schema) } else { field(components, schema) };
        if let Some(text) = said {
            say(schema, &text);
        }
    }
    if name == "OrderInput" {
        add_reason(&mut object);
    }
    let text = "A merge patch: what is left out stays as it is; null, where it may stand, takes a value away or brings its default back; lists are replaced whole.";
    object.description = Some(text.to_owned());
    components.schemas.insert(patch.clone(), RefOr::T(Schema::Object(object)));
    patch
}

/// Describes the body of an operation that patches.
pub(super) fn describe(components: &mut Components, operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    let Some(RefOr::T(content)) = body.content.values().next() else { return };
    let Some(RefOr::Ref(reference)) = content.schema.clone() else { return };
    let content = ContentBuilder::new().schema(Some(RefOr::<Schema>::Ref(part(components, reference)))).build();
    body.content = [("application/merge-patch+json".to_owned(), RefOr::T(content))].into_iter().collect();
}
