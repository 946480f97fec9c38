//! Subscriptions over a socket: order, resuming, and everything that ends them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use freshvilla::kernel::access::AccountKind;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest, http::HeaderValue};
use uuid::Uuid;

use crate::support::{Client, TestApp, eventually};

/// A person with a session and a job of their own.
struct Owner {
    account: Uuid,
    session: Uuid,
    job: Uuid,
}

impl Owner {
    async fn create(app: &TestApp) -> Self {
        let owner = Self { account: Uuid::now_v7(), session: Uuid::now_v7(), job: Uuid::now_v7() };
        let Self { account, session, job } = owner;
        let statements = format!(
            "INSERT INTO accounts (id, kind, email, name, status, created_at, updated_at)
                VALUES ('{account}', 'customer', '{account}@example.com', 'Asha', 'active', now(), now());
             INSERT INTO sessions (id, account_id, device, created_at, last_used_at, expires_at)
                VALUES ('{session}', '{account}', 'test', now(), now(), now() + interval '30 days');
             INSERT INTO jobs (id, kind, queue, payload, status, run_at, max_attempts, created_by, created_at, updated_at)
                VALUES ('{job}', 'none', 'none', '{{}}', 'queued', now() + interval '1 day', 1, '{account}', now(), now());"
        );
        app.database.execute(&statements).await;
        owner
    }

    fn token(&self, app: &TestApp, until: DateTime<Utc>) -> String {
        let keys = &app.node.app.keys;
        keys.sign(self.account, self.session, AccountKind::Customer, app.clock().now(), until).unwrap()
    }

    fn client(&self, app: &TestApp) -> Client {
        app.as_user(self.token(app, app.clock().now() + TimeDelta::minutes(15)))
    }

    async fn feed_text(&self, client: &Client, fields: &str) -> String {
        let answer = client.query("{ jobs { nodes { id } } }", json!({})).await;
        format!(
            "subscription($after: String) {{ jobEvents(id: {}, after: $after) {{ {fields} }} }}",
            answer.data("/jobs/nodes/0/id")
        )
    }

    /// Stores events of the job and has them sent.
    async fn progress(&self, app: &TestApp, events: u32, payload: &str) {
        let topic = format!("job:{}", self.job);
        emit(
            app,
            &topic,
            "job.progressed",
            &format!("jsonb_build_object('status', 'queued', 'progress', {payload})"),
            events,
        )
        .await;
    }

    async fn tell_account(&self, app: &TestApp, kind: &str) {
        emit(app, &format!("account:{}", self.account), kind, "'{}'::jsonb", 1).await;
    }
}

async fn emit(app: &TestApp, topic: &str, kind: &str, payload: &str, events: u32) {
    let statement = format!(
        "INSERT INTO outbox (id, topic, sequence, kind, payload, created_at)
         SELECT gen_random_uuid(), '{topic}', n + (SELECT coalesce(max(sequence), 0) FROM outbox WHERE topic = '{topic}'),
                '{kind}', {payload}, now()
         FROM generate_series(1, {events}) n"
    );
    app.database.execute(&statement).await;
    app.node.app.committed();
}

