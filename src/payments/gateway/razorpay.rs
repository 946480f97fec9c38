//! Razorpay: orders that the shopper pays in its checkout or by a UPI link.

use async_trait::async_trait;
use hmac::{Hmac, Mac};
use http::HeaderMap;
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    Ask, CallError, Called, Handover, Label, Made, Proof, Service, Standing, Told, call,
    razorpay_events::{self as events, text},
};
use crate::{
    app::App,
    kernel::money::Minor,
    payments::{
        attempt::{
            model::{Attempt, PaymentFactKind, PaymentGateway},
            record::News,
        },
        intent::model::PaymentMethod,
        refund::model::Refund,
    },
};

/// Least amount of an order, in paise.
const LEAST: Minor = Minor(100);

/// Razorpay with the keys of the settings.
pub struct Razorpay {
    app: App,
    key_id: String,
}

impl Razorpay {
    /// `None` without keys.
    pub fn new(app: &App) -> Option<Self> {
        app.config.payments.razorpay_key_secret.as_ref()?;
        Some(Self { app: app.clone(), key_id: app.config.payments.razorpay_key_id.clone()? })
    }

    fn key_secret(&self) -> &str {
        self.app.config.payments.razorpay_key_secret.as_ref().map_or("", |secret| secret.expose())
    }

    fn request(&self, method: Method, path: &str) -> Called<RequestBuilder> {
        let url = format!("{}/v1/{path}", self.app.config.payments.razorpay_url);
        let url = Url::parse(&url).map_err(|_| CallError::refused("invalid_request", "malformed address"))?;
        Ok(self.app.gateways.request(method, url).basic_auth(&self.key_id, Some(self.key_secret())))
    }

    async fn get(&self, path: &str) -> Called<Value> {
        call::send(&self.app, PaymentGateway::Razorpay, self.request(Method::GET, path)?).await
    }

    async fn post(&self, path: &str, body: &Value) -> Called<Value> {
        call::send(&self.app, PaymentGateway::Razorpay, self.request(Method::POST, path)?.json(body)).await
    }

    /// A link for UPI apps. The checkout takes UPI, too, so an account without this feature loses nothing.
    async fn upi_link(&self, ask: &Ask<'_>, order: &str) -> Option<String> {
        let phone = ask.payer.phone.as_deref()?;
        if ask.intent.method != PaymentMethod::Upi {
            return None;
        }
        let payment = json!({
            "amount": ask.attempt.amount_minor, "currency": "INR", "order_id": order, "method": "upi",
            "contact": phone, "email": ask.payer.email, "upi": { "flow": "intent" },
            "description": format!("Order {}", ask.intent.reference),
        });
        let made = self.post("payments/create/upi", &payment).await.ok()?;
        text(&made, "link").filter(|link| link.starts_with("upi://pay?") && link.len() <= 2_000)
    }
}

/// Razorpay's receipt of an attempt: its UUID, 32 characters.
fn receipt(attempt: &Attempt) -> String {
    attempt.id.0.simple().to_string()
}

/// An ID of the gateway's as a part of a path.
fn segment(id: &str) -> Called<&str> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(CallError::refused("invalid_request", "malformed ID")) }
}

fn made(order: &Value) -> Called<Made> {
    let missing = || CallError::Unknown("the gateway named no order".to_owned());
    Ok(Made { order: text(order, "id").ok_or_else(missing)?, link: None })
}

#[async_trait]
impl Service for Razorpay {
    async fn create(&self, ask: &Ask<'_>) -> Called<Made> {
        if ask.attempt.amount_minor < LEAST {
            return Err(CallError::refused("amount_too_small", "the least amount is ₹1.00"));
        }
        let order = json!({
            "amount": ask.attempt.amount_minor, "currency": "INR", "receipt": receipt(ask.attempt),
            "notes": { "order": ask.intent.reference, "attempt": ask.attempt.id },
        });
        let made = made(&self.post("orders", &order).await?)?;
        Ok(Made { link: self.upi_link(ask, &made.order).await, ..made })
    }

    async fn handover(&self, attempt: &Attempt) -> Called<Handover> {
        let (public_key, upi_link) = (Some(self.key_id.clone()), attempt.link.clone());
        Ok(Handover { public_key, client_secret: None, upi_link })
    }

