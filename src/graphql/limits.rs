//! Limits that are checked on the parsed document, before validation: depth, cost, aliases, root fields, directives.
//!
//! Cost is one point per field, times the number of items of every list around it: a field with `first` or `last`
//! multiplies what stands below it by that number, a connection without one by the default page size.

use std::collections::HashMap;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::{
    config::GraphqlConfig,
    kernel::{
        error::{Error, Result},
        page::{DEFAULT_PAGE, MAX_PAGE},
    },
};

/// The cost of an operation in points, or which limit it breaks.
pub fn check(
    limits: &GraphqlConfig,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<u64> {
    let mut walk = Walk { limits, document, variables, fragments: HashMap::new(), aliases: 0, root_fields: 0 };
    let measure = walk.selection_set(&operation.selection_set.node, 1, &mut Vec::new())?;
    if walk.root_fields > limits.max_root_fields {
        return refuse(format!("{} root fields; at most {} are allowed", walk.root_fields, limits.max_root_fields));
    }
    if measure.cost > limits.max_cost {
        return refuse(format!(
            "this operation costs {} points; at most {} are allowed",
            measure.cost, limits.max_cost
        ));
    }
    Ok(measure.cost)
}

fn refuse<T>(message: String) -> Result<T> {
    Err(Error::TooComplex(message))
}

/// What a selection amounts to.
#[derive(Clone, Copy, Default)]
struct Measure {
    cost: u64,
    depth: usize,
}

struct Walk<'a> {
    limits: &'a GraphqlConfig,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    /// Each fragment is measured once: spreading one in another many times must not take many walks.
    fragments: HashMap<&'a str, Measure>,
    aliases: usize,
    root_fields: usize,
}

impl<'a> Walk<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet, depth: usize, path: &mut Vec<&'a str>) -> Result<Measure> {
        if depth > self.limits.max_depth {
            return refuse(format!("fields are nested deeper than {}", self.limits.max_depth));
        }
        let mut total = Measure::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, depth, path)?,
                Selection::InlineFragment(inline) => {
                    self.directives(inline.node.directives.len())?;
                    self.selection_set(&inline.node.selection_set.node, depth, path)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(spread.node.directives.len())?;
                    self.fragment(spread.node.fragment_name.node.as_str(), depth, path)?
                }
            };
            total.cost = total.cost.saturating_add(part.cost);
            total.depth = total.depth.max(part.depth);
        }
        Ok(total)
    }

    fn field(&mut self, field: &'a Field, depth: usize, path: &mut Vec<&'a str>) -> Result<Measure> {
        self.directives(field.directives.len())?;
        if depth == 1 && path.is_empty() {
            self.root_fields += 1;
        }
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > self.limits.max_aliases {
                return refuse(format!("more than {} aliases", self.limits.max_aliases));
            }
        }
        if field.selection_set.node.items.is_empty() {
            return Ok(Measure { cost: 1, depth: 1 });
        }
        let below = self.selection_set(&field.selection_set.node, depth + 1, path)?;
        let cost = below.cost.saturating_mul(self.items_of(field)).saturating_add(1);
        Ok(Measure { cost, depth: below.depth + 1 })
    }

    /// A fragment's measure, from the cache after its first use; a cycle is left for validation to name.
    fn fragment(&mut self, name: &'a str, depth: usize, path: &mut Vec<&'a str>) -> Result<Measure> {
        if path.contains(&name) {
            return Ok(Measure::default());
        }
        if let Some(known) = self.fragments.get(name).copied() {
            if depth + known.depth > self.limits.max_depth + 1 {
                return refuse(format!("fields are nested deeper than {}", self.limits.max_depth));
            }
            return Ok(known);
        }
        let document = self.document;
        let Some((_, fragment)) = document.fragments.iter().find(|(key, _)| key.as_str() == name) else {
            return Ok(Measure::default());
        };
        path.push(name);
        let measure = self.selection_set(&fragment.node.selection_set.node, depth, path)?;
        path.pop();
        self.fragments.insert(name, measure);
        Ok(measure)
    }

    fn directives(&self, count: usize) -> Result<()> {
        if count > self.limits.max_directives {
            return refuse(format!("more than {} directives in one place", self.limits.max_directives));
        }
        Ok(())
    }

    /// How many items the field answers, as far as its arguments tell.
    fn items_of(&self, field: &Field) -> u64 {
        let size = field.arguments.iter().filter(|(name, _)| matches!(name.node.as_str(), "first" | "last")).find_map(
            |(_, value)| {
                let value = value.node.clone().into_const_with(|name| self.variables.get(&name).cloned().ok_or(()));
                match value {
                    Ok(async_graphql::Value::Number(number)) => number.as_u64(),
                    _ => None,
                }
            },
        );
        let is_connection = || {
            field.selection_set.node.items.iter().any(|item| {
                matches!(&item.node, Selection::Field(f) if matches!(f.node.name.node.as_str(), "edges" | "nodes"))
            })
        };
        let bound = |n: u64| n.clamp(1, u64::try_from(MAX_PAGE).unwrap_or(u64::MAX));
        match size {
            Some(n) => bound(n),
            None if is_connection() => bound(u64::try_from(DEFAULT_PAGE).unwrap_or(20)),
            None => 1,
        }
    }
}
