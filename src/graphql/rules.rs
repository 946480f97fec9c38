//! Rules of validation that the library leaves out (GraphQL specification, "Validation").
//!
//! Fields that answer under one key must be one field wherever they can meet (5.3.2, "Field Selection Merging"): the
//! library compares only fields whose fragments name the same type. And `__typename` is a field like others: it takes
//! no arguments, has no fields, and its directives must exist. Both are looked at in the manner of the usual linear
//! algorithm: all fields of a key together, not each pair of them.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Pos, Positioned, ServerError, Value,
    indexmap::IndexMap,
    parser::types::{BaseType, Directive, ExecutableDocument, Field, Selection, SelectionSet, Type},
};

use super::{arrange::Fragments, types};

/// Fields looked at in one document; the limits on an operation's cost let no honest one come near.
const MOST_FIELDS: usize = 20_000;
/// Levels of fields looked at: deeper than the limits allow. Fragments that lead back to themselves go on for ever; the
/// library refuses them later.
const DEEPEST: usize = 40;
const ADVICE: &str = "Use different aliases on the fields to fetch both if this was intentional.";

/// What is wrong with a document; empty when nothing is. A document that breaks the library's rules may pass here.
pub fn check(document: &ExecutableDocument) -> Vec<ServerError> {
    let mut rules = Rules { fragments: &document.fragments, looked_at: 0, errors: Vec::new() };
    for (_, operation) in document.operations.iter() {
        let set = Set { parent: Some(types::root(operation.node.ty)), selection: &operation.node.selection_set.node };
        rules.shapes(&[set], 0);
        rules.names(&[set], 0);
    }
    rules.errors
}

/// A selection set and the type of the object that it is selected of; None where the schema does not know it.
#[derive(Clone, Copy)]
struct Set<'a> {
    parent: Option<&'a str>,
    selection: &'a SelectionSet,
}

/// A field, the type that it is selected of, and its own.
#[derive(Clone, Copy)]
struct Selected<'a> {
    parent: Option<&'a str>,
    field: &'a Positioned<Field>,
    of: Option<&'a Type>,
}

impl<'a> Selected<'a> {
    fn below(&self) -> Set<'a> {
        Set { parent: self.of.map(types::name_of), selection: &self.field.node.selection_set.node }
    }
}

struct Rules<'a> {
    fragments: &'a Fragments,
    looked_at: usize,
    errors: Vec<ServerError>,
}

impl<'a> Rules<'a> {
    /// Fields of one key must have values of one shape, on whatever types they are selected.
    fn shapes(&mut self, sets: &[Set<'a>], depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for (key, fields) in self.by_key(sets) {
            let Some((first, rest)) = fields.split_first() else { continue };
            for other in rest {
                let (Some(one), Some(two)) = (first.of, other.of) else { continue };
                if !same_shape(one, two) {
                    let why = format!("they return conflicting types \"{one}\" and \"{two}\"");
                    return self.conflict(key, &why, other.field.pos);
                }
            }
            fields.iter().for_each(|selected| self.typename(selected.field));
            let below: Vec<_> = fields.iter().map(Selected::below).collect();
            self.shapes(&below, depth + 1);
        }
    }

