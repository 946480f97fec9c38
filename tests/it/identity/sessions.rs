//! The list of sessions, logout and logout everywhere, sockets included.

use chrono::TimeDelta;
use freshvilla::identity::demo::PASSWORD;
use serde_json::{Value, json};

use super::{House, LOGIN, email, mutate, works};
use crate::support::Client;

async fn session(house: &House, device: &str) -> (Client, String) {
    let variables = json!({ "email": email("priya"), "password": PASSWORD, "device": device });
    let answer = house.app.query(LOGIN, variables).await;
    let client = house.app.as_user(answer.text("/sessionCreate/login/accessToken"));
    (client, answer.text("/sessionCreate/login/session/id").to_owned())
}

async fn devices(client: &Client) -> Vec<(String, bool)> {
    let answer = client.query("{ sessions { totalCount nodes { device current } } }", json!({})).await;
    let nodes = answer.data("/sessions/nodes").as_array().unwrap();
    let device = |node: &Value| (node["device"].as_str().unwrap().to_owned(), node["current"].as_bool().unwrap());
    nodes.iter().map(device).collect()
}

#[tokio::test]
async fn sessions_are_listed_last_used_first() {
    let house = House::start().await;
    let (phone, _) = session(&house, "phone").await;
    house.app.advance(TimeDelta::minutes(1));
    let (laptop, _) = session(&house, "  laptop   of Priya ").await;
    assert_eq!(devices(&phone).await, [("laptop of Priya".to_owned(), false), ("phone".to_owned(), true)]);
    house.app.advance(TimeDelta::minutes(6));
    assert_eq!(devices(&phone).await, [("phone".to_owned(), true), ("laptop of Priya".to_owned(), false)]);
    assert!(works(&laptop).await);
    assert_eq!(devices(&phone).await, [("laptop of Priya".to_owned(), false), ("phone".to_owned(), true)]);
}

#[tokio::test]
async fn logging_out_ends_one_session_or_all() {
    let house = House::start().await;
    let (phone, _) = session(&house, "phone").await;
    let (laptop, id) = session(&house, "laptop").await;
    let (tablet, _) = session(&house, "tablet").await;
    let out = mutate(&phone, "sessionRevoke", "session { device }", json!({ "id": id })).await;
    assert_eq!(out.text("/sessionRevoke/session/device"), "laptop");
    assert!(!works(&laptop).await && works(&phone).await);
    let again = mutate(&phone, "sessionRevoke", "session { device }", json!({ "id": id })).await;
    assert_eq!(again.problems("sessionRevoke"), ["NOT_FOUND"]);
    let rest = mutate(&phone, "sessionRevokeAll", "sessions { device }", json!({ "keepCurrent": true })).await;
    assert_eq!(rest.data("/sessionRevokeAll/sessions"), &json!([{ "device": "tablet" }]));
    assert!(works(&phone).await && !works(&tablet).await);
    mutate(&phone, "sessionRevokeAll", "sessions { device }", json!({})).await;
    assert!(!works(&phone).await);
}

#[tokio::test]
async fn a_socket_closes_when_its_session_ends() {
    let house = House::start().await;
    let (phone, _) = session(&house, "phone").await;
    let mut socket = phone.socket().await;
    mutate(&phone, "sessionRevoke", "session { id }", json!({})).await;
    let (code, _) = socket.closed().await;
    assert_eq!(code, 4403);
}
