//! Decisions on applications.

use freshvilla::{
    inventory::seller::model::SellerStatus,
    marketplace::distributor::status::{DistributorStatus as Status, DistributorStep as Step},
};
use serde_json::json;

use super::{GSTIN, Market, OTHER_GSTIN, PAN, complete, problems, run};

#[test]
fn every_step_from_every_state_is_decided() {
    let allowed = [
        (Status::Pending, Step::Submit, Status::InReview),
        (Status::Pending, Step::Close, Status::Closed),
        (Status::InReview, Step::Withdraw, Status::Pending),
        (Status::InReview, Step::RequestChanges, Status::Pending),
        (Status::InReview, Step::Approve, Status::Verified),
        (Status::InReview, Step::Reject, Status::Rejected),
        (Status::InReview, Step::Close, Status::Closed),
        (Status::Verified, Step::RequestChanges, Status::Pending),
        (Status::Verified, Step::Suspend, Status::Suspended),
        (Status::Verified, Step::Close, Status::Closed),
        (Status::Rejected, Step::RequestChanges, Status::Pending),
        (Status::Rejected, Step::Close, Status::Closed),
        (Status::Suspended, Step::Reinstate, Status::Verified),
        (Status::Suspended, Step::Close, Status::Closed),
    ];
    for from in Status::ALL {
        for step in Step::ALL {
            let expected = allowed.iter().find(|(f, s, _)| (f, s) == (from, step)).map(|(_, _, to)| *to);
            assert_eq!(from.after(*step), expected, "{step} from {from}");
        }
        assert_eq!(from.of_seller() == SellerStatus::Active, *from == Status::Verified, "only a verified one sells");
    }
}

