//! Goes through every schema: references to our own papers are taken out of texts, fields that mean
//! the same everywhere are described, pages of lists refer to what they list, and what is closed
//! but was flattened into something larger is merged with it.

use super::texts;
use utoipa::openapi::schema::{AdditionalProperties, AllOf, ArrayItems, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Components, Ref, RefOr};

/// How what is for ourselves begins in a doc comment, and where it ends.
const INTERNAL: &[(&str, char)] = &[(" (DOMAIN ", ')'), (" (BEHAVIOUR ", ')'), (" (DECISIONS ", ')'), (" (API, ", ')'), (" Not `Debug`:", '.')];

fn cut(text: &mut String, from: &str, to: char) {
    while let Some(start) = text.find(from) {
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(to).map_or(text.len(), |at| start + at + to.len_utf8());
        text.replace_range(start..end, "");
    }
}

/// A text as it is for readers of the document: one line a paragraph, nothing for ourselves.
pub(super) fn tidy(text: &mut String) {
    let paragraphs: Vec<String> = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect();
    *text = paragraphs.join("\n\n");
    INTERNAL.iter().for_each(|(from, to)| cut(text, from, *to));
}

/// Null and nothing else.
pub(super) fn null() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::Null).into()
}

/// What is said of a schema, where something is.
pub(super) fn is_said(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => Some(reference.description.clone()).filter(|text| !text.is_empty()),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::Array(array)) => array.description.clone(),
        RefOr::T(Schema::OneOf(one)) => one.description.clone().or_else(|| one.items.iter().find_map(is_said)),
        RefOr::T(Schema::AnyOf(any)) => any.description.clone(),
        RefOr::T(Schema::AllOf(all)) => all.description.clone(),
        RefOr::T(_) => None,
    }
}

/// Says something of a schema.
pub(super) fn say(schema: &mut RefOr<Schema>, text: &str) {
    match schema {
        RefOr::Ref(reference) => text.clone_into(&mut reference.description),
        RefOr::T(Schema::Object(object)) => object.description = Some(text.to_owned()),
        RefOr::T(Schema::Array(array)) => array.description = Some(text.to_owned()),
        RefOr::T(Schema::OneOf(one)) => one.description = Some(text.to_owned()),
        RefOr::T(Schema::AnyOf(any)) => any.description = Some(text.to_owned()),
        RefOr::T(Schema::AllOf(all)) => all.description = Some(text.to_owned()),
        RefOr::T(_) => {}
    }
}

fn all_of_object(object: &mut Object) {
    object.description.iter_mut().for_each(tidy);
    for (name, schema) in &mut object.properties {
        if is_said(schema).is_none()
            && let Some(text) = texts::of_field(name)
        {
            say(schema, &text);
        }
        improve(schema);
    }
    if let Some(AdditionalProperties::RefOr(schema)) = object.additional_properties.as_deref_mut() {
        improve(schema);
    }
}

/// Tidies the texts of a schema and all within it, and describes its well-known fields.
pub(super) fn improve(schema: &mut RefOr<Schema>) {
    let (description, items) = match schema {
        RefOr::Ref(reference) => return tidy(&mut reference.description),
        RefOr::T(Schema::Object(object)) => return all_of_object(object),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                improve(item);
            }
            return array.description.iter_mut().for_each(tidy);
        }
        RefOr::T(Schema::OneOf(one)) => {
            one.items.iter_mut().for_each(close_choice);
            (&mut one.description, &mut one.items)
        }
        RefOr::T(Schema::AllOf(all)) => (&mut all.description, &mut all.items),
        RefOr::T(Schema::AnyOf(any)) => (&mut any.description, &mut any.items),
        RefOr::T(_) => return,
    };
    description.iter_mut().for_each(tidy);
    items.iter_mut().for_each(improve);
}

/// One of several things that are told apart by their fields, or by what one of them says, has no
/// others. The derive macro leaves that out where a variant has fields.
fn close_choice(choice: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = choice
        && !object.properties.is_empty()
    {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// Lets a page of a list refer to what it lists, instead of saying it again.
fn refer(name: &str, schema: &mut RefOr<Schema>) {
    let Some(listed) = name.strip_prefix("Listing_") else { return };
    if let RefOr::T(Schema::Object(object)) = schema
        && let Some(RefOr::T(Schema::Array(data))) = object.properties.get_mut("data")
    {
        data.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(listed))));
    }
}

/// Improves all schemas.
pub(super) fn complete(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        refer(name, schema);
        improve(schema);
    }
}

fn is_closed(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}

fn target<'c>(components: &'c Components, part: &'c RefOr<Schema>) -> Option<&'c Object> {
    let schema = match part {
        RefOr::Ref(reference) => components.schemas.get(reference.ref_location.rsplit('/').next()?)?,
        RefOr::T(_) => part,
    };
    if let RefOr::T(Schema::Object(object)) = schema { Some(object) } else { None }
}

/// All parts of a whole in one object, where one of them would forbid the fields of the others.
fn merged(components: &Components, all: &AllOf) -> Option<Object> {
    let parts: Vec<&Object> = all.items.iter().map(|part| target(components, part)).collect::<Option<_>>()?;
    if !parts.iter().any(|part| is_closed(part)) {
        return None;
    }
    let mut whole = ObjectBuilder::new().schema_type(Type::Object).description(all.description.clone()).build();
    for part in parts {
        whole.required.extend(part.required.iter().cloned());
        whole.properties.extend(part.properties.iter().map(|(name, schema)| (name.clone(), schema.clone())));
    }
    Some(whole)
}

/// Merges what could never be valid: a closed object and others beside it.
pub(super) fn merge_closed(components: &mut Components) {
    let whole = |schema: &RefOr<Schema>| if let RefOr::T(Schema::AllOf(all)) = schema { merged(components, all) } else { None };
    let found: Vec<(String, Object)> =
        components.schemas.iter().filter_map(|(name, schema)| whole(schema).map(|object| (name.clone(), object))).collect();
    components.schemas.extend(found.into_iter().map(|(name, object)| (name, RefOr::T(Schema::Object(object)))));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_see_nothing_of_our_own_papers() {
        let tidied = |text: &str| {
            let mut text = text.to_owned();
            tidy(&mut text);
            text
        };
        assert_eq!(tidied("What a verifier says (DOMAIN 1.6): nothing\nmeans good."), "What a verifier says: nothing means good.");
        assert_eq!(tidied("A new key. Not `Debug`: it holds the key itself."), "A new key.");
        assert_eq!(tidied("One.\n\nTwo (DECISIONS 4)."), "One.\n\nTwo.");
    }
}
