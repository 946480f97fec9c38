//! The distributors of the demo shop.

use freshvilla::{identity::place::load::load_embedded_places, seed};
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn the_demo_has_a_distributor_and_an_application_once() {
    let app = TestApp::start().await;
    let handle = app.node.app.clone();
    let load = async move {
        load_embedded_places(&handle).await.unwrap();
        for step in
            seed::steps().into_iter().filter(|step| ["accounts", "sellers", "distributors"].contains(&step.name))
        {
            (step.run)(handle.clone()).await.unwrap();
            (step.run)(handle.clone()).await.unwrap();
        }
    };
    app.node.on_runtime(load).await;
    let office = app.sign_in("administrator").await;
    let list = "{ distributors { nodes { status missingFields missingDocuments seller { name status } \
                documents { totalCount nodes { kind status } } owner { email } } } }";
    let seen = office.query(list, json!({})).await;
    let nodes = seen.data("/distributors/nodes").as_array().unwrap().clone();
    let states: Vec<_> = nodes.iter().map(|node| (node["seller"]["name"].clone(), node["status"].clone())).collect();
    assert_eq!(json!(states), json!([["Nandi Hills Produce", "VERIFIED"], ["Golconda Spices", "IN_REVIEW"]]));
    assert_eq!(nodes[0]["missingDocuments"], json!([]));
    assert_eq!(nodes[1]["missingFields"], json!([]));
    assert_eq!(nodes[1]["documents"]["totalCount"], 5);
    app.finish().await;
}
