//! Payment intents: rows, and every query over them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_by_id,
    schema::payment_intents,
    text_enum,
};

id! {
    /// Identifies a payment intent.
    IntentId, "pmt", "PaymentIntent"
}

text_enum! {
    /// How something is paid.
    pub enum PaymentMethod {
        /// Credit or debit card.
        Card = "card",
        /// UPI, by an app or a QR code.
        Upi = "upi",
        /// The website of the payer's bank.
        Netbanking = "netbanking",
        /// A prepaid wallet.
        Wallet = "wallet",
        /// In cash or by UPI to whoever delivers.
        Cod = "cod",
        /// Later, on a business customer's credit.
        Credit = "credit",
    }
}

impl PaymentMethod {
    /// Whether the order goes ahead on a promise, without a gateway.
    pub fn is_promise(self) -> bool {
        matches!(self, Self::Cod | Self::Credit)
    }
}

text_enum! {
    /// How far a payment is.
    pub enum PaymentStatus {
        /// Nothing was paid yet, or not all.
        Open = "open",
        /// To be paid on delivery, or on credit.
        Promised = "promised",
        /// The payer's bank has set the whole amount aside; it is being collected.
        Authorised = "authorised",
        /// Paid in full.
        Paid = "paid",
        /// Nothing is to be paid any more; what comes in all the same is given back.
        Cancelled = "cancelled",
    }
}

/// What is to be paid for one payable, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = payment_intents)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct PaymentIntent {
    /// Global ID.
    pub id: IntentId,
    #[graphql(skip)]
    pub payable_id: Uuid,
    /// What people know the order by: its number.
    pub reference: String,
    #[graphql(skip)]
    pub account_id: AccountId,
    /// How it is paid.
    pub method: PaymentMethod,
    /// How far it is.
    pub status: PaymentStatus,
    #[graphql(skip)]
    pub amount_minor: Minor,
    #[graphql(skip)]
    pub waived_minor: Minor,
    #[graphql(skip)]
    pub authorised_minor: Minor,
    #[graphql(skip)]
    pub captured_minor: Minor,
    #[graphql(skip)]
    pub refunded_minor: Minor,
    #[graphql(skip)]
    pub pending_refund_minor: Minor,
    /// Whether more was paid than was asked for; what is too much is given back.
    pub overpaid: bool,
    /// Until when a try to pay can be begun; null where it is paid later.
    pub expires_at: Option<DateTime<Utc>>,
    /// Last day to pay what was bought on credit.
    pub due_on: Option<NaiveDate>,
    #[graphql(skip)]
    pub event_seq: i64,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(IntentId => PaymentIntent, payment_intents);

impl PaymentIntent {
    /// What is asked for: the amount less what was waived.
    pub fn asked(&self) -> Minor {
        Minor(self.amount_minor.0 - self.waived_minor.0)
    }

    /// What is still to be paid.
    pub fn outstanding(&self) -> Minor {
        Minor((self.asked().0 - self.captured_minor.0).max(0))
    }

    /// What can still be given back.
    pub fn refundable(&self) -> Minor {
        Minor(self.captured_minor.0 - self.refunded_minor.0 - self.pending_refund_minor.0)
    }

    /// Whether the order may go ahead: everything that is asked for was set aside or paid, or was promised. True also of
    /// a cancelled intent into which the whole amount came late; whoever cancelled it decides
    /// ([`reopen`](super::service::reopen)).
    pub fn secures_order(&self) -> bool {
        self.authorised_minor >= self.asked() && (self.status != PaymentStatus::Cancelled || self.captured_minor.0 > 0)
            || self.status == PaymentStatus::Promised
    }

    /// How far it is, by its amounts. A cancelled one stays so.
    pub fn standing(&self) -> PaymentStatus {
        match self.status {
            PaymentStatus::Cancelled => PaymentStatus::Cancelled,
            _ if self.captured_minor >= self.asked() => PaymentStatus::Paid,
            _ if self.authorised_minor >= self.asked() => PaymentStatus::Authorised,
            _ if self.method.is_promise() => PaymentStatus::Promised,
            _ => PaymentStatus::Open,
        }
    }
}

/// Own payments; all with the permission payments.read.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.scope(Permission::PaymentsRead).everything {
        return Sql::new("TRUE");
    }
    Sql::new("payment_intents.account_id = ").bind(actor.account_id())
}

