//! What is old goes, once an hour, for ever.

use chrono::TimeDelta;
use freshvilla::maintenance;
use serde_json::json;

use crate::support::TestApp;

const OLD_AND_NEW: &str = "
    INSERT INTO outbox (id, topic, sequence, kind, payload, feed_seq, created_at) VALUES
        (gen_random_uuid(), 'a', 1, 'old', '{}', 901, now() - interval '8 days'),
        (gen_random_uuid(), 'a', 2, 'new', '{}', 902, now() - interval '6 days');
    INSERT INTO idempotency_keys VALUES
        ('c', 'old', 'o', '', 'null', now() - interval '31 days'),
        ('c', 'new', 'o', '', 'null', now() - interval '29 days');
    INSERT INTO jobs (id, kind, queue, payload, status, run_at, max_attempts, created_at, updated_at, finished_at) VALUES
        (gen_random_uuid(), 'old', 'default', '{}', 'succeeded', now(), 1, now(), now(), now() - interval '31 days'),
        (gen_random_uuid(), 'new', 'default', '{}', 'succeeded', now(), 1, now(), now(), now() - interval '29 days'),
        (gen_random_uuid(), 'sent', 'mail', '{}', 'succeeded', now(), 1, now(), now(), now() - interval '2 days'),
        (gen_random_uuid(), 'unsent', 'mail', '{}', 'dead', now(), 1, now(), now(), now() - interval '2 days'),
        (gen_random_uuid(), 'waiting', 'nobody', '{}', 'queued', now() + interval '9 days', 1, now(), now(), NULL);
    INSERT INTO files (id, purpose, name, content_type, status, created_at) VALUES
        (gen_random_uuid(), 'import', 'old', 'text/csv', 'pending', now() - interval '25 hours'),
        (gen_random_uuid(), 'import', 'new', 'text/csv', 'pending', now() - interval '22 hours'),
        (gen_random_uuid(), 'import', 'stored', 'text/csv', 'stored', now() - interval '25 days');";

#[tokio::test]
async fn what_is_old_goes() {
    let app = TestApp::start().await;
    app.database.execute(OLD_AND_NEW).await;
    for _ in 0..2 {
        let inside = app.node.app.clone();
        app.node.on_runtime(async move { maintenance::schedule(&inside).await.unwrap() }).await;
    }
    assert_eq!(app.drain_jobs().await, 0, "not before its time");
    app.advance(TimeDelta::hours(1));
    app.drain_jobs().await;
    assert_eq!(rounds(&app).await, [json!("queued"), json!("succeeded")], "once, however many nodes schedule it");
    let left = |sql: &'static str| app.database.value(sql);
    assert_eq!(left("SELECT jsonb_agg(kind) FROM outbox WHERE topic = 'a'").await, json!(["new"]));
    assert_eq!(left("SELECT jsonb_agg(key) FROM idempotency_keys").await, json!(["new"]));
    let jobs =
        "SELECT jsonb_agg(kind ORDER BY kind) FROM jobs WHERE queue <> 'maintenance' AND kind NOT LIKE 'catalog%'";
    assert_eq!(left(jobs).await, json!(["new", "unsent", "waiting"]));
    assert_eq!(left("SELECT jsonb_agg(name ORDER BY name) FROM files").await, json!(["new", "stored"]));

    app.advance(TimeDelta::days(3));
    app.drain_jobs().await;
    let after = [json!("queued"), json!("succeeded"), json!("succeeded")];
    assert_eq!(rounds(&app).await, after, "after a long sleep one round is enough");
}

async fn rounds(app: &TestApp) -> Vec<serde_json::Value> {
    let states = "SELECT jsonb_agg(status ORDER BY status) FROM jobs WHERE kind = 'maintenance'";
    app.database.value(states).await.as_array().unwrap().clone()
}
