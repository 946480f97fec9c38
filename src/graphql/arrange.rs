//! Answers in the order of the query (GraphQL specification, "Response", 7.2.2).
//!
//! Fields that are resolved side by side come in as they are ready. Plain objects keep the order themselves; here it is
//! restored for the root and for the objects below it, down to the first list.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{FragmentDefinition, Selection, SelectionSet},
};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Puts the fields of an object, and of the objects in it, into the order in which they were selected.
pub fn arrange(value: &mut Value, set: &SelectionSet, fragments: &Fragments) {
    let Value::Object(fields) = value else { return };
    let mut selected = Vec::new();
    collect(set, fragments, &mut selected);
    let wanted = selected.iter().map(|(key, _)| *key).filter(|key| fields.contains_key(*key));
    if !wanted.clone().eq(fields.keys()) {
        let mut arranged = IndexMap::with_capacity(fields.len());
        for key in wanted.cloned().collect::<Vec<_>>() {
            if let Some(value) = fields.swap_remove(&key) {
                arranged.insert(key, value);
            }
        }
        arranged.append(fields);
        *fields = arranged;
    }
    for (key, inner) in selected {
        if let Some(child) = fields.get_mut(key) {
            arrange(child, inner, fragments);
        }
    }
}

/// Every selected key with what is selected below it. Fragments on other types than the object's add keys that it does
/// not have, and do no harm.
fn collect<'a>(set: &'a SelectionSet, fragments: &'a Fragments, selected: &mut Vec<(&'a Name, &'a SelectionSet)>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                selected.push((&field.node.response_key().node, &field.node.selection_set.node));
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, fragments, selected),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, selected);
                }
            }
        }
    }
}
