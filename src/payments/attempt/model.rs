//! Attempts and their events: rows, and every query over them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    id,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
        sql::{Select, Sql},
    },
    load_children,
    payments::intent::model::{IntentId, PaymentIntent, part_visible_to},
    schema::{payment_attempts, payment_events},
    text_enum,
};

id! {
    /// Identifies a try to pay.
    AttemptId, "pat", "PaymentAttempt"
}

id! {
    /// Identifies a fact about a try to pay.
    PaymentEventId, "pev", "PaymentFact"
}

text_enum! {
    /// Through whom money comes.
    pub enum PaymentGateway {
        /// Razorpay.
        Razorpay = "razorpay",
        /// Stripe.
        Stripe = "stripe",
        /// A UPI link to FreshVilla's own address; staff confirm what the bank shows.
        Upi = "upi",
        /// Whoever delivers.
        Cash = "cash",
        /// A bank transfer for what was bought on credit.
        Credit = "credit",
    }
}

impl PaymentGateway {
    /// Whether it is a service that can be asked.
    pub fn is_service(self) -> bool {
        matches!(self, Self::Razorpay | Self::Stripe)
    }
}

text_enum! {
    /// How far a try to pay is. It goes forward only; the one way out of failed is money that came all the same.
    pub enum PaymentAttemptStatus {
        /// The gateway is being asked.
        Started = "started",
        /// The gateway did not answer: it is being found out whether it made anything of it.
        Unknown = "unknown",
        /// The shopper can pay.
        Pending = "pending",
        /// The gateway made nothing of it; nothing can be paid by it.
        Refused = "refused",
        /// A payment failed; it can be tried again.
        Failed = "failed",
        /// The payer's bank has set the money aside.
        Authorised = "authorised",
        /// Paid.
        Captured = "captured",
    }
}

text_enum! {
    /// What is known of a payment.
    pub enum PaymentFactKind {
        /// The gateway waits for the shopper.
        Created = "created",
        /// A payment failed.
        Failed = "failed",
        /// The payer's bank has set the money aside.
        Authorised = "authorised",
        /// The money was taken.
        Captured = "captured",
        /// Money that was set aside was let go.
        Released = "released",
        /// Money is on its way back.
        RefundPending = "refund_pending",
        /// Money was given back.
        Refunded = "refunded",
        /// Giving back failed; the money is still here.
        RefundFailed = "refund_failed",
    }
}

text_enum! {
    /// Who told a fact first.
    pub enum PaymentFactSource {
        /// The gateway, answering our call.
        Call = "call",
        /// The shopper's browser, with the gateway's signature.
        Browser = "browser",
        /// A webhook.
        Webhook = "webhook",
        /// The gateway, asked how it stands.
        Poll = "poll",
        /// Staff.
        Staff = "staff",
    }
}

/// One try to pay an intent.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = payment_attempts)]
#[graphql(name = "PaymentAttempt", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Attempt {
    /// Global ID.
    pub id: AttemptId,
    #[graphql(skip)]
    pub intent_id: IntentId,
    /// Which try it is, from 1.
    pub number: i32,
    /// Through whom.
    pub gateway: PaymentGateway,
    /// How far it is.
    pub status: PaymentAttemptStatus,
    #[graphql(skip)]
    pub amount_minor: Minor,
    #[graphql(skip)]
    pub authorised_minor: Minor,
    #[graphql(skip)]
    pub captured_minor: Minor,
    /// What the gateway calls it.
    pub gateway_order: Option<String>,
    #[graphql(skip)]
    pub fee_minor: Option<Minor>,
    #[graphql(skip)]
    pub fee_tax_minor: Option<Minor>,
    #[graphql(skip)]
    pub settlement: Option<String>,
    /// What the payer's bank calls it: the RRN of a UPI payment.
    pub bank_reference: Option<String>,
    /// Why it failed last, the gateway's code.
    pub problem_code: Option<String>,
    /// The same as a sentence.
    pub problem: Option<String>,
    #[graphql(skip)]
    pub link: Option<String>,
    #[graphql(skip)]
    pub polls: i32,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

impl Attempt {
    /// The next try to pay a locked intent, about to start.
    pub async fn next(
        conn: &Conn,
        intent: &PaymentIntent,
        gateway: PaymentGateway,
        amount: Minor,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let last = of_intent(conn, intent.id).await?.last().map_or(0, |last| last.number);
        Ok(Self {
            id: AttemptId::new(),
            intent_id: intent.id,
            number: last + 1,
            gateway,
            status: PaymentAttemptStatus::Started,
            amount_minor: amount,
            authorised_minor: Minor::ZERO,
            captured_minor: Minor::ZERO,
            gateway_order: None,
            fee_minor: None,
            fee_tax_minor: None,
            settlement: None,
            bank_reference: None,
            problem_code: None,
            problem: None,
            link: None,
            polls: 0,
            started_at: now,
            updated_at: now,
        })
    }
}

load_children!(
    /// The attempts of an intent, first to last.
    pub AttemptsOf(IntentId) => Attempt, payment_attempts.intent_id, by number
);

