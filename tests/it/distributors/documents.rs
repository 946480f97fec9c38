//! Papers: handed in, looked at, opened, expired.

use chrono::TimeDelta;
use freshvilla::{
    config::Config,
    marketplace::document::{expiry, model::DistributorDocumentKind},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Applicant, GSTIN, Market, complete, problems, run};
use crate::support::{Answer, Client};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n";
const TWO: [&str; 2] = ["--required-documents", "gst,fssai"];

/// Announces a file and sends its bytes; the ID, and the status of the sending.
async fn send(market: &Market, client: &Client, media_type: &str, bytes: &[u8]) -> (Value, u16) {
    let input = json!({ "purpose": "DISTRIBUTOR_DOCUMENT", "name": "paper.pdf", "contentType": media_type,
                        "size": bytes.len() });
    let answer = run(client, "fileUploadCreate", "upload { url file { id } }", input).await;
    let url = answer.text("/fileUploadCreate/upload/url");
    let path = url.strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
    let put = market.app.request(Method::PUT, &path).header("content-type", media_type).body(bytes.to_vec());
    let status = put.send().await.unwrap().status().as_u16();
    (answer.data("/fileUploadCreate/upload/file/id").clone(), status)
}

async fn add(market: &Market, of: &Applicant, kind: &str, expires_on: Option<&str>) -> Answer {
    let (file, status) = send(market, &of.client, "application/pdf", PDF).await;
    assert_eq!(status, 201);
    let input = json!({ "distributorId": of.id, "kind": kind, "fileId": file, "expiresOn": expires_on });
    run(&of.client, "distributorDocumentAdd", "document { id status kind expiresOn }", input).await
}

/// A paper that is handed in; its ID.
pub async fn added(market: &Market, of: &Applicant, kind: &str, expires_on: Option<&str>) -> Value {
    let answer = add(market, of, kind, expires_on).await;
    assert_eq!(answer.problems("distributorDocumentAdd"), [""; 0]);
    answer.data("/distributorDocumentAdd/document/id").clone()
}

async fn approve(market: &Market, id: &Value) -> Answer {
    let answer = run(&market.office, "distributorDocumentApprove", "document { status }", json!({ "id": id })).await;
    market.app.drain_jobs().await;
    answer
}

fn day(market: &Market, days: i64) -> String {
    (market.app.clock().today() + TimeDelta::days(days)).to_string()
}

/// Somebody verified with a GST certificate, and a food licence for so many days.
async fn verified(market: &Market, days: i64) -> Applicant {
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(complete(GSTIN)).await;
    for (kind, last) in [("GST", None), ("FSSAI", Some(day(market, days)))] {
        let paper = added(market, &applicant, kind, last.as_deref()).await;
        assert_eq!(approve(market, &paper).await.problems("distributorDocumentApprove"), [""; 0]);
    }
    applicant.submits().await;
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    applicant
}

#[tokio::test]
async fn nobody_is_verified_without_the_required_papers() {
    let market = Market::start_with(&TWO).await;
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(complete(GSTIN)).await;
    let submit = || run(&applicant.client, "distributorSubmit", "distributor { id }", json!({ "id": applicant.id }));
    let missing = ["documents.gst", "documents.fssai"].map(|path| ("REQUIRED".to_owned(), path.to_owned()));
    assert_eq!(problems(&submit().await, "distributorSubmit"), missing);
    let undated = add(&market, &applicant, "FSSAI", None).await;
    assert_eq!(problems(&undated, "distributorDocumentAdd"), [("REQUIRED".to_owned(), "expiresOn".to_owned())]);
    let late = add(&market, &applicant, "FSSAI", Some(&day(&market, -1))).await;
    assert_eq!(late.problems("distributorDocumentAdd"), ["INVALID"]);

    let gst = added(&market, &applicant, "GST", None).await;
    let licence = added(&market, &applicant, "FSSAI", Some(&day(&market, 0))).await;
    applicant.submits().await;
    let decide = || run(&market.office, "distributorApprove", "distributor { id }", json!({ "id": applicant.id }));
    assert_eq!(decide().await.problems("distributorApprove"), ["DOCUMENTS_INCOMPLETE"]);
    approve(&market, &gst).await;
    let input = json!({ "id": licence, "reason": "Not readable" });
    let refused = run(&market.office, "distributorDocumentReject", "document { status reason }", input.clone()).await;
    assert_eq!(refused.text("/distributorDocumentReject/document/status"), "REJECTED");
    let twice = run(&market.office, "distributorDocumentReject", "document { id }", input).await;
    assert_eq!(twice.problems("distributorDocumentReject"), ["CONFLICT"]);
    assert_eq!(decide().await.problems("distributorApprove"), ["DOCUMENTS_INCOMPLETE"]);
    let seen =
        applicant.sees("missingDocuments documents { nodes { kind status reason file { name downloadUrl } } }").await;
    assert_eq!(seen["missingDocuments"], json!(["FSSAI"]));
    assert_eq!(seen["documents"]["nodes"][1]["reason"], "Not readable");
    assert!(
        seen["documents"]["nodes"][0]["file"]["downloadUrl"].is_null(),
        "papers are opened by a field that writes it down"
    );
    let better = added(&market, &applicant, "FSSAI", Some(&day(&market, 90))).await;
    approve(&market, &better).await;
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    assert_eq!(market.seller_status("Farm Fresh").await, "active");
    market.app.finish().await;
}

