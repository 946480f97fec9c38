//! Products by what of them can be bought: lists, search, facets, and the summary that they start from.

use freshvilla::catalog::shelf::jobs::refresh_shelves;
use serde_json::{Value, json};

use crate::{
    offers::{HOUSE, MINE, OTHER, fill_warehouses, id, stock_a_shelf},
    support::TestApp,
};

/// Brings the summary up to date; answers how many products were looked at.
pub async fn refresh(app: &TestApp) -> usize {
    let server = app.node.app.clone();
    app.node.on_runtime(async move { refresh_shelves(&server).await.unwrap() }).await
}

/// `Tea 1` to `Tea n` with one pack each (MRP Rs 500). Mine asks Rs 100 + 10 n for each, the house Rs 5 less for the even
/// ones. The house has the even ones in stock, Mine none.
pub async fn teas(app: &TestApp, from: usize, to: usize) {
    let rows = format!(
        "WITH numbers AS (SELECT n, gen_random_uuid() AS product, gen_random_uuid() AS variant FROM generate_series({from}, {to}) n), \
         p AS (INSERT INTO products (id, category_id, name, slug, status, hsn_code, price_from_minor, price_to_minor, variant_count, \
            popularity, created_at, updated_at) SELECT product, '01900000-0000-7000-8000-0000000000c2', 'Tea ' || n, 'tea-' || n, \
            'active', '10063020', 50000, 50000, 1, n, now(), now() FROM numbers), \
         v AS (INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, created_at, \
            updated_at) SELECT variant, product, 'TEA-' || n, 'T', 'piece', 1, 50000, 'active', 0, now(), now() FROM numbers), \
         i AS (INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) \
            SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000e0', '{HOUSE}', variant, 5, now(), now() FROM numbers \
            WHERE n % 2 = 0) \
         INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, approved_at, created_at, updated_at) \
         SELECT gen_random_uuid(), '{MINE}'::uuid, variant, 'M' || n, 10000 + n * 1000, 'live', now(), now(), now() FROM numbers \
         UNION ALL SELECT gen_random_uuid(), '{HOUSE}', variant, 'H' || n, 9500 + n * 1000, 'live', now(), now(), now() \
         FROM numbers WHERE n % 2 = 0"
    );
    app.database.execute(&rows).await;
    app.database.execute("SELECT refresh_product_search(array_agg(id), true) FROM products").await;
}

const LIST: &str = "query($where: ProductWhere, $order: ProductOrder, $first: Int, $after: String) { \
    products(where: $where, orderBy: $order, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } \
    nodes { name offerPrice { amount } sellerCount inStock category { name } } } }";

fn cheapest_first() -> Value {
    json!({ "field": "OFFER_PRICE", "direction": "ASC" })
}

