//! What every part of the GraphQL schema must keep to.

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use freshvilla::{graphql, kernel::access::Permission};
use serde_json::json;

use crate::support::TestApp;

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(graphql::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    let fields = match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return Vec::new(),
    };
    fields.iter().map(|field| &field.node).collect()
}

fn inputs(definition: &TypeDefinition) -> Vec<&InputValueDefinition> {
    match &definition.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn values(definition: &TypeDefinition) -> Vec<(String, bool)> {
    match &definition.kind {
        TypeKind::Enum(list) => list
            .values
            .iter()
            .map(|value| (value.node.value.node.to_string(), value.node.description.is_some()))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_root_field_says_who_may_call_it() {
    let known: Vec<&str> =
        ["public", "signed-in", "known"].into_iter().chain(Permission::ALL.iter().map(|p| p.as_str())).collect();
    let mut roots = 0;
    for root in types().iter().filter(|t| ["Query", "Mutation", "Subscription"].contains(&t.name.node.as_str())) {
        for field in fields(root) {
            let name = format!("{}.{}", root.name.node, field.name.node);
            let auth = field.directives.iter().find(|directive| directive.node.name.node == "auth");
            let auth = auth.unwrap_or_else(|| panic!("{name} has no @auth"));
            let requires = auth.node.get_argument("requires").expect(&name).node.to_string();
            assert!(known.contains(&requires.trim_matches('"')), "{name} requires {requires}");
            roots += 1;
        }
    }
    assert!(roots > 3, "only {roots} root fields were found");
}

#[test]
fn everything_is_described() {
    let mut bare = Vec::new();
    for definition in types() {
        let name = definition.name.node.as_str();
        bare.extend(definition.description.is_none().then(|| name.to_owned()));
        for field in fields(&definition) {
            let path = format!("{name}.{}", field.name.node);
            for argument in field.arguments.iter().filter(|argument| argument.node.description.is_none()) {
                bare.push(format!("{path}({})", argument.node.name.node));
            }
            bare.extend(field.description.is_none().then_some(path));
        }
        for input in inputs(&definition).into_iter().filter(|input| input.description.is_none()) {
            bare.push(format!("{name}.{}", input.name.node));
        }
        for (value, _) in values(&definition).into_iter().filter(|(_, described)| !described) {
            bare.push(format!("{name}.{value}"));
        }
    }
    assert!(bare.is_empty(), "without a description: {}", bare.join(", "));
}

#[test]
fn mutations_have_one_input_and_a_payload_with_errors() {
    let types = types();
    let mutation = types.iter().find(|t| t.name.node == "Mutation").unwrap();
    for field in fields(mutation) {
        let (name, arguments) = (field.name.node.as_str(), &field.arguments);
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!(arguments.len(), 1, "{name} takes one argument");
        assert_eq!(arguments[0].node.name.node, "input", "{name}");
        assert_eq!(arguments[0].node.ty.node.to_string(), format!("{pascal}Input!"), "{name}");
        assert_eq!(field.ty.node.to_string(), format!("{pascal}Payload!"), "{name}");
        let payload = types.iter().find(|t| t.name.node == format!("{pascal}Payload")).unwrap();
        let errors = fields(payload).into_iter().find(|field| field.name.node == "errors").expect(name);
        let ty = errors.ty.node.to_string();
        assert!(ty.starts_with('[') && ty.ends_with("Error!]!"), "{name}: errors: {ty}");
    }
}

/// Checking a password takes a tenth of a second of a processor by design, so an operation may have few such fields.
#[tokio::test]
async fn every_root_field_that_takes_a_password_is_limited() {
    let app = TestApp::start().await;
    let (types, mut found) = (types(), 0);
    for root in types.iter().filter(|t| ["Query", "Mutation"].contains(&t.name.node.as_str())) {
        for field in fields(root) {
            let takes = field.arguments.iter().any(|argument| takes_password(&types, &argument.node, &mut Vec::new()));
            let (kind, name) = (root.name.node.to_lowercase(), &field.name.node);
            // Limits are looked at first, so the arguments may be missing.
            let answer = app.query(&format!("{kind} {{ a: {name} b: {name} c: {name} }}"), json!({})).await;
            let message = answer.body["errors"][0]["message"].as_str().unwrap_or_default();
            assert_eq!(message == "more than 2 fields that take a password", takes, "{name}: {message}");
            found += usize::from(takes);
        }
    }
    assert!(found >= 4, "only {found} fields that take a password were found");
    app.finish().await;
}

/// Whether an argument or input field is a password, or has one in it.
fn takes_password(types: &[TypeDefinition], input: &InputValueDefinition, seen: &mut Vec<String>) -> bool {
    if input.name.node.to_lowercase().contains("password") {
        return true;
    }
    let mut base = &input.ty.node.base;
    while let BaseType::List(of) = base {
        base = &of.base;
    }
    let BaseType::Named(name) = base else { return false };
    if seen.iter().any(|seen| seen == name.as_str()) {
        return false;
    }
    seen.push(name.to_string());
    let of = types.iter().find(|of| of.name.node == *name);
    of.is_some_and(|of| inputs(of).into_iter().any(|input| takes_password(types, input, seen)))
}
