//! The catalogue as shoppers and its staff see it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const CATEGORY_CREATE: &str = "mutation($input: CategoryCreateInput!) { categoryCreate(input: $input) { \
    category { id slug breadcrumbs { name } } errors { code path } } }";
const PRODUCT_CREATE: &str = "mutation($input: ProductCreateInput!) { productCreate(input: $input) { \
    product { id slug status version price { from { amount } to { amount } } variants { id name packSize unit sku } } \
    errors { code path message } } }";
const PRODUCT_UPDATE: &str = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { \
    product { id slug status version name } errors { code path } } }";

/// A category, an HSN code and a member of the catalogue's staff.
async fn shelf(app: &TestApp) -> (Client, String) {
    app.database.execute("INSERT INTO hsn_codes VALUES ('10063020', 'Basmati rice'), ('0401', 'Milk')").await;
    let staff = app.sign_in("catalogue_manager").await;
    let category = create_category(&staff, "Staples", None).await;
    (staff, category)
}

async fn create_category(staff: &Client, name: &str, parent: Option<&str>) -> String {
    let answer = staff.query(CATEGORY_CREATE, json!({ "input": { "name": name, "parentId": parent } })).await;
    answer.text("/categoryCreate/category/id").to_owned()
}

fn rice(category: &str, at: usize) -> Value {
    json!({ "input": {
        "product": { "name": format!("Basmati Rice {at}"), "categoryId": category, "hsnCode": "10063020",
                     "status": "ACTIVE", "dietary": "VEGAN", "tags": ["chawal"], "description": "Long grain." },
        "variants": [
            { "sku": format!("RICE-{at}-1"), "pack": "1 kg", "mrp": { "amount": format!("{}.00", 100 + at) } },
            { "sku": format!("RICE-{at}-5"), "pack": "5 kg", "mrp": { "amount": format!("{}.50", 450 + at) } },
        ],
    } })
}

async fn create_rice(staff: &Client, category: &str, at: usize) -> String {
    let answer = staff.query(PRODUCT_CREATE, rice(category, at)).await;
    assert_eq!(answer.problems("productCreate"), Vec::<&str>::new());
    answer.text("/productCreate/product/id").to_owned()
}

#[tokio::test]
async fn a_product_goes_on_the_shelf_and_is_found() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let rice_shelf = create_category(&staff, "Rice", Some(&staples)).await;
    let answer = staff.query(PRODUCT_CREATE, rice(&rice_shelf, 1)).await;
    assert_eq!(answer.text("/productCreate/product/price/from/amount"), "101.00");
    assert_eq!(answer.text("/productCreate/product/price/to/amount"), "451.50");
    assert_eq!(answer.text("/productCreate/product/variants/1/name"), "5 kg");
    assert_eq!(answer.text("/productCreate/product/variants/1/packSize"), "5000");

    let page = app
        .query(
            "{ product(slug: \"basmati-rice-1\") { name description dietary hsn { description } \
               category { name breadcrumbs { name } } variants { mrp { minorUnits currencyCode } } } }",
            json!({}),
        )
        .await;
    assert_eq!(page.text("/product/hsn/description"), "Basmati rice");
    assert_eq!(page.text("/product/category/breadcrumbs/0/name"), "Staples");
    assert_eq!(page.text("/product/variants/0/mrp/minorUnits"), "10100");

    for term in ["basmati", "rice basmati", "chawal", "RICE-1-5", "bastmati", "staples-none basmti"] {
        let found = app.query(SEARCH, json!({ "term": term })).await;
        assert_eq!(found.text("/search/nodes/0/product/name"), "Basmati Rice 1", "{term}");
    }
    app.finish().await;
}

const SEARCH: &str = "query($term: String!) { search(term: $term) { totalCount correctedTerm \
    nodes { product { name } highlight { text matched } } \
    facets { code values { value label count } } } }";

