//! What staff do with credit: set it, and record what was paid.

use serde::Serialize;

use super::{
    model::{self, CreditAccount, CreditAccountId},
    service::give_back,
};
use crate::{
    app::App,
    identity::{account::model::AccountId, profile::model as profiles},
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        error::{Error, Result, found},
        idempotency::{self, Outcome},
        money::Minor,
    },
    payments::{
        attempt::{
            model::{
                self as attempts, Attempt, PaymentAttemptStatus, PaymentFactKind, PaymentFactSource, PaymentGateway,
            },
            record::{News, record},
        },
        intent::model::{self as intents, IntentId, PaymentIntent, PaymentMethod, PaymentStatus},
    },
};

/// Largest limit, in paise: ten crore rupees.
const MOST: Minor = Minor(10_000_000_000);

/// A customer's credit as staff set it.
#[derive(Clone, Debug)]
pub struct CreditTerms {
    /// Whose.
    pub account_id: AccountId,
    /// Most that they may owe.
    pub limit: Minor,
    /// Days from a purchase to its payment.
    pub days: i32,
    /// Whether nothing more is sold on it for now.
    pub suspended: bool,
    /// The version that the client has seen; any when left out.
    pub expected_version: Option<i32>,
}

/// Sets a business customer's credit; the first time it is made.
pub async fn set(app: &App, actor: &Actor, terms: CreditTerms) -> Result<CreditAccount> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let mut checks = Checks::default();
    let in_bounds = (Minor::ZERO..=MOST).contains(&terms.limit);
    checks.ensure(in_bounds, "INVALID", "limit", format!("a limit is at most ₹{MOST}"));
    checks.ensure((1..=365).contains(&terms.days), "INVALID", "days", "1 to 365 days");
    checks.finish()?;
    let tx = app.db.begin().await?;
    let profile = found(profiles::lock(&tx, terms.account_id).await)?;
    if profile.and_then(|profile| profile.business_name).is_none() {
        let message = "credit is for business customers: the profile names no business";
        return Err(Error::problem("NOT_A_BUSINESS", "accountId", message));
    }
    let (now, before) = (app.clock.now(), model::lock(&tx, terms.account_id).await?);
    let seen = before.as_ref().map_or(0, |row| row.version);
    if terms.expected_version.is_some_and(|expected| expected != seen) {
        return Err(Error::problem("VERSION_CONFLICT", "", "the credit was changed since it was read"));
    }
    let after = CreditAccount {
        id: before.as_ref().map_or_else(CreditAccountId::new, |row| row.id),
        account_id: terms.account_id,
        limit_minor: terms.limit,
        used_minor: before.as_ref().map_or(Minor::ZERO, |row| row.used_minor),
        days: terms.days,
        suspended: terms.suspended,
        version: seen + 1,
        created_at: before.as_ref().map_or(now, |row| row.created_at),
        updated_at: now,
    };
    model::store(&tx, &after).await?;
    Change::new("creditAccountSet", after.id, before.as_ref(), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// What a customer paid for one order on credit.
#[derive(Clone, Debug, Serialize)]
pub struct CreditPayment {
    /// Of which payment.
    pub intent_id: IntentId,
    /// How much: all that is outstanding.
    pub amount: Minor,
    /// The bank's reference.
    pub reference: String,
}

/// Records that what was bought on credit was paid; once for each key.
pub async fn record_payment(app: &App, actor: &Actor, paid: CreditPayment, key: &str) -> Result<PaymentIntent> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let mut checks = Checks::default();
    let reference = checks.line("reference", &paid.reference, 1, 60);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim::<IntentId>(&tx, &app.clock, actor, "creditPaymentRecord", key, &paid).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return intents::find(&tx, actor, id).await,
    };
    let before = intents::lock(&tx, paid.intent_id).await?;
    if before.method != PaymentMethod::Credit || before.status != PaymentStatus::Promised {
        return Err(Error::conflict("nothing is owed for this payment"));
    }
    if paid.amount != before.outstanding() {
        return Err(Error::problem("WRONG_AMOUNT", "amount", format!("₹{} is owed", before.outstanding())));
    }
    let next = Attempt::next(&tx, &before, PaymentGateway::Credit, paid.amount, app.clock.now()).await?;
    let attempt = Attempt {
        status: PaymentAttemptStatus::Pending,
        gateway_order: Some(next.id.to_string()),
        bank_reference: Some(reference.clone()),
        ..next
    };
    attempts::insert(&tx, &attempt).await?;
    let news = News::of_payment(PaymentFactKind::Captured, Some(reference), paid.amount);
    let after = record(app, &tx, &before, &attempt, PaymentFactSource::Staff, &[news]).await?;
    give_back(app, &tx, before.account_id, paid.amount).await?;
    Change::new("creditPaymentRecord", after.id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &after.id).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
