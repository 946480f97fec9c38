//! Filling in an application and handing it in.

use freshvilla::kernel::keyring::Keyring;
use serde_json::{Value, json};

use super::{GSTIN, Market, OTHER_GSTIN, complete, problems, run};

/// A secret key that the server used before.
const FORMER_KEY: &str = "a former secret key of this very server";

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

#[tokio::test]
async fn an_application_is_left_and_resumed_and_names_what_is_missing() {
    let market = Market::start().await;
    let applicant = market.applicant("Farm Fresh").await;
    assert_eq!(market.seller_status("Farm Fresh").await, "pending");
    let early = run(&applicant.client, "distributorSubmit", "distributor { id }", json!({ "id": applicant.id })).await;
    let missing = problems(&early, "distributorSubmit");
    assert_eq!(missing.len(), 13, "{missing:?}");
    assert!(missing.contains(&("REQUIRED".to_owned(), "legal.gstin".to_owned())), "{missing:?}");

    let whole = complete(GSTIN);
    for section in ["legal", "address", "company", "contact", "storefront"] {
        applicant.saves(json!({ section: whole[section] })).await;
    }
    let left = applicant.sees("missingFields version legal { gstin pan } address { stateCode }").await;
    assert_eq!(left["missingFields"], json!(["BANK_HOLDER", "BANK_ACCOUNT_NUMBER", "BANK_IFSC"]));
    assert_eq!((&left["version"], &left["legal"]["gstin"]), (&json!(6), &json!(GSTIN)));
    let stale = applicant.tries(json!({ "expectedVersion": 5, "bankAccount": whole["bankAccount"] })).await;
    assert_eq!(stale.problems("distributorUpdate"), ["VERSION_CONFLICT"]);
    applicant.saves(json!({ "expectedVersion": 6, "bankAccount": whole["bankAccount"] })).await;
    applicant.submits().await;

    let locked = applicant.tries(json!({ "legal": { "turnoverBand": "ABOVE_5_CRORE" } })).await;
    assert_eq!(problems(&locked, "distributorUpdate"), pairs(&[("CONFLICT", "legal.turnoverBand")]));
    let back = run(&applicant.client, "distributorWithdraw", "distributor { status }", json!({ "id": applicant.id }));
    assert_eq!(back.await.text("/distributorWithdraw/distributor/status"), "PENDING");
    applicant.saves(json!({ "legal": { "turnoverBand": "ABOVE_5_CRORE" } })).await;
    market.app.finish().await;
}

#[tokio::test]
async fn wrong_papers_are_refused_at_their_field_and_change_nothing() {
    let market = Market::start().await;
    let applicant = market.applicant("Farm Fresh").await;
    let address = |pincode: &str| json!({ "line1": "1", "city": "Mumbai", "pincode": pincode });
    let long = "9".repeat(100_000);
    for (sections, expected) in [
        (json!({ "legal": { "gstin": "27AAPFU0939F1ZW" } }), ("GSTIN_INVALID", "legal.gstin")),
        (json!({ "legal": { "gstin": "२७AAPFU0939F1ZV" } }), ("GSTIN_INVALID", "legal.gstin")),
        (json!({ "legal": { "pan": "AAPF10939F" } }), ("PAN_INVALID", "legal.pan")),
        (json!({ "legal": { "gstin": GSTIN, "pan": "AAGCB7383J" } }), ("PAN_MISMATCH", "legal.pan")),
        (json!({ "legal": { "gstin": OTHER_GSTIN }, "address": address("400001") }), ("STATE_MISMATCH", "legal.gstin")),
        (json!({ "address": address("999999") }), ("PINCODE_UNKNOWN", "address.pincode")),
        (json!({ "bankAccount": { "ifsc": "HDFC1000001" } }), ("IFSC_INVALID", "bankAccount.ifsc")),
        (json!({ "bankAccount": { "ifsc": "HDFC0000002" } }), ("IFSC_INVALID", "bankAccount.ifsc")),
        (json!({ "bankAccount": { "number": "12345678" } }), ("INVALID", "bankAccount.number")),
        (json!({ "bankAccount": { "number": long } }), ("INVALID", "bankAccount.number")),
        (json!({ "contact": { "email": "nobody" } }), ("INVALID", "contact.email")),
        (json!({ "contact": { "phone": "12" } }), ("INVALID", "contact.phone")),
        (json!({ "company": { "legalName": "\u{0}" } }), ("INVALID", "company.legalName")),
        (json!({ "storefront": { "slug": "No Slug" } }), ("INVALID", "storefront.slug")),
        (json!({ "storefront": { "description": "x".repeat(5_001) } }), ("INVALID", "storefront.description")),
        (json!({ "settings": { "notificationEmail": "@" } }), ("INVALID", "settings.notificationEmail")),
    ] {
        let refused = applicant.tries(sections.clone()).await;
        assert_eq!(problems(&refused, "distributorUpdate"), pairs(&[expected]), "{sections:.200}");
    }
    assert_eq!(applicant.sees("version").await["version"], 1);
    // A bank of which no branch is known is taken at its word; both mistakes of one save are named.
    applicant.saves(json!({ "bankAccount": { "ifsc": "SBIN0001234" } })).await;
    let both = applicant.tries(json!({ "legal": { "gstin": "x", "pan": "y" } })).await;
    assert_eq!(both.problems("distributorUpdate"), ["GSTIN_INVALID", "PAN_INVALID"]);
    // State and number change together, never apart.
    applicant.saves(json!({ "legal": { "gstin": GSTIN }, "address": address("400001") })).await;
    let apart = applicant.tries(json!({ "address": address("560066") })).await;
    assert_eq!(apart.problems("distributorUpdate"), ["STATE_MISMATCH"]);
    applicant.saves(json!({ "legal": { "gstin": OTHER_GSTIN }, "address": address("560066") })).await;
    market.app.finish().await;
}