#[tokio::test]
async fn search_counts_facets_marks_words_and_forgives_typing_errors() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    for at in 1..=3 {
        create_rice(&staff, &staples, at).await;
    }
    let found = app.query(SEARCH, json!({ "term": "basmatti" })).await;
    assert_eq!(found.text("/search/correctedTerm"), "basmati");
    assert_eq!(found.data("/search/totalCount"), &json!(3));
    assert_eq!(found.data("/search/nodes/0/highlight/0"), &json!({ "text": "Basmati", "matched": true }));
    let facets = found.data("/search/facets").as_array().unwrap();
    let dietary = facets.iter().find(|facet| facet["code"] == "dietary").unwrap();
    assert_eq!(dietary["values"], json!([{ "value": "vegan", "label": "vegan", "count": 3 }]));
    let price = facets.iter().find(|facet| facet["code"] == "price").unwrap();
    assert_eq!(price["values"][0]["label"], "₹100 to ₹200");

    let nothing = app.query(SEARCH, json!({ "term": "zzzzqqq" })).await;
    assert_eq!(nothing.data("/search/nodes"), &json!([]));
    assert_eq!(nothing.data("/search/totalCount"), &json!(0));
    for hostile in ["'", "a & | !", "\"", "-", ":*", "(((", "\\", "%_", "\u{0}", "<script>"] {
        assert!(app.query(SEARCH, json!({ "term": hostile })).await.errors().is_empty(), "{hostile:?}");
        let query = "query($p: String!) { searchSuggestions(prefix: $p) { text kind } }";
        assert!(app.query(query, json!({ "p": format!("ri{hostile}") })).await.errors().is_empty(), "{hostile:?}");
    }
    let typed = app.query("{ searchSuggestions(prefix: \"bas\") { text kind slug } }", json!({})).await;
    let kinds: Vec<&str> =
        typed.data("/searchSuggestions").as_array().unwrap().iter().map(|s| s["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"WORD") && kinds.contains(&"PRODUCT"), "{kinds:?}");
    app.finish().await;
}

#[tokio::test]
async fn paging_walks_the_whole_list_both_ways() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    for at in 0..7 {
        create_rice(&staff, &staples, at).await;
    }
    for field in ["CREATED_AT", "NAME", "PRICE", "POPULARITY"] {
        for direction in ["ASC", "DESC"] {
            let order = json!({ "field": field, "direction": direction });
            let whole = names(&app, json!({ "first": 100, "order": order })).await.0;
            assert_eq!(whole.len(), 7);
            let (mut forward, mut after) = (Vec::new(), Value::Null);
            loop {
                let (names, info) = names(&app, json!({ "first": 3, "after": after, "order": order })).await;
                forward.extend(names);
                after = info["endCursor"].clone();
                if info["hasNextPage"] != true {
                    break;
                }
            }
            assert_eq!(forward, whole, "{field} {direction}");
            let (mut backward, mut before) = (Vec::new(), Value::Null);
            loop {
                let (mut names, info) = names(&app, json!({ "last": 3, "before": before, "order": order })).await;
                names.extend(backward);
                backward = names;
                before = info["startCursor"].clone();
                if info["hasPreviousPage"] != true {
                    break;
                }
            }
            assert_eq!(backward, whole, "{field} {direction}");
        }
    }
    app.finish().await;
}

async fn names(app: &TestApp, variables: Value) -> (Vec<String>, Value) {
    let text = "query($first: Int, $after: String, $last: Int, $before: String, $order: ProductOrder) { \
        products(first: $first, after: $after, last: $last, before: $before, orderBy: $order) { \
        nodes { name } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } totalCount } }";
    let answer = app.query(text, variables).await;
    assert_eq!(answer.data("/products/totalCount"), &json!(7));
    let nodes = answer.data("/products/nodes").as_array().unwrap();
    let names = nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect();
    (names, answer.data("/products/pageInfo").clone())
}

