//! Every field of the marketplace and of files, called by those who may not. A new root field without an entry fails.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use chrono::TimeDelta;
use freshvilla::{
    graphql,
    identity::{account::model::AccountId, session::service::token_for},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Applicant, Market, OTHER_GSTIN, complete, documents, run};
use crate::{
    import::upload_for,
    offers::{SMALL, id, stock_a_shelf},
    support::{Answer, Client},
};

/// Root fields of these rooms that name nobody's rows: everybody calls them for themselves.
const FOR_ONESELF: [&str; 3] = ["distributorApply", "fileUploadCreate", "offerViewsRecord"];
/// What only the platform decides, whatever rights somebody has over a distributor.
const OF_THE_OFFICE: [&str; 2] = ["sellers.write", "offers.review"];

/// A call that would be right for the target's own people or the back office.
struct Call {
    field: &'static str,
    text: String,
    variables: Value,
}

/// Root fields of these rooms by name, with what they require.
fn guarded() -> BTreeMap<String, String> {
    let document = parse_schema(graphql::sdl()).unwrap();
    let mut fields = BTreeMap::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let TypeKind::Object(object) = definition.node.kind else { continue };
        if !["Query", "Mutation", "Subscription"].contains(&definition.node.name.node.as_str()) {
            continue;
        }
        for field in object.fields {
            let name = field.node.name.node.to_string();
            let auth = field.node.directives.iter().find(|directive| directive.node.name.node == "auth").unwrap();
            let requires = auth.node.get_argument("requires").unwrap().node.to_string();
            if ["distributor", "offer", "commission", "file"].iter().any(|room| name.starts_with(room)) {
                fields.insert(name, requires.trim_matches('"').to_owned());
            }
        }
    }
    fields
}

fn mutation(field: &'static str, selection: &str, input: Value) -> Call {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let text = format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} errors {{ code }} }} }}");
    Call { field, text, variables: json!({ "input": input }) }
}

fn query(field: &'static str, text: &str, variables: Value) -> Call {
    Call { field, text: text.to_owned(), variables }
}

/// The distributor that is attacked, and one row of everything that it can have.
struct Target {
    who: Applicant,
    seller: Value,
    remark: Value,
    paper: Value,
    invitation: Value,
    offer: Value,
    rule: Value,
    file: Value,
    list: String,
    job: Value,
}

impl Target {
    async fn new(market: &Market) -> Self {
        let app = &market.app;
        stock_a_shelf(app).await;
        let who = market.in_review("Target").await;
        let remarks = json!([{ "field": "PAN", "reason": "Not readable" }]);
        market
            .decides("distributorRequestChanges", json!({ "id": who.id, "reason": "One thing", "remarks": remarks }))
            .await;
        let seen = who.sees("seller { id } remarks { nodes { id } }").await;
        let (seller, remark) = (seen["seller"]["id"].clone(), seen["remarks"]["nodes"][0]["id"].clone());
        run(&who.client, "distributorAnswerRemark", "remark { id }", json!({ "id": remark, "answer": "It is" })).await;
        who.submits().await;
        market.decides("distributorApprove", json!({ "id": who.id })).await;
        let paper = documents::added(market, &who, "GST", None).await;
        let file = who.sees("documents { nodes { file { id } } }").await["documents"]["nodes"][0]["file"]["id"].clone();
        let invite = json!({ "distributorId": who.id, "email": "friend@target.example", "role": "ORDERS" });
        let made = run(&who.client, "distributorInvite", "invitation { id }", invite).await;
        let invitation = made.data("/distributorInvite/invitation/id").clone();
        let offer = json!({ "sellerId": seller, "variantId": id("var", SMALL), "offer": { "sku": "T-1", "price": { "amount": "90" },
                            "status": "LIVE" } });
        let made = run(&who.client, "offerCreate", "offer { id }", offer).await;
        let offer = made.data("/offerCreate/offer/id").clone();
        let rule = json!({ "sellerId": seller, "rateBp": 700, "note": "agreed with Target" });
        let made = run(&market.office, "commissionRuleCreate", "rule { id }", rule).await;
        let rule = made.data("/commissionRuleCreate/rule/id").clone();
        let list =
            upload_for(&who.client, "OFFER_IMPORT", "o.csv", "text/csv", b"sku,price\nT-1,80\nT-2,1\n".to_vec()).await;
        let input = json!({ "sellerId": seller, "fileId": list, "idempotencyKey": "first" });
        let made = run(&who.client, "offerImportStart", "job { id }", input).await;
        let job = made.data("/offerImportStart/job/id").clone();
        app.drain_jobs().await;
        Self { who, seller, remark, paper, invitation, offer, rule, file, list, job }
    }