/// Names and prices of a list's products.
fn priced(nodes: &Value) -> Vec<String> {
    let row = |node: &Value| {
        let price = node["offerPrice"]["amount"].as_str().unwrap_or("-");
        format!("{} {price} {} {}", node["name"].as_str().unwrap(), node["sellerCount"], node["inStock"])
    };
    nodes.as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn lists_are_sorted_and_narrowed_by_offers() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    teas(&app, 1, 5).await;
    refresh(&app).await;
    let all = app.query(LIST, json!({ "order": cheapest_first() })).await;
    let expected = [
        "Tea 1 110.00 1 false",
        "Tea 2 115.00 2 true",
        "Tea 3 130.00 1 false",
        "Tea 4 135.00 2 true",
        "Tea 5 150.00 1 false",
    ];
    assert_eq!(priced(all.data("/products/nodes")), expected);
    assert_eq!(*all.data("/products/totalCount"), json!(5), "the rice has no offer");
    let dearest = json!({ "order": { "field": "OFFER_PRICE", "direction": "DESC" }, "first": 2 });
    let first = app.query(LIST, dearest.clone()).await;
    assert_eq!(priced(first.data("/products/nodes")), ["Tea 5 150.00 1 false", "Tea 4 135.00 2 true"]);
    let mut next = dearest;
    next["after"] = first.data("/products/pageInfo/endCursor").clone();
    let next = app.query(LIST, next).await;
    assert_eq!(priced(next.data("/products/nodes")), ["Tea 3 130.00 1 false", "Tea 2 115.00 2 true"]);
    let names = async |offers: Value| {
        let filter = json!({ "where": { "offers": offers }, "order": cheapest_first() });
        let answer = app.query(LIST, filter).await;
        let nodes = answer.data("/products/nodes").as_array().unwrap().clone();
        assert_eq!(*answer.data("/products/totalCount"), json!(nodes.len()));
        nodes.iter().map(|node| node["name"].as_str().unwrap()[4..].parse().unwrap()).collect::<Vec<u8>>()
    };
    let rupees = |amount: &str| json!({ "amount": amount });
    assert_eq!(names(json!({})).await, [1, 2, 3, 4, 5]);
    assert_eq!(names(json!({ "inStock": true })).await, [2, 4]);
    assert_eq!(names(json!({ "sellerIds": [id("sel", HOUSE)] })).await, [2, 4]);
    assert_eq!(names(json!({ "sellerIds": [id("sel", MINE), id("sel", HOUSE)] })).await, [1, 2, 3, 4, 5]);
    assert_eq!(names(json!({ "sellerIds": [] })).await, Vec::<u8>::new());
    assert_eq!(names(json!({ "sellerIds": [id("sel", MINE)], "inStock": true })).await, Vec::<u8>::new());
    assert_eq!(names(json!({ "priceMin": rupees("115"), "priceMax": rupees("135") })).await, [2, 3, 4]);
    assert_eq!(names(json!({ "priceMin": rupees("116"), "priceMax": rupees("130") })).await, [3]);
    assert_eq!(names(json!({ "priceMin": rupees("120"), "sellerIds": [id("sel", MINE)] })).await, [2, 3, 4, 5]);
    let not = json!({ "where": { "not": { "offers": {} } } });
    assert_eq!(priced(app.query(LIST, not).await.data("/products/nodes")), ["Basmati - 0 false"]);

    app.database.execute(&format!("UPDATE sellers SET status = 'suspended' WHERE id = '{MINE}'")).await;
    let left = app.query(LIST, json!({ "order": cheapest_first(), "where": { "offers": {} } })).await;
    assert_eq!(priced(left.data("/products/nodes")), ["Tea 2 115.00 1 true", "Tea 4 135.00 1 true"], "at once");
    app.database.execute(&format!("UPDATE sellers SET status = 'active' WHERE id = '{MINE}'")).await;
    for (wrong, code) in [
        (json!({ "sellerIds": ["prd_01h455vb4pex5vsknk084sn02q"] }), "BAD_USER_INPUT"),
        (json!({ "sellerIds": vec![id("sel", MINE); 101] }), "BAD_USER_INPUT"),
        (json!({ "priceMin": rupees("1.005") }), "BAD_USER_INPUT"),
        (json!({ "priceMax": rupees("92233720368547758.08") }), "BAD_USER_INPUT"),
    ] {
        let refused = app.query(LIST, json!({ "where": { "offers": wrong } })).await;
        assert_eq!(refused.code(), Some(code), "{wrong}: {:#}", refused.body);
    }
    app.finish().await;
}

#[tokio::test]
async fn lists_by_offers_take_six_statements_at_most() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    teas(&app, 1, 3).await;
    refresh(&app).await;
    let filter = json!({ "offers": { "priceMin": { "amount": "1" }, "sellerIds": [id("sel", MINE)] } });
    let list = json!({ "where": filter, "order": cheapest_first(), "first": 100 });
    let below = "query($where: ProductWhere) { category(slug: \"rice\") { products(first: 100, where: $where, \
        orderBy: { field: OFFER_PRICE, direction: ASC }) { totalCount nodes { name offerPrice { amount } sellerCount inStock \
        brand { name } category { name } } } } }";
    let search = "query($where: SearchWhere) { search(term: \"tea\", where: $where, first: 100) { totalCount nodes { product { name \
        offerPrice { amount } sellerCount inStock } } facets(offers: true) { code values { value label count } } } }";
    let count = async || {
        let found = [
            app.query(LIST, list.clone()).await,
            app.query(below, json!({ "where": filter })).await,
            app.query(search, json!({ "where": { "offers": { "inStock": true } } })).await,
        ];
        found.map(|answer| {
            assert_eq!(answer.errors(), &[] as &[Value], "{:#}", answer.body);
            answer.statements()
        })
    };
    let few = count().await;
    assert!(few.iter().all(|count| *count <= 6), "{few:?}");
    teas(&app, 4, 40).await;
    refresh(&app).await;
    assert_eq!(count().await, few, "as many for forty products as for three");
    let sorted = app.query(below, json!({ "where": filter })).await;
    let prices: Vec<f64> = sorted
        .data("/category/products/nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["offerPrice"]["amount"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(prices.len() == 40 && prices.is_sorted(), "{prices:?}");
    app.finish().await;
}

