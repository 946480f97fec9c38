//! Products that sellers propose: their form, the review, what becomes of them, who sees what.

use serde_json::{Value, json};

use crate::{
    distributors::Market,
    import::upload_for,
    offers::{HOUSE, MINE, OTHER, SMALL, create, fill_warehouses, id, offer, stock_a_shelf},
    support::{Answer, Client, TestApp},
};

const RICE: &str = "01900000-0000-7000-8000-0000000000c2";
const BASMATI: &str = "01900000-0000-7000-8000-0000000000d1";

const CREATE: &str = "mutation($input: ProductProposalCreateInput!) { productProposalCreate(input: $input) { \
    proposal { id status version product { slug } variants { barcode } } errors { code path message } } }";
const UPDATE: &str = "mutation($input: ProductProposalUpdateInput!) { productProposalUpdate(input: $input) { \
    proposal { id status version name } errors { code path } } }";
const SUBMIT: &str = "mutation($input: ProductProposalSubmitInput!) { productProposalSubmit(input: $input) { \
    proposal { status version product { slug status } } errors { code path } } }";
const WITHDRAW: &str = "mutation($input: ProductProposalWithdrawInput!) { productProposalWithdraw(input: $input) { \
    proposal { status } errors { code path } } }";
const APPROVE: &str = "mutation($input: ProductProposalApproveInput!) { productProposalApprove(input: $input) { proposal { status \
    product { name slug status brand { name } media { alt } variants { sku name } offerPrice { amount } } \
    variants { sku variant { id sku } } } errors { code path message } } }";
const BULK: &str = "mutation($input: ProductProposalBulkApproveInput!) { productProposalBulkApprove(input: $input) { \
    results { id proposal { status } errors { code } } errors { code path } } }";
const BACK: &str = "mutation($input: ProductProposalRequestChangesInput!) { productProposalRequestChanges(input: $input) { \
    proposal { status reason remarks { field variant reason } } errors { code path } } }";
const REJECT: &str = "mutation($input: ProductProposalRejectInput!) { productProposalReject(input: $input) { \
    proposal { status reason } errors { code path } } }";

/// A whole proposal of a seller.
fn proposal(seller: &str, sku: &str) -> Value {
    json!({ "sellerId": id("sel", seller), "submit": true, "product": {
        "name": "Ponni Rice", "brandName": "Kaveri", "categoryId": id("cat", RICE), "hsnCode": "10063020",
        "description": "From the delta.", "dietary": "VEG", "fssaiLicense": "10012011000001",
        "variants": [
            { "pack": "1 kg", "barcode": "4006381333931", "mrp": { "amount": "90" }, "sku": sku, "price": { "amount": "80" } },
            { "pack": "5 kg", "mrp": { "amount": "420" }, "sku": format!("{sku}-5"), "price": { "amount": "400" } } ] } })
}

fn with(mut input: Value, pointer: &str, value: Value) -> Value {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    input.pointer_mut(parent).unwrap()[field] = value;
    input
}

async fn propose(client: &Client, input: Value) -> String {
    let made = client.query(CREATE, json!({ "input": input })).await;
    assert_eq!(made.problems("productProposalCreate"), Vec::<&str>::new(), "{:#}", made.body);
    made.text("/productProposalCreate/proposal/id").to_owned()
}

/// Code and path of the first error.
fn first_error(answer: &Answer, field: &str) -> (String, Value) {
    let error = answer.data(&format!("/{field}/errors/0"));
    (error["code"].as_str().unwrap().to_owned(), error["path"].clone())
}

