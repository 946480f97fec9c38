//! Keys of partners' programs.

use chrono::TimeDelta;
use freshvilla::{identity::demo, kernel::id::encode};
use serde_json::{Value, json};

use super::{House, mutate};
use crate::support::{Answer, Client};

const SELECTION: &str = "secret apiKey { id prefix permissions scopeKind scopeIds createdBy { name } }";

async fn create(client: &Client, input: Value) -> Answer {
    mutate(client, "apiKeyCreate", SELECTION, input).await
}

async fn permissions(client: &Client) -> Option<Value> {
    let answer = client.query("{ me { account { id } permissions scope { everything storeIds } } }", json!({})).await;
    answer.code().is_none().then(|| answer.data("/me").clone())
}

#[tokio::test]
async fn a_key_does_what_it_was_made_for_until_it_is_revoked() {
    let house = House::start().await;
    let vikram = house.user("vikram").await;
    let store = encode("sto", demo::STORE);
    let input =
        json!({ "name": "Scales", "permissions": ["INVENTORY_READ"], "scopeKind": "STORE", "scopeIds": [store] });
    let made = create(&vikram, input).await;
    let secret = made.text("/apiKeyCreate/secret");
    assert!(secret.starts_with(made.text("/apiKeyCreate/apiKey/prefix")));
    assert_eq!(made.text("/apiKeyCreate/apiKey/createdBy/name"), "Vikram Rao");
    let program = house.app.as_user(secret);
    let me = permissions(&program).await.unwrap();
    let scope = json!({ "everything": false, "storeIds": [store] });
    assert_eq!(me, json!({ "account": null, "permissions": ["INVENTORY_READ"], "scope": scope }));
    assert_eq!(program.query("{ sessions { nodes { id } } }", json!({})).await.code(), Some("FORBIDDEN"));
    assert_eq!(program.query("{ accounts { nodes { id } } }", json!({})).await.code(), Some("FORBIDDEN"));
    let id = made.text("/apiKeyCreate/apiKey/id");
    let revoked = mutate(&vikram, "apiKeyRevoke", "apiKey { revokedAt lastUsedAt }", json!({ "id": id })).await;
    assert!(revoked.data("/apiKeyRevoke/apiKey/lastUsedAt").is_string());
    assert_eq!(permissions(&program).await, None);
    let stored = house.app.database.rows("SELECT row_to_json(k)::text AS text FROM api_keys k").await;
    assert!(!stored[0]["text"].as_str().unwrap().contains(&secret[14..]));
}

#[tokio::test]
async fn a_key_expires_and_a_changed_one_never_worked() {
    let house = House::start().await;
    let vikram = house.user("vikram").await;
    let end = house.app.clock().now() + TimeDelta::hours(1);
    let input = json!({ "name": "Short", "permissions": ["REPORTS_READ"], "scopeKind": "PLATFORM", "expiresAt": end });
    let made = create(&vikram, input).await;
    let secret = made.text("/apiKeyCreate/secret");
    assert!(permissions(&house.app.as_user(secret)).await.is_some());
    let last = if secret.ends_with('A') { "B" } else { "A" };
    let changed = format!("{}{last}", &secret[..secret.len() - 1]);
    assert_eq!(permissions(&house.app.as_user(changed)).await, None);
    assert_eq!(permissions(&house.app.as_user(&secret[..14])).await, None);
    house.app.advance(TimeDelta::minutes(61));
    assert_eq!(permissions(&house.app.as_user(secret)).await, None);
}

#[tokio::test]
async fn nobody_makes_a_key_that_may_do_more_than_they() {
    let house = House::start().await;
    let vikram = house.user("vikram").await;
    for (what, input) in [
        ("more rights", json!({ "name": "x", "permissions": ["FINANCIALS_WRITE"], "scopeKind": "PLATFORM" })),
        ("no rights", json!({ "name": "x", "permissions": [], "scopeKind": "PLATFORM" })),
        ("a scope without rows", json!({ "name": "x", "permissions": ["ORDERS_READ"], "scopeKind": "STORE" })),
        (
            "rows without a scope",
            json!({ "name": "x", "permissions": ["ORDERS_READ"], "scopeKind": "PLATFORM", "scopeIds": [encode("sto", demo::STORE)] }),
        ),
        (
            "rows of another kind",
            json!({ "name": "x", "permissions": ["ORDERS_READ"], "scopeKind": "STORE", "scopeIds": [encode("inb", demo::INBOX)] }),
        ),
        (
            "an end in the past",
            json!({ "name": "x", "permissions": ["ORDERS_READ"], "scopeKind": "PLATFORM", "expiresAt": "2020-01-01T00:00:00Z" }),
        ),
    ] {
        assert_eq!(create(&vikram, input).await.problems("apiKeyCreate").len(), 1, "{what}");
    }
    // A key with the right to make keys for one store makes none for another, and sees none of another.
    let store = encode("sto", demo::STORE);
    let input = json!({ "name": "Keymaker", "permissions": ["API_KEYS_WRITE", "ORDERS_READ"], "scopeKind": "STORE", "scopeIds": [store] });
    let keymaker = house.app.as_user(create(&vikram, input).await.text("/apiKeyCreate/secret"));
    let platform = json!({ "name": "x", "permissions": ["ORDERS_READ"], "scopeKind": "PLATFORM" });
    let wide = create(&vikram, platform.clone()).await.text("/apiKeyCreate/apiKey/id").to_owned();
    assert_eq!(create(&keymaker, platform).await.problems("apiKeyCreate"), ["EXCEEDS_OWN_RIGHTS"]);
    let narrow = json!({ "name": "y", "permissions": ["ORDERS_READ"], "scopeKind": "STORE", "scopeIds": [store] });
    assert!(create(&keymaker, narrow).await.problems("apiKeyCreate").is_empty());
    let revoke = mutate(&keymaker, "apiKeyRevoke", "apiKey { id }", json!({ "id": wide })).await;
    assert_eq!(revoke.problems("apiKeyRevoke"), ["NOT_FOUND"]);
    let seen = keymaker.query("{ apiKeys { nodes { name } } }", json!({})).await;
    assert_eq!(seen.data("/apiKeys/nodes"), &json!([{ "name": "y" }, { "name": "Keymaker" }]));
}
