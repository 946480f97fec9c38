//! Limits that are checked on the parsed document, before validation: depth, cost, aliases, root fields, directives.
//!
//! Cost is one point per field, times the number of items of every list around it: a field with `first` or `last`
//! multiplies what stands below it by that number, a connection without one by the default page size. Every item of a
//! list that the client sends is a point, too.

use std::collections::HashMap;

use async_graphql::{
    Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::{
    config::{Config, GraphqlConfig},
    kernel::{
        error::{Error, Result},
        page::{DEFAULT_PAGE, MAX_PAGE},
    },
};

/// Deepest nesting of fragments within each other.
pub const FRAGMENT_DEPTH: usize = 40;
/// Introspection fields that answer lists of types or fields; nested further, their product explodes.
const INTROSPECTION_LISTS: usize = 2;
/// Fields that hash a password, which takes a tenth of a second of a processor by design.
const HASHING: &[&str] = &["sessionCreate", "accountRegister", "passwordChange", "passwordReset"];
/// How many of them one operation may have.
const MAX_HASHING: usize = 2;

/// The cost of an operation in points, or which limit it breaks. The document's other operations must be within the
/// limits, too: validation looks at all of them.
pub fn check(
    config: &Config,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<u64> {
    let (limits, introspection) = (&config.graphql, config.graphiql());
    let mut walk = Walk {
        limits,
        introspection,
        document,
        operation,
        variables,
        fragments: HashMap::new(),
        aliases: 0,
        hashing: 0,
    };
    let given = variables.values().map(values).sum::<u64>();
    let cost = walk.operation(operation)?.saturating_add(given);
    if cost > limits.max_cost {
        return refuse(format!("this operation costs {cost} points; at most {} are allowed", limits.max_cost));
    }
    for (_, other) in document.operations.iter() {
        if !std::ptr::eq(operation, &other.node) {
            (walk.aliases, walk.hashing) = (0, 0);
            walk.operation(&other.node)?;
        }
    }
    Ok(cost)
}

fn refuse<T>(message: String) -> Result<T> {
    Err(Error::TooComplex(message))
}

/// What a selection amounts to, fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    cost: u64,
    /// Levels of fields.
    depth: usize,
    /// Fields of the first level.
    width: usize,
    /// Introspection lists within each other.
    lists: usize,
}

impl Measure {
    fn beside(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            depth: self.depth.max(other.depth),
            width: self.width.saturating_add(other.width),
            lists: self.lists.max(other.lists),
        }
    }
}

struct Walk<'a> {
    limits: &'a GraphqlConfig,
    introspection: bool,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// Each fragment is measured once: spreading one in another many times must not take many walks.
    fragments: HashMap<&'a str, Measure>,
    aliases: usize,
    hashing: usize,
}