#[tokio::test]
async fn a_proposal_is_sent_back_mended_and_becomes_a_product_on_sale() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, reviewer) = (app.sign_in_over("distributor_owner", MINE).await, app.sign_in("catalogue_manager").await);
    let made = propose(&owner, with(proposal(MINE, "P1"), "/submit", json!(false))).await;
    let early = reviewer.query(APPROVE, json!({ "input": { "id": made } })).await;
    assert_eq!(early.problems("productProposalApprove"), ["CONFLICT"], "nobody has handed it in");
    let submit = json!({ "input": { "id": made, "expectedVersion": 1 } });
    let stands = |status: &str| format!("UPDATE sellers SET status = '{status}' WHERE id = '{MINE}'");
    app.database.execute(&stands("pending")).await;
    let unverified = owner.query(SUBMIT, submit.clone()).await;
    assert_eq!(unverified.problems("productProposalSubmit"), ["SELLER_NOT_VERIFIED"]);
    app.database.execute(&stands("active")).await;
    assert_eq!(owner.query(SUBMIT, submit.clone()).await.text("/productProposalSubmit/proposal/status"), "SUBMITTED");
    assert_eq!(owner.query(SUBMIT, submit).await.problems("productProposalSubmit"), ["VERSION_CONFLICT"]);
    let change = |set: Value| json!({ "input": { "id": made, "set": set } });
    let waiting = owner.query(UPDATE, change(json!({ "name": "Other" }))).await;
    assert_eq!(waiting.problems("productProposalUpdate"), ["CONFLICT"], "it waits for review");

    let queue = "{ productProposals(where: { status: [SUBMITTED] }, orderBy: { field: SUBMITTED_AT, direction: ASC }) { \
                 totalCount nodes { id name seller { name } category { name } brandName } } }";
    let queue = reviewer.query(queue, json!({})).await;
    assert_eq!(
        *queue.data("/productProposals/nodes/0"),
        json!({ "id": made, "name": "Ponni Rice", "seller": { "name": "Mine" },
        "category": { "name": "Rice" }, "brandName": "Kaveri" })
    );
    let remarks = json!([{ "field": "VARIANT", "variant": 1, "reason": "no such pack" }]);
    let back = json!({ "input": { "id": made, "reason": "one thing", "remarks": remarks } });
    let back = reviewer.query(BACK, back).await;
    assert_eq!(
        *back.data("/productProposalRequestChanges/proposal"),
        json!({ "status": "CHANGES_REQUESTED", "reason": "one thing", "remarks": remarks })
    );
    let fewer = json!([proposal(MINE, "P1")["product"]["variants"][0]]);
    let mended = owner.query(UPDATE, change(json!({ "name": "Ponni Raw Rice", "variants": fewer }))).await;
    assert_eq!(mended.text("/productProposalUpdate/proposal/name"), "Ponni Raw Rice", "{:#}", mended.body);
    let again = owner.query(SUBMIT, json!({ "input": { "id": made } })).await;
    assert_eq!(again.text("/productProposalSubmit/proposal/status"), "SUBMITTED");
    assert_eq!(
        app.database.value("SELECT count(*) FROM products").await,
        json!(1),
        "nothing is in the catalogue before"
    );

    let approve = json!({ "input": { "id": made } });
    let (one, two) = tokio::join!(reviewer.query(APPROVE, approve.clone()), reviewer.query(APPROVE, approve));
    let (done, late) = if one.problems("productProposalApprove").is_empty() { (one, two) } else { (two, one) };
    assert_eq!(late.problems("productProposalApprove"), ["CONFLICT"], "one of two approves");
    let product = done.data("/productProposalApprove/proposal/product");
    assert_eq!(
        *product,
        json!({ "name": "Ponni Raw Rice", "slug": product["slug"], "status": "ACTIVE",
        "brand": { "name": "Kaveri" }, "media": [], "variants": [{ "sku": "4006381333931", "name": "1 kg" }],
        "offerPrice": { "amount": "80.00" } })
    );
    let found = app
        .query(
            "{ productVariant(barcode: \"4006381333931\") { offers { nodes { seller { name } price { amount } } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        *found.data("/productVariant/offers/nodes"),
        json!([{ "seller": { "name": "Mine" }, "price": { "amount": "80.00" } }])
    );
    let events = "SELECT jsonb_agg(kind ORDER BY sequence) FROM outbox WHERE topic LIKE 'product_proposal:%'";
    assert_eq!(
        app.database.value(events).await,
        json!([
            "product_proposal.drafted",
            "product_proposal.submitted",
            "product_proposal.changes_requested",
            "product_proposal.changes_requested",
            "product_proposal.submitted",
            "product_proposal.approved"
        ])
    );
    let numbers = "SELECT jsonb_agg(sequence ORDER BY sequence) FROM outbox WHERE topic LIKE 'product_proposal:%'";
    assert_eq!(app.database.value(numbers).await, json!([1, 2, 3, 4, 5, 6]), "without gaps");
    app.drain_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn wrong_proposals_are_refused_with_their_field() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    create(&owner, offer(MINE, SMALL, "TAKEN", "50"), json!({})).await;
    for (pointer, value, code, path) in [
        ("/product/name", json!(" "), "REQUIRED", json!(["product", "name"])),
        ("/product/name", json!("x".repeat(301)), "INVALID", json!(["product", "name"])),
        ("/product/name", json!("a\u{0}b"), "INVALID", json!(["product", "name"])),
        ("/product/brandName", json!(""), "REQUIRED", json!(["product", "brandName"])),
        ("/product/categoryId", json!(null), "REQUIRED", json!(["product", "categoryId"])),
        ("/product/categoryId", json!(id("cat", MINE)), "NOT_FOUND", json!(["product", "categoryId"])),
        ("/product/brandId", json!(id("brd", MINE)), "INVALID", json!(["product", "brandName"])),
        ("/product/hsnCode", json!("9999"), "NOT_FOUND", json!(["product", "hsnCode"])),
        ("/product/hsnCode", json!("x"), "INVALID", json!(["product", "hsnCode"])),
        ("/product/fssaiLicense", json!("123"), "INVALID", json!(["product", "fssaiLicense"])),
        ("/product/shelfLifeDays", json!(-1), "INVALID", json!(["product", "shelfLifeDays"])),
        ("/product/variants", json!([]), "REQUIRED", json!(["product", "variants"])),
        ("/product/pictureFileIds", json!([id("fil", MINE)]), "NOT_FOUND", json!(["product", "pictureFileIds", "0"])),
        ("/product/variants/0/pack", json!("much"), "INVALID", json!(["product", "variants", "0", "pack"])),
        (
            "/product/variants/0/barcode",
            json!("4006381333932"),
            "BARCODE_INVALID",
            json!(["product", "variants", "0", "barcode"]),
        ),
        (
            "/product/variants/0/barcode",
            json!("8901030865275"),
            "BARCODE_TAKEN",
            json!(["product", "variants", "0", "barcode"]),
        ),
        (
            "/product/variants/1/barcode",
            json!("4006381333931"),
            "BARCODE_TAKEN",
            json!(["product", "variants", "1", "barcode"]),
        ),
        ("/product/variants/1/sku", json!("p1"), "SKU_TAKEN", json!(["product", "variants", "1", "sku"])),
        ("/product/variants/0/sku", json!("taken"), "SKU_TAKEN", json!(["product", "variants", "0", "sku"])),
        ("/product/variants/0/sku", json!(""), "REQUIRED", json!(["product", "variants", "0", "sku"])),
        ("/product/variants/0/mrp", json!(null), "REQUIRED", json!(["product", "variants", "0", "mrp"])),
        ("/product/variants/0/mrp", json!({ "amount": "-1" }), "INVALID", json!(["product", "variants", "0", "mrp"])),
        (
            "/product/variants/0/price",
            json!({ "amount": "90.01" }),
            "PRICE_ABOVE_MRP",
            json!(["product", "variants", "0", "price"]),
        ),
        ("/product/variants/0/price", json!(null), "INVALID", json!(["product", "variants", "0", "price"])),
        (
            "/product/variants/0/price",
            json!({ "amount": "0.001" }),
            "INVALID",
            json!(["product", "variants", "0", "price"]),
        ),
        ("/sellerId", json!(id("sel", OTHER)), "NOT_FOUND", json!(["sellerId"])),
    ] {
        let refused = owner.query(CREATE, json!({ "input": with(proposal(MINE, "P1"), pointer, value.clone()) })).await;
        assert_eq!(
            first_error(&refused, "productProposalCreate"),
            (code.to_owned(), path),
            "{pointer} {value}: {:#}",
            refused.body
        );
    }
    let many = vec![proposal(MINE, "P")["product"]["variants"][1].clone(); 21];
    let refused =
        owner.query(CREATE, json!({ "input": with(proposal(MINE, "P1"), "/product/variants", json!(many)) })).await;
    assert_eq!(first_error(&refused, "productProposalCreate").1, json!(["product", "variants"]));
    let known = with(proposal(MINE, "P1"), "/product/variants/0/barcode", json!("8901030865275"));
    let refused = owner.query(CREATE, json!({ "input": known })).await;
    let message = refused.text("/productProposalCreate/errors/0/message");
    assert!(message.contains(&id("var", SMALL)), "names the variant: {message}");
    app.database.execute(&format!("UPDATE sellers SET status = 'closed' WHERE id = '{MINE}'")).await;
    let closed = owner.query(CREATE, json!({ "input": proposal(MINE, "P1") })).await;
    assert_eq!(closed.problems("productProposalCreate"), ["CONFLICT"]);
    assert_eq!(app.database.value("SELECT count(*) FROM product_proposals").await, json!(0));
    app.finish().await;
}