    /// The signature proves that the payer's bank agreed; the order is our own record's, never the browser's.
    fn check_proof(&self, attempt: &Attempt, proof: &Proof) -> Result<Vec<News>, &'static str> {
        let (Some(payment), Some(signature)) = (&proof.payment, &proof.signature) else {
            return Err("Razorpay's payment ID and signature are needed");
        };
        let order = attempt.gateway_order.as_deref().unwrap_or_default();
        let message = format!("{order}|{payment}");
        if order.is_empty() || payment.len() > 100 || !signs(self.key_secret(), message.as_bytes(), signature) {
            return Err("the signature is not Razorpay's");
        }
        Ok(vec![News::of_payment(PaymentFactKind::Authorised, Some(payment.clone()), attempt.amount_minor)])
    }

    async fn standing(&self, ask: &Ask<'_>) -> Called<Standing> {
        let made = match &ask.attempt.gateway_order {
            Some(order) => Made { order: order.clone(), link: None },
            None => {
                let found = self.get(&format!("orders?receipt={}", receipt(ask.attempt))).await?;
                match found.pointer("/items/0") {
                    Some(order) => made(order)?,
                    None => return Ok(Standing::Missing),
                }
            }
        };
        let payments = self.get(&format!("orders/{}/payments", segment(&made.order)?)).await?;
        let payments = payments["items"].as_array().cloned().unwrap_or_default();
        let news = payments.iter().map(events::of_payment).collect::<Result<Vec<_>, _>>();
        Ok(Standing::Known(made, news.map_err(CallError::Unknown)?.into_iter().flatten().collect()))
    }

    async fn capture(&self, attempt: &Attempt, payment: &str, amount: Minor) -> Called<Vec<News>> {
        let path = format!("payments/{}", segment(payment)?);
        let body = json!({ "amount": amount, "currency": "INR" });
        let paid = match self.post(&format!("{path}/capture"), &body).await {
            // Captured already, perhaps by a call whose answer was lost: the payment itself tells.
            Err(CallError::Refused { .. }) => self.get(&path).await?,
            outcome => outcome?,
        };
        if text(&paid, "order_id") != attempt.gateway_order {
            return Err(CallError::Unknown("the payment is another order's".to_owned()));
        }
        Ok(events::of_payment(&paid).map_err(CallError::Unknown)?.into_iter().collect())
    }

    async fn refund(&self, _attempt: &Attempt, refund: &Refund) -> Called<News> {
        let answer = match &refund.gateway_refund {
            Some(known) => self.get(&format!("refunds/{}", segment(known)?)).await?,
            None => {
                let payment = segment(refund.gateway_payment.as_deref().unwrap_or_default())?;
                let receipt = refund.id.0.simple().to_string();
                let body =
                    json!({ "amount": refund.amount_minor, "receipt": receipt, "notes": { "refund": refund.id } });
                let request = self.request(Method::POST, &format!("payments/{payment}/refund"))?;
                let request = request.header("X-Refund-Idempotency", receipt).json(&body);
                call::send(&self.app, PaymentGateway::Razorpay, request).await?
            }
        };
        events::of_refund(&answer).map_err(CallError::Unknown)
    }

    /// Razorpay's orders cannot be closed; what is paid late is given back.
    async fn close(&self, _attempt: &Attempt) -> Called<Vec<News>> {
        Ok(Vec::new())
    }

    async fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let Some(signature) = headers.get("x-razorpay-signature").and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let mut secrets = self.app.config.payments.razorpay_webhook_secrets.iter().map(|secret| secret.expose());
        secrets.any(|secret| signs(secret, body, signature))
    }

    fn label(&self, headers: &HeaderMap, body: &[u8]) -> Label {
        let event = headers.get("x-razorpay-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body: Option<Value> = serde_json::from_slice(body).ok();
        Label { event, kind: body.and_then(|body| text(&body, "event")) }
    }

    fn read(&self, body: &[u8]) -> Result<Told, String> {
        events::read(body)
    }
}

/// Whether the hexadecimal signature is the message's (HMAC-SHA-256), compared in constant time.
pub(super) fn signs(secret: &str, message: &[u8], signature: &str) -> bool {
    let (Ok(mut mac), Ok(signature)) = (Hmac::<Sha256>::new_from_slice(secret.as_bytes()), hex::decode(signature))
    else {
        return false;
    };
    mac.update(message);
    !secret.is_empty() && mac.verify_slice(&signature).is_ok()
}
