//! Answers in the order of the query (GraphQL specification, "Response", 7.2.2).
//!
//! Fields that are resolved side by side come in as they are ready. Plain objects keep the order themselves; here it is
//! restored for the root and for the objects below it, down to the first list or interface: what stands for several
//! types is a plain object, and its order depends on which it is.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value,
    indexmap::IndexMap,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
};

use super::types;

pub type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Puts the fields of an object, and of the objects in it, into the order in which they were selected. Introspection's
/// types are not known here.
pub fn arrange(value: &mut Value, type_name: Option<&str>, set: &SelectionSet, fragments: &Fragments) {
    let Value::Object(fields) = value else { return };
    if type_name.is_some_and(types::is_interface) {
        return;
    }
    let selected = selected(set, fragments).fields;
    let keys = selected.iter().map(|field| &field.response_key().node);
    let wanted = keys.filter(|key| fields.contains_key(*key));
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
    for (key, child) in fields {
        if !matches!(child, Value::Object(_)) {
            continue;
        }
        let below: Vec<_> = selected.iter().filter(|field| field.response_key().node == *key).collect();
        let name = below.first().map(|field| field.name.node.as_str());
        let of = type_name.zip(name).and_then(|(owner, name)| types::field(owner, name)).map(types::name_of);
        match &below[..] {
            [field] => arrange(child, of, &field.selection_set.node, fragments),
            // Selected more than once: what all of them select, as if they were one.
            several => {
                let items = several.iter().flat_map(|field| field.selection_set.node.items.iter().cloned());
                arrange(child, of, &SelectionSet { items: items.collect() }, fragments);
            }
        }
    }
}

/// What is selected of an object.
#[derive(Default)]
pub struct Selected<'a> {
    /// The fields, those of fragments among them.
    pub fields: Vec<&'a Field>,
    /// A fragment is spread more than once; its fields are listed once.
    pub repeated: bool,
    spread: HashSet<&'a str>,
}

/// What is selected of an object. Every fragment is entered once: they may spread each other many times over, or in a
/// circle, before validation.
pub fn selected<'a>(set: &'a SelectionSet, fragments: &'a Fragments) -> Selected<'a> {
    let mut all = Selected::default();
    collect(set, fragments, &mut all);
    all
}

fn collect<'a>(set: &'a SelectionSet, fragments: &'a Fragments, all: &mut Selected<'a>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => all.fields.push(&field.node),
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, fragments, all),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = fragments.get(name) else { continue };
                match all.spread.insert(name.as_str()) {
                    true => collect(&fragment.node.selection_set.node, fragments, all),
                    false => all.repeated = true,
                }
            }
        }
    }
}