#[tokio::test]
async fn nobody_reaches_another_sellers_proposals() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, other) =
        (app.sign_in_over("distributor_owner", MINE).await, app.sign_in_over("distributor_owner", OTHER).await);
    let theirs = propose(&other, proposal(OTHER, "T")).await;
    let one =
        "query($id: ID!) { productProposal(id: $id) { id } node(id: $id) { id } productProposals { totalCount } }";
    let seen = owner.query(one, json!({ "id": theirs })).await;
    assert_eq!(
        *seen.data(""),
        json!({ "productProposal": null, "node": null, "productProposals": { "totalCount": 0 } })
    );
    assert_eq!(*other.query(one, json!({ "id": theirs })).await.data("/node/id"), json!(theirs));
    let only = json!({ "input": { "id": theirs } });
    let set = json!({ "input": { "id": theirs, "set": { "name": "Mine" } } });
    for (text, input, field) in [
        (UPDATE, &set, "productProposalUpdate"),
        (SUBMIT, &only, "productProposalSubmit"),
        (WITHDRAW, &only, "productProposalWithdraw"),
    ] {
        assert_eq!(owner.query(text, input.clone()).await.problems(field), ["NOT_FOUND"]);
    }
    let (clerk, customer) = (app.sign_in_over("distributor_orders", OTHER).await, app.sign_in("customer").await);
    assert_eq!(*clerk.query(one, json!({ "id": theirs })).await.data("/productProposal/id"), json!(theirs));
    let refuse = json!({ "input": { "id": theirs, "reason": "no" } });
    let bulk = json!({ "input": { "ids": [theirs] } });
    let create = json!({ "input": proposal(OTHER, "X") });
    for (text, input) in [
        (CREATE, &create),
        (UPDATE, &set),
        (SUBMIT, &only),
        (WITHDRAW, &only),
        (APPROVE, &only),
        (BULK, &bulk),
        (BACK, &refuse),
        (REJECT, &refuse),
    ] {
        assert_eq!(clerk.query(text, input.clone()).await.code(), Some("FORBIDDEN"));
        assert_eq!(customer.query(text, input.clone()).await.code(), Some("FORBIDDEN"));
        assert_eq!(app.query(text, input.clone()).await.code(), Some("UNAUTHENTICATED"));
    }
    for (text, input) in [(APPROVE, &only), (BULK, &bulk), (BACK, &refuse), (REJECT, &refuse)] {
        assert_eq!(other.query(text, input.clone()).await.code(), Some("FORBIDDEN"), "nobody approves their own");
    }
    assert_eq!(app.database.value("SELECT status FROM product_proposals").await, json!("submitted"));
    app.finish().await;
}