/// What belongs to intents that the caller may see.
pub fn part_visible_to(actor: &Actor) -> Sql {
    Sql::new("intent_id IN (SELECT id FROM payment_intents WHERE ").join(visible_to(actor)).sql(")")
}

/// Adds an intent.
pub async fn insert(mut conn: &Conn, row: &PaymentIntent) -> Result<()> {
    let open = || Error::conflict("a payment for this is open already");
    diesel::insert_into(payment_intents::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("payment_intents_payable_key", open)?;
    Ok(())
}

/// An intent, locked for a change, or NOT_FOUND.
pub async fn lock(conn: &Conn, id: IntentId) -> Result<PaymentIntent> {
    let rest = Sql::new("FROM payment_intents WHERE id = ").bind(id).sql(" FOR UPDATE");
    Select::<PaymentIntent>::new(rest).row(conn).await?.ok_or(Error::NotFound("payment"))
}

/// The caller's own intent, locked for a change, or NOT_FOUND.
pub async fn lock_own(conn: &Conn, actor: &Actor, id: IntentId) -> Result<PaymentIntent> {
    let rest = Sql::new("FROM payment_intents WHERE id = ").bind(id).sql(" AND account_id = ").bind(actor.account_id());
    Select::<PaymentIntent>::new(rest.sql(" FOR UPDATE")).row(conn).await?.ok_or(Error::NotFound("payment"))
}

/// A visible intent, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: IntentId) -> Result<PaymentIntent> {
    let rest = Sql::new("FROM payment_intents WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<PaymentIntent>::new(rest).row(conn).await?.ok_or(Error::NotFound("payment"))
}

/// Which intents a list shows; empty lists show all.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "documented on the input")]
pub struct IntentFilter {
    pub status: Vec<PaymentStatus>,
    pub method: Vec<PaymentMethod>,
    pub reference: Option<String>,
    pub account_id: Option<AccountId>,
    pub created_after: Option<DateTime<Utc>>,
    pub created_before: Option<DateTime<Utc>>,
}

impl IntentFilter {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if !self.status.is_empty() {
            let status: Vec<String> = self.status.iter().map(ToString::to_string).collect();
            parts.push(Sql::new("payment_intents.status = ANY(").bind(status).sql(")"));
        }
        if !self.method.is_empty() {
            let method: Vec<String> = self.method.iter().map(ToString::to_string).collect();
            parts.push(Sql::new("payment_intents.method = ANY(").bind(method).sql(")"));
        }
        if let Some(reference) = &self.reference {
            parts.push(Sql::new("payment_intents.reference = ").bind(reference.clone()));
        }
        if let Some(account) = self.account_id {
            parts.push(Sql::new("payment_intents.account_id = ").bind(account));
        }
        if let Some(after) = self.created_after {
            parts.push(Sql::new("payment_intents.created_at >= ").bind(after));
        }
        if let Some(before) = self.created_before {
            parts.push(Sql::new("payment_intents.created_at < ").bind(before));
        }
        Sql::composed(parts)
    }
}

/// A page of intents that the caller may see, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &IntentFilter,
    args: &PageArgs,
    count: bool,
) -> Result<Page<PaymentIntent>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let (column, id) = ("payment_intents.created_at", "payment_intents.id");
    let order = Order { column, cast: "::timestamptz", id, direction: Direction::Desc };
    let key = |row: &PaymentIntent| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "payment_intents", condition, order, args, count, key).await
}

/// Stores how far a locked intent is.
pub async fn update(mut conn: &Conn, row: &PaymentIntent) -> Result<()> {
    diesel::update(payment_intents::table.find(row.id))
        .set((
            payment_intents::status.eq(row.status),
            payment_intents::waived_minor.eq(row.waived_minor),
            payment_intents::authorised_minor.eq(row.authorised_minor),
            payment_intents::captured_minor.eq(row.captured_minor),
            payment_intents::refunded_minor.eq(row.refunded_minor),
            payment_intents::pending_refund_minor.eq(row.pending_refund_minor),
            payment_intents::overpaid.eq(row.overpaid),
            payment_intents::event_seq.eq(row.event_seq),
            payment_intents::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