#[tokio::test]
async fn an_account_number_is_stored_encrypted_and_never_shown() {
    let market = Market::start_with(&["--old-secret-keys", FORMER_KEY]).await;
    let applicant = market.applicant("Farm Fresh").await;
    applicant.saves(json!({ "bankAccount": { "number": "501001234567890" } })).await;
    let shown = applicant.sees("bankAccount { maskedNumber }").await;
    assert_eq!(shown["bankAccount"]["maskedNumber"], "••••7890");
    let everything = "SELECT (SELECT string_agg(d::text, '') FROM distributors d) || \
                      (SELECT string_agg(a::text, '') FROM audit_log a)";
    let stored = market.app.database.value(everything).await;
    let digits = hex::encode("501001234567890");
    assert!(!stored.as_str().unwrap().contains("501001234567890") && !stored.as_str().unwrap().contains(&digits));

    // What a former key sealed is sealed again by maintenance.
    let id = market.app.database.value("SELECT id::text FROM distributors").await;
    let context = format!("distributors.bank_number:{}", id.as_str().unwrap());
    let foreign = Keyring::new("another secret key that nobody here knows", [].into_iter());
    let spoilt = hex::encode(foreign.seal(&context, "1").unwrap());
    let set = |hex: &str| format!("UPDATE distributors SET bank_number_sealed = decode('{hex}', 'hex')");
    market.app.database.execute(&set(&spoilt)).await;
    let reseal = || {
        let app = market.app.node.app.clone();
        let work = async move { freshvilla::marketplace::distributor::service::reseal(&app).await.unwrap() };
        market.app.node.on_runtime(work)
    };
    assert_eq!(reseal().await, 0, "a number that no known key opens stays as it is");
    let former = hex::encode(Keyring::new(FORMER_KEY, [].into_iter()).seal(&context, "501001234567890").unwrap());
    market.app.database.execute(&set(&former)).await;
    assert_eq!((reseal().await, reseal().await), (1, 0));
    let sealed = market.app.database.value("SELECT encode(bank_number_sealed, 'hex') FROM distributors").await;
    let sealed = hex::decode(sealed.as_str().unwrap()).unwrap();
    assert!(sealed.starts_with(&market.app.node.app.keys.seal_head().unwrap()));
    assert_eq!(market.app.node.app.keys.unseal(&context, &sealed).unwrap(), "501001234567890");
    market.app.finish().await;
}

#[test]
fn sealed_values_open_only_in_their_place_and_with_a_known_key() {
    let old = Keyring::new("the first secret key of this server", [].into_iter());
    let new = Keyring::new("the second secret key of this server", ["the first secret key of this server"].into_iter());
    let sealed = old.seal("a", "501001234567890").unwrap();
    assert_ne!(sealed, old.seal("a", "501001234567890").unwrap(), "a nonce of its own for each");
    assert_eq!(new.unseal("a", &sealed).unwrap(), "501001234567890", "a former key still opens");
    assert!(!sealed.starts_with(&new.seal_head().unwrap()));
    assert!(new.seal("a", "1").unwrap().starts_with(&new.seal_head().unwrap()));
    assert!(old.unseal("b", &sealed).is_err(), "another row");
    let third = Keyring::new("the third secret key of this server", [].into_iter());
    assert!(third.unseal("a", &sealed).is_err(), "another key");
    for at in 0..sealed.len() {
        let mut spoilt = sealed.clone();
        spoilt[at] ^= 1;
        assert!(old.unseal("a", &spoilt).is_err(), "byte {at} was changed");
    }
    for length in 0..sealed.len() {
        assert!(old.unseal("a", &sealed[..length]).is_err(), "cut off after {length}");
    }
}

