//! A server starts, answers and stops.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn starts_answers_and_stops() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/healthz").send().await.unwrap().status(), 200);
    assert_eq!(app.get("/readyz").send().await.unwrap().status(), 200);
    let answer = app.query("{ __typename }", json!({})).await;
    assert_eq!(answer.text("/__typename"), "Query");
    assert_eq!(answer.statements(), 0);
    app.finish().await;
}

#[tokio::test]
async fn refuses_strangers() {
    let app = TestApp::start().await;
    let answer = app.query("{ jobs { nodes { id } } }", json!({})).await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
}