#[tokio::test]
async fn a_successor_takes_over_when_it_is_accepted_and_not_before() {
    let market = Market::start_with(&TWO).await;
    let applicant = verified(&market, 20).await;
    let statuses = || async {
        let seen = applicant.sees("documents { nodes { kind status } }").await["documents"]["nodes"]
            .as_array()
            .unwrap()
            .clone();
        let licences = seen.into_iter().filter(|paper| paper["kind"] == "FSSAI");
        licences.map(|paper| paper["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    added(&market, &applicant, "FSSAI", Some(&day(&market, 300))).await;
    let second = added(&market, &applicant, "FSSAI", Some(&day(&market, 400))).await;
    assert_eq!(statuses().await, ["APPROVED", "REPLACED", "PENDING"]);
    assert_eq!(
        applicant.sees("missingDocuments status").await,
        json!({ "missingDocuments": [], "status": "VERIFIED" })
    );
    approve(&market, &second).await;
    assert_eq!(statuses().await, ["REPLACED", "REPLACED", "APPROVED"]);
    // Two at once: one stays.
    let (one, two) = tokio::join!(add(&market, &applicant, "GST", None), add(&market, &applicant, "GST", None));
    assert!(one.problems("distributorDocumentAdd").is_empty() && two.problems("distributorDocumentAdd").is_empty());
    let pending = "SELECT count(*) FROM distributor_documents WHERE kind = 'gst' AND status = 'pending'";
    assert_eq!(market.app.database.value(pending).await, json!(1));
    market.app.finish().await;
}

#[tokio::test]
async fn a_paper_is_what_its_bytes_say() {
    let market = Market::start_with(&TWO).await;
    let applicant = market.applicant("Farm Fresh").await;
    let html = b"<!doctype html><script>alert(1)</script>";
    for (media_type, bytes, status) in [
        ("image/png", &html[..], 415),
        ("application/pdf", &html[..], 415),
        ("application/pdf", b"\x89PNG\r\n\x1a\n and then some", 415),
        ("image/png", PDF, 415),
        ("application/pdf", PDF, 201),
        ("application/pdf", b"%PDF-1.4\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>", 415),
        ("application/pdf", b"%PDF-1.4\n1 0 obj << /S /J#61vaScr#69pt >>", 415),
        ("application/pdf", b"%PDF-1.4\n1 0 obj << /Title (JavaScript) /JSON 1 >>", 201),
        ("image/jpeg", b"\xff\xd8\xff\xe0 and then some", 201),
    ] {
        let (_, answered) = send(&market, &applicant.client, media_type, bytes).await;
        assert_eq!(answered, status, "{media_type} {bytes:?}");
    }
    let announce = |media_type: &str, size: u64| {
        let input = json!({ "purpose": "DISTRIBUTOR_DOCUMENT", "name": "x", "contentType": media_type, "size": size });
        run(&applicant.client, "fileUploadCreate", "upload { url }", input)
    };
    assert_eq!(announce("application/pdf", 500 << 20).await.problems("fileUploadCreate"), ["TOO_LARGE"]);
    assert_eq!(announce("text/html", 10).await.problems("fileUploadCreate"), ["TYPE_NOT_ALLOWED"]);
    assert_eq!(announce("image/gif", 10).await.problems("fileUploadCreate"), ["TYPE_NOT_ALLOWED"]);
    let stranger = market.app.sign_in("customer").await;
    let input = json!({ "purpose": "DISTRIBUTOR_DOCUMENT", "name": "x", "contentType": "application/pdf", "size": 9 });
    let refused = run(&stranger, "fileUploadCreate", "upload { url }", input).await;
    assert_eq!(refused.code(), Some("FORBIDDEN"));
    market.app.finish().await;
}

#[tokio::test]
async fn a_paper_is_opened_by_its_people_and_reviewers_and_that_is_written_down() {
    let market = Market::start_with(&TWO).await;
    let (applicant, other) = (market.applicant("Farm Fresh").await, market.applicant("Other").await);
    let paper = added(&market, &applicant, "GST", None).await;
    let open = |client: &Client| {
        let client = client.clone();
        let input = json!({ "id": paper });
        async move { run(&client, "distributorDocumentOpen", "link { url expiresAt }", input).await }
    };
    for client in [&applicant.client, &market.office] {
        let answer = open(client).await;
        let url = answer.text("/distributorDocumentOpen/link/url");
        let path = url.strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
        assert_eq!(market.app.get(&path).send().await.unwrap().bytes().await.unwrap(), PDF);
        market.app.advance(TimeDelta::minutes(6));
        assert_eq!(market.app.get(&path).send().await.unwrap().status(), 403, "for five minutes");
        market.app.advance(TimeDelta::minutes(-6));
    }
    assert_eq!(open(&other.client).await.problems("distributorDocumentOpen"), ["NOT_FOUND"]);
    assert_eq!(open(&market.app.sign_in("customer").await).await.code(), Some("FORBIDDEN"));
    let stranger: &Client = &market.app;
    assert_eq!(open(stranger).await.code(), Some("UNAUTHENTICATED"));
    let views = "SELECT jsonb_agg(actor_id IS NOT NULL) FROM audit_log WHERE action = 'distributorDocumentOpen'";
    assert_eq!(market.app.database.value(views).await, json!([true, true]));

    // Others neither decide on it, nor hand it in as their own, nor for a distributor that is not theirs.
    let file = "SELECT file_id FROM distributor_documents";
    let file = market.app.database.value(file).await.as_str().unwrap().parse().unwrap();
    let file = freshvilla::kernel::id::encode("fil", file);
    for (of, expected) in [(&other.id, "NOT_FOUND"), (&applicant.id, "NOT_FOUND")] {
        let input = json!({ "distributorId": of, "kind": "PAN", "fileId": file });
        let refused = run(&other.client, "distributorDocumentAdd", "document { id }", input).await;
        assert_eq!(refused.problems("distributorDocumentAdd"), [expected]);
    }
    let again = json!({ "distributorId": applicant.id, "kind": "PAN", "fileId": file });
    let refused = run(&applicant.client, "distributorDocumentAdd", "document { id }", again).await;
    assert_eq!(problems(&refused, "distributorDocumentAdd"), [("CONFLICT".to_owned(), "fileId".to_owned())]);
    for (client, code) in [(&applicant.client, "FORBIDDEN"), (&other.client, "FORBIDDEN")] {
        for (field, input) in [
            ("distributorDocumentApprove", json!({ "id": paper })),
            ("distributorDocumentReject", json!({ "id": paper, "reason": "x" })),
        ] {
            assert_eq!(run(client, field, "document { id }", input).await.code(), Some(code), "{field}");
        }
    }
    market.app.finish().await;
}

#[tokio::test]
async fn papers_expire_with_a_warning_and_end_the_sales() {
    let market = Market::start_with(&TWO).await;
    let applicant = verified(&market, 40).await;
    let round = || async {
        let app = market.app.node.app.clone();
        let done = market.app.node.on_runtime(async move { expiry::run(&app).await.unwrap() }).await;
        market.app.drain_jobs().await;
        done
    };
    let mut done = Vec::new();
    for days in [9, 1, 1, 22, 1, 6, 1] {
        market.app.advance(TimeDelta::days(days));
        done.push(round().await);
    }
    // 31, 30, 29, 7, 6, 0 days before the end, and the day after it.
    assert_eq!(done, [(0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 1)]);
    let mails = market.app.node.app.mailer.captured();
    let reminders =
        mails.iter().filter(|mail| mail.subject.starts_with("Your food licence (FSSAI) expires on")).count();
    assert_eq!(reminders, 3);
    assert_eq!(market.seller_status("Farm Fresh").await, "suspended");
    let office = market.app.sign_in("administrator").await;
    let input = json!({ "id": applicant.id });
    let refused = run(&office, "distributorReinstate", "distributor { id }", input.clone()).await;
    assert_eq!(refused.problems("distributorReinstate"), ["DOCUMENTS_INCOMPLETE"]);
    assert_eq!(round().await, (0, 0), "once");
    market.app.finish().await;
}

#[tokio::test]
async fn settings_may_leave_the_decision_to_the_papers() {
    let market = Market::start_with(&["--required-documents", "gst,fssai", "--automatic-approval", "documents"]).await;
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(complete(GSTIN)).await;
    let gst = added(&market, &applicant, "GST", None).await;
    let licence = added(&market, &applicant, "FSSAI", Some(&day(&market, 90))).await;
    applicant.submits().await;
    approve(&market, &gst).await;
    assert_eq!(applicant.sees("status").await["status"], "IN_REVIEW");
    approve(&market, &licence).await;
    let seen = applicant.sees("status decisions { nodes { step reason account { id } } }").await;
    assert_eq!(seen["status"], "VERIFIED");
    let last = json!({ "step": "APPROVE", "reason": "all papers were accepted", "account": null });
    assert_eq!(seen["decisions"]["nodes"][1], last);
    assert_eq!(market.seller_status("Farm Fresh").await, "active");
    market.app.finish().await;
}

#[test]
fn the_setting_names_every_kind_of_paper() {
    use clap::Args;
    let command = Config::augment_args(clap::Command::new("x"));
    let setting = command.get_arguments().find(|arg| arg.get_id() == "required_documents").unwrap();
    let possible = setting.get_possible_values();
    let known: Vec<&str> = possible.iter().map(clap::builder::PossibleValue::get_name).collect();
    let all: Vec<&str> =
        std::iter::once("none").chain(DistributorDocumentKind::ALL.iter().map(|kind| kind.as_str())).collect();
    assert_eq!(known, all);
}

/// The kinds of the papers that are outdated, oldest first.
async fn outdated(of: &Applicant) -> Vec<String> {
    let seen = of.sees("documents { nodes { kind status } }").await;
    let papers = seen["documents"]["nodes"].as_array().unwrap().clone();
    let papers = papers.into_iter().filter(|paper| paper["status"] == "OUTDATED");
    papers.map(|paper| paper["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_accepted_paper_ends_with_what_it_proves() {
    let market = Market::start_with(&["--required-documents", "gst,pan,bank,address"]).await;
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(complete(GSTIN)).await;
    for kind in ["GST", "PAN", "BANK", "ADDRESS"] {
        let paper = added(&market, &applicant, kind, None).await;
        approve(&market, &paper).await;
    }
    applicant.submits().await;
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    let direct = applicant.tries(json!({ "bankAccount": { "number": "999999999999" } })).await;
    assert_eq!(direct.problems("distributorUpdate"), ["CONFLICT"], "a verified seller's account is fixed");
    market.decides("distributorRequestChanges", json!({ "id": applicant.id, "reason": "New bank" })).await;
    assert_eq!(market.seller_status("Farm Fresh").await, "pending", "on hold until it is verified anew");

    applicant.saves(json!({ "bankAccount": { "number": "50100 1234 56789", "holder": "Farm Fresh LLP" } })).await;
    applicant.saves(json!({ "contact": { "name": "Another" }, "storefront": { "name": "Farm Fresher" } })).await;
    assert_eq!(outdated(&applicant).await, [""; 0], "nothing that a paper proves was changed");
    applicant.saves(json!({ "bankAccount": { "number": "999999999999" } })).await;
    assert_eq!(outdated(&applicant).await, ["BANK"]);
    let trail = "SELECT jsonb_agg(jsonb_build_array(before->>'status', after->>'status', actor_id IS NOT NULL)) FROM audit_log \
                 WHERE action = 'distributorUpdate' AND subject_type = 'DistributorDocument'";
    assert_eq!(market.app.database.value(trail).await, json!([["approved", "outdated", true]]));
    assert_eq!(applicant.sees("missingDocuments").await["missingDocuments"], json!(["BANK"]));
    let submit = || run(&applicant.client, "distributorSubmit", "distributor { id }", json!({ "id": applicant.id }));
    let asked = [("REQUIRED".to_owned(), "documents.bank".to_owned())];
    assert_eq!(problems(&submit().await, "distributorSubmit"), asked, "a new one is asked for");

    let cheque = added(&market, &applicant, "BANK", None).await;
    applicant.submits().await;
    let verify = || run(&market.office, "distributorApprove", "distributor { id }", json!({ "id": applicant.id }));
    assert_eq!(verify().await.problems("distributorApprove"), ["DOCUMENTS_INCOMPLETE"], "nobody looked at it yet");
    // The reviewer compared it with an account that was changed in the meantime.
    let read = applicant.sees("version").await["version"].clone();
    run(&applicant.client, "distributorWithdraw", "distributor { id }", json!({ "id": applicant.id })).await;
    applicant.saves(json!({ "bankAccount": { "number": "888888888888" } })).await;
    applicant.submits().await;
    let late = json!({ "id": cheque, "expectedVersion": read });
    let late = run(&market.office, "distributorDocumentApprove", "document { id }", late).await;
    assert_eq!(late.problems("distributorDocumentApprove"), ["VERSION_CONFLICT"]);
    approve(&market, &cheque).await;
    market.decides("distributorApprove", json!({ "id": applicant.id })).await;
    assert_eq!(market.seller_status("Farm Fresher").await, "active");
    market.app.finish().await;
}

#[tokio::test]
async fn each_field_ends_the_papers_on_which_it_stands() {
    let market = Market::start().await;
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(complete(GSTIN)).await;
    let address = json!({ "line1": "13 Market Yard", "city": "Mumbai", "pincode": "400001" });
    let moved = complete(super::OTHER_GSTIN);
    for (sections, kinds) in [
        (json!({ "company": { "legalName": "Farm Fresh Foods LLP" } }), vec!["GST", "PAN", "TRADE_LICENCE", "FSSAI"]),
        (json!({ "company": { "businessType": "COMPANY" } }), vec!["GST"]),
        (json!({ "address": address }), vec!["GST", "ADDRESS", "TRADE_LICENCE", "FSSAI"]),
        (json!({ "bankAccount": { "holder": "Another" } }), vec!["BANK"]),
        (json!({ "bankAccount": { "ifsc": "SBIN0001234" } }), vec!["BANK"]),
        (
            json!({ "legal": moved["legal"], "address": moved["address"] }),
            vec!["GST", "PAN", "ADDRESS", "TRADE_LICENCE", "FSSAI"],
        ),
        (json!({ "legal": { "turnoverBand": "ABOVE_5_CRORE" } }), vec![]),
    ] {
        market.app.database.execute("DELETE FROM distributor_documents").await;
        for kind in ["GST", "PAN", "BANK", "ADDRESS", "TRADE_LICENCE", "FSSAI"] {
            let paper = added(&market, &applicant, kind, Some(&day(&market, 90))).await;
            approve(&market, &paper).await;
        }
        applicant.saves(sections.clone()).await;
        assert_eq!(outdated(&applicant).await, kinds, "{sections}");
    }
    market.app.finish().await;
}

#[tokio::test]
async fn one_distributor_whose_mail_fails_keeps_nobody_waiting() {
    let market = Market::start_with(&["--required-documents", "fssai"]).await;
    let (broken, other) = (market.applicant("Broken").await, market.applicant("Other").await);
    for (who, gstin) in [(&broken, GSTIN), (&other, super::OTHER_GSTIN)] {
        who.saves(complete(gstin)).await;
        let paper = added(&market, who, "FSSAI", Some(&day(&market, 5))).await;
        approve(&market, &paper).await;
        who.submits().await;
        market.decides("distributorApprove", json!({ "id": who.id })).await;
    }
    // No way in leads to such an address; the job has to survive it all the same.
    market.app.database.execute("UPDATE distributors SET notification_email = 'not an address' WHERE id = (SELECT id FROM sellers WHERE name = 'Broken')").await;
    let round = || async {
        let app = market.app.node.app.clone();
        let done = market.app.node.on_runtime(async move { expiry::run(&app).await.unwrap() }).await;
        market.app.drain_jobs().await;
        done
    };
    assert_eq!(round().await, (2, 0), "both owners are reminded");
    market.app.advance(TimeDelta::days(6));
    assert_eq!(round().await, (0, 2));
    let mails = market.app.node.app.mailer.captured();
    let told = mails.iter().filter(|mail| mail.subject == "Your distributor was suspended").count();
    assert_eq!(told, 2, "what was decided stands, and the owner is told");
    // Whatever else goes wrong with one of them stays with that one.
    market
        .app
        .database
        .execute(
            "UPDATE distributor_documents SET expires_on = expires_on + 30, reminded_days = NULL; \
        UPDATE distributors SET status = 'verified'; UPDATE sellers SET status = 'active'; \
        ALTER TABLE distributors ADD CONSTRAINT stuck CHECK (status <> 'suspended' OR notification_email IS NULL)",
        )
        .await;
    market.app.advance(TimeDelta::days(31));
    assert_eq!(round().await, (0, 1));
    assert_eq!(market.seller_status("Other").await, "suspended");
    market.app.finish().await;
}