#[tokio::test]
async fn bad_paging_arguments_are_named() {
    let app = TestApp::start().await;
    for (arguments, hint) in [
        ("first: 101", "0 to 100"),
        ("first: -1", "0 to 100"),
        ("first: 2, last: 2", "not both"),
        ("after: \"!!\"", "cursor"),
        ("first: 2, before: \"x\"", "`after` goes with `first`"),
    ] {
        let answer = app.query(&format!("{{ products({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{arguments}");
        assert!(answer.errors()[0]["message"].as_str().unwrap().contains(hint), "{arguments}: {:?}", answer.errors());
    }
    app.finish().await;
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_query() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    create_rice(&staff, &staples, 1).await;
    let text = "{ found: search(term: \"rice\") { totalCount nodes { product { slug ...P name __typename } } } \
        c: category(slug: \"staples\") { name products { totalCount edges { node { category { name } id } cursor } \
        pageInfo { hasNextPage } } slug } a: __typename } fragment P on Product { category { slug } id }";
    let answer = app.query(text, json!({})).await;
    let order = "{\"found\":{\"totalCount\":1,\"nodes\":[{\"product\":{\"slug\":S,\"category\":{\"slug\":S},\"id\":S,\
        \"name\":S,\"__typename\":S}}]},\"c\":{\"name\":S,\"products\":{\"totalCount\":1,\"edges\":[{\"node\":{\
        \"category\":{\"name\":S},\"id\":S},\"cursor\":S}],\"pageInfo\":{\"hasNextPage\":false}},\"slug\":S},\"a\":S}";
    assert_eq!(without_texts(&answer.text), order);
    app.finish().await;
}

/// A JSON text with every string value replaced by `S`: what remains is the order of the keys.
fn without_texts(json: &str) -> String {
    let data = json.split_once("{\"data\":").unwrap().1.split_once(",\"extensions\"").unwrap().0;
    let mut rest = data;
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once(":\"") {
        out.push_str(before);
        out.push_str(":S");
        rest = after.split_once('"').unwrap().1;
    }
    out + rest
}

#[tokio::test]
async fn statements_do_not_grow_with_the_page() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    for at in 0..12 {
        let shelf = create_category(&staff, &format!("Shelf {at}"), Some(&staples)).await;
        create_rice(&staff, &shelf, at).await;
    }
    let list = "query($n: Int!) { products(first: $n) { totalCount nodes { name description gstRate { rateBp } \
        category { name parent { name } } brand { name } variants { sku attributes { value } } media { url } } } }";
    let lean = "query($n: Int!) { products(first: $n) { nodes { name price { from { amount } } category { name } \
        brand { name } variants { sku } } } }";
    for (query, most) in [(list, 6), (lean, 1)] {
        let few = app.query(query, json!({ "n": 2 })).await.statements();
        let many = app.query(query, json!({ "n": 12 })).await;
        assert_eq!(many.data("/products/nodes").as_array().unwrap().len(), 12);
        assert!(many.statements() <= few && many.statements() <= most, "{few} {}", many.statements());
    }
    let below = "query($n: Int!) { categories(first: $n) { nodes { name products(first: 2) { totalCount nodes { name \
        category { name } variants { sku } } } cheap: products(first: 1, where: { priceMax: { amount: \"1.00\" } }) { \
        nodes { id } } } } }";
    let few = app.query(below, json!({ "n": 2 })).await.statements();
    let many = app.query(below, json!({ "n": 12 })).await;
    assert_eq!((few, many.statements()), (5, 5), "two for each list of products, whatever the number of shelves");
    let search = "{ search(term: \"rice\", first: 12) { totalCount nodes { product { name brand { name } } } \
        facets { code values { label count } } } }";
    let found = app.query(search, json!({})).await;
    assert_eq!(found.data("/search/facets/0/values").as_array().unwrap().len(), 12, "one value for each shelf");
    assert!(found.statements() <= 6, "{}", found.statements());
    let ids = app.query("{ products(first: 12) { nodes { id category { id } } } }", json!({})).await;
    let ids: Vec<Value> =
        ids.data("/products/nodes").as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
    let nodes = app.query("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", json!({ "ids": ids })).await;
    assert_eq!(nodes.statements(), 1);
    // Interfaces are driven by the library, which must not split the loaders' batches.
    let relations = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { hsn { code } gstRate { rateBp } \
                     media { url } variants { sku attributes { value } } category { parent { name } } brand { name } \
                     description } } }";
    let few = app.query(relations, json!({ "ids": ids[..2] })).await;
    let many = app.query(relations, json!({ "ids": ids })).await;
    assert_eq!(many.errors(), Vec::<Value>::new().as_slice());
    assert!(many.statements() <= few.statements() + 2, "{} {}", few.statements(), many.statements());
    assert!(many.statements() < 14, "{}", many.statements());
    assert_eq!(nodes.data("/nodes/11/id"), &ids[11]);
    app.finish().await;
}

