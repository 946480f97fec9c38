//! A distributor's people: invited, changed, parted with, and the whole handed over.

use chrono::TimeDelta;
use freshvilla::identity::account::model::AccountId;
use serde_json::{Value, json};

use super::{Applicant, Market, problems, run};
use crate::support::{Answer, Client};

fn address(account: AccountId) -> String {
    format!("{}@test.example", account.0.simple())
}

async fn invite(client: &Client, of: &Applicant, email: &str, role: &str) -> Answer {
    let input = json!({ "distributorId": of.id, "email": email, "role": role });
    run(client, "distributorInvite", "invitation { id email role }", input).await
}

/// The token in the latest mail to an address.
async fn token(market: &Market, email: &str) -> String {
    market.app.drain_jobs().await;
    let mails = market.app.node.app.mailer.captured();
    let mail = mails.iter().rev().find(|mail| mail.to == email).unwrap();
    mail.text.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

async fn accept(client: &Client, token: &str) -> Answer {
    run(client, "distributorInvitationAccept", "distributor { id }", json!({ "token": token })).await
}

/// Somebody who works for a distributor.
async fn member(market: &Market, of: &Applicant, role: &str) -> (AccountId, Client) {
    let (account, client) = market.app.sign_in_as("customer").await;
    let made = invite(&of.client, of, &address(account), role).await;
    assert_eq!(made.problems("distributorInvite"), [""; 0]);
    let token = token(market, &address(account)).await;
    assert_eq!(accept(&client, &token).await.problems("distributorInvitationAccept"), [""; 0]);
    (account, client)
}

async fn members(of: &Applicant, client: &Client) -> Value {
    let text = "query($id: ID!) { distributor(id: $id) { members { nodes { role { name } account { id } } } } }";
    let seen = client.query(text, json!({ "id": of.id })).await;
    let roles = seen.data("/distributor/members/nodes").as_array().unwrap().clone();
    roles.iter().map(|member| member["role"]["name"].clone()).collect()
}

#[tokio::test]
async fn somebody_is_invited_accepts_changes_roles_and_goes() {
    let market = Market::start().await;
    let owner = market.verified("Farm Fresh").await;
    let (account, client) = market.app.sign_in_as("customer").await;
    let mail = address(account);
    invite(&owner.client, &owner, &mail.to_uppercase(), "MANAGER").await;
    let again = invite(&owner.client, &owner, &mail, "FINANCE").await;
    assert_eq!(problems(&again, "distributorInvite"), [("CONFLICT".to_owned(), "email".to_owned())]);
    let link = token(&market, &mail).await;
    let stored =
        market.app.database.value("SELECT string_agg(j::text, '') FROM (SELECT payload, progress FROM jobs) j").await;
    assert!(!stored.as_str().unwrap().contains(&link), "the token is stored nowhere");
    let stranger = market.app.sign_in("customer").await;
    assert_eq!(accept(&stranger, &link).await.problems("distributorInvitationAccept"), ["TOKEN_INVALID"]);
    assert_eq!(accept(&market.office, &link).await.code(), Some("FORBIDDEN"));
    assert_eq!(accept(&client, "no such").await.problems("distributorInvitationAccept"), ["TOKEN_INVALID"]);
    // Twice at once: one membership.
    let (one, two) = tokio::join!(accept(&client, &link), accept(&client, &link));
    let refused = one.problems("distributorInvitationAccept").len() + two.problems("distributorInvitationAccept").len();
    assert_eq!(refused, 1);
    assert_eq!(members(&owner, &client).await, json!(["distributor_owner", "distributor_manager"]));

    let id = account.to_string();
    let change = json!({ "distributorId": owner.id, "accountId": id, "role": "CATALOGUE" });
    let by_manager = run(&client, "distributorMemberUpdate", "distributor { id }", change.clone()).await;
    assert_eq!(by_manager.code(), Some("FORBIDDEN"), "managers do not make managers");
    run(&owner.client, "distributorMemberUpdate", "distributor { id }", change).await;
    assert_eq!(members(&owner, &owner.client).await, json!(["distributor_owner", "distributor_catalogue"]));
    let edit = json!({ "id": owner.id, "contact": { "name": "X" } });
    let at_once = run(&client, "distributorUpdate", "distributor { id }", edit.clone()).await;
    assert_eq!(at_once.code(), Some("FORBIDDEN"), "rights go at once");
    let gone = json!({ "distributorId": owner.id, "accountId": id });
    assert_eq!(
        run(&owner.client, "distributorMemberRemove", "distributor { id }", gone.clone()).await.errors(),
        &[] as &[Value]
    );
    let twice = run(&owner.client, "distributorMemberRemove", "distributor { id }", gone).await;
    assert_eq!(problems(&twice, "distributorMemberRemove"), [("NOT_FOUND".to_owned(), "accountId".to_owned())]);
    let reads = client.query("{ distributors { nodes { id } } }", json!({})).await;
    assert_eq!(reads.code(), Some("FORBIDDEN"));
    market.app.finish().await;
}

#[tokio::test]
async fn an_invitation_is_sent_again_taken_back_and_expires() {
    let market = Market::start().await;
    let owner = market.verified("Farm Fresh").await;
    let (account, client) = market.app.sign_in_as("customer").await;
    let mail = address(account);
    let made = invite(&owner.client, &owner, &mail, "ORDERS").await;
    let id = made.data("/distributorInvite/invitation/id").clone();
    let first = token(&market, &mail).await;
    let resend = || run(&owner.client, "distributorInvitationResend", "invitation { id }", json!({ "id": id }));
    assert_eq!(resend().await.problems("distributorInvitationResend"), ["TOO_SOON"]);
    market.app.advance(TimeDelta::seconds(61));
    assert_eq!(resend().await.problems("distributorInvitationResend"), [""; 0]);
    let second = token(&market, &mail).await;
    assert_ne!(first, second);
    assert_eq!(accept(&client, &first).await.problems("distributorInvitationAccept"), ["TOKEN_INVALID"]);

    let foreign = market.applicant("Other").await;
    let revoke = |client: &Client| {
        let (client, input) = (client.clone(), json!({ "id": id }));
        async move { run(&client, "distributorInvitationRevoke", "invitation { revokedAt }", input).await }
    };
    assert_eq!(revoke(&foreign.client).await.problems("distributorInvitationRevoke"), ["NOT_FOUND"]);
    assert_eq!(revoke(&owner.client).await.problems("distributorInvitationRevoke"), [""; 0]);
    assert_eq!(revoke(&owner.client).await.problems("distributorInvitationRevoke"), ["CONFLICT"]);
    assert_eq!(accept(&client, &second).await.problems("distributorInvitationAccept"), ["TOKEN_INVALID"]);

    invite(&owner.client, &owner, &mail, "FINANCE").await;
    let late = token(&market, &mail).await;
    let expired =
        "UPDATE distributor_invitations SET expires_at = now() - interval '1 second' WHERE revoked_at IS NULL";
    market.app.database.execute(expired).await;
    assert_eq!(accept(&client, &late).await.problems("distributorInvitationAccept"), ["TOKEN_INVALID"]);
    let seen = owner.sees("invitations { nodes { email role revokedAt acceptedAt } }").await;
    assert_eq!(seen["invitations"]["nodes"].as_array().unwrap().len(), 2);
    let (_, finance) = member(&market, &owner, "FINANCE").await;
    let text = "query($id: ID!) { distributor(id: $id) { invitations { nodes { email } } members { totalCount nodes { id } } } }";
    let seen = finance.query(text, json!({ "id": owner.id })).await;
    assert_eq!(
        *seen.data("/distributor"),
        json!({ "invitations": { "nodes": [] }, "members": { "totalCount": 0, "nodes": [] } }),
        "who else is there is not theirs"
    );
    market.app.finish().await;
}

#[tokio::test]
async fn a_distributor_has_exactly_one_owner() {
    let market = Market::start().await;
    let owner = market.verified("Farm Fresh").await;
    let (next, client) = member(&market, &owner, "MANAGER").await;
    let (id, own) = (next.to_string(), owner.account.to_string());
    let hand_over = |client: &Client, to: &str| {
        let (client, input) = (client.clone(), json!({ "distributorId": owner.id, "accountId": to }));
        async move { run(&client, "distributorHandOver", "distributor { owner { id } }", input).await }
    };
    assert_eq!(hand_over(&client, &id).await.code(), Some("FORBIDDEN"), "nobody takes it");
    let nobody = market.app.sign_in_as("customer").await.0.to_string();
    assert_eq!(hand_over(&owner.client, &nobody).await.problems("distributorHandOver"), ["NOT_FOUND"]);
    assert_eq!(hand_over(&owner.client, &own).await.problems("distributorHandOver"), ["CONFLICT"]);
    for field in ["distributorMemberRemove", "distributorMemberUpdate"] {
        let mut input = json!({ "distributorId": owner.id, "accountId": own });
        if field == "distributorMemberUpdate" {
            input["role"] = json!("FINANCE");
        }
        assert_eq!(
            run(&owner.client, field, "distributor { id }", input).await.problems(field),
            ["CONFLICT"],
            "{field}"
        );
    }
    let (one, two) = tokio::join!(hand_over(&owner.client, &id), hand_over(&owner.client, &id));
    let worked = |answer: &Answer| answer.errors().is_empty() && answer.problems("distributorHandOver").is_empty();
    assert!(worked(&one) != worked(&two), "{:?} {:?}", one.body, two.body);
    assert_eq!(members(&owner, &client).await, json!(["distributor_owner", "distributor_manager"]));
    let after =
        client.query("query($id: ID!) { distributor(id: $id) { owner { id } } }", json!({ "id": owner.id })).await;
    assert_eq!(after.text("/distributor/owner/id"), id);
    let second = "INSERT INTO role_grants (id, account_id, role_id, scope_kind, scope_id, created_at) SELECT \
                  gen_random_uuid(), a.id, r.id, 'distributor', d.id, now() FROM accounts a, roles r, distributors d \
                  WHERE r.name = 'distributor_owner' AND a.id = d.owner_id IS FALSE LIMIT 1";
    use diesel_async::SimpleAsyncConnection;
    let refused = market.app.database.connect().await.batch_execute(second).await.unwrap_err();
    assert!(refused.to_string().contains("role_grants_distributor_owner_key"), "{refused}");
    market.app.finish().await;
}

#[tokio::test]
async fn an_owner_has_no_power_over_the_account_of_a_customer_who_works_there() {
    let market = Market::start().await;
    let owner = market.verified("Farm Fresh").await;
    let (account, _) = member(&market, &owner, "MANAGER").await;
    let update = json!({ "id": account.to_string(), "email": "taken-over@farm.example" });
    let refused = run(&owner.client, "accountUpdate", "account { id }", update).await;
    assert_eq!(refused.problems("accountUpdate"), ["EXCEEDS_OWN_RIGHTS"]);
    let locked = run(&owner.client, "accountLock", "account { id }", json!({ "id": account.to_string() })).await;
    assert_eq!(locked.problems("accountLock"), ["EXCEEDS_OWN_RIGHTS"]);
    market.app.finish().await;
}

#[tokio::test]
async fn only_a_verified_distributor_has_mails_sent() {
    let market = Market::start().await;
    let applicant = market.applicant("WIN A PRIZE").await;
    let refused = invite(&applicant.client, &applicant, "victim@elsewhere.example", "MANAGER").await;
    let expected = [("SELLER_NOT_VERIFIED".to_owned(), "distributorId".to_owned())];
    assert_eq!(problems(&refused, "distributorInvite"), expected);
    let owner = market.verified("Farm Fresh").await;
    let made = invite(&owner.client, &owner, "friend@elsewhere.example", "MANAGER").await;
    let invitation = made.data("/distributorInvite/invitation/id").clone();
    market.app.drain_jobs().await;
    market.app.advance(TimeDelta::seconds(61));
    market.decides("distributorSuspend", json!({ "id": owner.id, "reason": "Late" })).await;
    let again = run(&owner.client, "distributorInvitationResend", "invitation { id }", json!({ "id": invitation }));
    assert_eq!(
        problems(&again.await, "distributorInvitationResend"),
        [("SELLER_NOT_VERIFIED".to_owned(), "id".to_owned())]
    );
    let mails = market.app.node.app.mailer.captured();
    assert!(mails.iter().all(|mail| mail.to != "victim@elsewhere.example"));
    let mail = mails.iter().find(|mail| mail.to == "friend@elsewhere.example").unwrap();
    assert_eq!(mail.subject, "You are invited to work for a distributor at FreshVilla");
    assert!(mails.iter().all(|mail| !mail.subject.contains("Farm Fresh")), "no name in any subject");
    market.app.finish().await;
}
