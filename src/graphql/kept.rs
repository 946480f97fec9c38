//! Objects of which `@skip` and `@include` leave nothing.
//!
//! Such an object is `{}`. The library answers null, which it then cannot merge with what the same field selects
//! elsewhere. So every object of a document with such directives also answers its type's name, which is taken away
//! again.

use async_graphql::{
    Name, Pos, Positioned, Value,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

const KEPT: &str = "_kept";

/// Whether a document has `@skip` or `@include`.
pub fn is_conditional(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    operations.chain(document.fragments.values().map(|f| &f.node.selection_set.node)).any(conditional)
}

fn conditional(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| {
        let directives = selection.node.directives();
        let below = match &selection.node {
            Selection::Field(field) => Some(&field.node.selection_set.node),
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => None,
        };
        directives.iter().any(|directive| matches!(directive.node.name.node.as_str(), "skip" | "include"))
            || below.is_some_and(conditional)
    })
}

/// Lets every object answer something.
pub fn keep(document: &mut ExecutableDocument) {
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(all) => all.values_mut().collect(),
    };
    for operation in operations {
        // A subscription has one root field.
        if operation.node.ty != OperationType::Subscription {
            operation.node.selection_set.node.items.push(type_name());
        }
        keep_below(&mut operation.node.selection_set.node);
    }
    for fragment in document.fragments.values_mut() {
        keep_below(&mut fragment.node.selection_set.node);
    }
}

fn keep_below(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) if !field.node.selection_set.node.items.is_empty() => {
                keep_below(&mut field.node.selection_set.node);
                field.node.selection_set.node.items.push(type_name());
            }
            Selection::InlineFragment(fragment) => keep_below(&mut fragment.node.selection_set.node),
            Selection::Field(_) | Selection::FragmentSpread(_) => {}
        }
    }
}

fn type_name() -> Positioned<Selection> {
    let here = |name| Positioned::new(Name::new(name), Pos::default());
    let field = Field {
        alias: Some(here(KEPT)),
        name: here("__typename"),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default())
}

/// Takes it away again.
pub fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.shift_remove(KEPT);
            fields.values_mut().for_each(forget);
        }
        Value::List(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}
