//! What documents may say: the rules of the GraphQL specification that the library leaves to us.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Documents, and why each is refused.
const WRONG: &[(&str, &str)] = &[
    ("{ __typename(a: 1) }", "Unknown argument \"a\" on field \"__typename\"."),
    ("{ me { id __typename @nonsense } }", "Unknown directive \"nonsense\""),
    ("{ __typename @skip }", "Directive \"skip\" argument \"if\" of type \"Boolean!\" is required"),
    ("{ __typename @skip(if: 3) }", "Invalid value for argument \"if\", expected type \"Boolean!\", got 3"),
    ("{ __typename @skip(if: true, unless: false) }", "Unknown argument \"unless\" on directive \"skip\"."),
    (
        "{ __typename { length } }",
        "Field \"__typename\" must not have a selection since type \"String!\" has no subfields.",
    ),
    (
        "{ nodes(ids: []) { ... on Product { x: name } ... on Category { x: id } } }",
        "Fields \"x\" conflict because they return conflicting types \"String!\" and \"ID!\". Use different aliases on \
         the fields to fetch both if this was intentional.",
    ),
    (
        "{ nodes(ids: []) { ... on Product { x: brand { id } } ... on Category { x: name } } }",
        "Fields \"x\" conflict because they return conflicting types \"Brand\" and \"String!\". Use different aliases on \
         the fields to fetch both if this was intentional.",
    ),
    (
        "{ nodes(ids: []) { id ... on Product { id: name } } }",
        "Fields \"id\" conflict because they return conflicting types \"ID!\" and \"String!\". Use different aliases on \
         the fields to fetch both if this was intentional.",
    ),
    (
        "{ products(first: 1) { nodes { ...A } nodes { x: name } } } fragment A on Product { x: slug }",
        "Fields \"x\" conflict because \"slug\" and \"name\" are different fields. Use different aliases on the fields \
         to fetch both if this was intentional.",
    ),
    (
        "{ a: products(first: 1) { totalCount } ... on Query { a: products(first: 2) { totalCount } } }",
        "Fields \"a\" conflict because they have differing arguments. Use different aliases on the fields to fetch both \
         if this was intentional.",
    ),
    (
        "{ products(where: { brandIds: [], brandIds: [] }) { totalCount } }",
        "There can be only one input field named \"brandIds\".",
    ),
    (
        "query($w: ProductWhere = { brandIds: [] brandIds: [] }) { products(where: $w) { totalCount } }",
        "There can be only one input field named \"brandIds\".",
    ),
];

#[tokio::test]
async fn documents_that_break_a_rule_are_refused_with_its_words() {
    let app = TestApp::start().await;
    for (document, message) in WRONG {
        let answer = app.query(document, json!({})).await;
        assert_eq!(answer.code(), Some("GRAPHQL_VALIDATION_FAILED"), "{document}: {answer:?}");
        assert_eq!(answer.body["errors"][0]["message"], json!(message), "{document}");
        assert_eq!(answer.body.get("data").unwrap_or(&Value::Null), &Value::Null, "{document}");
    }
    app.finish().await;
}

#[tokio::test]
async fn fragments_that_lead_back_to_themselves_are_refused_and_nothing_breaks() {
    let app = TestApp::start().await;
    for circle in [
        "{ categories { nodes { ...A } } } fragment A on Category { id parent { ...A } }",
        "{ categories { nodes { ...A } } } fragment A on Category { ...B } fragment B on Category { ...A }",
        "{ categories { nodes { ...A } } } fragment A on Category { parent { ...B } children { ...B } } \
         fragment B on Category { parent { ...A } children { ...A } }",
        "{ ...Q } fragment Q on Query { ...Q __typename }",
    ] {
        let answer = app.query(circle, json!({})).await;
        assert!(answer.code().is_some(), "{circle}: {answer:?}");
    }
    assert_eq!(app.query("{ __typename }", json!({})).await.data("/__typename"), &json!("Query"));
    app.finish().await;
}

#[tokio::test]
async fn documents_that_only_look_wrong_are_answered() {
    let app = TestApp::start().await;
    let right = [
        // Objects of different types never meet: another field under the same key will do, if its shape is the same.
        "{ nodes(ids: []) { ... on Product { x: name } ... on Brand { x: slug } } }",
        "{ nodes(ids: []) { ... on Product { x: brand { y: name } } ... on Category { x: parent { y: slug } } } }",
        "{ nodes(ids: []) { id ... on Product { id } ... on Node { id } } }",
        // The same field, its arguments in another order.
        "{ products(first: 1, where: {}) { totalCount } products(where: {}, first: 1) { nodes { id } } }",
        "{ __typename @skip(if: false) @include(if: true) }",
        // Names before a colon that are no input fields, and equal names in different objects.
        "{ a: __typename b: __typename c: search(term: \"}({ a: 1 a: 2\") { totalCount } }",
    ];
    for document in right {
        let answer = app.query(document, json!({})).await;
        assert!(answer.body.get("errors").is_none(), "{document}: {:?}", answer.body);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_field_selected_twice_is_one_field_at_its_first_place() {
    let app = TestApp::start().await;
    let document = "{ __schema { queryType { name } } a: brands(first: 1) { pageInfo { hasNextPage } totalCount }
        a: brands(first: 1) { pageInfo { endCursor hasNextPage } nodes { id } } }";
    let answer = app.query(document, json!({})).await;
    let order = r#""a":{"pageInfo":{"hasNextPage":false,"endCursor":null},"totalCount":0,"nodes":[]}"#;
    assert!(answer.text.contains(order), "{}", answer.text);
    app.finish().await;
}
