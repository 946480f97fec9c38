//! The audit log.

use serde_json::json;

use super::{House, mutate};

#[tokio::test]
async fn writes_are_recorded_with_before_and_after() {
    let house = House::start().await;
    let (vikram, id) = (house.user("vikram").await, house.id_of("priya").await);
    let input = json!({ "id": id, "name": "Priya Verma" });
    let request = "018f0000-0000-7000-8000-000000000001";
    let body = json!({
        "query": "mutation($input: AccountUpdateInput!) { accountUpdate(input: $input) { errors { code } } }",
        "variables": { "input": input },
    });
    let sent =
        vikram.request(reqwest::Method::POST, "/graphql").header("x-request-id", request).json(&body).send().await;
    assert!(sent.unwrap().status().is_success());
    let text = "query($where: AuditWhere) { auditLog(where: $where) {
        totalCount nodes { action subjectType subjectId before after requestId actorKind actor { name } } } }";
    let log = vikram.query(text, json!({ "where": { "subjectId": id, "action": "accountUpdate" } })).await;
    assert_eq!(log.data("/auditLog/totalCount"), &json!(1));
    let entry = log.data("/auditLog/nodes/0");
    assert_eq!(entry["subjectId"], json!(id));
    assert_eq!(entry["subjectType"], "Account");
    assert_eq!(entry["before"]["name"], "Priya Sharma");
    assert_eq!(entry["after"]["name"], "Priya Verma");
    assert_eq!(entry["before"].get("email"), None, "only what changed");
    assert_eq!(entry["actor"]["name"], "Vikram Rao");
    assert_eq!(entry["requestId"], request);
    let by_request = vikram.query(text, json!({ "where": { "requestId": request } })).await;
    assert_eq!(by_request.data("/auditLog/totalCount"), &json!(1));
}

#[tokio::test]
async fn every_kind_of_write_leaves_a_row_and_no_secret() {
    let house = House::with_places().await;
    let priya = house.user("priya").await;
    let address = json!({ "contactName": "P", "phone": "9810000008", "line1": "1", "city": "D", "pincode": "110001" });
    let made = mutate(&priya, "addressCreate", "address { id }", json!({ "address": address })).await;
    let id = made.text("/addressCreate/address/id");
    mutate(&priya, "addressUpdate", "address { id }", json!({ "id": id, "address": address })).await;
    mutate(&priya, "addressSetDefault", "address { id }", json!({ "id": id, "purpose": "BILLING" })).await;
    mutate(&priya, "addressDelete", "addressId", json!({ "id": id })).await;
    mutate(&priya, "profileUpdate", "account { id }", json!({ "name": "P" })).await;
    let change = json!({ "oldPassword": super::demo::PASSWORD, "newPassword": "Tamarind&Rice42" });
    mutate(&priya, "passwordChange", "account { id }", change).await;
    mutate(&priya, "sessionRevoke", "session { id }", json!({})).await;
    let actions =
        house.app.database.value("SELECT jsonb_agg(DISTINCT action) FROM audit_log WHERE actor_kind = 'account'").await;
    for action in [
        "sessionCreate",
        "addressCreate",
        "addressUpdate",
        "addressSetDefault",
        "addressDelete",
        "profileUpdate",
        "passwordChange",
        "sessionRevoke",
    ] {
        assert!(actions.as_array().unwrap().contains(&json!(action)), "{action} is missing in {actions}");
    }
    let secrets = "SELECT count(*) FROM audit_log WHERE (before::text || after::text) ~* 'argon2|token_hash|Tamarind'";
    assert_eq!(house.app.database.value(secrets).await, json!(0));
    house.app.drain_jobs().await;
}
