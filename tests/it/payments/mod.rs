//! Payments: intents, attempts, what gateways tell, refunds.

mod fold;
mod intents;
mod paying;
mod qr;
mod refunds;
mod shop;
mod webhooks;

use freshvilla::{
    app::App,
    identity::account::model::AccountId,
    kernel::{db::Tx, error::Result, money::Minor},
    payments::{
        cod::rules::CodCase,
        intent::{
            model::{IntentId, PaymentIntent, PaymentMethod},
            service::{self, NewIntent},
        },
    },
};
use uuid::Uuid;

use crate::support::TestApp;

/// An intent as checkout would open it.
pub fn new_intent(account: AccountId, method: PaymentMethod, paise: i64) -> NewIntent {
    NewIntent {
        payable_id: Uuid::now_v7(),
        reference: "FV-7K3Q-9M2X".to_owned(),
        account_id: account,
        amount: Minor(paise),
        method,
        cod: Some(CodCase { pincode: "560001".to_owned(), refusals: 0 }),
    }
}

/// Opens one and commits.
pub async fn open(app: &TestApp, new: NewIntent) -> Result<PaymentIntent> {
    within(app, async move |app, tx| service::open(app, tx, new).await).await
}

/// Opens one of a method and commits.
pub async fn opened(app: &TestApp, account: AccountId, method: PaymentMethod, paise: i64) -> PaymentIntent {
    open(app, new_intent(account, method, paise)).await.unwrap()
}

/// Runs work in a transaction of the server; commits when it succeeds.
pub async fn within<T: Send + 'static>(
    app: &TestApp,
    work: impl AsyncFnOnce(&App, &Tx) -> Result<T> + Send + 'static,
) -> Result<T> {
    let server = app.node.app.clone();
    app.node
        .on_runtime(async move {
            tokio::task::spawn_blocking(move || {
                tokio::runtime::Handle::current().block_on(async {
                    let tx = server.db.begin().await?;
                    let done = work(&server, &tx).await?;
                    tx.commit().await?;
                    server.committed();
                    Ok(done)
                })
            })
            .await
            .unwrap()
        })
        .await
}

/// The same with a locked intent.
pub async fn with_intent<T: Send + 'static>(
    app: &TestApp,
    id: IntentId,
    work: impl AsyncFnOnce(&App, &Tx, PaymentIntent) -> Result<T> + Send + 'static,
) -> Result<T> {
    within(app, async move |app, tx| {
        let intent = service::lock(tx, id).await?;
        work(app, tx, intent).await
    })
    .await
}