#[tokio::test]
async fn lists_below_many_shelves_are_those_of_each() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let (left, right) =
        (create_category(&staff, "Left", Some(&staples)).await, create_category(&staff, "Right", Some(&staples)).await);
    for (at, shelf) in [&left, &right, &left, &left, &right].into_iter().enumerate() {
        create_rice(&staff, shelf, at).await;
    }
    let page = "orderBy: { field: NAME, direction: ASC }) { nodes { name } pageInfo { hasNextPage hasPreviousPage \
        endCursor } totalCount }";
    let all = format!("{{ categories {{ nodes {{ slug products(first: 2, {page} }} }} }}");
    let all = app.query(&all, json!({})).await;
    let lists = all.data("/categories/nodes").as_array().unwrap();
    assert_eq!(lists.len(), 3);
    for list in lists {
        let alone = format!("query($slug: String!) {{ category(slug: $slug) {{ products(first: 2, {page} }} }}");
        let alone = app.query(&alone, json!({ "slug": list["slug"] })).await;
        assert_eq!(alone.data("/category/products"), &list["products"]);
        let expected = if list["slug"] == "right" { (2, false) } else { (3, true) };
        let total = if list["slug"] == "staples" { 5 } else { expected.0 };
        assert_eq!(list["products"]["totalCount"], total);
        assert_eq!(list["products"]["pageInfo"]["hasNextPage"], expected.1);
        let next = format!(
            "query($slug: String!, $after: String) {{ category(slug: $slug) {{ \
             products(first: 9, after: $after, {page} last: products(last: 1, {page} }} }}"
        );
        let after = &list["products"]["pageInfo"]["endCursor"];
        let next = app.query(&next, json!({ "slug": list["slug"], "after": after })).await;
        let rest = next.data("/category/products/nodes").as_array().unwrap();
        assert_eq!(i64::try_from(rest.len()).unwrap(), total - 2);
        assert_eq!(next.data("/category/last/nodes/0"), rest.last().unwrap_or(&list["products"]["nodes"][1]));
    }
    app.finish().await;
}

#[tokio::test]
async fn shoppers_see_active_products_only_and_change_nothing() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let mut draft = rice(&staples, 1);
    draft["input"]["product"]["status"] = json!("DRAFT");
    let answer = staff.query(PRODUCT_CREATE, draft).await;
    let (id, slug) =
        (answer.data("/productCreate/product/id").clone(), answer.data("/productCreate/product/slug").clone());
    let look = "query($id: ID!, $slug: String!) { node(id: $id) { id } product(slug: $slug) { id } \
        products { nodes { id } } productVariant(sku: \"RICE-1-1\") { id } search(term: \"basmati\") { nodes { product { id } } } }";
    let seen = app.query(look, json!({ "id": id, "slug": slug })).await;
    assert_eq!(
        seen.data(""),
        &json!({ "node": null, "product": null, "products": { "nodes": [] }, "productVariant": null, "search": { "nodes": [] } })
    );
    let seen = staff.query(look, json!({ "id": id, "slug": slug })).await;
    assert_eq!(seen.data("/node/id"), &id);
    assert_eq!(seen.data("/products/nodes/0/id"), &id);

    let shopper = app.sign_in("customer").await;
    for (client, code) in [(&*app, "UNAUTHENTICATED"), (&shopper, "FORBIDDEN")] {
        for (mutation, input) in [
            (CATEGORY_CREATE, json!({ "input": { "name": "Mine" } })),
            (PRODUCT_CREATE, rice(&staples, 9)),
            (PRODUCT_UPDATE, json!({ "input": { "id": id, "set": { "name": "Mine" } } })),
        ] {
            assert_eq!(client.query(mutation, input).await.code(), Some(code));
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_with_its_field() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    create_rice(&staff, &staples, 1).await;
    let refused = |change: fn(&mut Value)| {
        let mut input = rice(&staples, 2);
        change(&mut input["input"]);
        let staff = staff.clone();
        async move {
            let answer = staff.query(PRODUCT_CREATE, input).await;
            let errors = answer.data("/productCreate/errors").as_array().unwrap().clone();
            assert!(answer.data("/productCreate/product").is_null());
            let mut errors: Vec<_> =
                errors.iter().map(|e| format!("{} {}", e["code"].as_str().unwrap(), e["path"])).collect();
            errors.sort();
            errors
        }
    };
    assert_eq!(refused(|i| i["product"]["name"] = json!("Basmati Rice 1")).await, ["SLUG_TAKEN [\"slug\"]"]);
    assert_eq!(refused(|i| i["variants"][0]["sku"] = json!("RICE-1-1")).await, ["SKU_TAKEN [\"sku\"]"]);
    assert_eq!(refused(|i| i["product"]["hsnCode"] = json!("99999999")).await, ["NOT_FOUND [\"hsnCode\"]"]);
    assert_eq!(refused(|i| i["product"]["hsnCode"] = Value::Null).await, ["PRODUCT_INCOMPLETE [\"status\"]"]);
    assert_eq!(refused(|i| i["variants"] = json!([])).await, ["PRODUCT_INCOMPLETE [\"status\"]"]);
    assert_eq!(
        refused(|i| {
            i["product"]["name"] = json!(" ");
            i["product"]["fssaiLicense"] = json!("12");
            i["variants"][0]["barcode"] = json!("8901234567891");
            i["variants"][1]["pack"] = json!("some");
        })
        .await,
        [
            "BARCODE_INVALID [\"variants\",\"0\",\"barcode\"]",
            "INVALID [\"fssaiLicense\"]",
            "INVALID [\"variants\",\"1\",\"pack\"]",
            "REQUIRED [\"name\"]",
        ]
    );
    assert_eq!(app.database.value("SELECT to_jsonb(count(*)) FROM products").await, json!(1));
    app.finish().await;
}

#[tokio::test]
async fn a_renamed_product_keeps_its_old_address_and_versions_guard_writes() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let id = create_rice(&staff, &staples, 1).await;
    let version =
        staff.query("query($id: ID!) { node(id: $id) { ... on Product { version } } }", json!({ "id": id })).await;
    let version = version.data("/node/version").clone();
    let change = |name: &str| {
        let set = json!({ "name": name, "slug": name });
        staff.query(PRODUCT_UPDATE, json!({ "input": { "id": id, "expectedVersion": version, "set": set } })).boxed()
    };
    let (one, two) = tokio::join!(change("first-name"), change("second-name"));
    let outcomes = [one.problems("productUpdate"), two.problems("productUpdate")];
    assert!(outcomes.contains(&vec![]) && outcomes.contains(&vec!["VERSION_CONFLICT"]), "{outcomes:?}");
    let page = app.query("{ product(slug: \"basmati-rice-1\") { slug } }", json!({})).await;
    assert!(page.text("/product/slug").ends_with("-name"));
    app.finish().await;
}