    /// Fields of one key that can meet in one object must be the same field with the same arguments.
    fn names(&mut self, sets: &[Set<'a>], depth: usize) {
        if depth > DEEPEST {
            return;
        }
        for (key, fields) in self.by_key(sets) {
            for meeting in meeting(&fields) {
                let Some((first, rest)) = meeting.split_first() else { continue };
                for other in rest {
                    let (one, two) = (&first.field.node, &other.field.node);
                    if one.name.node != two.name.node {
                        let why = format!("\"{}\" and \"{}\" are different fields", one.name.node, two.name.node);
                        return self.conflict(key, &why, other.field.pos);
                    }
                    if !same_arguments(one, two) {
                        return self.conflict(key, "they have differing arguments", other.field.pos);
                    }
                }
                let below: Vec<_> = meeting.iter().map(Selected::below).collect();
                self.names(&below, depth + 1);
            }
        }
    }

    fn conflict(&mut self, key: &str, why: &str, at: Pos) {
        let message = format!("Fields \"{key}\" conflict because {why}. {ADVICE}");
        self.errors.push(ServerError::new(message, Some(at)));
    }

    fn typename(&mut self, field: &Positioned<Field>) {
        if field.node.name.node != "__typename" {
            return;
        }
        let wrong = if let Some((name, _)) = field.node.arguments.first() {
            Some((format!("Unknown argument \"{}\" on field \"__typename\".", name.node), name.pos))
        } else if !field.node.selection_set.node.items.is_empty() {
            let message = "Field \"__typename\" must not have a selection since type \"String!\" has no subfields.";
            Some((message.to_owned(), field.node.selection_set.pos))
        } else {
            field.node.directives.iter().find_map(wrong_directive)
        };
        self.errors.extend(wrong.map(|(message, pos)| ServerError::new(message, Some(pos))));
    }

    /// The fields of sets that answer into one object, fragments spread, by key and in order. Past the limit, none.
    fn by_key(&mut self, sets: &[Set<'a>]) -> IndexMap<&'a str, Vec<Selected<'a>>> {
        let (mut keys, mut spread) = (IndexMap::new(), HashSet::new());
        for set in sets {
            self.collect(*set, &mut spread, &mut keys);
        }
        keys
    }

    fn collect(
        &mut self,
        set: Set<'a>,
        spread: &mut HashSet<(Option<&'a str>, &'a str)>,
        keys: &mut IndexMap<&'a str, Vec<Selected<'a>>>,
    ) {
        for selection in &set.selection.items {
            self.looked_at += 1;
            if self.looked_at > MOST_FIELDS {
                return;
            }
            let (condition, below) = match &selection.node {
                Selection::Field(field) => {
                    let of = set.parent.and_then(|parent| types::field(parent, field.node.name.node.as_str()));
                    let selected = Selected { parent: set.parent, field, of };
                    keys.entry(field.node.response_key().node.as_str()).or_default().push(selected);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread_here) => {
                    let name = &spread_here.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name) else { continue };
                    if !spread.insert((set.parent, name.as_str())) {
                        continue;
                    }
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set)
                }
            };
            let parent = condition.map_or(set.parent, |condition| Some(condition.node.on.node.as_str()));
            self.collect(Set { parent, selection: &below.node }, spread, keys);
        }
    }
}

/// Fields that can meet in one object: those of each object type, and with them those of all interfaces.
fn meeting<'a>(fields: &[Selected<'a>]) -> Vec<Vec<Selected<'a>>> {
    let is_abstract = |field: &&Selected| field.parent.is_some_and(types::is_interface);
    let everywhere: Vec<_> = fields.iter().filter(is_abstract).copied().collect();
    let mut groups: IndexMap<Option<&str>, Vec<Selected>> = IndexMap::new();
    for field in fields.iter().filter(|field| !is_abstract(field)) {
        groups.entry(field.parent).or_insert_with(|| everywhere.clone()).push(*field);
    }
    if groups.is_empty() { vec![everywhere] } else { groups.into_values().collect() }
}

fn same_shape(one: &Type, two: &Type) -> bool {
    one.nullable == two.nullable
        && match (&one.base, &two.base) {
            (BaseType::List(one), BaseType::List(two)) => same_shape(one, two),
            (BaseType::Named(one), BaseType::Named(two)) => {
                one == two || (types::is_composite(one) && types::is_composite(two))
            }
            _ => false,
        }
}

/// In whatever order they are given.
fn same_arguments(one: &Field, two: &Field) -> bool {
    let values = |field: &Field| -> HashMap<String, String> {
        field.arguments.iter().map(|(name, value)| (name.node.to_string(), value.node.to_string())).collect()
    };
    one.arguments.len() == two.arguments.len() && values(one) == values(two)
}

/// Only `@skip` and `@include` can stand in an operation, each with `if`.
fn wrong_directive(directive: &Positioned<Directive>) -> Option<(String, Pos)> {
    let Directive { name, arguments } = &directive.node;
    if !matches!(name.node.as_str(), "skip" | "include") {
        return Some((format!("Unknown directive \"{}\"", name.node), directive.pos));
    }
    if let Some((argument, _)) = arguments.iter().find(|(argument, _)| argument.node != "if") {
        return Some((format!("Unknown argument \"{}\" on directive \"{}\".", argument.node, name.node), argument.pos));
    }
    // What has no constant is, or holds, a variable; the library knows the types of those.
    match arguments.first().map(|(_, value)| value.node.clone().into_const()) {
        Some(None | Some(Value::Boolean(_))) => None,
        Some(Some(other)) => {
            let message = format!("Invalid value for argument \"if\", expected type \"Boolean!\", got {other}");
            Some((message, directive.pos))
        }
        None => {
            let message = format!("Directive \"{}\" argument \"if\" of type \"Boolean!\" is required", name.node);
            Some((message, directive.pos))
        }
    }
}
