//! Roles, scopes, and attempts to rise above one's station.

use std::collections::BTreeSet;

use freshvilla::{
    identity::demo,
    kernel::{access::Permission, id::encode},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{House, email, mutate, works};
use crate::support::{Answer, Client};

fn store(id: Uuid) -> String {
    encode("sto", id)
}

fn employee(address: &str, grants: Value) -> Value {
    json!({
        "kind": "EMPLOYEE", "email": address, "name": "New Person", "employee": { "function": "STORE" }, "grants": grants,
    })
}

async fn create(client: &Client, input: Value) -> Answer {
    mutate(client, "accountCreate", "account { id }", input).await
}

#[tokio::test]
async fn built_in_roles_are_complete_and_known() {
    let house = House::start().await;
    let rows = house.app.database.rows(
        "SELECT name, array_to_json(array_agg(permission)) AS permissions FROM roles JOIN role_permissions ON role_id = id \
         GROUP BY name",
    ).await;
    let known: BTreeSet<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    let texts = |row: &Value| -> BTreeSet<String> {
        row["permissions"].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    for row in &rows {
        for permission in texts(row) {
            assert!(known.contains(permission.as_str()), "{} has the unknown permission {permission}", row["name"]);
        }
    }
    let owner = rows.iter().find(|row| row["name"] == "super_administrator").unwrap();
    assert_eq!(texts(owner), known.iter().map(|text| (*text).to_owned()).collect(), "the owner may do everything");
    let me = house.user("asha").await.query("{ me { permissions scope { everything } } }", json!({})).await;
    assert_eq!(me.data("/me/permissions").as_array().unwrap().len(), known.len());
    assert_eq!(me.data("/me/scope/everything"), &json!(true));
    assert_eq!(house.app.query("{ me { permissions } }", json!({})).await.data("/me"), &Value::Null);
}

#[tokio::test]
async fn a_store_owner_reaches_only_the_own_store() {
    let house = House::start().await;
    let (own, other) = (store(demo::STORE), store(Uuid::now_v7()));
    let (agent, owner) = (house.role("store_agent").await, house.role("store_owner").await);
    let asha = house.user("asha").await;
    let grant = |role: &str, ids: &[&str]| json!([{ "roleId": role, "scopeIds": ids }]);
    let made = create(&asha, employee("far@example.in", grant(&agent, &[&other]))).await;
    let far = made.text("/accountCreate/account/id").to_owned();

    let lakshmi = house.user("lakshmi").await;
    let made = create(&lakshmi, employee("near@example.in", grant(&agent, &[&own]))).await;
    let near = made.text("/accountCreate/account/id").to_owned();
    let listed = lakshmi.query("{ accounts { nodes { email } } }", json!({})).await;
    let emails: BTreeSet<&str> =
        listed.data("/accounts/nodes").as_array().unwrap().iter().map(|n| n["email"].as_str().unwrap()).collect();
    assert_eq!(emails, [email("lakshmi").as_str(), "near@example.in"].into());

    for (what, grants) in [
        ("another store", grant(&agent, &[&other])),
        ("own and another store", grant(&agent, &[&own, &other])),
        ("nothing", json!([])),
        ("more than one's own rights", grant(&house.role("catalogue_manager").await, &[])),
        ("a warehouse", grant(&house.role("warehouse_staff").await, &[&encode("whs", demo::WAREHOUSE)])),
        ("the wrong kind of row", grant(&agent, &[&encode("whs", demo::STORE)])),
        ("a role for another kind of account", grant(&house.role("administrator").await, &[])),
    ] {
        let refused = create(&lakshmi, employee("x@example.in", grants)).await;
        assert_eq!(refused.problems("accountCreate").len(), 1, "{what}: {:#}", refused.body);
    }
    for kind in ["ADMINISTRATOR", "SUPER_ADMINISTRATOR", "CUSTOMER"] {
        let mut input = employee("x@example.in", grant(&owner, &[&own]));
        input["kind"] = json!(kind);
        input.as_object_mut().unwrap().remove("employee");
        assert_eq!(create(&lakshmi, input).await.problems("accountCreate"), ["EXCEEDS_OWN_RIGHTS"], "{kind}");
    }
    for (id, code) in
        [(&far, "NOT_FOUND"), (&house.id_of("vikram").await, "NOT_FOUND"), (&house.id_of("priya").await, "NOT_FOUND")]
    {
        for (field, input) in [
            ("accountLock", json!({ "id": id })),
            ("accountClose", json!({ "id": id })),
            ("accountUpdate", json!({ "id": id, "email": "mine@example.in" })),
            ("roleGrant", json!({ "accountId": id, "grant": { "roleId": agent, "scopeIds": [own] } })),
        ] {
            let answer = mutate(&lakshmi, field, "account { id }", input).await;
            assert_eq!(answer.problems(field), [code], "{field}");
        }
    }
    let locked = mutate(&lakshmi, "accountLock", "account { status }", json!({ "id": near })).await;
    assert_eq!(locked.text("/accountLock/account/status"), "LOCKED");
    let count = house.app.database.value("SELECT count(*) FROM accounts WHERE email = 'x@example.in'").await;
    assert_eq!(count, json!(0), "refused accounts leave nothing behind");
    house.app.drain_jobs().await;
}

/// An account that is a warehouse manager here and holds a role there cannot use one's rights on the other's rows.
#[tokio::test]
async fn rights_do_not_leak_from_one_scope_into_another() {
    let house = House::start().await;
    let (first, second) = (store(demo::STORE), store(Uuid::now_v7()));
    let (agent, owner) = (house.role("store_agent").await, house.role("store_owner").await);
    let asha = house.user("asha").await;
    let lakshmi_id = house.id_of("lakshmi").await;
    let grant = json!({ "accountId": lakshmi_id, "grant": { "roleId": agent, "scopeIds": [second] } });
    assert!(mutate(&asha, "roleGrant", "account { id }", grant).await.problems("roleGrant").is_empty());
    let made = create(&asha, employee("far@example.in", json!([{ "roleId": agent, "scopeIds": [second] }]))).await;
    let far = made.text("/accountCreate/account/id").to_owned();

    // Owner of the first store, mere agent of the second: nobody of the second is hers to change.
    let lakshmi = house.user("lakshmi").await;
    let seen = lakshmi.query("query($id: ID!) { account(id: $id) { id } }", json!({ "id": far })).await;
    assert_eq!(seen.data("/account"), &Value::Null);
    for scopes in [json!([second]), json!([first, second])] {
        let input = employee("x@example.in", json!([{ "roleId": owner, "scopeIds": scopes }]));
        assert_eq!(create(&lakshmi, input).await.problems("accountCreate"), ["EXCEEDS_OWN_RIGHTS"]);
    }
    house.app.drain_jobs().await;
}

#[tokio::test]
async fn administrators_do_not_make_or_touch_super_administrators() {
    let house = House::start().await;
    let vikram = house.user("vikram").await;
    let input = json!({ "kind": "SUPER_ADMINISTRATOR", "email": "x@example.in", "name": "X" });
    assert_eq!(create(&vikram, input).await.problems("accountCreate"), ["EXCEEDS_OWN_RIGHTS"]);
    let asha = house.id_of("asha").await;
    for field in ["accountLock", "accountClose", "accountUpdate"] {
        let answer = mutate(&vikram, field, "account { id }", json!({ "id": asha })).await;
        assert_eq!(answer.problems(field), ["EXCEEDS_OWN_RIGHTS"], "{field}");
    }
    let role = house.role("super_administrator").await;
    for account in [house.id_of("vikram").await, house.id_of("suresh").await] {
        let grant = json!({ "accountId": account, "grant": { "roleId": role } });
        let answer = mutate(&vikram, "roleGrant", "account { id }", grant).await;
        assert_eq!(answer.problems("roleGrant").len(), 1, "{:#}", answer.body);
    }
    let all: Vec<&str> = vec!["FINANCIALS_WRITE"];
    let role = json!({ "name": "sneaky", "title": "Sneaky", "accountKind": "ADMINISTRATOR", "scopeKind": "PLATFORM", "permissions": all });
    let answer = mutate(&vikram, "roleCreate", "role { id }", role).await;
    assert_eq!(answer.problems("roleCreate"), ["EXCEEDS_OWN_RIGHTS"], "a right that administrators lack");
}

#[tokio::test]
async fn the_platform_keeps_an_owner() {
    let house = House::start().await;
    let (asha, asha_id) = (house.user("asha").await, house.id_of("asha").await);
    let own = mutate(&asha, "accountLock", "account { id }", json!({ "id": asha_id })).await;
    assert_eq!(own.problems("accountLock"), ["INVALID"]);
    let second = json!({ "kind": "SUPER_ADMINISTRATOR", "email": "second@example.in", "name": "Second" });
    let second = create(&asha, second).await.text("/accountCreate/account/id").to_owned();
    house.app.database.execute(&format!(
        "UPDATE accounts SET password_hash = (SELECT password_hash FROM accounts WHERE email = '{}') WHERE email = 'second@example.in'",
        email("asha")
    )).await;
    let login = house.log_in("second@example.in", demo::PASSWORD).await;
    let other = house.app.as_user(login.text("/sessionCreate/login/accessToken"));
    // Each locks the other at the same moment: one of the two must fail.
    let (one, two) = tokio::join!(
        mutate(&asha, "accountLock", "account { id }", json!({ "id": second })),
        mutate(&other, "accountLock", "account { id }", json!({ "id": asha_id })),
    );
    let active = "SELECT count(*) FROM accounts WHERE kind = 'super_administrator' AND status = 'active'";
    assert_eq!(house.app.database.value(active).await, json!(1), "{:#} {:#}", one.body, two.body);
    house.app.drain_jobs().await;
}

#[tokio::test]
async fn changed_rights_are_felt_at_once() {
    let house = House::start().await;
    let (asha, suresh) = (house.user("asha").await, house.user("suresh").await);
    let roles = suresh.query("{ roles { nodes { id } } }", json!({})).await;
    assert_eq!(roles.code(), Some("FORBIDDEN"));
    let role = json!({
        "name": "staff_viewer", "title": "Sees staff", "accountKind": "EMPLOYEE", "scopeKind": "PLATFORM",
        "permissions": ["USERS_READ"],
    });
    let role = mutate(&asha, "roleCreate", "role { id permissions builtIn }", role).await;
    let role_id = role.text("/roleCreate/role/id").to_owned();
    let grant = json!({ "accountId": house.id_of("suresh").await, "grant": { "roleId": role_id } });
    let selection = "account { roleGrants { id role { name } } }";
    let granted = mutate(&asha, "roleGrant", selection, grant.clone()).await;
    let again = mutate(&asha, "roleGrant", selection, grant).await;
    assert_eq!(
        granted.data("/roleGrant/account/roleGrants"),
        again.data("/roleGrant/account/roleGrants"),
        "granted once"
    );
    assert_eq!(suresh.query("{ roles { nodes { id } } }", json!({})).await.code(), None);

    let used = mutate(&asha, "roleDelete", "roleId", json!({ "id": role_id })).await;
    assert_eq!(used.problems("roleDelete"), ["IN_USE"]);
    let update = json!({ "id": role_id, "title": "Sees jobs", "permissions": ["JOBS_READ"] });
    mutate(&asha, "roleUpdate", "role { title }", update).await;
    assert_eq!(suresh.query("{ roles { nodes { id } } }", json!({})).await.code(), Some("FORBIDDEN"));
    let grants = granted.data("/roleGrant/account/roleGrants").as_array().unwrap();
    let own = grants.iter().find(|grant| grant["role"]["name"] == "staff_viewer").unwrap();
    let revoked = mutate(&asha, "roleRevoke", "account { id }", json!({ "id": own["id"] })).await;
    assert!(revoked.problems("roleRevoke").is_empty());
    let gone = mutate(&asha, "roleDelete", "roleId", json!({ "id": role_id })).await;
    assert!(gone.problems("roleDelete").is_empty());
    let built_in = mutate(&asha, "roleDelete", "roleId", json!({ "id": house.role("store_owner").await })).await;
    assert_eq!(built_in.problems("roleDelete"), ["BUILT_IN"]);
}

#[tokio::test]
async fn locked_and_closed_accounts_are_out_at_once() {
    let house = House::start().await;
    let (vikram, priya, id) = (house.user("vikram").await, house.user("priya").await, house.id_of("priya").await);
    mutate(&vikram, "accountLock", "account { status }", json!({ "id": id })).await;
    assert!(!works(&priya).await);
    assert_eq!(house.log_in(&email("priya"), demo::PASSWORD).await.problems("sessionCreate"), ["ACCOUNT_LOCKED"]);
    mutate(&vikram, "accountUnlock", "account { status }", json!({ "id": id })).await;
    assert!(works(&house.user("priya").await).await);
    mutate(&vikram, "accountClose", "account { status }", json!({ "id": id })).await;
    assert_eq!(house.log_in(&email("priya"), demo::PASSWORD).await.problems("sessionCreate"), ["LOGIN_FAILED"]);
    let back = mutate(&vikram, "accountUnlock", "account { status }", json!({ "id": id })).await;
    assert_eq!(back.problems("accountUnlock"), ["CONFLICT"]);
    let again = json!({ "kind": "CUSTOMER", "email": email("priya"), "name": "Priya again" });
    assert!(create(&vikram, again).await.problems("accountCreate").is_empty(), "the address is free again");
    house.app.drain_jobs().await;
}

#[tokio::test]
async fn addresses_and_numbers_are_unique() {
    let house = House::start().await;
    let vikram = house.user("vikram").await;
    let taken = json!({ "kind": "CUSTOMER", "email": email("PRIYA"), "name": "X" });
    assert_eq!(create(&vikram, taken).await.problems("accountCreate"), ["EMAIL_TAKEN"]);
    let taken = json!({ "kind": "CUSTOMER", "email": "x@example.in", "name": "X", "phone": "+91 98100 00008" });
    assert_eq!(create(&vikram, taken).await.problems("accountCreate"), ["PHONE_TAKEN"]);
    let boss = json!({ "id": house.id_of("suresh").await, "employee": { "function": "WAREHOUSE", "supervisorId": house.id_of("neha").await } });
    assert!(mutate(&vikram, "accountUpdate", "account { id }", boss).await.problems("accountUpdate").is_empty());
    let circle = json!({ "id": house.id_of("neha").await, "employee": { "function": "OPERATIONS", "supervisorId": house.id_of("suresh").await } });
    assert_eq!(mutate(&vikram, "accountUpdate", "account { id }", circle).await.problems("accountUpdate"), ["INVALID"]);
}