const BULK: &str = "mutation($input: ProductBulkUpdateInput!) { productBulkUpdate(input: $input) { \
    results { id product { version status dietary description } errors { code path } } errors { code path } } }";

#[tokio::test]
async fn a_bulk_edit_costs_the_same_for_one_as_for_many() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let mut ids = Vec::new();
    for at in 0..12 {
        ids.push(create_rice(&staff, &staples, at).await);
    }
    let draft = json!({ "input": { "product": { "name": "Idea" } } });
    let draft = staff.query(PRODUCT_CREATE, draft).await.text("/productCreate/product/id").to_owned();
    let set = json!({ "dietary": "VEG", "description": "Aged.", "status": "ACTIVE" });
    let one = staff.query(BULK, json!({ "input": { "ids": [ids[0]], "set": set } })).await;
    assert_eq!(one.text("/productBulkUpdate/results/0/product/description"), "Aged.");
    let strange = "prd_00000000000000000000000000";
    let mut all: Vec<&str> = ids.iter().map(String::as_str).collect();
    all.extend([draft.as_str(), strange]);
    let many = staff.query(BULK, json!({ "input": { "ids": all, "set": set } })).await;
    assert_eq!(many.statements(), one.statements());
    let results = many.data("/productBulkUpdate/results").as_array().unwrap();
    assert_eq!(results.len(), 14);
    let codes: Vec<&str> = results.iter().filter_map(|result| result["errors"][0]["code"].as_str()).collect();
    assert_eq!(codes, ["PRODUCT_INCOMPLETE", "NOT_FOUND"]);
    assert!(results[..12].iter().all(|result| result["product"]["dietary"] == "VEG"), "{results:?}");
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'productBulkUpdate'";
    assert_eq!(app.database.value(recorded).await, json!(13));
    let none = staff.query(BULK, json!({ "input": { "ids": [draft, strange], "set": set } })).await;
    let results = none.data("/productBulkUpdate/results").as_array().unwrap();
    assert!(results.iter().all(|result| result["product"].is_null()), "{results:?}");
    assert_eq!(app.database.value(recorded).await, json!(13), "where every product is refused, nothing is written");
    let missing = json!({ "input": { "ids": [ids[0]], "set": { "brandId": "brd_00000000000000000000000000" } } });
    assert_eq!(staff.query(BULK, missing).await.problems("productBulkUpdate"), ["NOT_FOUND"]);
    app.finish().await;
}

