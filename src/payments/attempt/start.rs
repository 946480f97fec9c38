//! Beginning to pay: an attempt is written, the gateway is asked, what it answered is recorded. In between no transaction
//! is open; whatever is cut off is found out by asking the gateway again ([`super::jobs::FollowAttempt`]).

use super::{
    follow::{RATE, Subject, conclude, tell},
    jobs::FollowAttempt,
    model::{self, Attempt, AttemptId, PaymentAttemptStatus, PaymentFactSource, PaymentGateway},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        db::Tx,
        error::{Error, Result},
        idempotency::{self, Outcome},
    },
    payments::{
        gateway::{self, CallError, Handover, Made, upi},
        intent::{
            model::{self as intents, IntentId, PaymentIntent, PaymentStatus},
            settle,
        },
        route,
    },
};

/// What a shopper begins with.
pub struct Started {
    /// The attempt.
    pub attempt: Attempt,
    /// What the browser needs; nothing while it is not known what the gateway made of the attempt.
    pub handover: Handover,
}

/// Begins to pay one's own intent. An attempt that can still be paid is handed out again: there is no second order at
/// the gateway beside it. The next gateway is asked only where the one before has certainly made nothing.
pub async fn start(app: &App, actor: &Actor, id: IntentId, key: &str) -> Result<Started> {
    app.limiter.take(&format!("payment:{}", actor.key()), 1, RATE).await.check()?;
    let mut asked = Vec::new();
    let mut begun = begin(app, actor, id, Some(key), &asked).await?;
    loop {
        let attempt = match begun {
            Begun::Known(attempt) => return hand_over(app, attempt).await,
            Begun::New(attempt) => attempt,
            Begun::Nobody => {
                let message = "this method cannot be used at present; please choose another one";
                return Err(Error::problem("GATEWAY_UNAVAILABLE", "", message));
            }
        };
        let attempt = create(app, attempt.id).await?;
        if attempt.status != PaymentAttemptStatus::Refused {
            return hand_over(app, attempt).await;
        }
        asked.push(attempt.gateway);
        begun = begin(app, actor, id, None, &asked).await?;
    }
}

enum Begun {
    /// One that was begun before.
    Known(Attempt),
    /// One whose gateway is to be asked.
    New(Attempt),
    /// No gateway is left.
    Nobody,
}

/// Writes the next attempt, through the first gateway that was not asked. With a key it happens once.
async fn begin(app: &App, actor: &Actor, id: IntentId, key: Option<&str>, asked: &[PaymentGateway]) -> Result<Begun> {
    let tx = app.db.begin().await?;
    let claim = match key {
        None => None,
        Some(key) => match idempotency::claim::<IntentId>(&tx, &app.clock, actor, "paymentStart", key, &id).await? {
            Outcome::First(claim) => Some(claim),
            Outcome::Repeated(id) => {
                let last = model::of_intent(&tx, id).await?.pop();
                return last.map(Begun::Known).ok_or(Error::NotFound("try to pay"));
            }
        },
    };
    let intent = intents::lock_own(&tx, actor, id).await?;
    check(app, &intent)?;
    let last = model::of_intent(&tx, id).await?.pop();
    let begun = match last {
        Some(last) if last.is_undecided() => return Err(undecided()),
        Some(last) if is_payable(&last) => Begun::Known(last),
        _ => match next_gateway(app, &tx, &intent, asked).await? {
            Some(gateway) => insert(app, &tx, &intent, gateway).await?,
            None => Begun::Nobody,
        },
    };
    if matches!(begun, Begun::Nobody) {
        return Ok(begun);
    }
    if let Some(claim) = claim {
        claim.store(&tx, &id).await?;
    }
    tx.commit().await?;
    app.committed();
    Ok(begun)
}

fn undecided() -> Error {
    let message = "the gateway has not said what became of the last try; please wait a moment";
    Error::problem("ATTEMPT_UNDECIDED", "", message)
}

/// Whether the intent waits for a payment online.
fn check(app: &App, intent: &PaymentIntent) -> Result<()> {
    if intent.method.is_promise() || intent.status != PaymentStatus::Open {
        return Err(Error::conflict(format!("the payment is {}: nothing is to be paid online", intent.status)));
    }
    if intent.expires_at.is_some_and(|until| until <= app.clock.now()) {
        return Err(Error::problem("PAYMENT_EXPIRED", "", "the time to pay is over"));
    }
    Ok(())
}

/// Whether the gateway's order behind an attempt can still be paid.
fn is_payable(attempt: &Attempt) -> bool {
    matches!(
        attempt.status,
        PaymentAttemptStatus::Pending | PaymentAttemptStatus::Failed | PaymentAttemptStatus::Authorised
    )
}

async fn next_gateway(
    app: &App,
    tx: &Tx,
    intent: &PaymentIntent,
    asked: &[PaymentGateway],
) -> Result<Option<PaymentGateway>> {
    let usable = route::service::usable(app, tx, intent.method).await?;
    let now = app.clock.now();
    Ok(usable.into_iter().find(|gateway| !asked.contains(gateway) && app.breakers.allows(gateway.as_str(), now)))
}

async fn insert(app: &App, tx: &Tx, intent: &PaymentIntent, gateway: PaymentGateway) -> Result<Begun> {
    let attempt = Attempt::next(tx, intent, gateway, intent.outstanding(), app.clock.now()).await?;
    model::insert(tx, &attempt).await?;
    settle::note(app, tx, intent, "payment.attempted").await?;
    if gateway.is_service() {
        FollowAttempt::enqueue(app, tx, attempt.id, 0).await?;
    }
    Ok(Begun::New(attempt))
}

/// Asks the gateway, and records what it answered.
async fn create(app: &App, id: AttemptId) -> Result<Attempt> {
    let subject = Subject::read(app, id).await?;
    if subject.attempt.gateway == PaymentGateway::Upi {
        // The link's own reference; nobody is asked.
        let made = Made { order: id.0.simple().to_string(), link: None };
        return Ok(tell(app, id, PaymentFactSource::Call, Some(&made), &[]).await?.1);
    }
    match subject.service(app)?.create(&subject.ask()).await {
        Ok(made) => Ok(tell(app, id, PaymentFactSource::Call, Some(&made), &[]).await?.1),
        Err(error) => conclude(app, id, &error).await,
    }
}

/// What the browser needs to pay an attempt.
async fn hand_over(app: &App, attempt: Attempt) -> Result<Started> {
    let handover = match (attempt.gateway, &attempt.gateway_order) {
        _ if !is_payable(&attempt) => Handover::default(),
        (PaymentGateway::Upi, Some(order)) => {
            let intent = intents::find(&*app.db.write().await?, &Actor::system(), attempt.intent_id).await?;
            let (config, amount) = (&app.config.payments, attempt.amount_minor);
            let address = config.upi_address.as_deref().unwrap_or_default();
            let link = upi::link(address, &config.upi_payee, order, &intent.reference, amount);
            Handover { upi_link: Some(link), ..Handover::default() }
        }
        _ => match gateway::service(app, attempt.gateway) {
            Some(service) => service.handover(&attempt).await.map_err(unavailable)?,
            None => Handover::default(),
        },
    };
    Ok(Started { attempt, handover })
}

fn unavailable(_: CallError) -> Error {
    Error::problem("GATEWAY_UNAVAILABLE", "", "the gateway does not answer at present; please try again")
}
