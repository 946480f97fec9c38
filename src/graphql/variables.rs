//! Variables that an operation demands. The validator checks the types of those that came, not whether they came.

use async_graphql::{
    ServerError, Value, Variables,
    parser::types::{BaseType, ExecutableDocument, OperationDefinition},
};

/// Gives variables that did not come their defaults. `@skip` and `@include` know only what came.
pub fn fill_in(operation: &OperationDefinition, variables: &mut Variables) {
    for definition in &operation.variable_definitions {
        let name = &definition.node.name.node;
        if let Some(default) = definition.node.default_value.as_ref().filter(|_| !variables.contains_key(name)) {
            variables.insert(name.clone(), default.node.clone());
        }
    }
}

/// Refuses an operation when a variable of a non-null type without a default is missing or null.
pub fn check_required(operation: &OperationDefinition, variables: &Variables) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, required) = (&definition.node.name.node, &definition.node.var_type.node);
        let missing = match variables.get(name) {
            None => definition.node.default_value.is_none(),
            Some(value) => *value == Value::Null,
        };
        if missing && !required.nullable {
            let message = format!("Variable \"${name}\" of required type \"{required}\" was not provided.");
            return Err(ServerError::new(message, Some(definition.pos)));
        }
    }
    Ok(())
}

/// What the values of an operation's variables say of its validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// Every variable has a value, of a built-in scalar and plainly of its type.
    All,
    /// Those that are given have.
    Some,
    /// It has to be looked at.
    Unclear,
}

/// Looks at the values given. Validation looks at all of a document's operations with the same values.
pub fn given(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Given {
    if document.operations.iter().count() > 1 {
        return Given::Unclear;
    }
    let mut given = Given::All;
    for definition in &operation.variable_definitions {
        match variables.get(&definition.node.name.node) {
            None => given = Given::Some,
            Some(value) if is_plainly(&definition.node.var_type.node.base, value) => {}
            Some(_) => return Given::Unclear,
        }
    }
    given
}

fn is_plainly(base: &BaseType, value: &Value) -> bool {
    match (base, value) {
        (BaseType::Named(name), Value::String(_)) => name == "String",
        (BaseType::Named(name), Value::Boolean(_)) => name == "Boolean",
        (BaseType::Named(name), Value::Number(number)) => {
            name == "Int" && number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        _ => false,
    }
}
