//! The demo data's frame: once, in order, and on from where it was cut off.

use std::sync::atomic::{AtomicUsize, Ordering};

use freshvilla::{
    app::App,
    kernel::error::{Error, Result},
    seed::{self, Step},
};

use crate::support::{AUDIT_ROW, TestApp};

static FIRST: AtomicUsize = AtomicUsize::new(0);
static SECOND: AtomicUsize = AtomicUsize::new(0);

async fn first(_app: App) -> Result<String> {
    FIRST.fetch_add(1, Ordering::SeqCst);
    Ok("three things".to_owned())
}

/// Is cut off the first time.
async fn second(_app: App) -> Result<String> {
    match SECOND.fetch_add(1, Ordering::SeqCst) {
        0 => Err(Error::Unavailable("cut off".to_owned())),
        _ => Ok("the rest".to_owned()),
    }
}

#[tokio::test]
async fn a_load_that_was_cut_off_goes_on() {
    let app = TestApp::start().await;
    let steps = [
        Step { name: "first", run: |app| Box::pin(first(app)) },
        Step { name: "second", run: |app| Box::pin(second(app)) },
    ];
    assert!(seed::seed(&app.node.app, &steps).await.is_err());
    let report = seed::seed(&app.node.app, &steps).await.unwrap();
    let words: Vec<(&str, &str)> = report.steps.iter().map(|(name, words, _)| (*name, words.as_str())).collect();
    assert_eq!(words, [("second", "the rest")]);
    assert!(seed::seed(&app.node.app, &steps).await.unwrap().steps.is_empty());
    assert_eq!((FIRST.load(Ordering::SeqCst), SECOND.load(Ordering::SeqCst)), (1, 2));
}

#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let app = TestApp::start().await;
    app.database.execute(AUDIT_ROW).await;
    assert!(!seed::is_due(&app.node.app).await.unwrap());
    assert_eq!(app.database.value("SELECT count(*) FROM seed_steps").await, 0);
}