#[tokio::test]
async fn a_distributor_is_verified_suspended_reinstated_and_closed() {
    let market = Market::start().await;
    let applicant = market.in_review("Farm Fresh").await;
    let page = "query { seller(slug: \"farm-fresh\") { name status } }";
    assert!(market.app.query(page, json!({})).await.data("/seller").is_null(), "not yet in the shop");
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    assert_eq!(market.app.query(page, json!({})).await.text("/seller/status"), "ACTIVE");
    let papers = applicant.sees("seller { pan gstRegistrations { gstin legalName status } } verifiedAt").await;
    assert_eq!(papers["seller"]["pan"], PAN);
    assert_eq!(
        papers["seller"]["gstRegistrations"],
        json!([{ "gstin": GSTIN, "legalName": "Farm Fresh LLP", "status": "ACTIVE" }])
    );
    let mails = market.app.node.app.mailer.captured();
    assert!(mails.iter().any(|mail| mail.subject == "Your distributor was accepted"), "its owner is told");

    for (field, state, seller) in [
        ("distributorSuspend", "SUSPENDED", "suspended"),
        ("distributorReinstate", "VERIFIED", "active"),
        ("distributorClose", "CLOSED", "closed"),
    ] {
        let input = json!({ "id": applicant.id, "reason": "Spoilt goods" });
        let decided = market.decides(field, input.clone()).await;
        assert_eq!(decided.text(&format!("/{field}/distributor/status")), state);
        assert_eq!(market.seller_status("Farm Fresh").await, seller);
        let again = run(&market.office, field, "distributor { id }", input).await;
        assert_eq!(problems(&again, field), [("CONFLICT".to_owned(), "id".to_owned())]);
    }
    let seen = applicant.sees("reason decisions { nodes { step fromStatus toStatus reason account { id } } }").await;
    assert_eq!(seen["reason"], "Spoilt goods");
    let steps: Vec<&str> =
        seen["decisions"]["nodes"].as_array().unwrap().iter().map(|d| d["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["SUBMIT", "APPROVE", "SUSPEND", "REINSTATE", "CLOSE"]);
    assert!(seen["decisions"]["nodes"][1]["account"].is_null(), "a reviewer's name is not the applicant's business");
    let locked = applicant.tries(json!({ "storefront": { "description": "x" } })).await;
    assert_eq!(locked.problems("distributorUpdate"), ["CONFLICT"]);
    let forged = "UPDATE distributor_decisions SET reason = ''";
    use diesel_async::SimpleAsyncConnection;
    let refused = market.app.database.connect().await.batch_execute(forged).await.unwrap_err();
    assert!(refused.to_string().contains("append-only"), "{refused}");
    market.app.finish().await;
}

#[tokio::test]
async fn whether_a_distributor_sells_is_decided_nowhere_else() {
    let market = Market::start().await;
    let applicant = market.applicant("Farm Fresh").await;
    let seller = applicant.sees("seller { id }").await["seller"]["id"].clone();
    let set = |status: &str| json!({ "id": seller, "status": status });
    for status in ["ACTIVE", "SUSPENDED", "CLOSED"] {
        let refused = run(&market.office, "sellerUpdate", "seller { id }", set(status)).await;
        assert_eq!(problems(&refused, "sellerUpdate"), [("CONFLICT".to_owned(), "status".to_owned())]);
    }
    let house = run(&market.office, "sellerCreate", "seller { id }", json!({ "name": "Ours" })).await;
    let pending = json!({ "id": house.data("/sellerCreate/seller/id"), "status": "PENDING" });
    let refused = run(&market.office, "sellerUpdate", "seller { id }", pending).await;
    assert_eq!(refused.problems("sellerUpdate"), ["CONFLICT"], "FreshVilla's own is never pending");
    market.app.finish().await;
}

#[tokio::test]
async fn a_field_is_refused_answered_changed_and_handed_in_again() {
    let market = Market::start().await;
    let applicant = market.in_review("Farm Fresh").await;
    let twice = json!([{ "field": "GSTIN", "reason": "a" }, { "field": "GSTIN", "reason": "" }]);
    let input = json!({ "id": applicant.id, "reason": "", "remarks": twice });
    let refused = run(&market.office, "distributorRequestChanges", "distributor { id }", input).await;
    assert_eq!(refused.problems("distributorRequestChanges"), ["CONFLICT", "REQUIRED"]);
    let remarks = json!([{ "field": "GSTIN", "reason": "Cancelled in March" },
                         { "field": "LEGAL_NAME", "reason": "Not the registered one" }]);
    market
        .decides("distributorRequestChanges", json!({ "id": applicant.id, "reason": "Two things", "remarks": remarks }))
        .await;
    let seen = applicant.sees("status reason remarks { nodes { id field reason answer changedAt settledAt } }").await;
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("PENDING"), &json!("Two things")));
    let open = run(&applicant.client, "distributorSubmit", "distributor { id }", json!({ "id": applicant.id })).await;
    let open = problems(&open, "distributorSubmit");
    let expected = ["legal.gstin", "company.legalName"].map(|path| ("REMARK_OPEN".to_owned(), path.to_owned()));
    assert_eq!(open, expected);

    let name = &seen["remarks"]["nodes"][1]["id"];
    let answer = json!({ "id": name, "answer": "It is: see the certificate" });
    let stranger = market.applicant("Other").await;
    let hidden = run(&stranger.client, "distributorAnswerRemark", "remark { id }", answer.clone()).await;
    assert_eq!(hidden.problems("distributorAnswerRemark"), ["NOT_FOUND"]);
    let answered = run(&applicant.client, "distributorAnswerRemark", "remark { answer }", answer.clone()).await;
    assert_eq!(answered.text("/distributorAnswerRemark/remark/answer"), "It is: see the certificate");
    let moved = complete(OTHER_GSTIN);
    applicant.saves(json!({ "legal": moved["legal"], "address": moved["address"] })).await;
    applicant.submits().await;
    let late = run(&applicant.client, "distributorAnswerRemark", "remark { id }", answer).await;
    assert_eq!(late.problems("distributorAnswerRemark"), ["CONFLICT"]);
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    let seen =
        applicant.sees("remarks { nodes { field changedAt settledAt } } seller { gstRegistrations { gstin } }").await;
    assert!(seen["remarks"]["nodes"].as_array().unwrap().iter().all(|remark| !remark["settledAt"].is_null()));
    assert!(!seen["remarks"]["nodes"][0]["changedAt"].is_null());
    assert_eq!(seen["seller"]["gstRegistrations"], json!([{ "gstin": OTHER_GSTIN }]));
    market.app.finish().await;
}