fn cursor(event: &Value) -> u64 {
    event["jobEvents"]["cursor"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn follows_events_in_order_and_resumes_after_the_last_one() {
    let app = TestApp::start().await;
    let owner = Owner::create(&app).await;
    let client = owner.client(&app);
    let text = owner.feed_text(&client, "cursor kind").await;
    owner.progress(&app, 3, "'1'::jsonb").await;
    let socket = client.socket().await;
    let mut feed = socket.subscribe(&text, json!({})).await;
    for wanted in 1..=3 {
        assert_eq!(cursor(&feed.next().await), wanted);
    }
    // More than any buffer holds.
    owner.progress(&app, 1_000, "'2'::jsonb").await;
    for wanted in 4..=1_003 {
        assert_eq!(cursor(&feed.next().await), wanted);
    }
    feed.complete().await;
    let mut resumed = socket.subscribe(&text, json!({ "after": "1001" })).await;
    assert_eq!(cursor(&resumed.next().await), 1_002);
    assert_eq!(cursor(&resumed.next().await), 1_003);
    resumed.silent_for(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_root_field_in_several_selections_is_one_stream() {
    let app = TestApp::start().await;
    let owner = Owner::create(&app).await;
    let client = owner.client(&app);
    let field = |fields: &str| {
        let (owner, client, fields) = (&owner, &client, fields.to_owned());
        async move {
            let text = owner.feed_text(client, &fields).await;
            text.split_once('{').unwrap().1.rsplit_once('}').unwrap().0.to_owned()
        }
    };
    let (first, second) =
        (field("cursor kind @include(if: $yes)").await, field("kind __typename @skip(if: $yes)").await);
    owner.progress(&app, 1, "'1'::jsonb").await;
    let socket = client.socket().await;
    for (text, wanted) in [
        (
            format!(
                "subscription($after: String, $yes: Boolean = true) {{ ...F {second} }} fragment F on Subscription {{ {first} }}"
            ),
            json!({ "cursor": "1", "kind": "PROGRESSED" }),
        ),
        (
            format!("subscription($after: String) {{ ... on Subscription {{ {} }} }}", field("cursor").await),
            json!({ "cursor": "1" }),
        ),
    ] {
        let mut feed = socket.subscribe(&text, json!({})).await;
        assert_eq!(feed.next().await, json!({ "jobEvents": wanted }), "{text}");
        feed.silent_for(Duration::from_millis(200)).await;
        feed.complete().await;
    }
}

#[tokio::test]
async fn strangers_to_the_job_see_none_of_it() {
    let app = TestApp::start().await;
    let (owner, other) = (Owner::create(&app).await, Owner::create(&app).await);
    let text = owner.feed_text(&owner.client(&app), "cursor").await;
    let socket = other.client(&app).socket().await;
    assert_eq!(socket.subscribe(&text, json!({})).await.refused().await, "NOT_FOUND");
}

#[tokio::test]
async fn ends_with_its_token() {
    let app = TestApp::start().await;
    let owner = Owner::create(&app).await;
    let token = owner.token(&app, app.clock().now() + TimeDelta::seconds(3));
    let mut socket = app.as_user(token.clone()).socket().await;
    assert_eq!(socket.closed().await, (4403, "token expired".to_owned()));

    let mut moved = owner.client(&app).socket().await;
    app.advance(TimeDelta::hours(1));
    moved.send(json!({ "type": "ping" })).await;
    assert_eq!(moved.closed().await.0, 4403, "by the injected clock as well");
}

#[tokio::test]
async fn ends_with_its_session_and_with_a_change_of_rights() {
    let app = TestApp::start().await;
    let owner = Owner::create(&app).await;
    let client = owner.client(&app);
    let mut socket = client.socket().await;
    owner.tell_account(&app, "account.changed").await;
    let mut query = socket.subscribe("{ __typename }", json!({})).await;
    query.next().await;
    tokio::time::sleep(Duration::from_millis(300)).await;

    let grant = format!(
        "INSERT INTO role_grants (id, account_id, role_id, scope_kind, created_at)
         SELECT gen_random_uuid(), '{}', id, scope_kind, now() FROM roles WHERE scope_kind = 'platform' AND id IN
            (SELECT role_id FROM role_permissions) LIMIT 1",
        owner.account
    );
    app.database.execute(&grant).await;
    owner.tell_account(&app, "account.changed").await;
    let (code, reason) = socket.closed().await;
    assert_eq!((code, reason.as_str()), (4403, "your rights have changed; reconnect"));

    let mut again = client.socket().await;
    let revoke =
        format!("UPDATE sessions SET revoked_at = now(), revoked_reason = 'logout' WHERE id = '{}'", owner.session);
    app.database.execute(&revoke).await;
    owner.tell_account(&app, "session.revoked").await;
    assert_eq!(again.closed().await.0, 4403);
}

#[tokio::test]
async fn bounds_operations_and_names_each_once() {
    let app = TestApp::start_with(&["--max-socket-operations", "2"]).await;
    let owner = Owner::create(&app).await;
    let client = owner.client(&app);
    let text = owner.feed_text(&client, "cursor").await;
    let mut socket = client.socket().await;
    let first = socket.subscribe(&text, json!({})).await;
    let _second = socket.subscribe(&text, json!({})).await;
    assert_eq!(socket.subscribe("{ __typename }", json!({})).await.refused().await, "TOO_MANY_OPERATIONS");
    first.complete().await;
    let mut third = socket.subscribe("{ __typename }", json!({})).await;
    third.next().await;
    third.completed().await;
    // The second operation still runs under the name "2".
    socket.send(json!({ "type": "subscribe", "id": "2", "payload": { "query": "{ __typename }" } })).await;
    assert_eq!(socket.closed().await, (4409, "Subscriber for 2 already exists".to_owned()));
}

#[tokio::test]
async fn sends_a_slow_client_away_with_the_advice_to_resume() {
    let app = TestApp::start().await;
    let owner = Owner::create(&app).await;
    let client = owner.client(&app);
    let text = owner.feed_text(&client, "cursor progress").await;
    owner.progress(&app, 4_000, "to_jsonb(repeat('x', 5000))").await;

    let mut request = format!("ws://{}/graphql/ws", app.node.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
    let stream = tokio::net::TcpStream::connect(app.node.address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let token = owner.token(&app, app.clock().now() + TimeDelta::minutes(15));
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": text } });
    for message in [init, subscribe] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    // Reads nothing for longer than the server's patience, and then everything.
    tokio::time::sleep(Duration::from_secs(18)).await;
    let (mut events, mut end) = (0, None);
    while let Some(Ok(message)) = socket.next().await {
        match message {
            Message::Text(_) => events += 1,
            Message::Close(frame) => end = frame,
            _ => {}
        }
    }
    let end = end.expect("a close frame");
    assert_eq!((u16::from(end.code), end.reason.as_str()), (4430, "too slow; resume from your last cursor"));
    assert!(events < 4_000, "the kernel's buffers hold {events} events: the client was not slow");
    eventually("the server answers others", async || app.get("/healthz").send().await.is_ok()).await;
}
