//! What Razorpay's objects and webhooks say. Pure.
//!
//! Objects come with keys in any order, with null, "" or "NA" for nothing, and `notes` as a list when it is empty.

use chrono::DateTime;
use serde_json::Value;

use super::{Subject, Told};
use crate::{
    kernel::money::Minor,
    payments::attempt::{
        model::PaymentFactKind,
        record::{Details, News},
    },
};

/// A text; nothing where it says nothing.
pub fn text(object: &Value, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    (!text.is_empty() && text != "NA").then(|| text.to_owned())
}

fn minor(object: &Value, name: &str) -> Option<Minor> {
    object.get(name)?.as_i64().filter(|paise| *paise >= 0).map(Minor)
}

/// The amount in paise; an error for another currency.
fn amount(object: &Value) -> Result<Minor, String> {
    match object["currency"].as_str() {
        Some("INR") => minor(object, "amount").ok_or_else(|| "without an amount".to_owned()),
        other => Err(format!("in {}", other.unwrap_or("no currency"))),
    }
}

/// What a payment says; nothing before the shopper has done anything.
pub fn of_payment(payment: &Value) -> Result<Option<News>, String> {
    let amount = amount(payment)?;
    let captured = payment["captured"].as_bool() == Some(true);
    let kind = match payment["status"].as_str().unwrap_or_default() {
        "captured" => PaymentFactKind::Captured,
        "authorized" | "refunded" if captured => PaymentFactKind::Captured,
        "authorized" => PaymentFactKind::Authorised,
        // It was set aside, never taken, and let go.
        "refunded" => PaymentFactKind::Released,
        "failed" => PaymentFactKind::Failed,
        _ => return Ok(None),
    };
    let bank = &payment["acquirer_data"];
    let bank_reference = text(bank, "rrn").or_else(|| text(bank, "bank_transaction_id"));
    let details = Details {
        fee: minor(payment, "fee"),
        fee_tax: minor(payment, "tax"),
        settlement: text(payment, "settlement_id"),
        bank_reference: bank_reference.filter(|reference| reference.len() <= 100),
    };
    Ok(Some(News {
        code: text(payment, "error_reason").or_else(|| text(payment, "error_code")),
        message: text(payment, "error_description"),
        at: payment["created_at"].as_i64().and_then(|at| DateTime::from_timestamp(at, 0)),
        details,
        ..News::of_payment(kind, Some(name(payment)?), amount)
    }))
}

/// What a refund says.
pub fn of_refund(refund: &Value) -> Result<News, String> {
    let kind = match refund["status"].as_str().unwrap_or_default() {
        "processed" => PaymentFactKind::Refunded,
        "failed" => PaymentFactKind::RefundFailed,
        _ => PaymentFactKind::RefundPending,
    };
    Ok(News {
        refund: Some(name(refund)?),
        our_refund: text(&refund["notes"], "refund").and_then(|id| id.parse().ok()),
        at: refund["created_at"].as_i64().and_then(|at| DateTime::from_timestamp(at, 0)),
        ..News::of_payment(kind, text(refund, "payment_id"), amount(refund)?)
    })
}

fn name(object: &Value) -> Result<String, String> {
    text(object, "id").filter(|id| id.len() <= 100).ok_or_else(|| "without an ID".to_owned())
}

/// What a webhook says.
pub fn read(body: &[u8]) -> Result<Told, String> {
    let event: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let entity = |name: &str| event.pointer(&format!("/payload/{name}/entity")).filter(|entity| entity.is_object());
    let kind = event["event"].as_str().unwrap_or_default();
    let Some(payment) = entity("payment") else { return Ok(Told::Nothing) };
    let subject = Subject {
        attempt: text(&payment["notes"], "attempt").and_then(|id| id.parse().ok()),
        order: text(payment, "order_id"),
    };
    let news = match kind {
        "payment.authorized" | "payment.captured" | "payment.failed" | "order.paid" => of_payment(payment)?,
        "refund.created" | "refund.processed" | "refund.failed" => {
            let refund = entity("refund").ok_or("without a refund")?;
            // Money that was set aside and never taken goes back by a refund, too.
            if payment["captured"].as_bool() == Some(false) { of_payment(payment)? } else { Some(of_refund(refund)?) }
        }
        _ => return Ok(Told::Nothing),
    };
    Ok(Told::News(subject, news.into_iter().collect()))
}