#[tokio::test]
async fn a_verified_distributor_keeps_its_storefront_in_hand_and_nothing_else() {
    let market = Market::start().await;
    let applicant = market.verified("Farm Fresh").await;
    applicant
        .saves(json!({ "storefront": { "description": "New" }, "settings": { "notificationEmail": "a@b.in" } }))
        .await;
    let refused = applicant
        .tries(json!({ "bankAccount": { "number": "999999999999" }, "storefront": { "name": "Newer", "description": "y" } }))
        .await;
    let paths: Vec<String> = problems(&refused, "distributorUpdate").into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["storefront.name", "bankAccount.number"]);
    assert_eq!(applicant.sees("storefront { description }").await["storefront"]["description"], "New");

    // Reopened, it sells nothing until it is verified again; its former page leads to the new one.
    market.decides("distributorRequestChanges", json!({ "id": applicant.id, "reason": "New bank" })).await;
    assert_eq!(market.seller_status("Farm Fresh").await, "pending");
    let mails = market.app.node.app.mailer.captured();
    let mut told: Vec<&str> = mails.iter().rev().take(2).map(|mail| mail.to.as_str()).collect();
    told.sort_unstable();
    let owner = format!("{}@test.example", applicant.account.0.simple());
    let mut expected = ["a@b.in", owner.as_str()];
    expected.sort_unstable();
    assert_eq!(told, expected, "mails go to the owner, and where the settings say");
    applicant
        .saves(json!({ "storefront": { "slug": "farm-fresher" }, "bankAccount": { "number": "999999999999" } }))
        .await;
    applicant.submits().await;
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    let page = "query { seller(slug: \"farm-fresh\") { slug storefront { description } } }";
    let shown = market.app.query(page, json!({})).await;
    assert_eq!(shown.text("/seller/slug"), "farm-fresher");
    assert_eq!(shown.text("/seller/storefront/description"), "New");
    market.app.finish().await;
}

#[tokio::test]
async fn two_reviewers_at_once_are_one_decision() {
    let market = Market::start().await;
    let applicant = market.in_review("Farm Fresh").await;
    let input = json!({ "id": applicant.id, "reason": "No" });
    let approve = run(&market.office, "distributorApprove", "distributor { status }", input.clone());
    let reject = run(&market.office, "distributorReject", "distributor { status }", input);
    let (approve, reject) = tokio::join!(approve, reject);
    let done = approve.problems("distributorApprove").len() + reject.problems("distributorReject").len();
    assert_eq!(done, 1, "one of them came too late");
    market.app.drain_jobs().await;
    let history = "SELECT count(*) FROM distributor_decisions WHERE step <> 'submit'";
    assert_eq!(market.app.database.value(history).await, json!(1));
    market.app.finish().await;
}

#[tokio::test]
async fn a_gstin_belongs_to_the_first_who_is_verified_with_it() {
    let market = Market::start().await;
    let (first, second) = (market.in_review("First").await, market.in_review("Second").await);
    market.decides("distributorApprove", json!({ "id": first.id })).await;
    let taken = run(&market.office, "distributorApprove", "distributor { id }", json!({ "id": second.id })).await;
    assert_eq!(taken.problems("distributorApprove"), ["GSTIN_TAKEN"]);
    assert_eq!(market.seller_status("Second").await, "pending", "nothing was changed");
    market.app.finish().await;
}