#[tokio::test]
async fn nothing_goes_onto_a_closed_shelf() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let closed = create_category(&staff, "Closed", None).await;
    let id = create_rice(&staff, &staples, 1).await;
    let archive = "mutation($input: CategoryUpdateInput!) { categoryUpdate(input: $input) { errors { code } } }";
    let answer = staff.query(archive, json!({ "input": { "id": closed, "status": "ARCHIVED" } })).await;
    assert_eq!(answer.problems("categoryUpdate"), [""; 0]);
    let below = json!({ "input": { "name": "Below", "parentId": closed } });
    let mv = "mutation($input: CategoryMoveInput!) { categoryMove(input: $input) { errors { code } } }";
    let moved = json!({ "input": { "id": staples, "parentId": closed } });
    let update = json!({ "input": { "id": id, "set": { "categoryId": closed } } });
    let bulk = json!({ "input": { "ids": [id], "set": { "categoryId": closed } } });
    for (field, text, input) in [
        ("categoryCreate", CATEGORY_CREATE, below),
        ("categoryMove", mv, moved),
        ("productCreate", PRODUCT_CREATE, rice(&closed, 2)),
        ("productUpdate", PRODUCT_UPDATE, update),
        ("productBulkUpdate", BULK, bulk),
    ] {
        assert_eq!(staff.query(text, input).await.problems(field), ["INVALID"], "{field}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_category_moves_with_its_branch_and_never_below_itself() {
    let app = TestApp::start().await;
    let staff = app.sign_in("catalogue_manager").await;
    let a = create_category(&staff, "A", None).await;
    let b = create_category(&staff, "B", Some(&a)).await;
    let c = create_category(&staff, "C", Some(&b)).await;
    let d = create_category(&staff, "D", None).await;
    let mv = "mutation($input: CategoryMoveInput!) { categoryMove(input: $input) { category { id breadcrumbs { name } } \
        errors { code } } }";
    let below = staff.query(mv, json!({ "input": { "id": a, "parentId": c } })).await;
    assert_eq!(below.problems("categoryMove"), ["CATEGORY_CYCLE"]);
    staff.query(mv, json!({ "input": { "id": b, "parentId": d } })).await;
    let crumbs = app.query("{ category(slug: \"c\") { breadcrumbs { name } } }", json!({})).await;
    assert_eq!(crumbs.data("/category/breadcrumbs"), &json!([{ "name": "D" }, { "name": "B" }, { "name": "C" }]));

    // Two moves that would make a circle between them: one of them must lose.
    let x = create_category(&staff, "X", None).await;
    let y = create_category(&staff, "Y", None).await;
    let (one, two) = tokio::join!(
        staff.query(mv, json!({ "input": { "id": x, "parentId": y } })),
        staff.query(mv, json!({ "input": { "id": y, "parentId": x } }))
    );
    let lost = [one.problems("categoryMove").len(), two.problems("categoryMove").len()];
    assert_eq!(lost.iter().sum::<usize>(), 1, "{lost:?}");
    app.finish().await;
}

#[tokio::test]
async fn the_longest_prefix_and_the_latest_rate_decide_the_tax() {
    let app = TestApp::start().await;
    let (admin, staples) = shelf(&app).await;
    let id = create_rice(&admin, &staples, 1).await;
    let create =
        "mutation($input: GstRateCreateInput!) { gstRateCreate(input: $input) { gstRate { id } errors { code } } }";
    let rate = |prefix: Option<&str>, product: Option<&str>, bp: i32, from: &str| {
        let input =
            json!({ "hsnPrefix": prefix, "productId": product, "rateBp": bp, "validFrom": from, "source": "test" });
        let admin = admin.clone();
        async move { admin.query(create, json!({ "input": input })).await.problems("gstRateCreate").join(",") }
    };
    assert_eq!(rate(Some("10"), None, 500, "2017-07-01").await, "");
    assert_eq!(rate(Some("1006"), None, 1200, "2017-07-01").await, "");
    assert_eq!(rate(Some("1006"), None, 0, "2025-09-22").await, "");
    assert_eq!(rate(Some("1006"), None, 1800, "2025-09-22").await, "RATE_EXISTS");
    assert_eq!(rate(None, Some(&id), 4000, "2030-01-01").await, "");
    assert_eq!(rate(Some("10"), Some(&id), 1, "2030-01-01").await, "INVALID");
    for (on, bp) in
        [("2016-01-01", None), ("2020-01-01", Some(1200)), ("2025-09-22", Some(0)), ("2031-01-01", Some(4000))]
    {
        let text = "query($on: Date!) { product(slug: \"basmati-rice-1\") { gstRate(on: $on) { rateBp } } }";
        let answer = app.query(text, json!({ "on": on })).await;
        let found = answer.data("/product/gstRate").get("rateBp").and_then(Value::as_i64);
        assert_eq!(found, bp, "{on}");
    }
    for write in ["UPDATE gst_rates SET rate_bp = 1", "DELETE FROM gst_rates"] {
        assert!(app.database.try_execute(write).await.is_err(), "{write}");
    }
    app.finish().await;
}

#[tokio::test]
async fn attributes_are_typed_and_become_facets() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    create_rice(&staff, &staples, 1).await;
    let define = "mutation($input: AttributeCreateInput!) { attributeCreate(input: $input) { attribute { id } errors { code } } }";
    for input in [
        json!({ "code": "grade", "name": "Grade", "kind": "CHOICE", "choices": ["A", "B"] }),
        json!({ "code": "fat", "name": "Fat", "kind": "NUMBER", "unit": "g" }),
        json!({ "code": "organic", "name": "Organic", "kind": "BOOLEAN" }),
    ] {
        assert_eq!(
            staff.query(define, json!({ "input": input })).await.problems("attributeCreate"),
            Vec::<&str>::new()
        );
    }
    let variant = app.query("{ productVariant(sku: \"RICE-1-1\") { id } }", json!({})).await;
    let id = variant.text("/productVariant/id").to_owned();
    let set = "mutation($input: ProductVariantSetAttributesInput!) { productVariantSetAttributes(input: $input) { \
        variant { attributes { attribute { code } value number boolean } } errors { code path } } }";
    let values = json!([{ "code": "grade", "value": "C" }, { "code": "fat", "value": "much" }, { "code": "none", "value": "1" }]);
    let refused = staff.query(set, json!({ "input": { "variantId": id, "values": values } })).await;
    assert_eq!(
        refused.problems("productVariantSetAttributes"),
        ["ATTRIBUTE_KIND_MISMATCH", "ATTRIBUTE_KIND_MISMATCH", "NOT_FOUND"]
    );
    let values = json!([{ "code": "grade", "value": "a" }, { "code": "fat", "value": "3.50" }, { "code": "organic", "value": "yes" }]);
    let done = staff.query(set, json!({ "input": { "variantId": id, "values": values } })).await;
    let stored = done.data("/productVariantSetAttributes/variant/attributes");
    assert_eq!(stored[0], json!({ "attribute": { "code": "fat" }, "value": "3.5", "number": "3.5", "boolean": null }));
    let narrowed = app
        .query(
            "{ search(where: { attributes: [{ code: \"grade\", values: [\"A\"] }] }) { nodes { product { name } } \
               facets { code values { value count } } } }",
            json!({}),
        )
        .await;
    assert_eq!(narrowed.text("/search/nodes/0/product/name"), "Basmati Rice 1");
    let facets = narrowed.data("/search/facets").as_array().unwrap();
    assert!(facets.contains(&json!({ "code": "grade", "values": [{ "value": "A", "count": 1 }] })), "{facets:?}");
    app.finish().await;
}

