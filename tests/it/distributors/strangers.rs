//! Every field of this domain, called by those who may not.

use chrono::TimeDelta;
use freshvilla::identity::{account::model::AccountId, session::service::token_for};
use serde_json::{Value, json};

use super::{Applicant, Market, run};
use crate::support::Client;

/// Fields that a distributor's own people call, with an input that would be right for them.
fn own_fields(id: &str) -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("distributorUpdate", "distributor { id }", json!({ "id": id, "contact": { "name": "X" } })),
        ("distributorSubmit", "distributor { id }", json!({ "id": id })),
        ("distributorWithdraw", "distributor { id }", json!({ "id": id })),
        (
            "distributorInvite",
            "invitation { id }",
            json!({ "distributorId": id, "email": "a@b.in", "role": "MANAGER" }),
        ),
        ("distributorMemberUpdate", "distributor { id }", member(id, json!({ "role": "MANAGER" }))),
        ("distributorMemberRemove", "distributor { id }", member(id, json!({}))),
        ("distributorHandOver", "distributor { id }", member(id, json!({}))),
    ]
}

/// Names somebody at a distributor; who, does not matter.
fn member(id: &str, more: Value) -> Value {
    let mut input = json!({ "distributorId": id, "accountId": AccountId::new().to_string() });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// Fields of the back office.
fn office_fields(id: &str) -> Vec<(&'static str, &'static str, Value)> {
    let reason = json!({ "id": id, "reason": "Because" });
    vec![
        ("distributorApprove", "distributor { id }", reason.clone()),
        ("distributorReject", "distributor { id }", reason.clone()),
        ("distributorRequestChanges", "distributor { id }", reason.clone()),
        ("distributorSuspend", "distributor { id }", reason.clone()),
        ("distributorReinstate", "distributor { id }", reason.clone()),
        ("distributorClose", "distributor { id }", reason),
        ("distributorsDecide", "results { id }", json!({ "ids": [id], "step": "APPROVE" })),
        ("distributorNoteAdd", "note { id }", json!({ "id": id, "text": "x" })),
    ]
}

const QUERIES: [&str; 2] = [
    "query($id: ID!) { distributor(id: $id) { id legal { gstin } bankAccount { maskedNumber } } }",
    "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }",
];

async fn expired(market: &Market, of: &Applicant) -> Client {
    let (app, id) = (market.app.node.app.clone(), of.account);
    let token = async move { token_for(&app, id, "test", TimeDelta::seconds(-1)).await.unwrap() };
    market.app.as_user(market.app.node.on_runtime(token).await)
}

#[tokio::test]
async fn nobody_reaches_a_distributor_that_is_not_theirs() {
    let market = Market::start().await;
    let target = market.in_review("Target").await;
    let suspended = market.applicant("Suspended").await;
    suspended.saves(super::complete(super::OTHER_GSTIN)).await;
    suspended.submits().await;
    market.decides("distributorApprove", json!({ "id": suspended.id })).await;
    market.decides("distributorSuspend", json!({ "id": suspended.id, "reason": "Late" })).await;
    let other = market.applicant("Other").await;
    let (customer, old) = (market.app.sign_in("customer").await, expired(&market, &target).await);
    let stranger = Client::clone(&market.app);
    let snapshot = "SELECT jsonb_build_array((SELECT jsonb_agg(d) FROM distributors d), (SELECT jsonb_agg(s) FROM sellers s), \
                    (SELECT count(*) FROM distributor_notes))";
    let before = market.app.database.value(snapshot).await;

    let people: [(&str, &Client, Option<&str>); 5] = [
        ("a stranger", &stranger, Some("UNAUTHENTICATED")),
        ("an expired token", &old, Some("UNAUTHENTICATED")),
        ("a customer", &customer, Some("FORBIDDEN")),
        ("another owner", &other.client, None),
        ("a suspended owner", &suspended.client, None),
    ];
    for (who, client, code) in people {
        for (field, selection, input) in own_fields(&target.id) {
            let answer = run(client, field, selection, input).await;
            match code {
                Some(code) => assert_eq!(answer.code(), Some(code), "{who}: {field}"),
                None => assert_eq!(answer.problems(field), ["NOT_FOUND"], "{who}: {field}"),
            }
        }
        for (field, selection, input) in office_fields(&target.id) {
            let answer = run(client, field, selection, input).await;
            assert_eq!(answer.code(), Some(code.unwrap_or("FORBIDDEN")), "{who}: {field}");
        }
        for query in QUERIES {
            let answer = client.query(query, json!({ "id": target.id })).await;
            let hidden = answer.code().is_some() || !answer.text.contains(&target.id);
            assert!(hidden, "{who} sees {}", answer.text);
        }
        let list = client.query("{ distributors { nodes { seller { name } } } }", json!({})).await;
        match code {
            Some(code) => assert_eq!(list.code(), Some(code), "{who}"),
            None => {
                let nodes = list.data("/distributors/nodes").as_array().unwrap().clone();
                assert!(nodes.len() == 1 && nodes[0]["seller"]["name"] != "Target", "{who}: {nodes:?}");
            }
        }
    }
    // Nor does anybody decide on their own distributor.
    for (who, own) in [("an applicant", &other), ("a suspended owner", &suspended)] {
        for (field, selection, input) in office_fields(&own.id) {
            assert_eq!(run(&own.client, field, selection, input).await.code(), Some("FORBIDDEN"), "{who}: {field}");
        }
    }
    assert_eq!(market.app.database.value(snapshot).await, before, "nothing was changed");
    market.app.finish().await;
}

#[tokio::test]
async fn the_role_of_the_owner_is_not_passed_on_by_hand() {
    let market = Market::start().await;
    let applicant = market.verified("Farm Fresh").await;
    let rows = "SELECT jsonb_agg(id) FROM roles WHERE name = 'distributor_owner'";
    let role = market.app.database.value(rows).await[0].as_str().unwrap().parse().unwrap();
    let role = freshvilla::kernel::id::encode("rol", role);
    let member = json!({ "kind": "DISTRIBUTOR_MEMBER", "email": "second@farm.example", "name": "Second",
                         "grants": [{ "roleId": role, "scopeIds": [applicant.id] }] });
    for client in [&applicant.client, &market.office] {
        let refused = run(client, "accountCreate", "account { id }", member.clone()).await;
        assert_eq!(refused.problems("accountCreate"), ["INVALID"]);
    }
    assert_eq!(market.app.database.value("SELECT count(*) FROM role_grants WHERE scope_kind = 'distributor'").await, 1);
    market.app.finish().await;
}