#[tokio::test]
async fn one_application_at_a_time_and_one_name_for_one() {
    let market = Market::start().await;
    let applicant = market.applicant("Farm Fresh").await;
    let apply = |name: &str| run(&applicant.client, "distributorApply", "distributor { id }", json!({ "name": name }));
    assert_eq!(apply("Second").await.problems("distributorApply"), ["APPLICATION_UNFINISHED"]);
    let other = market.app.sign_in("customer").await;
    let taken =
        run(&other, "distributorApply", "distributor { id }", json!({ "name": " farm fresh ", "slug": "other" }));
    assert_eq!(taken.await.problems("distributorApply"), ["NAME_TAKEN"]);
    let office = run(&market.office, "distributorApply", "distributor { id }", json!({ "name": "Ours" })).await;
    assert_eq!(office.code(), Some("FORBIDDEN"), "FreshVilla's own people do not apply");
    // Twice at once: one of them.
    let third = market.app.sign_in("customer").await;
    let try_as = |name: &'static str| run(&third, "distributorApply", "distributor { id }", json!({ "name": name }));
    let (one, two) = tokio::join!(try_as("Left"), try_as("Right"));
    let refused = [one.problems("distributorApply").len(), two.problems("distributorApply").len()];
    assert_eq!(refused.iter().sum::<usize>(), 1, "{refused:?}");
    let left = "SELECT count(*) FROM sellers WHERE name IN ('Second', 'Left', 'Right')";
    assert_eq!(market.app.database.value(left).await, json!(1), "a refusal leaves nothing behind");
    market.app.finish().await;
}

#[tokio::test]
async fn a_storefront_gets_its_pictures_by_file() {
    let market = Market::start().await;
    let (applicant, other) = (market.applicant("Farm Fresh").await, market.applicant("Other").await);
    let foreign = upload(&market, &other.client).await;
    let refused = applicant.tries(json!({ "storefront": { "logoFileId": foreign } })).await;
    assert_eq!(problems(&refused, "distributorUpdate"), pairs(&[("NOT_FOUND", "storefront.logoFileId")]));
    let logo = upload(&market, &applicant.client).await;
    applicant.saves(json!({ "storefront": { "logoFileId": logo, "description": "Fresh from the farm." } })).await;
    let shown = applicant.sees("storefront { logoUrl coverUrl description }").await;
    let path =
        shown["storefront"]["logoUrl"].as_str().unwrap().strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
    assert_eq!(market.app.get(&path).send().await.unwrap().status(), 200);
    assert!(shown["storefront"]["coverUrl"].is_null());
    applicant.saves(json!({ "storefront": { "logoFileId": null } })).await;
    assert!(applicant.sees("storefront { logoUrl }").await["storefront"]["logoUrl"].is_null());
    market.app.finish().await;
}

async fn upload(market: &Market, client: &crate::support::Client) -> Value {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and then some";
    let input = json!({ "purpose": "STOREFRONT_MEDIA", "name": "logo.png", "contentType": "image/png",
                        "size": PNG.len() });
    let answer = run(client, "fileUploadCreate", "upload { url file { id } }", input).await;
    let path = answer.text("/fileUploadCreate/upload/url").strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
    let put = market.app.request(reqwest::Method::PUT, &path).header("content-type", "image/png").body(PNG);
    assert_eq!(put.send().await.unwrap().status(), 201);
    answer.data("/fileUploadCreate/upload/file/id").clone()
}

#[tokio::test]
async fn a_second_application_never_stands_in_a_reviewers_way() {
    let market = Market::start().await;
    let (verified, refused) = (market.verified("Farm Fresh").await, market.in_review("Other").await);
    market.decides("distributorReject", json!({ "id": refused.id, "reason": "No" })).await;
    for (first, name) in [(&verified, "Second"), (&refused, "Third")] {
        let apply = |name: String| {
            let input = json!({ "name": name });
            run(&first.client, "distributorApply", "distributor { id }", input)
        };
        assert_eq!(apply(name.to_owned()).await.problems("distributorApply"), [""; 0], "the first was decided on");
        assert_eq!(apply(format!("{name}, too")).await.problems("distributorApply"), ["APPLICATION_UNFINISHED"]);
        // The reviewer sends the first one back, and accepts it again, whatever else its owner has begun.
        market.decides("distributorRequestChanges", json!({ "id": first.id, "reason": "Look again" })).await;
        assert_eq!(apply(format!("{name}, too")).await.problems("distributorApply"), ["APPLICATION_UNFINISHED"]);
    }
    verified.submits().await;
    market.decides("distributorApprove", json!({ "id": verified.id })).await;
    assert_eq!(market.seller_status("Farm Fresh").await, "active");

    // One that was sent back is unfinished, too.
    let reopened = market.in_review("Reopened").await;
    market.decides("distributorReject", json!({ "id": reopened.id, "reason": "No" })).await;
    market.decides("distributorRequestChanges", json!({ "id": reopened.id, "reason": "Look again" })).await;
    let next = run(&reopened.client, "distributorApply", "distributor { id }", json!({ "name": "Next" })).await;
    assert_eq!(next.problems("distributorApply"), ["APPLICATION_UNFINISHED"]);
    market.app.finish().await;
}