#[tokio::test]
async fn reviewers_link_packs_that_the_catalogue_has_and_refuse_for_good() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    let (owner, reviewer) = (app.sign_in_over("distributor_owner", MINE).await, app.sign_in("catalogue_manager").await);
    let made = propose(&owner, proposal(MINE, "L")).await;
    let link = |position: i32, variant: &str| json!({ "input": { "id": made, "links": [{ "position": position, "variantId": id("var", variant) }] } });
    for (input, code, path) in [
        (link(9, SMALL), "NOT_FOUND", json!(["links", "0", "position"])),
        (link(-1, SMALL), "NOT_FOUND", json!(["links", "0", "position"])),
        (link(0, MINE), "NOT_FOUND", json!(["links", "0", "variantId"])),
    ] {
        let refused = reviewer.query(APPROVE, input).await;
        assert_eq!(first_error(&refused, "productProposalApprove"), (code.to_owned(), path));
    }
    let linked = reviewer.query(APPROVE, link(0, SMALL)).await;
    assert_eq!(linked.text("/productProposalApprove/proposal/product/slug"), "basmati", "{:#}", linked.body);
    assert_eq!(
        *linked.data("/productProposalApprove/proposal/variants/0/variant"),
        json!({ "id": id("var", SMALL), "sku": "RICE-1" })
    );
    let packs = format!("SELECT count(*) FROM product_variants WHERE product_id = '{BASMATI}'");
    assert_eq!(app.database.value(&packs).await, json!(4), "the other pack was added");
    assert_eq!(app.database.value("SELECT count(*) FROM offers WHERE status = 'live'").await, json!(2));

    let twice = propose(&owner, with(proposal(MINE, "M"), "/product/variants/0/barcode", json!("96385074"))).await;
    let taken = json!({ "input": { "id": twice, "links": [{ "position": 0, "variantId": id("var", SMALL) }] } });
    let refused = reviewer.query(APPROVE, taken).await;
    assert_eq!(refused.problems("productProposalApprove"), ["OFFER_EXISTS"]);
    assert_eq!(app.database.value(&packs).await, json!(4), "all or nothing");
    let reject = json!({ "input": { "id": twice, "reason": "we have it" } });
    assert_eq!(reviewer.query(REJECT, reject.clone()).await.text("/productProposalReject/proposal/status"), "REJECTED");
    assert_eq!(reviewer.query(REJECT, reject).await.problems("productProposalReject"), ["CONFLICT"]);
    assert_eq!(
        owner.query(SUBMIT, json!({ "input": { "id": twice } })).await.problems("productProposalSubmit"),
        ["CONFLICT"]
    );
    let withdrawn = propose(&owner, proposal(MINE, "W")).await;
    let only = json!({ "input": { "id": withdrawn } });
    assert_eq!(owner.query(WITHDRAW, only.clone()).await.text("/productProposalWithdraw/proposal/status"), "WITHDRAWN");
    assert_eq!(owner.query(WITHDRAW, only.clone()).await.problems("productProposalWithdraw"), ["CONFLICT"]);
    assert_eq!(reviewer.query(APPROVE, only).await.problems("productProposalApprove"), ["CONFLICT"]);
    app.drain_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn many_are_approved_at_once_and_lists_take_few_statements() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, reviewer) = (app.sign_in_over("distributor_owner", MINE).await, app.sign_in("catalogue_manager").await);
    let barcodes = ["96385074", "40170725", "4006381333931"];
    let mut ids = Vec::new();
    for (at, barcode) in barcodes.into_iter().enumerate() {
        let input = with(proposal(MINE, &format!("B{at}")), "/product/variants/0/barcode", json!(barcode));
        ids.push(propose(&owner, with(input, "/product/name", json!(format!("Rice {at}")))).await);
    }
    let same = propose(&owner, with(proposal(MINE, "B9"), "/product/name", json!("Rice 0"))).await;
    let alike = with(proposal(MINE, "B8"), "/product/variants/0/barcode", json!("8901030865282"));
    let alike = propose(&owner, with(alike, "/product/name", json!("Rice 0"))).await;
    let list = "{ productProposals(first: 50, orderBy: { field: NAME, direction: ASC }) { totalCount nodes { name variants { pack variant { sku } } \
        brand { name } category { name } seller { name } product { name } pictures { id } remarks { reason } } } }";
    let few = owner.query(list, json!({})).await;
    assert_eq!(*few.data("/productProposals/totalCount"), json!(5));
    let input = json!({ "input": { "ids": [ids[0], ids[1], ids[2], same, id("prp", MINE), alike] } });
    let done = reviewer.query(BULK, input).await;
    let results = done.data("/productProposalBulkApprove/results").as_array().unwrap();
    let outcomes: Vec<_> = results.iter().map(|row| row["errors"][0]["code"].as_str().unwrap_or("OK")).collect();
    assert_eq!(outcomes, ["OK", "OK", "OK", "BARCODE_TAKEN", "NOT_FOUND", "OK"], "{:#}", done.body);
    assert_eq!(app.database.value("SELECT count(*) FROM brands WHERE name = 'Kaveri'").await, json!(1), "added once");
    assert_eq!(app.database.value("SELECT count(*) FROM offers").await, json!(8));
    let many = owner.query(list, json!({})).await;
    assert!(many.statements() <= 6, "{}", many.statements());
    let too_many = json!({ "input": { "ids": vec![same; 51] } });
    assert_eq!(reviewer.query(BULK, too_many).await.problems("productProposalBulkApprove"), ["INVALID"]);
    app.drain_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn the_platform_says_whose_proposals_need_no_review() {
    let app = TestApp::start_with(&["--proposal-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    let made = owner.query(CREATE, json!({ "input": proposal(MINE, "A") })).await;
    assert_eq!(made.text("/productProposalCreate/proposal/status"), "APPROVED", "{:#}", made.body);
    assert_eq!(app.database.value("SELECT count(*) FROM offers WHERE status = 'live'").await, json!(2));
    let admin = app.sign_in("administrator").await;
    let house = with(proposal(HOUSE, "H"), "/product/variants/0/barcode", json!("96385074"));
    assert_eq!(
        admin.query(CREATE, json!({ "input": house })).await.text("/productProposalCreate/proposal/status"),
        "APPROVED"
    );
    app.finish().await;
}

#[tokio::test]
async fn of_two_approvals_at_once_the_second_is_told_of_the_barcode() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let reviewer = app.sign_in("catalogue_manager").await;
    let mut ids = Vec::new();
    for (seller, name, brand) in [(MINE, "Ponni Rice", "Kaveri"), (OTHER, "Rice of Ponni", "Ganga")] {
        let owner = app.sign_in_over("distributor_owner", seller).await;
        let named = with(proposal(seller, "P"), "/product/name", json!(name));
        ids.push(propose(&owner, with(named, "/product/brandName", json!(brand))).await);
    }
    // Both have looked for the barcode before one of them adds it.
    app.database
        .execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$; \
             CREATE TRIGGER dawdle BEFORE INSERT ON product_variants FOR EACH STATEMENT EXECUTE FUNCTION dawdle()",
        )
        .await;
    let approve = |id: &str| {
        let (reviewer, input) = (reviewer.clone(), json!({ "input": { "id": id } }));
        async move { reviewer.query(APPROVE, input).await }
    };
    let answers = <[Answer; 2]>::from(tokio::join!(approve(&ids[0]), approve(&ids[1])));
    let refused: Vec<&Answer> =
        answers.iter().filter(|answer| !answer.problems("productProposalApprove").is_empty()).collect();
    assert_eq!(refused.len(), 1, "{:#} {:#}", answers[0].body, answers[1].body);
    let expected = ("BARCODE_TAKEN".to_owned(), json!(["variants", "0", "barcode"]));
    assert_eq!(first_error(refused[0], "productProposalApprove"), expected);
    app.finish().await;
}