#[tokio::test]
async fn the_queue_is_filtered_and_decided_in_bulk() {
    let market = Market::start().await;
    let (one, two) = (market.in_review("One").await, market.applicant("Two").await);
    two.saves(complete(OTHER_GSTIN)).await;
    two.submits().await;
    let three = market.applicant("Three").await;
    let ask = |filter: &str| {
        format!(
            "{{ distributors(where: {filter}, orderBy: {{ field: SUBMITTED_AT }}) {{ totalCount nodes {{ id seller {{ name }} }} }} }}"
        )
    };
    for (filter, names) in [
        ("{}", json!(["One", "Two"])),
        ("{ statuses: [IN_REVIEW], stateCode: \"29\" }", json!(["Two"])),
        ("{ search: \"27aap\" }", json!(["One"])),
        ("{ search: \"tw\" }", json!(["Two"])),
        ("{ search: \"%\" }", json!([])),
        ("{ submittedBefore: \"2020-01-01T00:00:00Z\" }", json!([])),
        ("{ statuses: [PENDING] }", json!([])),
    ] {
        let seen = market.office.query(&ask(filter), json!({})).await;
        let nodes = seen.data("/distributors/nodes").as_array().unwrap().clone();
        let found: Vec<_> = nodes.iter().map(|node| node["seller"]["name"].clone()).collect();
        assert_eq!(json!(found), names, "{filter}");
        assert_eq!(*seen.data("/distributors/totalCount"), json!(found.len()));
    }
    let input = json!({ "ids": [one.id, three.id, two.id, one.id], "step": "APPROVE" });
    let selection = "results { id distributor { status } errors { code } }";
    let bulk = run(&market.office, "distributorsDecide", selection, input).await;
    let codes: Vec<_> =
        bulk.data("/distributorsDecide/results").as_array().unwrap().iter().map(|row| row["errors"].clone()).collect();
    let refused = json!([{ "code": "CONFLICT" }]);
    assert_eq!(json!(codes), json!([[], refused, [], refused]), "each stands for itself");
    let none = run(&market.office, "distributorsDecide", selection, json!({ "ids": [], "step": "APPROVE" })).await;
    assert_eq!(none.problems("distributorsDecide"), ["INVALID"]);
    market.app.drain_jobs().await;
    market.app.finish().await;
}

#[tokio::test]
async fn statements_do_not_grow_with_the_queue() {
    let market = Market::start().await;
    let list = "{ distributors(where: { statuses: [IN_REVIEW] }) { nodes { missingFields owner { email } \
                seller { name gstRegistrations { gstin } } storefront { description logoUrl } \
                documents { totalCount nodes { kind } } members { totalCount nodes { role { name } } } \
                invitations { totalCount nodes { email } } remarks { totalCount nodes { reason } } \
                decisions(first: 1) { totalCount pageInfo { hasNextPage } nodes { step account { email } } } \
                notes { nodes { text author { email } } } } } }";
    market.in_review("One").await;
    let one = market.office.query(list, json!({})).await;
    assert_eq!(one.data("/distributors/nodes").as_array().unwrap().len(), 1);
    for name in ["Two", "Three"] {
        market.in_review(name).await;
    }
    let three = market.office.query(list, json!({})).await;
    assert_eq!(three.data("/distributors/nodes").as_array().unwrap().len(), 3);
    assert_eq!(three.statements(), one.statements());
    assert!(one.statements() <= 18, "{}", one.statements());
    market.app.finish().await;
}

#[tokio::test]
async fn notes_are_for_the_back_office() {
    let market = Market::start().await;
    let applicant = market.in_review("Farm Fresh").await;
    let input = json!({ "id": applicant.id, "text": "Ask the bank again" });
    let made = run(&market.office, "distributorNoteAdd", "note { text author { name } }", input).await;
    assert_eq!(made.text("/distributorNoteAdd/note/author/name"), "administrator");
    assert_eq!(applicant.sees("notes { nodes { text } }").await["notes"]["nodes"], json!([]));
    let text = "query($id: ID!) { node(id: $id) { ... on Distributor { notes { nodes { text } } } } }";
    let seen = market.office.query(text, json!({ "id": applicant.id })).await;
    assert_eq!(*seen.data("/node/notes/nodes"), json!([{ "text": "Ask the bank again" }]));
    market.app.finish().await;
}
