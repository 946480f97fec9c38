//! What somebody outside tells of an attempt: the gateway, when it is asked, and the browser.

use chrono::TimeDelta;

use super::{
    model::{self, Attempt, AttemptId, PaymentAttemptStatus, PaymentFactKind, PaymentFactSource},
    record::{News, record},
};
use crate::{
    app::App,
    identity::account::model as accounts,
    kernel::{
        access::Actor,
        error::{Error, Result},
        rate_limit::Rate,
    },
    payments::{
        gateway::{self, Ask, CallError, Called, Made, Payer, Proof, Service, Standing},
        intent::{
            model::{self as intents, PaymentIntent, PaymentStatus},
            settle,
        },
    },
};

/// After how long a gateway is asked how an attempt stands, counted from the time before; then only webhooks tell.
const ASKED_AFTER_SECONDS: [i64; 9] = [15, 30, 60, 120, 300, 900, 3_600, 21_600, 86_400];
/// The round from which a gateway that has never heard of an attempt is believed.
const BELIEVED_FROM: usize = 1;

/// How often one caller begins and confirms.
pub(super) const RATE: Rate = Rate::per_minute(20, 40);

/// When the gateway is asked for this time, from 0; `None` after the last.
pub fn asked_after(round: usize) -> Option<TimeDelta> {
    ASKED_AFTER_SECONDS.get(round).copied().map(TimeDelta::seconds)
}

impl Attempt {
    /// Whether it is not known what the gateway made of it.
    pub fn is_undecided(&self) -> bool {
        matches!(self.status, PaymentAttemptStatus::Started | PaymentAttemptStatus::Unknown)
    }
}

/// What a gateway is asked about.
pub struct Subject {
    /// The intent.
    pub intent: PaymentIntent,
    /// The attempt.
    pub attempt: Attempt,
    payer: Payer,
}

impl Subject {
    /// Reads it; nothing is locked.
    pub async fn read(app: &App, id: AttemptId) -> Result<Self> {
        let conn = app.db.write().await?;
        let attempt = model::find(&conn, id).await?;
        let intent = intents::find(&conn, &Actor::system(), attempt.intent_id).await?;
        let account = accounts::find(&conn, &Actor::system(), intent.account_id).await?;
        Ok(Self { intent, attempt, payer: Payer { email: account.email, phone: account.phone } })
    }

    /// The same as the gateway sees it.
    pub fn ask(&self) -> Ask<'_> {
        Ask { intent: &self.intent, attempt: &self.attempt, payer: &self.payer }
    }

    /// The gateway; UNAVAILABLE where it is none, or its keys are gone.
    pub fn service(&self, app: &App) -> Result<Box<dyn Service>> {
        let missing = || Error::Unavailable(format!("the gateway {} is not set up", self.attempt.gateway));
        gateway::service(app, self.attempt.gateway).ok_or_else(missing)
    }
}

/// Records what was told of an attempt, in a transaction of its own: and first what the gateway made of it, where that
/// was not known.
pub async fn tell(
    app: &App,
    id: AttemptId,
    source: PaymentFactSource,
    made: Option<&Made>,
    news: &[News],
) -> Result<(PaymentIntent, Attempt)> {
    let tx = app.db.begin().await?;
    let intent = intents::lock(&tx, model::find(&tx, id).await?.intent_id).await?;
    let mut attempt = model::find(&tx, id).await?;
    let mut news = news.to_vec();
    let is_new = made.is_some() && attempt.is_undecided();
    if let Some(made) = made.filter(|_| attempt.is_undecided()) {
        attempt.status = PaymentAttemptStatus::Pending;
        attempt.gateway_order = Some(made.order.clone());
        attempt.link = made.link.clone();
        attempt.updated_at = app.clock.now();
        model::update(&tx, &attempt).await?;
        news.insert(0, News::of_payment(PaymentFactKind::Created, None, attempt.amount_minor));
    }
    if attempt.gateway_order.is_none() {
        // Nobody can have paid by what the gateway has not made.
        return Ok((intent, attempt));
    }
    let mut after = record(app, &tx, &intent, &attempt, source, &news).await?;
    if is_new && after == intent {
        after = settle::note(app, &tx, &after, "payment.attempted").await?;
    }
    let attempt = model::find(&tx, id).await?;
    tx.commit().await?;
    app.committed();
    Ok((after, attempt))
}