#[tokio::test]
async fn a_decision_is_mailed_to_the_proposer() {
    let market = Market::start().await;
    stock_a_shelf(&market.app).await;
    let seller = market.verified("Farm Fresh").await;
    let sel = format!("sel_{}", seller.id.split_once('_').unwrap().1);
    let proposed = propose(&seller.client, with(proposal(MINE, "M"), "/sellerId", json!(sel))).await;
    let reviewer = market.app.sign_in("catalogue_manager").await;
    let back = json!({ "input": { "id": proposed, "reason": "Which Ponni?", "remarks": [] } });
    assert_eq!(reviewer.query(BACK, back).await.problems("productProposalRequestChanges"), Vec::<&str>::new());
    let resubmitted = seller.client.query(SUBMIT, json!({ "input": { "id": proposed } })).await;
    assert_eq!(resubmitted.problems("productProposalSubmit"), Vec::<&str>::new(), "{:#}", resubmitted.body);
    let approved = reviewer.query(APPROVE, json!({ "input": { "id": proposed } })).await;
    assert_eq!(approved.problems("productProposalApprove"), Vec::<&str>::new(), "{:#}", approved.body);
    market.app.drain_jobs().await;
    let mails = market.app.node.app.mailer.captured();
    let told: Vec<_> = mails.iter().filter(|mail| mail.subject.starts_with("Your proposal")).collect();
    let subjects: Vec<&str> = told.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Your proposal needs changes", "Your proposal is in the catalogue"]);
    assert!(told[0].text.contains("Ponni Rice") && told[0].text.contains("Which Ponni?"), "{}", told[0].text);
    let owner = format!("SELECT email FROM accounts WHERE id = '{}'", seller.account.0);
    assert_eq!(json!(told[0].to), market.app.database.value(&owner).await);
    market.app.finish().await;
}