#[tokio::test]
async fn search_is_narrowed_by_offers_and_counts_them() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    teas(&app, 1, 4).await;
    refresh(&app).await;
    let search = "query($where: SearchWhere) { search(term: \"tea\", where: $where) { totalCount nodes { product { name } } \
        facets(offers: true) { code values { value label count priceMin { amount } } } } }";
    let facets = async |offers: Value| {
        let answer = app.query(search, json!({ "where": { "offers": offers } })).await;
        let facets = answer.data("/search/facets").as_array().unwrap().clone();
        let values = |code: &str| {
            let facet = facets.iter().find(|facet| facet["code"] == json!(code));
            let values = facet.map_or(&[] as &[Value], |facet| facet["values"].as_array().unwrap());
            values.iter().map(|v| format!("{} {}", v["label"].as_str().unwrap(), v["count"])).collect::<Vec<_>>()
        };
        let own = ["offer_price", "seller", "in_stock", "category"].map(values);
        (answer.data("/search/totalCount").clone(), own)
    };
    let (total, [prices, sellers, stock, category]) = facets(Value::Null).await;
    assert_eq!(total, json!(4));
    assert_eq!(prices, ["₹100 to ₹200 4"]);
    assert_eq!(sellers, ["Mine 4", "FreshVilla 2"]);
    assert_eq!((stock, category), (vec!["false 2".to_owned(), "true 2".to_owned()], vec!["Rice 4".to_owned()]));
    let (total, [_, sellers, stock, _]) = facets(json!({ "inStock": true })).await;
    assert_eq!((total, sellers), (json!(2), vec!["FreshVilla 2".to_owned(), "Mine 2".to_owned()]));
    assert_eq!(stock, ["true 2"]);
    let plain = "{ search(term: \"tea\") { facets { code } } }";
    assert_eq!(
        *app.query(plain, json!({})).await.data("/search/facets"),
        json!([{ "code": "category" }, { "code": "price" }])
    );

    app.database.execute("UPDATE sellers SET status = 'suspended'").await;
    let (total, [_, sellers, ..]) = facets(json!({})).await;
    assert_eq!((total, sellers), (json!(0), Vec::new()), "at once");
    let found = app.query(search, json!({})).await;
    assert_eq!(*found.data("/search/totalCount"), json!(4), "what nobody offers is found where nobody asks for offers");
    app.finish().await;
}

/// Products whose summary is not what their offers say.
const WRONG: &str = "SELECT count(*) FROM (SELECT v.product_id, min(o.price_minor) AS price, \
    array_agg(DISTINCT o.seller_id) AS sellers FROM buyable_offers(now()) o JOIN product_variants v ON v.id = o.variant_id \
    GROUP BY 1) truth FULL JOIN (SELECT * FROM product_shelves WHERE price_minor IS NOT NULL) s USING (product_id) \
    WHERE (truth.price, truth.sellers) IS DISTINCT FROM (s.price_minor, s.seller_ids)";