/// Records that a gateway made nothing of an attempt, or that nobody knows.
pub async fn conclude(app: &App, id: AttemptId, error: &CallError) -> Result<Attempt> {
    let tx = app.db.begin().await?;
    let intent = intents::lock(&tx, model::find(&tx, id).await?.intent_id).await?;
    let attempt = model::find(&tx, id).await?;
    if !attempt.is_undecided() {
        return Ok(attempt);
    }
    let (status, code) = match error {
        CallError::Refused { code, .. } => (PaymentAttemptStatus::Refused, Some(code.chars().take(100).collect())),
        CallError::Unknown(_) => (PaymentAttemptStatus::Unknown, None),
    };
    let problem = Some(error.to_string().chars().filter(|c| *c != '\0').take(500).collect());
    let new = Attempt { status, problem_code: code, problem, updated_at: app.clock.now(), ..attempt };
    model::update(&tx, &new).await?;
    settle::note(app, &tx, &intent, "payment.attempted").await?;
    tx.commit().await?;
    app.committed();
    Ok(new)
}

/// Asks the gateway how an attempt stands, and records it; answers whether there is nothing more to ask.
pub async fn look(app: &App, id: AttemptId, round: usize) -> Result<bool> {
    let subject = Subject::read(app, id).await?;
    let Some(service) = gateway::service(app, subject.attempt.gateway) else { return Ok(true) };
    if is_over(&subject.intent, &subject.attempt) {
        return Ok(true);
    }
    let (intent, attempt) = match service.standing(&subject.ask()).await {
        Ok(Standing::Known(made, news)) => tell(app, id, PaymentFactSource::Poll, Some(&made), &news).await?,
        Ok(Standing::Missing) if subject.attempt.is_undecided() && round >= BELIEVED_FROM => {
            conclude(app, id, &CallError::refused("missing", "the gateway has never heard of it")).await?;
            return Ok(true);
        }
        // It will be asked again.
        Ok(Standing::Missing) | Err(_) => return Ok(false),
    };
    Ok(is_over(&intent, &attempt))
}

fn is_over(intent: &PaymentIntent, attempt: &Attempt) -> bool {
    match attempt.status {
        PaymentAttemptStatus::Refused | PaymentAttemptStatus::Captured => true,
        PaymentAttemptStatus::Started | PaymentAttemptStatus::Unknown | PaymentAttemptStatus::Authorised => false,
        PaymentAttemptStatus::Pending | PaymentAttemptStatus::Failed => intent.status == PaymentStatus::Paid,
    }
}

/// Takes what a browser brings after paying: a genuine proof counts at once, and the gateway is asked for the rest.
pub async fn confirm(app: &App, actor: &Actor, id: AttemptId, proof: &Proof) -> Result<PaymentIntent> {
    app.limiter.take(&format!("payment:{}", actor.key()), 1, RATE).await.check()?;
    let subject = {
        let conn = app.db.write().await?;
        model::find_visible(&conn, actor, id).await?;
        drop(conn);
        Subject::read(app, id).await?
    };
    if subject.attempt.gateway_order.is_none() {
        return Err(Error::conflict("there is nothing to confirm yet"));
    }
    let service = subject.service(app)?;
    let proven = service.check_proof(&subject.attempt, proof);
    let mut news = proven.map_err(|why| Error::problem("PROOF_REFUSED", "", why))?;
    // What the gateway itself says is worth more than the proof; where it does not answer, the proof stands.
    let asked: Called<Standing> = service.standing(&subject.ask()).await;
    if let Ok(Standing::Known(_, told)) = asked {
        news.extend(told);
    }
    Ok(tell(app, id, PaymentFactSource::Browser, None, &news).await?.0)
}