    fn calls(&self) -> Vec<Call> {
        let Self { who, seller, remark, paper, invitation, offer, rule, file, list, job } = self;
        let of = &who.id;
        let (own, because) = (json!({ "id": of }), json!({ "id": of, "reason": "Because" }));
        let member = json!({ "distributorId": of, "accountId": AccountId::new().to_string() });
        let mut role = member.clone();
        role["role"] = json!("MANAGER");
        let (distributor, document) = ("distributor { id }", "document { id }");
        let price = json!({ "amount": "1" });
        vec![
            query(
                "distributor",
                "query($id: ID!) { distributor(id: $id) { id legal { gstin } bankAccount { maskedNumber } \
                   members { nodes { id } } documents { nodes { id } } } }",
                own.clone(),
            ),
            query("distributors", "{ distributors(first: 100) { nodes { id seller { name } } } }", json!({})),
            query(
                "offers",
                "query($id: ID) { offers(where: { sellerId: $id }) { nodes { id } } }",
                json!({ "id": seller }),
            ),
            query(
                "offerPerformance",
                "query($id: ID!) { offerPerformance(sellerId: $id, from: \"2026-11-01\", to: \"2026-12-31\") { \
                   nodes: topOffers { views offer { id sku } } } }",
                json!({ "id": seller }),
            ),
            query(
                "commissionPreview",
                "query($id: ID!) { commissionPreview(offerId: $id) { amount { amount } \
                   candidates { rule { note } } } }",
                json!({ "id": offer }),
            ),
            query("commissionRules", "{ commissionRules(first: 100) { nodes { id note } } }", json!({})),
            query("file", "query($id: ID!) { file(id: $id) { id name downloadUrl } }", json!({ "id": file })),
            mutation("distributorUpdate", distributor, json!({ "id": of, "contact": { "name": "X" } })),
            mutation("distributorSubmit", distributor, own.clone()),
            mutation("distributorWithdraw", distributor, own),
            mutation("distributorAnswerRemark", "remark { id }", json!({ "id": remark, "answer": "x" })),
            mutation(
                "distributorInvite",
                "invitation { id }",
                json!({ "distributorId": of, "email": "a@b.in", "role": "MANAGER" }),
            ),
            mutation("distributorInvitationResend", "invitation { id }", json!({ "id": invitation })),
            mutation("distributorInvitationRevoke", "invitation { id }", json!({ "id": invitation })),
            mutation("distributorInvitationAccept", distributor, json!({ "token": "guessed" })),
            mutation("distributorMemberUpdate", distributor, role),
            mutation("distributorMemberRemove", distributor, member.clone()),
            mutation("distributorHandOver", distributor, member),
            mutation("distributorApprove", distributor, because.clone()),
            mutation("distributorReject", distributor, because.clone()),
            mutation("distributorRequestChanges", distributor, because.clone()),
            mutation("distributorSuspend", distributor, because.clone()),
            mutation("distributorReinstate", distributor, because.clone()),
            mutation("distributorClose", distributor, because),
            mutation("distributorsDecide", "results { id }", json!({ "ids": [of], "step": "SUSPEND", "reason": "x" })),
            mutation("distributorNoteAdd", "note { id }", json!({ "id": of, "text": "x" })),
            mutation("distributorDocumentAdd", document, json!({ "distributorId": of, "kind": "PAN", "fileId": file })),
            mutation("distributorDocumentApprove", document, json!({ "id": paper })),
            mutation("distributorDocumentReject", document, json!({ "id": paper, "reason": "x" })),
            mutation("distributorDocumentOpen", "link { url }", json!({ "id": paper })),
            mutation(
                "offerCreate",
                "offer { id }",
                json!({ "sellerId": seller, "variantId": id("var", SMALL),
                     "offer": { "sku": "X", "price": price } }),
            ),
            mutation("offerUpdate", "offer { id }", json!({ "id": offer, "set": { "price": price } })),
            mutation(
                "offerBulkUpdate",
                "results { sku }",
                json!({ "sellerId": seller, "idempotencyKey": "k",
                     "rows": [{ "sku": "T-1", "price": price }] }),
            ),
            mutation(
                "offerImportStart",
                "job { id }",
                json!({ "sellerId": seller, "fileId": list, "idempotencyKey": "k" }),
            ),
            mutation("offerReview", "results { id }", json!({ "ids": [offer], "decision": "APPROVE" })),
            mutation("commissionRuleCreate", "rule { id }", json!({ "sellerId": seller, "rateBp": 1 })),
            mutation("commissionRuleEnd", "rule { id }", json!({ "id": rule })),
            mutation("fileUploadComplete", "file { id }", json!({ "id": file })),
            // Of other rooms, but about this distributor's rows.
            query("job", "query($id: ID!) { job(id: $id) { id } }", json!({ "id": job })),
            query(
                "importErrors",
                "query($id: ID!) { importErrors(jobId: $id) { nodes { value } } }",
                json!({ "id": job }),
            ),
            query(
                "nodes",
                "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
                json!({ "ids": [of, paper, rule, file, list, job] }),
            ),
        ]
    }