#[tokio::test]
async fn a_proposals_picture_becomes_the_products() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, reviewer) = (app.sign_in_over("distributor_owner", MINE).await, app.sign_in("catalogue_manager").await);
    let png = b"\x89PNG\r\n\x1a\n and then some".to_vec();
    let file = upload_for(&owner, "PROPOSAL_MEDIA", "rice.png", "image/png", png.clone()).await;
    let strangers =
        upload_for(&app.sign_in_over("distributor_owner", OTHER).await, "PROPOSAL_MEDIA", "x.png", "image/png", png)
            .await;
    let taken = with(proposal(MINE, "X"), "/product/pictureFileIds", json!([strangers]));
    let refused = owner.query(CREATE, json!({ "input": taken })).await;
    assert_eq!(refused.problems("productProposalCreate").len(), 1, "somebody else's picture: {:#}", refused.body);
    let proposed = propose(&owner, with(proposal(MINE, "P"), "/product/pictureFileIds", json!([file]))).await;
    let approved = reviewer.query(APPROVE, json!({ "input": { "id": proposed } })).await;
    let media = approved.data("/productProposalApprove/proposal/product/media");
    assert_eq!(media, &json!([{ "alt": "Ponni Rice" }]), "{:#}", approved.body);
    let shown = app.query("{ product(slug: \"ponni-rice\") { media { fileUrl } } }", json!({})).await;
    assert!(shown.text("/product/media/0/fileUrl").contains("/files/"), "{:#}", shown.body);
    app.finish().await;
}
