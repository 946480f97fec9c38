//! Variables that an operation demands. The validator checks the types of those that came, not whether they came.

use async_graphql::{ServerError, Value, Variables, parser::types::OperationDefinition};

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