    /// What nobody else may read in an answer.
    fn secrets(&self) -> Vec<&str> {
        let ids = [&self.remark, &self.paper, &self.invitation, &self.rule, &self.file, &self.job];
        let ids = ids.into_iter().map(|id| id.as_str().unwrap());
        ids.chain([self.who.id.as_str(), self.list.as_str(), "Target", super::GSTIN, "T-1", "T-2"]).collect()
    }
}

async fn expired(market: &Market, of: &Applicant) -> Client {
    let (app, id) = (market.app.node.app.clone(), of.account);
    let token = async move { token_for(&app, id, "test", TimeDelta::seconds(-1)).await.unwrap() };
    market.app.as_user(market.app.node.on_runtime(token).await)
}

/// Whether an answer told or did nothing: refused, not found, or without anything of the target's.
fn is_harmless(answer: &Answer, call: &Call, target: &Target) -> bool {
    let asked = call.variables.to_string();
    // An error may repeat what the caller sent, never what they did not.
    let told = target.secrets().into_iter().find(|secret| answer.text.contains(secret) && !asked.contains(secret));
    if let Some(secret) = told {
        panic!("{} tells {secret}: {}", call.field, answer.text);
    }
    if answer.code().is_some() {
        return answer.code() == Some("NOT_FOUND");
    }
    let data = answer.data(&format!("/{}", call.field));
    match data.get("errors").and_then(Value::as_array) {
        Some(problems) => {
            problems.iter().any(|problem| problem["code"] == "NOT_FOUND" || problem["code"] == "TOKEN_INVALID")
        }
        None => match data {
            Value::Object(list) => list["nodes"].as_array().is_some_and(|nodes| {
                nodes.iter().all(|node| !target.secrets().iter().any(|secret| node.to_string().contains(secret)))
            }),
            Value::Array(nodes) => nodes.iter().all(Value::is_null),
            other => other.is_null(),
        },
    }
}