/// Where the walk is.
#[derive(Default)]
struct Place<'a> {
    /// Fragments around, outermost first.
    fragments: Vec<&'a str>,
    /// Below `__schema` or `__type`.
    introspection: bool,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<u64> {
        let Measure { cost, depth, width, lists } =
            self.selection_set(&operation.selection_set.node, &mut Place::default())?;
        let GraphqlConfig { max_cost, max_depth, max_root_fields, .. } = self.limits;
        if depth > *max_depth {
            return refuse(format!("fields are nested {depth} deep; at most {max_depth} levels are allowed"));
        }
        if width > *max_root_fields {
            return refuse(format!("{width} root fields; at most {max_root_fields} are allowed"));
        }
        if lists > INTROSPECTION_LISTS {
            return refuse("introspection is nested too deep".to_owned());
        }
        if cost > *max_cost {
            return refuse(format!("this operation costs {cost} points; at most {max_cost} are allowed"));
        }
        Ok(cost)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, place: &mut Place<'a>) -> Result<Measure> {
        let mut total = Measure::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, place)?,
                Selection::InlineFragment(inline) => {
                    self.directives(inline.node.directives.len())?;
                    self.selection_set(&inline.node.selection_set.node, place)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(spread.node.directives.len())?;
                    self.fragment(spread.node.fragment_name.node.as_str(), place)?
                }
            };
            total = total.beside(part);
        }
        Ok(total)
    }

    fn field(&mut self, field: &'a Field, place: &mut Place<'a>) -> Result<Measure> {
        self.directives(field.directives.len())?;
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > self.limits.max_aliases {
                return refuse(format!("more than {} aliases", self.limits.max_aliases));
            }
        }
        let name = field.name.node.as_str();
        if HASHING.contains(&name) {
            self.hashing += 1;
            if self.hashing > MAX_HASHING {
                return refuse(format!("more than {MAX_HASHING} fields that take a password"));
            }
        }
        let given = literals(field);
        if field.selection_set.node.items.is_empty() {
            return Ok(Measure { cost: given.saturating_add(1), depth: 1, width: 1, lists: 0 });
        }
        let outside = place.introspection;
        if matches!(name, "__schema" | "__type") {
            if !self.introspection {
                return Err(Error::BadInput("introspection is switched off on this server".to_owned()));
            }
            place.introspection = true;
        }
        let below = self.selection_set(&field.selection_set.node, place)?;
        place.introspection = outside;
        let (items, list) = if outside { introspected(name) } else { (self.items_of(field), false) };
        let cost = below.cost.saturating_mul(items).saturating_add(given).saturating_add(1);
        Ok(Measure { cost, depth: below.depth + 1, width: 1, lists: below.lists + usize::from(list) })
    }

    /// A fragment's measure, from the cache after its first use; a cycle is left for validation to name.
    fn fragment(&mut self, name: &'a str, place: &mut Place<'a>) -> Result<Measure> {
        if place.fragments.contains(&name) {
            return Ok(Measure::default());
        }
        if let Some(known) = self.fragments.get(name) {
            return Ok(*known);
        }
        let document = self.document;
        let Some(fragment) = document.fragments.get(name) else { return Ok(Measure::default()) };
        if place.fragments.len() >= FRAGMENT_DEPTH {
            return refuse(format!("fragments are nested deeper than {FRAGMENT_DEPTH}"));
        }
        let outside = place.introspection;
        place.introspection = fragment.node.type_condition.node.on.node.starts_with("__");
        place.fragments.push(name);
        let measure = self.selection_set(&fragment.node.selection_set.node, place)?;
        place.fragments.pop();
        place.introspection = outside;
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
        let bound = |n: u64| n.clamp(1, u64::try_from(MAX_PAGE).unwrap_or(u64::MAX));
        let size = field.arguments.iter().filter(|(name, _)| matches!(name.node.as_str(), "first" | "last")).find_map(
            |(_, value)| match value.node.clone().into_const_with(|name| self.variable(&name).cloned().ok_or(())) {
                Ok(Value::Number(number)) => number.as_u64(),
                _ => None,
            },
        );
        let is_connection = || {
            field.selection_set.node.items.iter().any(|item| {
                matches!(&item.node, Selection::Field(f) if matches!(f.node.name.node.as_str(), "edges" | "nodes"))
            })
        };
        match size {
            Some(n) => bound(n),
            None if is_connection() => bound(u64::try_from(DEFAULT_PAGE).unwrap_or(20)),
            None => 1,
        }
    }

    /// A variable's value, or its default.
    fn variable(&self, name: &str) -> Option<&Value> {
        let default = || {
            let definitions = &self.operation.variable_definitions;
            let definition = definitions.iter().find(|definition| definition.node.name.node == name)?;
            definition.node.default_value.as_ref().map(|value| &value.node)
        };
        self.variables.get(name).or_else(default)
    }
}

/// The values in lists and objects that a client sent: a point each, since a filter of thousands of parts is work too.
fn values(value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().map(|item| values(item).saturating_add(1)).sum(),
        Value::Object(fields) => fields.values().map(values).sum(),
        _ => 0,
    }
}

/// The same in the arguments of a field; variables count for themselves.
fn literals(field: &Field) -> u64 {
    let constants = field.arguments.iter().map(|(_, value)| {
        let constant = value.node.clone().into_const_with(|_| Ok::<_, ()>(Value::Null));
        constant.map_or(0, |constant| values(&constant))
    });
    constants.sum()
}

/// Roughly how many items an introspection field answers, and whether it is a list of types or fields.
fn introspected(name: &str) -> (u64, bool) {
    match name {
        "types" => (20, true),
        "fields" => (4, true),
        "inputFields" | "interfaces" | "possibleTypes" => (3, true),
        "args" | "directives" | "enumValues" => (3, false),
        _ => (1, false),
    }
}