#[tokio::test]
async fn filters_compose_and_never_widen_a_branch() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    let other = create_category(&staff, "Other", None).await;
    for at in 0..3 {
        create_rice(&staff, if at == 2 { &other } else { &staples }, at).await;
    }
    let count = |filter: Value| {
        let text = "query($where: ProductWhere) { products(where: $where) { nodes { name } } }";
        let query = app.query(text, json!({ "where": filter })).boxed_local();
        async move { query.await.data("/products/nodes").as_array().unwrap().len() }
    };
    assert_eq!(count(json!({ "categoryId": staples })).await, 2);
    assert_eq!(count(json!({ "priceMin": { "amount": "101" }, "priceMax": { "amount": "101.00" } })).await, 1);
    assert_eq!(count(json!({ "or": [{ "nameContains": "RICE 0" }, { "nameContains": "rice 2" }] })).await, 2);
    assert_eq!(count(json!({ "not": { "categoryId": staples } })).await, 1);
    assert_eq!(count(json!({ "or": [] })).await, 0);
    assert_eq!(count(json!({ "or": [{}] })).await, 3);
    let text = "query($slug: String!) { category(slug: $slug) { products(where: { or: [{}, { nameContains: \"x\" }] }) { nodes { name } } } }";
    let branch = app.query(text, json!({ "slug": "other" })).await;
    assert_eq!(branch.data("/category/products/nodes"), &json!([{ "name": "Basmati Rice 2" }]));
    app.finish().await;
}

