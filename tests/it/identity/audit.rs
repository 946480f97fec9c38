//! The audit log.

use chrono::TimeDelta;
use freshvilla::identity::{demo::PASSWORD, throttle::service::record_wrong_passwords};
use serde_json::{Value, json};

use super::{House, email, mutate};

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

const WRONG: &str = "Wrong-passw0rd";

#[tokio::test]
async fn wrong_passwords_are_told_of_by_account_and_folded() {
    let house = House::start().await;
    let (asha, priya) = (house.user("asha").await, house.id_of("priya").await);
    let known = house.log_in(&email("priya"), WRONG).await;
    let unknown = house.log_in("nobody@example.in", WRONG).await;
    assert_eq!(known.statements(), unknown.statements(), "the same work for both");
    let last = house.log_in(&email("priya"), WRONG).await;
    let failures = |from: i32, to: i32| json!({ "before": { "failures": from }, "after": { "failures": to } });
    // Two workers at once tell of it once.
    tokio::join!(record(&house), record(&house));
    let told = told(&asha, &priya).await;
    assert_eq!(told.len(), 1);
    assert_eq!(json!({ "before": told[0]["before"], "after": told[0]["after"] }), failures(0, 2));
    assert_eq!((&told[0]["actorKind"], &told[0]["subjectType"]), (&json!("ANONYMOUS"), &json!("Account")));
    assert_eq!(told[0]["requestId"], json!(last.headers["x-request-id"].to_str().unwrap()));

    for _ in 0..3 {
        house.log_in(&email("priya"), WRONG).await;
        record(&house).await;
    }
    assert_eq!(self::told(&asha, &priya).await.len(), 1, "once in the time of a lock-out");
    house.app.advance(TimeDelta::minutes(16));
    record(&house).await;
    record(&house).await;
    let told = self::told(&house.user("asha").await, &priya).await;
    assert_eq!(told.len(), 2);
    assert_eq!(json!({ "before": told[0]["before"], "after": told[0]["after"] }), failures(2, 5));
    let all = house.app.database.value("SELECT count(*) FROM audit_log WHERE action = 'passwordWrong'").await;
    assert_eq!(all, json!(2), "nothing of an address that nobody has");
}

#[tokio::test]
async fn an_owner_who_comes_in_leaves_what_went_before_in_the_audit_log() {
    let house = House::start().await;
    let (asha, arjun) = (house.user("asha").await, house.id_of("arjun").await);
    house.log_in(&email("arjun"), WRONG).await;
    let signed_in = house.user("arjun").await;
    assert_eq!(told(&asha, &arjun).await.len(), 1);
    // Also where a change asks for the password again.
    let change = |old: &str| json!({ "oldPassword": old, "newPassword": "Tamarind&Rice42" });
    mutate(&signed_in, "passwordChange", "account { id }", change(WRONG)).await;
    mutate(&signed_in, "passwordChange", "account { id }", change(PASSWORD)).await;
    assert_eq!(told(&asha, &arjun).await.len(), 2);
    record(&house).await;
    assert_eq!(told(&asha, &arjun).await.len(), 2, "not twice");
    house.app.drain_jobs().await;
}

/// What workers do all the time.
async fn record(house: &House) {
    let app = house.app.node.app.clone();
    house.app.node.on_runtime(async move { record_wrong_passwords(&app).await.unwrap() }).await;
}

/// Entries of wrong passwords about an account, newest first.
async fn told(reader: &crate::support::Client, account: &str) -> Vec<Value> {
    let text = "query($where: AuditWhere) { auditLog(where: $where) {
        nodes { subjectType before after requestId actorKind } } }";
    let log = reader.query(text, json!({ "where": { "subjectId": account, "action": "passwordWrong" } })).await;
    log.data("/auditLog/nodes").as_array().unwrap().clone()
}
