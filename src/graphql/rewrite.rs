//! What an operation selects once its variables are known (GraphQL specification, "Field Collection").
//!
//! The library resolves a root field twice that is selected twice, it answers null for an object of which `@skip` and
//! `@include` leave nothing, and it passes over fragments at the root of a subscription. An operation in which it would
//! is written anew before it is executed: without what is left out, with fragments in place of their spreads, and every
//! root field once, with all that is selected below it. What the order of its answer follows from is then plain to see,
//! too.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned, Value, Variables,
    indexmap::{IndexMap, map::Entry},
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, InlineFragment, OperationDefinition, OperationType,
        Selection, SelectionSet, TypeCondition,
    },
};

use super::arrange::{Fragments, selected};
use crate::kernel::error::{Error, Result};

/// Selections looked at, fragments in place of their spreads. The limits on cost let no honest operation come near, but
/// they count fields, not the fragments around each.
const MOST_SELECTIONS: usize = 20_000;
/// The key that keeps an object from being empty. No client can write it.
const KEPT: &str = " ";

/// Whether operations of a document have to be written anew.
pub fn is_needed(document: &ExecutableDocument) -> bool {
    is_conditional(document) || document.operations.iter().any(|(_, operation)| is_uneven(&operation.node, document))
}

/// Whether a document has `@skip` or `@include`.
fn is_conditional(document: &ExecutableDocument) -> bool {
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

/// Whether an operation selects a root field more than once, or a subscription its own by a fragment.
fn is_uneven(operation: &OperationDefinition, document: &ExecutableDocument) -> bool {
    let mut items = operation.selection_set.node.items.iter();
    if operation.ty == OperationType::Subscription && items.any(|item| !matches!(item.node, Selection::Field(_))) {
        return true;
    }
    let selected = selected(&operation.selection_set.node, &document.fragments);
    let mut keys = HashSet::new();
    selected.repeated || !selected.fields.iter().all(|field| keys.insert(&field.response_key().node))
}

/// An operation written anew.
pub struct Rewritten {
    /// Without directives and spreads of fragments.
    pub operation: OperationDefinition,
    /// Objects of which nothing is left select [`KEPT`].
    keeps: bool,
}

impl Rewritten {
    /// The operation as a document.
    pub fn document(&self) -> ExecutableDocument {
        let operation = Positioned::new(self.operation.clone(), Pos::default());
        ExecutableDocument { operations: DocumentOperations::Single(operation), fragments: Fragments::new() }
    }

    /// Takes away what only kept objects from being empty.
    pub fn forget(&self, data: &mut Value) {
        if self.keeps {
            forget(data);
        }
    }
}

fn forget(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.shift_remove(KEPT);
            fields.values_mut().for_each(forget);
        }
        Value::List(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

/// Writes a valid operation anew.
pub fn rewrite(operation: &OperationDefinition, fragments: &Fragments, variables: &Variables) -> Result<Rewritten> {
    let mut rewrite = Rewrite { fragments, variables, keeps: false, looked_at: 0 };
    let mut fields = IndexMap::new();
    merge(rewrite.set(&operation.selection_set.node), &mut fields);
    if rewrite.looked_at > MOST_SELECTIONS {
        return Err(Error::TooComplex(format!("more than {MOST_SELECTIONS} selections, fragments spread")));
    }
    let fields = fields.into_values().map(|field| Positioned::new(Selection::Field(field.clone()), field.pos));
    let mut items: Vec<_> = fields.collect();
    // A subscription of which nothing is left has nothing to wait for.
    if items.is_empty() && operation.ty != OperationType::Subscription {
        items.push(rewrite.keep());
    }
    let operation = OperationDefinition {
        ty: operation.ty,
        variable_definitions: operation.variable_definitions.clone(),
        directives: Vec::new(),
        selection_set: Positioned::new(SelectionSet { items }, operation.selection_set.pos),
    };
    Ok(Rewritten { operation, keeps: rewrite.keeps })
}

/// The root's fields, each key once, at its first place. A root has one type, which all conditions in it name.
fn merge(items: Vec<Positioned<Selection>>, fields: &mut IndexMap<Name, Positioned<Field>>) {
    for item in items {
        match item.node {
            Selection::Field(field) => match fields.entry(field.node.response_key().node.clone()) {
                Entry::Vacant(place) => drop(place.insert(field)),
                Entry::Occupied(mut first) => {
                    first.get_mut().node.selection_set.node.items.extend(field.node.selection_set.node.items);
                }
            },
            Selection::InlineFragment(fragment) => merge(fragment.node.selection_set.node.items, fields),
            Selection::FragmentSpread(_) => {}
        }
    }
}

struct Rewrite<'a> {
    fragments: &'a Fragments,
    variables: &'a Variables,
    keeps: bool,
    looked_at: usize,
}

impl Rewrite<'_> {
    fn set(&mut self, set: &SelectionSet) -> Vec<Positioned<Selection>> {
        set.items.iter().filter_map(|selection| self.selection(selection)).collect()
    }

    fn selection(&mut self, selection: &Positioned<Selection>) -> Option<Positioned<Selection>> {
        self.looked_at += 1;
        if self.looked_at > MOST_SELECTIONS {
            return None;
        }
        if selection.node.directives().iter().any(|directive| self.leaves_out(&directive.node)) {
            return None;
        }
        let left = match &selection.node {
            Selection::Field(field) => Selection::Field(Positioned::new(self.field(&field.node), field.pos)),
            Selection::InlineFragment(inline) => {
                self.fragment(inline.node.type_condition.as_ref(), &inline.node.selection_set)?
            }
            Selection::FragmentSpread(spread) => {
                let fragment = self.fragments.get(&spread.node.fragment_name.node)?;
                self.fragment(Some(&fragment.node.type_condition), &fragment.node.selection_set)?
            }
        };
        Some(Positioned::new(left, selection.pos))
    }

    fn field(&mut self, field: &Field) -> Field {
        let mut below = self.set(&field.selection_set.node);
        if below.is_empty() && !field.selection_set.node.items.is_empty() {
            below.push(self.keep());
        }
        Field {
            alias: field.alias.clone(),
            name: field.name.clone(),
            arguments: field.arguments.clone(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet { items: below }, field.selection_set.pos),
        }
    }

    /// A fragment in its place, unless nothing is left of it.
    fn fragment(
        &mut self,
        condition: Option<&Positioned<TypeCondition>>,
        set: &Positioned<SelectionSet>,
    ) -> Option<Selection> {
        let items = self.set(&set.node);
        let fragment = InlineFragment {
            type_condition: condition.cloned(),
            directives: Vec::new(),
            selection_set: Positioned::new(SelectionSet { items }, set.pos),
        };
        let is_empty = fragment.selection_set.node.items.is_empty();
        (!is_empty).then(|| Selection::InlineFragment(Positioned::new(fragment, set.pos)))
    }

    /// Whether the directive leaves out what it stands at.
    fn leaves_out(&self, directive: &Directive) -> bool {
        let left_out_if = match directive.name.node.as_str() {
            "skip" => true,
            "include" => false,
            _ => return false,
        };
        let known = |name| self.variables.get(&name).cloned().ok_or(());
        let value = directive.get_argument("if").and_then(|value| value.node.clone().into_const_with(known).ok());
        (value == Some(Value::Boolean(true))) == left_out_if
    }

    /// A field that lets an object answer something.
    fn keep(&mut self) -> Positioned<Selection> {
        self.keeps = true;
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
}