/// One fact about a try to pay; each is there once, whoever told it first.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = payment_events)]
#[graphql(name = "PaymentFact", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct PaymentEvent {
    /// Global ID.
    pub id: PaymentEventId,
    #[graphql(skip)]
    pub intent_id: IntentId,
    #[graphql(skip)]
    pub attempt_id: AttemptId,
    /// What is known.
    pub kind: PaymentFactKind,
    /// Who told it first.
    pub source: PaymentFactSource,
    /// The payment, as the gateway calls it.
    pub gateway_payment: Option<String>,
    /// The refund, as the gateway calls it.
    pub gateway_refund: Option<String>,
    #[graphql(skip)]
    pub amount_minor: Minor,
    /// The gateway's code for what went wrong.
    pub code: Option<String>,
    /// The same as a sentence.
    pub message: Option<String>,
    /// When it happened, as the gateway tells.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

load_children!(
    /// What is known of an attempt, first to last.
    pub FactsOf(AttemptId) => PaymentEvent, payment_events.attempt_id, by (recorded_at, id)
);

/// The attempts of an intent, first to last.
pub async fn of_intent(mut conn: &Conn, intent: IntentId) -> Result<Vec<Attempt>> {
    let rows = payment_attempts::table.filter(payment_attempts::intent_id.eq(intent)).order(payment_attempts::number);
    Ok(rows.select(Attempt::as_select()).load(&mut conn).await?)
}

/// An attempt, or NOT_FOUND.
pub async fn find(conn: &Conn, id: AttemptId) -> Result<Attempt> {
    let rest = Sql::new("FROM payment_attempts WHERE id = ").bind(id);
    Select::<Attempt>::new(rest).row(conn).await?.ok_or(Error::NotFound("try to pay"))
}

/// An attempt of an intent that the caller may see, or NOT_FOUND.
pub async fn find_visible(conn: &Conn, actor: &Actor, id: AttemptId) -> Result<Attempt> {
    let rest = Sql::new("FROM payment_attempts WHERE id = ").bind(id).sql(" AND ").join(part_visible_to(actor));
    Select::<Attempt>::new(rest).row(conn).await?.ok_or(Error::NotFound("try to pay"))
}

/// The attempt that a gateway knows by this name.
pub async fn by_gateway_order(conn: &Conn, gateway: PaymentGateway, order: &str) -> Result<Option<Attempt>> {
    let rest = Sql::new("FROM payment_attempts WHERE gateway = ").bind(gateway.as_str());
    Select::<Attempt>::new(rest.sql(" AND gateway_order = ").bind(order)).row(conn).await
}

/// Adds an attempt.
pub async fn insert(mut conn: &Conn, row: &Attempt) -> Result<()> {
    let undecided = || Error::conflict("another try to pay is being looked into; please wait a moment");
    diesel::insert_into(payment_attempts::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("payment_attempts_undecided_key", undecided)
        .on_constraint("payment_attempts_gateway_order_key", || {
            Error::conflict("this collection was recorded for another payment")
        })
        .on_constraint("payment_attempts_bank_reference_key", reference_taken)?;
    Ok(())
}

fn reference_taken() -> Error {
    Error::problem("REFERENCE_TAKEN", "bankReference", "this bank reference was entered for another payment")
}

/// Stores how far an attempt of a locked intent is.
pub async fn update(mut conn: &Conn, row: &Attempt) -> Result<()> {
    diesel::update(payment_attempts::table.find(row.id))
        .set((
            payment_attempts::status.eq(row.status),
            payment_attempts::authorised_minor.eq(row.authorised_minor),
            payment_attempts::captured_minor.eq(row.captured_minor),
            payment_attempts::gateway_order.eq(&row.gateway_order),
            payment_attempts::fee_minor.eq(row.fee_minor),
            payment_attempts::fee_tax_minor.eq(row.fee_tax_minor),
            payment_attempts::settlement.eq(&row.settlement),
            payment_attempts::bank_reference.eq(&row.bank_reference),
            payment_attempts::problem_code.eq(&row.problem_code),
            payment_attempts::problem.eq(&row.problem),
            payment_attempts::link.eq(&row.link),
            payment_attempts::polls.eq(row.polls),
            payment_attempts::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await
        .on_constraint("payment_attempts_bank_reference_key", reference_taken)?;
    Ok(())
}

/// Adds facts that are not known yet; answers how many were new.
pub async fn insert_events(mut conn: &Conn, rows: &[PaymentEvent]) -> Result<usize> {
    Ok(diesel::insert_into(payment_events::table).values(rows).on_conflict_do_nothing().execute(&mut conn).await?)
}

/// What is known of an attempt.
pub async fn events_of(mut conn: &Conn, attempt: AttemptId) -> Result<Vec<PaymentEvent>> {
    let rows = payment_events::table.filter(payment_events::attempt_id.eq(attempt));
    let rows = rows.order((payment_events::recorded_at, payment_events::id));
    Ok(rows.select(PaymentEvent::as_select()).load(&mut conn).await?)
}
