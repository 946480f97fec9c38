//! Where a field failed (GraphQL specification, "Handling Execution Errors").
//!
//! A field that failed is null. Where it must not be null, the object around it is null in its place, and so on up to
//! the root. The library leaves a failed field out and goes no further.

use async_graphql::{
    PathSegment, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Field, OperationType, Selection, SelectionSet, Type},
};

use super::{arrange::Fragments, types};

/// Puts nulls where the errors are.
pub fn put(data: &mut Value, errors: &[ServerError], kind: OperationType, set: &SelectionSet, fragments: &Fragments) {
    // An error without a path was found before anything was executed.
    let paths: Vec<&[PathSegment]> = errors.iter().map(|error| &*error.path).filter(|path| !path.is_empty()).collect();
    if paths.is_empty() {
        return;
    }
    if *data == Value::Null {
        *data = Value::Object(IndexMap::new());
    }
    if (Walk { fragments }).object(data, types::root(kind), set, &paths) {
        *data = Value::Null;
    }
}

struct Walk<'a> {
    fragments: &'a Fragments,
}

impl<'a> Walk<'a> {
    /// Whether the object must be null, because a field of it is null that must not be. `errors` lead on from here.
    fn object(&self, value: &mut Value, type_name: &str, set: &'a SelectionSet, errors: &[&[PathSegment]]) -> bool {
        let Value::Object(values) = value else { return *value == Value::Null };
        let mut fields = Vec::new();
        self.collect(type_name, set, &mut fields, 0);
        for (owner, field) in fields {
            let key = &field.response_key().node;
            let below = led_on(errors, |step| matches!(step, PathSegment::Field(name) if name == key.as_str()));
            let known = types::field(owner, field.name.node.as_str());
            let (false, Some(of)) = (below.is_empty(), known) else { continue };
            let value = values.entry(key.clone()).or_insert(Value::Null);
            if self.value(value, of, &field.selection_set.node, &below) {
                return true;
            }
        }
        false
    }

    /// Whether a value that must not be null is; one that may be is made so where it is broken.
    fn value(&self, value: &mut Value, of: &Type, set: &'a SelectionSet, errors: &[&[PathSegment]]) -> bool {
        let broken = match (&mut *value, &of.base) {
            (Value::List(items), BaseType::List(of)) => items.iter_mut().enumerate().any(|(at, item)| {
                let below = led_on(errors, |step| matches!(step, PathSegment::Index(index) if *index == at));
                !below.is_empty() && self.value(item, of, set, &below)
            }),
            (Value::Object(_), BaseType::Named(name)) => self.object(value, name, set, errors),
            (Value::Null, _) => true,
            _ => false,
        };
        if broken {
            *value = Value::Null;
        }
        broken && !of.nullable
    }

    /// The fields of a selection, each with the type that has it. The operation was executed, so fragments are finite.
    fn collect<'s>(&'s self, owner: &'s str, set: &'a SelectionSet, all: &mut Vec<(&'s str, &'a Field)>, depth: usize)
    where
        'a: 's,
    {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => all.push((owner, &field.node)),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(owner, |on| on.node.on.node.as_str());
                    self.collect(on, &fragment.node.selection_set.node, all, depth);
                }
                Selection::FragmentSpread(spread) if depth < super::limits::FRAGMENT_DEPTH => {
                    let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) else { continue };
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    self.collect(on, &fragment.node.selection_set.node, all, depth + 1);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// The errors whose way takes this step, with the rest of their way.
fn led_on<'e>(errors: &[&'e [PathSegment]], takes: impl Fn(&PathSegment) -> bool) -> Vec<&'e [PathSegment]> {
    errors.iter().filter_map(|path| path.split_first()).filter(|(step, _)| takes(step)).map(|(_, rest)| rest).collect()
}
