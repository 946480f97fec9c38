//! Other people's IDs on every field that takes one.

use serde_json::{Value, json};

use super::{House, mutate};
use crate::support::Client;

async fn address_of(house: &House, name: &str) -> String {
    let client = house.user(name).await;
    let made = mutate(&client, "addressCreate", "address { id }", json!({ "address": fields() })).await;
    made.text("/addressCreate/address/id").to_owned()
}

fn fields() -> Value {
    json!({ "contactName": "Priya", "phone": "9810000008", "line1": "1 Ring Road", "city": "New Delhi", "pincode": "110001" })
}

async fn invisible(client: &Client, id: &str) {
    let node = client.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
    assert_eq!(node.data("/node"), &Value::Null, "{id}");
}

#[tokio::test]
async fn what_is_another_customers_is_not_found() {
    let house = House::with_places().await;
    let (priya, arjun) = (house.user("priya").await, house.user("arjun").await);
    let address = address_of(&house, "priya").await;
    let sessions = priya.query("{ sessions { nodes { id } } me { account { id } } }", json!({})).await;
    let session = sessions.text("/sessions/nodes/0/id").to_owned();
    let account = sessions.text("/me/account/id").to_owned();
    for (field, input) in [
        ("addressUpdate", json!({ "id": address, "address": fields() })),
        ("addressDelete", json!({ "id": address })),
        ("addressSetDefault", json!({ "id": address, "purpose": "BILLING" })),
        ("sessionRevoke", json!({ "id": session })),
    ] {
        let answer = mutate(&arjun, field, "__typename", input).await;
        assert_eq!(answer.problems(field), ["NOT_FOUND"], "{field}");
    }
    for id in [&address, &session, &account] {
        invisible(&arjun, id).await;
        invisible(&house.app, id).await;
        let own = priya.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(own.text("/node/id"), id, "its owner finds it");
    }
    let other = arjun.query("query($id: ID!) { account(id: $id) { email } }", json!({ "id": account })).await;
    assert_eq!(other.data("/account"), &Value::Null);
}

#[tokio::test]
async fn administration_is_closed_to_customers_and_strangers() {
    let house = House::start().await;
    let (arjun, target) = (house.user("arjun").await, house.id_of("priya").await);
    let role = house.role("store_agent").await;
    let inputs = [
        ("accountCreate", json!({ "kind": "CUSTOMER", "email": "x@example.in", "name": "X" })),
        ("accountUpdate", json!({ "id": target })),
        ("accountLock", json!({ "id": target })),
        ("accountUnlock", json!({ "id": target })),
        ("accountClose", json!({ "id": target })),
        ("roleGrant", json!({ "accountId": target, "grant": { "roleId": role } })),
        ("roleDelete", json!({ "id": role })),
        ("apiKeyCreate", json!({ "name": "x", "permissions": ["AUDIT_READ"], "scopeKind": "PLATFORM" })),
    ];
    for (field, input) in inputs {
        assert_eq!(mutate(&arjun, field, "__typename", input.clone()).await.code(), Some("FORBIDDEN"), "{field}");
        assert_eq!(mutate(&house.app, field, "__typename", input).await.code(), Some("UNAUTHENTICATED"), "{field}");
    }
    for query in ["accounts", "roles", "apiKeys", "auditLog"] {
        let text = format!("{{ {query} {{ nodes {{ id }} }} }}");
        assert_eq!(arjun.query(&text, json!({})).await.code(), Some("FORBIDDEN"), "{query}");
        assert_eq!(house.app.query(&text, json!({})).await.code(), Some("UNAUTHENTICATED"), "{query}");
    }
    invisible(&arjun, &role).await;
}

#[tokio::test]
async fn an_id_of_the_wrong_type_is_an_input_error() {
    let house = House::start().await;
    let answer =
        house.user("priya").await.query("{ account(id: \"ses_01j00000000000000000000000\") { id } }", json!({})).await;
    assert!(answer.errors()[0]["message"].as_str().unwrap().contains("acc_"), "{:#}", answer.body);
}
