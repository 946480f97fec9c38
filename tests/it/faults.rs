//! What happens when the database goes away for a while.

use serde_json::json;

use crate::support::{Client, Database, Folder, Node, Proxy, Setup, eventually};

/// Public, and needs the database.
const QUERY: &str = "{ brands { nodes { id } } }";

async fn node_behind_proxy(database: &Database, folder: &Folder) -> (Node, Proxy) {
    let (proxy, url) = Proxy::before_postgres(database.url()).await;
    let node = Node::start(Setup { database_url: url, ..Setup::default() }, folder.path()).await;
    (node, proxy)
}

async fn works(client: &Client) -> bool {
    client.query(QUERY, json!({})).await.errors().is_empty()
}

#[tokio::test]
async fn connections_that_were_cut_are_replaced() {
    let (database, folder) = (Database::create().await, Folder::new());
    let (node, proxy) = node_behind_proxy(&database, &folder).await;
    let client = node.client();
    for _ in 0..3 {
        assert!(works(&client).await);
        proxy.cut();
        eventually("the server works again", || works(&client)).await;
    }
    node.stop().await;
}

#[tokio::test]
async fn an_unreachable_database_is_told_and_mended() {
    let (database, folder) = (Database::create().await, Folder::new());
    let (node, proxy) = node_behind_proxy(&database, &folder).await;
    let client = node.client();
    let ready = async || client.get("/readyz").send().await.unwrap().status().as_u16();
    assert_eq!(ready().await, 200);
    proxy.close();
    eventually("the server says that it is not ready", || async { ready().await == 503 }).await;
    let answer = client.query(QUERY, json!({})).await;
    assert_eq!(answer.code(), Some("UNAVAILABLE"), "{:#}", answer.body);
    assert_eq!(client.get("/healthz").send().await.unwrap().status(), 200, "the process itself is well");
    proxy.open();
    eventually("the server is ready again", || async { ready().await == 200 }).await;
    assert!(works(&client).await);
    node.stop().await;
}

#[tokio::test]
async fn a_server_lacking_migrations_is_not_ready() {
    let (database, folder) = (Database::create_empty().await, Folder::new());
    let node = Node::start(Setup { database_url: database.url().to_owned(), ..Setup::default() }, folder.path()).await;
    let response = node.client().get("/readyz").send().await.unwrap();
    assert_eq!(response.status(), 503);
    let body: serde_json::Value = response.json().await.unwrap();
    assert_eq!(body["checks"]["database"], "ok");
    assert!(body["checks"]["migrations"].as_str().unwrap().contains("not applied"), "{body:#}");
    node.kill();
}