#[tokio::test]
async fn the_summary_follows_whatever_changes_what_can_be_bought() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    teas(&app, 1, 2).await;
    assert!(refresh(&app).await >= 2);
    assert_eq!(refresh(&app).await, 0, "nothing is left to do");
    let tea = "(SELECT jsonb_build_array(s.price_minor, cardinality(s.seller_ids), s.in_stock) FROM product_shelves s \
               JOIN products p ON p.id = s.product_id WHERE p.slug = 'tea-2')";
    for (change, looked_at, after) in [
        ("UPDATE offers SET price_minor = 9000 WHERE sku = 'M2'", 1, json!([9000, 2, true])),
        ("UPDATE offers SET low_stock_threshold = 1", 0, json!([9000, 2, true])),
        ("UPDATE offers SET status = 'paused' WHERE sku = 'M2'", 1, json!([11500, 1, true])),
        ("UPDATE offers SET price_minor = 8000 WHERE sku = 'M2'", 0, json!([11500, 1, true])),
        ("UPDATE offers SET status = 'live' WHERE sku = 'M2'", 1, json!([8000, 2, true])),
        ("UPDATE product_variants SET mrp_minor = 11000 WHERE sku = 'TEA-2'", 1, json!([8000, 1, false])),
        ("UPDATE product_variants SET mrp_minor = 50000 WHERE sku = 'TEA-2'", 1, json!([8000, 2, true])),
        ("UPDATE product_variants SET status = 'archived' WHERE sku = 'TEA-2'", 1, json!([null, 0, false])),
        ("UPDATE product_variants SET status = 'active' WHERE sku = 'TEA-2'", 1, json!([8000, 2, true])),
        ("UPDATE products SET status = 'draft' WHERE slug = 'tea-2'", 1, json!([null, 0, false])),
        ("UPDATE products SET status = 'active' WHERE slug = 'tea-2'", 1, json!([8000, 2, true])),
        ("UPDATE sellers SET status = 'suspended' WHERE slug = 'mine'", 2, json!([11500, 1, true])),
        ("UPDATE sellers SET status = 'active' WHERE slug = 'mine'", 2, json!([8000, 2, true])),
        ("UPDATE stock_items SET available = available - 4", 0, json!([8000, 2, true])),
        ("UPDATE stock_items SET available = 0 WHERE available = 1", 1, json!([8000, 2, false])),
        ("UPDATE stock_items SET available = 9 WHERE available = 0", 1, json!([8000, 2, true])),
        ("UPDATE warehouses SET status = 'maintenance'", 2, json!([8000, 2, false])),
        ("UPDATE warehouses SET status = 'active'", 2, json!([8000, 2, true])),
        ("DELETE FROM offers WHERE sku = 'M2'", 1, json!([11500, 1, true])),
        ("UPDATE offers SET status = 'archived' WHERE sku = 'H2'", 1, Value::Null),
    ] {
        app.database.execute(change).await;
        assert_eq!(refresh(&app).await, looked_at, "{change}");
        assert_eq!(app.database.value(&format!("SELECT {tea}")).await, after, "{change}");
        assert_eq!(app.database.value(WRONG).await, json!(0), "{change}");
    }
    let now = app.clock().now();
    let window = format!(
        "UPDATE offers SET starts_at = '{}', ends_at = '{}' WHERE sku = 'M1'",
        (now + chrono::TimeDelta::hours(1)).to_rfc3339(),
        (now + chrono::TimeDelta::hours(2)).to_rfc3339()
    );
    app.database.execute(&window).await;
    let price = "SELECT (SELECT price_minor FROM product_shelves WHERE product_id = (SELECT id FROM products WHERE slug = 'tea-1'))";
    for (hours, looked_at, after) in
        [(0, 1, Value::Null), (1, 1, json!(11000)), (1, 1, Value::Null), (9, 0, Value::Null)]
    {
        app.advance(chrono::TimeDelta::hours(hours));
        assert_eq!(refresh(&app).await, looked_at, "after {hours} h");
        assert_eq!(app.database.value(price).await, after, "after {hours} h");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_summary_is_right_after_parallel_writers_and_refreshers() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    teas(&app, 1, 30).await;
    let writer = async |seller: &str| {
        for round in 0..15 {
            let change = format!(
                "UPDATE offers SET price_minor = price_minor + {round} + 1, status = CASE WHEN (price_minor + {round}) % 3 = 0 \
                 THEN 'paused' ELSE 'live' END WHERE seller_id = '{seller}'"
            );
            app.database.execute(&change).await;
        }
    };
    let refresher = async || {
        for _ in 0..10 {
            refresh(&app).await;
        }
    };
    tokio::join!(writer(MINE), writer(HOUSE), writer(OTHER), refresher(), refresher());
    refresh(&app).await;
    assert_eq!(app.database.value(WRONG).await, json!(0));
    assert_eq!(app.database.value("SELECT count(*) FROM product_shelf_queue").await, json!(0));
    app.finish().await;
}