#[tokio::test]
async fn nobody_reaches_what_is_not_theirs() {
    let market = Market::start().await;
    let target = Target::new(&market).await;
    let suspended = market.applicant("Suspended").await;
    suspended.saves(complete(OTHER_GSTIN)).await;
    suspended.submits().await;
    market.decides("distributorApprove", json!({ "id": suspended.id })).await;
    market.decides("distributorSuspend", json!({ "id": suspended.id, "reason": "Late" })).await;
    let other = market.applicant("Elsewhere").await;
    let (customer, old) = (market.app.sign_in("customer").await, expired(&market, &target.who).await);
    let stranger = Client::clone(&market.app);

    let (fields, calls) = (guarded(), target.calls());
    let named: BTreeSet<&str> = calls.iter().map(|call| call.field).chain(FOR_ONESELF).collect();
    let forgotten: Vec<&String> = fields.keys().filter(|field| !named.contains(field.as_str())).collect();
    assert_eq!(forgotten, [""; 0], "root fields that nobody attacks here");

    let snapshot = "SELECT jsonb_build_array((SELECT jsonb_agg(d ORDER BY id) FROM distributors d), \
        (SELECT jsonb_agg(s ORDER BY id) FROM sellers s), (SELECT jsonb_agg(p ORDER BY id) FROM distributor_documents p), \
        (SELECT jsonb_agg(i ORDER BY id) FROM distributor_invitations i), (SELECT count(*) FROM distributor_notes), \
        (SELECT jsonb_agg(r ORDER BY id) FROM distributor_remarks r), (SELECT jsonb_agg(g ORDER BY id) FROM role_grants g), \
        (SELECT jsonb_agg(o ORDER BY id) FROM offers o), (SELECT jsonb_agg(c ORDER BY id) FROM commission_rules c), \
        (SELECT jsonb_agg(f ORDER BY id) FROM files f), (SELECT count(*) FROM jobs))";
    let before = market.app.database.value(snapshot).await;
    let people: [(&str, &Client, Option<&str>); 5] = [
        ("a stranger", &stranger, Some("UNAUTHENTICATED")),
        ("an expired token", &old, Some("UNAUTHENTICATED")),
        ("a customer", &customer, Some("FORBIDDEN")),
        ("another owner", &other.client, None),
        ("a suspended owner", &suspended.client, None),
    ];
    for call in &calls {
        let requires = fields.get(call.field).map_or("signed-in", String::as_str);
        for (who, client, code) in people {
            let answer = client.query(&call.text, call.variables.clone()).await;
            let expected = match code {
                Some("FORBIDDEN") if ["signed-in", "known"].contains(&requires) => None,
                None if OF_THE_OFFICE.contains(&requires) => Some("FORBIDDEN"),
                code => code,
            };
            // `nodes` is open to everybody, and so it tells nothing.
            match expected.filter(|_| call.field != "nodes" || who == "an expired token") {
                Some(expected) => assert_eq!(answer.code(), Some(expected), "{who}: {}: {}", call.field, answer.text),
                None => assert!(is_harmless(&answer, call, &target), "{who}: {}: {}", call.field, answer.text),
            }
        }
    }
    for (who, client, expected) in [
        ("a stranger", &stranger, "UNAUTHENTICATED"),
        ("a customer", &customer, "NOT_FOUND"),
        ("another owner", &other.client, "NOT_FOUND"),
        ("a suspended owner", &suspended.client, "NOT_FOUND"),
    ] {
        let events = "subscription($id: ID!) { jobEvents(id: $id) { __typename } }";
        let mut feed = client.socket().await.subscribe(events, json!({ "id": target.job })).await;
        assert_eq!(feed.refused().await, expected, "{who}");
    }
    // Bytes are behind signed links alone, and a link to another file opens nothing.
    let link = run(&target.who.client, "distributorDocumentOpen", "link { url }", json!({ "id": target.paper })).await;
    let link = link.text("/distributorDocumentOpen/link/url").strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
    let uuid = market.app.database.value("SELECT id::text FROM files WHERE purpose = 'offer_import'").await;
    let (bare, signature) = link.split_once('?').unwrap();
    let elsewhere = format!("/files/{}?{signature}", uuid.as_str().unwrap());
    for (who, client, _) in people {
        for address in [bare, &elsewhere] {
            for method in [Method::GET, Method::PUT] {
                let status = client.request(method, address).send().await.unwrap().status();
                assert!([401, 403].contains(&status.as_u16()), "{who}: {address}: {status}");
            }
        }
    }
    // Nor does anybody decide on their own distributor.
    for (who, own) in [("an applicant", &other), ("a suspended owner", &suspended)] {
        for call in
            calls.iter().filter(|call| fields.get(call.field).is_some_and(|requires| requires == "sellers.write"))
        {
            let variables = call.variables.to_string().replace(&target.who.id, &own.id);
            let answer = own.client.query(&call.text, serde_json::from_str(&variables).unwrap()).await;
            assert_eq!(answer.code(), Some("FORBIDDEN"), "{who}: {}", call.field);
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
