//! Giving money back.

use super::{
    jobs::SendRefund,
    model::{self, PaymentRefundChannel, PaymentRefundStatus, Refund, RefundId, Room},
};
use crate::{
    app::App,
    kernel::{
        db::Tx,
        error::{Error, Result},
        jobs::Schedule,
        money::Minor,
    },
    payments::{
        credit,
        intent::{
            model::{PaymentIntent, PaymentMethod, PaymentStatus},
            settle,
        },
    },
};

/// Begins the keys of refunds of what was too much.
const EXCESS: &str = "excess:";

/// What to give back.
#[derive(Clone, Debug)]
pub struct NewRefund {
    /// How much.
    pub amount: Minor,
    /// Why, for people; 1 to 200 characters.
    pub reason: String,
    /// Names the refund for whoever asks for it, 1 to 128 characters: asked again with the same key, it is the same
    /// refund.
    pub key: String,
}

/// Gives back a part of a locked intent, in the caller's transaction: never more than was captured, less what was given
/// back or is on its way. The gateway is asked by a job after the commit; what came by hand goes back by hand. Where
/// that much is only promised yet, less is asked for instead. What lies in several payments comes in several refunds, of which
/// the first is answered.
pub async fn refund(app: &App, tx: &Tx, intent: &PaymentIntent, new: NewRefund) -> Result<Refund> {
    let known = model::of_intent(tx, intent.id).await?;
    if let Some(first) = known.into_iter().find(|row| row.request_key == new.key) {
        return Ok(first);
    }
    if new.amount <= Minor::ZERO {
        return Err(Error::problem("WRONG_AMOUNT", "amount", "a refund is more than nothing"));
    }
    if intent.method.is_promise() && new.amount <= intent.outstanding() {
        return waive(app, tx, intent, new).await;
    }
    if new.amount > intent.refundable() {
        let message = format!("₹{} can be given back at most", intent.refundable());
        return Err(Error::problem("REFUND_TOO_LARGE", "amount", message));
    }
    let rows = parts(intent, &new, &model::rooms(tx, intent.id).await?, app)?;
    for row in &rows {
        model::insert(tx, row).await?;
        if row.channel == PaymentRefundChannel::Gateway {
            app.enqueue(tx, &SendRefund { refund: row.id, round: 0 }, Schedule::default()).await?;
        }
    }
    let pending = Minor(intent.pending_refund_minor.0 + new.amount.0);
    let after = PaymentIntent { pending_refund_minor: pending, ..intent.clone() };
    settle::store(app, tx, intent, after, "payment.refund_asked").await?;
    rows.into_iter().next().ok_or_else(too_little_room)
}

fn too_little_room() -> Error {
    Error::internal(anyhow::anyhow!("the payments of an intent do not sum to what was captured"))
}

/// Deals an amount out to payments.
fn parts(intent: &PaymentIntent, new: &NewRefund, rooms: &[Room], app: &App) -> Result<Vec<Refund>> {
    let (mut left, mut rows) = (new.amount.0, Vec::new());
    for room in rooms.iter().filter(|room| room.room > 0) {
        let amount = left.min(room.room);
        if amount == 0 {
            break;
        }
        left -= amount;
        let channel =
            if room.gateway.is_service() { PaymentRefundChannel::Gateway } else { PaymentRefundChannel::Manual };
        let key = if rows.is_empty() { new.key.clone() } else { format!("{}/{}", new.key, rows.len() + 1) };
        rows.push(Refund {
            attempt_id: Some(room.attempt_id),
            gateway_payment: room.gateway_payment.clone(),
            channel,
            request_key: key,
            amount_minor: Minor(amount),
            ..blank(intent, new, app)
        });
    }
    if left == 0 { Ok(rows) } else { Err(too_little_room()) }
}

fn blank(intent: &PaymentIntent, new: &NewRefund, app: &App) -> Refund {
    let now = app.clock.now();
    Refund {
        id: RefundId::new(),
        intent_id: intent.id,
        attempt_id: None,
        gateway_payment: None,
        request_key: new.key.clone(),
        channel: PaymentRefundChannel::Waiver,
        status: PaymentRefundStatus::Pending,
        amount_minor: new.amount,
        reason: new.reason.clone(),
        gateway_refund: None,
        problem: None,
        created_at: now,
        updated_at: now,
    }
}

/// Asks for less of what was promised.
async fn waive(app: &App, tx: &Tx, intent: &PaymentIntent, new: NewRefund) -> Result<Refund> {
    if intent.status == PaymentStatus::Cancelled || new.amount > intent.outstanding() {
        let message = format!("₹{} is still to be paid; more cannot be waived", intent.outstanding());
        return Err(Error::problem("REFUND_TOO_LARGE", "amount", message));
    }
    if intent.method == PaymentMethod::Credit {
        credit::service::give_back(app, tx, intent.account_id, new.amount).await?;
    }
    let row = Refund { status: PaymentRefundStatus::Refunded, ..blank(intent, &new, app) };
    model::insert(tx, &row).await?;
    let waived_minor = Minor(intent.waived_minor.0 + new.amount.0);
    let after = PaymentIntent { waived_minor, ..intent.clone() };
    settle::store(app, tx, intent, after, "payment.waived").await?;
    Ok(row)
}

/// What refunds have on its way, and what they gave back. A waiver is neither.
pub fn sums(refunds: &[Refund]) -> (Minor, Minor) {
    let sum = |status| {
        let rows = refunds.iter().filter(|row| row.status == status && row.channel != PaymentRefundChannel::Waiver);
        Minor(rows.map(|row| row.amount_minor.0).sum())
    };
    (sum(PaymentRefundStatus::Pending), sum(PaymentRefundStatus::Refunded))
}

/// Gives back what nobody asked for: all of what came into a cancelled intent, and of another what is above the amount.
/// Answers the intent as it stands then.
pub(in crate::payments) async fn give_back_excess(app: &App, tx: &Tx, intent: &PaymentIntent) -> Result<PaymentIntent> {
    let excess = if intent.status == PaymentStatus::Cancelled {
        intent.refundable()
    } else if intent.overpaid {
        let given = model::of_intent(tx, intent.id).await?;
        let given =
            given.iter().filter(|row| row.request_key.starts_with(EXCESS) && row.status != PaymentRefundStatus::Failed);
        let given: i64 = given.map(|row| row.amount_minor.0).sum();
        Minor(intent.captured_minor.0 - intent.asked().0 - given).min(intent.refundable())
    } else {
        return Ok(intent.clone());
    };
    if excess <= Minor::ZERO {
        return Ok(intent.clone());
    }
    let reason = match intent.status {
        PaymentStatus::Cancelled => "paid after the payment was cancelled",
        _ => "more was paid than was asked for",
    };
    let key = format!("{EXCESS}{}", intent.captured_minor.0);
    refund(app, tx, intent, NewRefund { amount: excess, reason: reason.to_owned(), key }).await?;
    crate::payments::intent::model::lock(tx, intent.id).await
}
