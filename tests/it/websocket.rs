//! The `graphql-transport-ws` protocol, message by message.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue};

use crate::support::{Socket, TestApp};

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query } })
}

fn init() -> Value {
    json!({ "type": "connection_init" })
}

/// The code with which the server closes after these messages.
async fn close_after(app: &TestApp, messages: &[Value]) -> u16 {
    let mut socket = Socket::open(app.node.address).await;
    for message in messages {
        socket.send(message.clone()).await;
    }
    socket.closed().await.0
}

#[tokio::test]
async fn answers_queries_mutations_and_refusals() {
    let app = TestApp::start().await;
    let socket = app.socket().await;
    let mut query = socket.subscribe("{ __typename }", json!({})).await;
    assert_eq!(query.next().await, json!({ "__typename": "Query" }));
    query.completed().await;

    let text = "mutation { jobRetry(input: {id: \"job_01jcqkm000e00800000000005a\"}) { job { id } } }";
    let mut mutation = socket.subscribe(text, json!({})).await;
    let message = mutation.message().await.unwrap();
    assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    mutation.completed().await;

    for (text, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { jobEvents(id: \"job_01jcqkm000e00800000000005a\") { kind } }", "UNAUTHENTICATED"),
        (
            "subscription { a: jobEvents(id: \"job_01jcqkm000e00800000000005a\") { kind } \
             b: jobEvents(id: \"job_01jcqkm000e00800000000005b\") { kind } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        assert_eq!(socket.subscribe(text, json!({})).await.refused().await, code);
    }
    let deep = "{a".repeat(100_000);
    assert_eq!(socket.subscribe(&deep, json!({})).await.refused().await, "TOO_COMPLEX");
    let mut query = socket.subscribe("{ __typename }", json!({})).await;
    assert_eq!(query.next().await["__typename"], "Query", "the socket outlives what it refused");
}

#[tokio::test]
async fn closes_with_the_codes_of_the_protocol() {
    let app = TestApp::start().await;
    assert_eq!(close_after(&app, &[subscribe("1", "{__typename}")]).await, 4401);
    assert_eq!(close_after(&app, &[init(), init()]).await, 4429);
    assert_eq!(close_after(&app, &[json!("hello")]).await, 4400);
    assert_eq!(close_after(&app, &[json!({ "type": "start", "id": "1" })]).await, 4400);
    assert_eq!(close_after(&app, &[init(), json!({ "type": "subscribe", "payload": {} })]).await, 4400);
    let token = |token: Value| json!({ "type": "connection_init", "payload": { "Authorization": token } });
    assert_eq!(close_after(&app, &[token(json!("Bearer x"))]).await, 4403);
    assert_eq!(close_after(&app, &[token(json!("x"))]).await, 4403);
    assert_eq!(close_after(&app, &[token(json!(1))]).await, 4400);
}

#[tokio::test]
async fn refuses_messages_over_the_limit() {
    let app = TestApp::start_with(&["--max-body-bytes", "1000"]).await;
    assert_eq!(close_after(&app, &[init(), json!("x".repeat(2_000))]).await, 1009);
}

#[tokio::test]
async fn answers_pings() {
    let app = TestApp::start().await;
    let mut socket = raw(&app, "graphql-transport-ws", None).await.unwrap();
    socket.send(Message::text(r#"{"type":"ping","payload":{"n":1}}"#)).await.unwrap();
    let pong: Value = serde_json::from_str(socket.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
    assert_eq!(pong, json!({ "type": "pong", "payload": { "n": 1 } }));
    socket.send(Message::text(r#"{"type":"pong"}"#)).await.unwrap();
    socket.send(Message::binary(b"{}".as_slice())).await.unwrap();
    assert_eq!(code(socket.next().await), 4400, "text only");
}

#[tokio::test]
async fn takes_no_other_subprotocol_and_no_foreign_origin() {
    let app = TestApp::start_with(&["--cors-origins", "https://shop.example"]).await;
    let mut socket = raw(&app, "", None).await.unwrap();
    assert_eq!(code(socket.next().await), 4406);
    let own = format!("http://{}", app.node.address);
    for (origin, welcome) in
        [("https://shop.example", true), (own.as_str(), true), ("https://evil.example", false), ("null", false)]
    {
        match raw(&app, "graphql-transport-ws", Some(origin)).await {
            Ok(_) => assert!(welcome, "{origin}"),
            Err(Error::Http(response)) => assert!(!welcome && response.status() == 403, "{origin}"),
            Err(other) => panic!("{origin}: {other}"),
        }
    }
}

#[tokio::test]
async fn says_goodbye_when_it_stops() {
    let app = TestApp::start().await;
    let mut socket = app.socket().await;
    app.finish().await;
    let (code, reason) = socket.closed().await;
    assert_eq!(code, 1012);
    assert!(reason.contains("resume from your last cursor"), "{reason}");
}

#[tokio::test]
async fn waits_ten_seconds_for_the_first_message() {
    let app = TestApp::start().await;
    let started = std::time::Instant::now();
    let mut socket = raw(&app, "graphql-transport-ws", None).await.unwrap();
    assert_eq!(code(socket.next().await), 4408);
    assert!((9..13).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

type Raw = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

async fn raw(app: &TestApp, protocol: &str, origin: Option<&str>) -> Result<Raw, Error> {
    let mut request = format!("ws://{}/graphql/ws", app.node.address).into_client_request().unwrap();
    let mut set = |name, value: &str| request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    if !protocol.is_empty() {
        set("sec-websocket-protocol", protocol);
    }
    if let Some(origin) = origin {
        set("origin", origin);
    }
    let stream = tokio::net::TcpStream::connect(app.node.address).await.unwrap();
    tokio_tungstenite::client_async(request, stream).await.map(|(socket, _)| socket)
}

fn code(message: Option<Result<Message, Error>>) -> u16 {
    match message {
        Some(Ok(Message::Close(Some(frame)))) => frame.code.into(),
        other => panic!("not closed: {other:?}"),
    }
}

#[tokio::test]
async fn a_clients_goodbye_is_answered() {
    let app = TestApp::start().await;
    let mut request = format!("ws://{}/graphql/ws", app.node.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    let stream = tokio::net::TcpStream::connect(app.node.address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    socket.close(None).await.unwrap();
    let answer = socket.next().await;
    assert!(matches!(answer, Some(Ok(Message::Close(_)))), "{answer:?}");
    app.finish().await;
}

/// Operations that hold connections must go on whatever their socket waits for.
#[tokio::test]
async fn a_busy_socket_holds_up_nobody_else() {
    let app = TestApp::start_with(&["--database-pool=2"]).await;
    let customer = app.sign_in("customer").await;
    app.database
        .execute(
            "INSERT INTO customer_profiles (account_id, customer_number, created_at, updated_at) \
             SELECT id, 'C1', now(), now() FROM accounts WHERE kind = 'customer'",
        )
        .await;
    let socket = customer.socket().await;
    let busy = async {
        for at in 0..400 {
            let query =
                "{ products { totalCount nodes { id } } brands { totalCount nodes { id } } me { account { id } } }";
            socket.send(json!({ "id": format!("q{at}"), "type": "subscribe", "payload": { "query": query } })).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let others = async {
        let started = std::time::Instant::now();
        for name in ["Asha", "Arjun", "Meera"] {
            let rename = "mutation($input: ProfileUpdateInput!) { profileUpdate(input: $input) { errors { code } } }";
            let renamed = customer.query(rename, json!({ "input": { "name": name } })).await;
            assert_eq!(renamed.problems("profileUpdate"), Vec::<&str>::new());
            assert_eq!(app.query("{ brands { nodes { id } } }", json!({})).await.code(), None);
        }
        started.elapsed()
    };
    let ((), took) = tokio::join!(busy, others);
    assert!(took < Duration::from_secs(5), "{took:?}");
    app.finish().await;
}
