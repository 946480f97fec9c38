//! Keyset pages: walked forward or backward, in any size, they are the full list.

use std::sync::Arc;

use freshvilla::{
    kernel::{
        access::Actor,
        error::Error,
        jobs::JobRow,
        page::{Page, PageArgs},
    },
    work::job::model::{self, JobFilter},
};
use serde_json::Value;

use crate::support::TestApp;

/// Jobs of which many share their instant, so that only the ID tells them apart.
async fn app_with_jobs(count: u32) -> TestApp {
    let mut app = TestApp::start().await;
    app.leave_jobs();
    let insert = format!(
        "INSERT INTO jobs (id, kind, queue, payload, status, run_at, max_attempts, created_at, updated_at)
         SELECT gen_random_uuid(), 'x', 'x', '{{}}', 'queued', now(), 1, at, at
         FROM generate_series(1, {count}) n, LATERAL (SELECT timestamptz '2026-01-01' + n % 5 * interval '1 us') t(at)"
    );
    app.database.execute(&insert).await;
    app
}

async fn page(app: &TestApp, args: PageArgs) -> Page<JobRow> {
    let state = app.node.app.clone();
    let work = async move {
        let conn = state.db.read().await.unwrap();
        model::list(&conn, &Arc::new(Actor::system()), &JobFilter::default(), &args, true).await.unwrap()
    };
    app.node.on_runtime(work).await
}

fn ids(page: &Page<JobRow>) -> Vec<String> {
    page.items.iter().map(|item| item.node.id.0.to_string()).collect()
}

#[tokio::test]
async fn pages_are_the_full_list() {
    let app = app_with_jobs(57).await;
    let full = app.database.rows("SELECT id FROM jobs ORDER BY created_at DESC, id DESC").await;
    let full: Vec<String> = full.iter().map(|row: &Value| row["id"].as_str().unwrap().to_owned()).collect();
    for size in [1, 2, 7, 19, 56, 57, 58, 100] {
        let (mut forward, mut after) = (Vec::new(), None);
        loop {
            let page = page(&app, PageArgs::new(Some(size), after, None, None).unwrap()).await;
            assert_eq!(page.total, Some(57));
            assert_eq!(page.has_previous, !forward.is_empty());
            forward.extend(ids(&page));
            after = page.items.last().map(|item| item.cursor.clone());
            if !page.has_next {
                break;
            }
        }
        assert_eq!(forward, full, "forward by {size}");
        let (mut backward, mut before) = (Vec::new(), None);
        loop {
            let page = page(&app, PageArgs::new(None, None, Some(size), before).unwrap()).await;
            assert_eq!(page.has_next, !backward.is_empty());
            backward.splice(0..0, ids(&page));
            before = page.items.first().map(|item| item.cursor.clone());
            if !page.has_previous {
                break;
            }
        }
        assert_eq!(backward, full, "backward by {size}");
    }
}

#[tokio::test]
async fn rows_that_come_meanwhile_neither_repeat_nor_hide_others() {
    let app = app_with_jobs(20).await;
    let first = page(&app, PageArgs::new(Some(10), None, None, None).unwrap()).await;
    let cursor = first.items.last().unwrap().cursor.clone();
    app.database
        .execute(
            "INSERT INTO jobs (id, kind, queue, payload, status, run_at, max_attempts, created_at, updated_at)
             VALUES (gen_random_uuid(), 'new', 'x', '{}', 'queued', now(), 1, now(), now())",
        )
        .await;
    let second = page(&app, PageArgs::new(Some(10), Some(cursor), None, None).unwrap()).await;
    assert_eq!(second.items.len(), 10);
    assert!(!second.has_next);
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
    assert!(second.items.iter().all(|item| item.node.kind != "new"));
}

#[test]
fn bad_arguments_are_input_errors() {
    let bad = [
        PageArgs::new(Some(1), None, Some(1), None),
        PageArgs::new(Some(101), None, None, None),
        PageArgs::new(Some(-1), None, None, None),
        PageArgs::new(None, None, Some(101), None),
        PageArgs::new(Some(1), None, None, Some("x".to_owned())),
        PageArgs::new(None, Some("not a cursor".to_owned()), None, None),
        PageArgs::new(None, Some("AAAA".to_owned()), None, None),
    ];
    for (at, refused) in bad.into_iter().enumerate() {
        assert!(matches!(refused, Err(Error::BadInput(_))), "number {at}");
    }
    assert!(PageArgs::new(Some(0), None, None, None).is_ok());
    assert!(PageArgs::new(Some(100), None, None, None).is_ok());
}