#[tokio::test]
async fn a_cursor_serves_its_own_list_only() {
    let app = TestApp::start().await;
    let (staff, staples) = shelf(&app).await;
    create_rice(&staff, &staples, 1).await;
    let list = "query($order: ProductOrder, $after: String) { products(first: 1, orderBy: $order, after: $after) { \
                pageInfo { endCursor } } }";
    let ordered = |field: &str, after: Value| json!({ "order": { "field": field }, "after": after });
    let by_name = app.query(list, ordered("NAME", Value::Null)).await;
    let cursor = by_name.data("/products/pageInfo/endCursor").clone();
    assert_eq!(app.query(list, ordered("NAME", cursor.clone())).await.code(), None);
    for field in ["PRICE", "CREATED_AT", "POPULARITY"] {
        assert_eq!(app.query(list, ordered(field, cursor.clone())).await.code(), Some("BAD_USER_INPUT"), "{field}");
    }
    let search = "query($after: String) { search(after: $after) { nodes { product { id } } } }";
    assert_eq!(app.query(search, json!({ "after": cursor })).await.code(), Some("BAD_USER_INPUT"));
    // Forged: the cursor's list and ID with a sort value that is none.
    for field in ["PRICE", "CREATED_AT", "POPULARITY"] {
        let own = app.query(list, ordered(field, Value::Null)).await;
        let own = URL_SAFE_NO_PAD.decode(own.text("/products/pageInfo/endCursor")).unwrap();
        for sort in [
            "x",
            "",
            "now",
            "infinity",
            "99999999999999999999",
            "2026-13-01T00:00:00Z",
            "-",
            "0000-01-01T00:00:00Z",
            "2026-01-01T00:00:00+23:00",
        ] {
            let forged = URL_SAFE_NO_PAD.encode([&own[..18], sort.as_bytes()].concat());
            let refused = app.query(list, ordered(field, json!(forged))).await;
            assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{field} {sort:?}");
        }
    }
}

/// A document that was found valid is not validated again; its variables are.
#[tokio::test]
async fn a_known_document_still_refuses_wrong_variables() {
    let (fresh, known) = (TestApp::start().await, TestApp::start().await);
    let search = "query($n: Int!, $term: String) { search(term: $term, first: $n) { nodes { product { id } } } }";
    for _ in 0..2 {
        assert_eq!(known.query(search, json!({ "n": 2, "term": "rice" })).await.code(), None);
    }
    for wrong in [
        json!({ "n": "2" }),
        json!({ "n": 2.5 }),
        json!({ "n": 3_000_000_000_u64 }),
        json!({ "n": true }),
        json!({ "n": null }),
        json!({}),
        json!({ "n": -1 }),
        json!({ "n": 2, "term": null }),
        json!({ "n": 2, "term": 7 }),
        json!({ "n": 2, "term": ["rice"] }),
        json!({ "n": 2, "term": { "rice": 1 } }),
    ] {
        let (first, later) = (fresh.query(search, wrong.clone()).await, known.query(search, wrong.clone()).await);
        assert_eq!(first.errors(), later.errors(), "{wrong}");
        assert_eq!(first.status, later.status, "{wrong}");
        assert!(!first.errors().is_empty(), "{wrong}");
    }
}
