//! What Stripe's objects and webhooks say. Pure.
//!
//! What can be expanded is an ID or an object; states are open lists.

use chrono::{DateTime, Utc};
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
    object.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An ID, or the ID of an object in its place.
fn id_of(object: &Value, name: &str) -> Option<String> {
    let named = object.get(name)?;
    text(object, name).or_else(|| text(named, "id")).filter(|id| id.len() <= 100)
}

fn minor(object: &Value, name: &str) -> Option<Minor> {
    object.get(name)?.as_i64().filter(|paise| *paise >= 0).map(Minor)
}

/// An amount in paise; an error for another currency.
fn amount(object: &Value, name: &str) -> Result<Minor, String> {
    match object["currency"].as_str() {
        Some("inr") => {
            minor(object, name).or_else(|| minor(object, "amount")).ok_or_else(|| "without an amount".to_owned())
        }
        other => Err(format!("in {}", other.unwrap_or("no currency"))),
    }
}

fn at(object: &Value) -> Option<DateTime<Utc>> {
    object["created"].as_i64().and_then(|at| DateTime::from_timestamp(at, 0))
}

fn name(object: &Value) -> Result<String, String> {
    text(object, "id").filter(|id| id.len() <= 100).ok_or_else(|| "without an ID".to_owned())
}

/// What a payment intent says. It is one payment, whose failed tries are named by their charges.
pub fn of_intent(intent: &Value) -> Result<Vec<News>, String> {
    let payment = name(intent)?;
    let mut news = Vec::new();
    let failure = &intent["last_payment_error"];
    if failure.is_object() {
        let charge = id_of(failure, "charge").unwrap_or_else(|| payment.clone());
        news.push(News {
            code: text(failure, "decline_code").or_else(|| text(failure, "code")),
            message: text(failure, "message"),
            ..News::of_payment(PaymentFactKind::Failed, Some(charge), amount(intent, "amount")?)
        });
    }
    let (kind, sum) = match intent["status"].as_str().unwrap_or_default() {
        "succeeded" => (PaymentFactKind::Captured, amount(intent, "amount_received")?),
        "requires_capture" => (PaymentFactKind::Authorised, amount(intent, "amount_capturable")?),
        // Nothing more can be paid by it.
        "canceled" => (PaymentFactKind::Released, amount(intent, "amount")?),
        _ => return Ok(news),
    };
    let fee = intent.pointer("/latest_charge/balance_transaction");
    let details =
        Details { fee: fee.and_then(|fee| minor(fee, "fee")), fee_tax: fee.and_then(tax_in_fee), ..Details::default() };
    news.push(News { at: at(intent), details, ..News::of_payment(kind, Some(payment), sum) });
    Ok(news)
}

/// The part of a fee that is tax.
fn tax_in_fee(balance: &Value) -> Option<Minor> {
    let parts = balance.get("fee_details")?.as_array()?;
    let taxes = parts.iter().filter(|part| part["type"] == "tax").filter_map(|part| part["amount"].as_i64());
    Some(Minor(taxes.filter(|paise| *paise >= 0).sum()))
}

/// What a refund says.
pub fn of_refund(refund: &Value) -> Result<News, String> {
    let kind = match refund["status"].as_str().unwrap_or_default() {
        "succeeded" => PaymentFactKind::Refunded,
        "failed" | "canceled" => PaymentFactKind::RefundFailed,
        _ => PaymentFactKind::RefundPending,
    };
    Ok(News {
        refund: Some(name(refund)?),
        our_refund: text(&refund["metadata"], "refund").and_then(|id| id.parse().ok()),
        code: text(refund, "failure_reason"),
        at: at(refund),
        ..News::of_payment(kind, id_of(refund, "payment_intent"), amount(refund, "amount")?)
    })
}

/// What a webhook says.
pub fn read(body: &[u8]) -> Result<Told, String> {
    let event: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let object = event.pointer("/data/object").filter(|object| object.is_object()).ok_or("without an object")?;
    let attempt = text(&object["metadata"], "attempt").and_then(|id| id.parse().ok());
    match event["type"].as_str().unwrap_or_default() {
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled"
        | "payment_intent.amount_capturable_updated" => {
            Ok(Told::News(Subject { attempt, order: Some(name(object)?) }, of_intent(object)?))
        }
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            let subject = Subject { attempt: None, order: id_of(object, "payment_intent") };
            Ok(Told::News(subject, vec![of_refund(object)?]))
        }
        _ => Ok(Told::Nothing),
    }
}
