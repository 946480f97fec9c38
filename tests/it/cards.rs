//! Lists fetch cards where these suffice; whatever a client selects, it gets the row's own values.

use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// Fields of an object that need no arguments and have no fields of their own.
async fn plain_fields(app: &TestApp, type_name: &str) -> Vec<String> {
    let shape = "query($name: String!) { __type(name: $name) { fields { name args { name } \
                 type { kind ofType { kind ofType { kind ofType { kind } } } } } } }";
    let answer = app.query(shape, json!({ "name": type_name })).await;
    let fields = answer.data("/__type/fields").as_array().cloned().unwrap_or_default();
    let plain = |field: &&Value| {
        let nested = std::iter::successors(field.get("type"), |of| of.get("ofType"));
        nested.filter_map(|of| of.get("kind")).all(|kind| kind != "OBJECT") && field["args"] == json!([])
    };
    fields.iter().filter(plain).filter_map(|field| field["name"].as_str().map(str::to_owned)).collect()
}

async fn stock_a_shelf(app: &TestApp) -> Client {
    app.database
        .execute(
            "INSERT INTO hsn_codes VALUES ('10063020', 'Basmati rice'); \
             INSERT INTO categories (id, path, name, slug, description, position, status, created_at, updated_at) \
             SELECT id, ARRAY[id], 'Rice', 'rice', 'From the Doab.', 7, 'archived', '2024-01-01', '2024-02-01' \
             FROM (VALUES ('01900000-0000-7000-8000-000000000001'::uuid)) v(id); \
             INSERT INTO brands (id, name, slug, description, status, created_at, updated_at) \
             VALUES ('01900000-0000-7000-8000-000000000002', 'Doab', 'doab', 'Since 1930.', 'archived', '2024-01-01', \
             '2024-02-01'); \
             INSERT INTO products (id, category_id, brand_id, name, slug, status, hsn_code, dietary, fssai_license, \
             country_of_origin, shelf_life_days, tags, image_url, price_from_minor, price_to_minor, variant_count, \
             popularity, version, created_at, updated_at, published_at) \
             VALUES ('01900000-0000-7000-8000-000000000003', '01900000-0000-7000-8000-000000000001', \
             '01900000-0000-7000-8000-000000000002', 'Basmati', 'basmati', 'archived', '10063020', 'vegan', \
             '10012345678901', 'IN', 365, '{chawal}', '/p.jpg', 9900, 45000, 2, 40, 3, '2024-03-01', '2024-04-01', \
             '2024-03-02'); \
             INSERT INTO product_texts (product_id, description, ingredients, nutrition, seo_title, seo_description) \
             VALUES ('01900000-0000-7000-8000-000000000003', 'Long grain.', 'Rice', '{\"energy\": \"350 kcal\"}', \
             'Basmati!', 'Buy it.')",
        )
        .await;
    app.sign_in("catalogue_manager").await
}

#[tokio::test]
async fn every_field_reads_the_same_alone_as_with_all_others() {
    let app = TestApp::start().await;
    let staff = stock_a_shelf(&app).await;
    for (type_name, below) in [("Product", ""), ("Category", "category"), ("Brand", "brand")] {
        let fields = plain_fields(&app, type_name).await;
        assert!(fields.len() > 5, "{type_name}: {fields:?}");
        let select = |fields: &str| match below {
            "" => format!("{{ products {{ nodes {{ {fields} }} }} }}"),
            below => format!("{{ products {{ nodes {{ {below} {{ {fields} }} }} }} }}"),
        };
        let at = format!("/products/nodes/0/{below}");
        let at = at.trim_end_matches('/');
        let all = staff.query(&select(&fields.join(" ")), json!({})).await.data(at).clone();
        for field in &fields {
            let alone = staff.query(&select(field), json!({})).await.data(at).clone();
            assert_eq!(alone.get(field), all.get(field), "{type_name}.{field}");
        }
        let unset: Vec<&String> = fields.iter().filter(|field| all[field.as_str()].is_null()).collect();
        assert_eq!(unset, Vec::<&String>::new(), "{type_name}");
    }
}

#[tokio::test]
async fn a_card_is_never_taken_for_the_whole_row() {
    let app = TestApp::start().await;
    let staff = stock_a_shelf(&app).await;
    let answer = staff
        .query(
            "{ cards: products { nodes { category { name } brand { name } } } \
               whole: products { nodes { status category { description } brand { description } } } \
               twice: products { nodes { category { name } } edges { node { category { position } } } } \
               again: products { nodes { category { slug } ...more } } } \
             fragment more on Product { category { status products { nodes { name status } } } }",
            json!({}),
        )
        .await;
    assert_eq!(answer.errors(), Vec::<Value>::new().as_slice());
    assert_eq!(answer.text("/cards/nodes/0/category/name"), "Rice");
    assert_eq!(answer.text("/whole/nodes/0/status"), "ARCHIVED");
    assert_eq!(answer.text("/whole/nodes/0/category/description"), "From the Doab.");
    assert_eq!(answer.text("/whole/nodes/0/brand/description"), "Since 1930.");
    assert_eq!(answer.data("/twice/edges/0/node/category/position"), 7);
    assert_eq!(answer.text("/again/nodes/0/category/status"), "ARCHIVED");
    assert_eq!(answer.text("/again/nodes/0/category/products/nodes/0/status"), "ARCHIVED");
}
