//! Stripe: payment intents that the shopper confirms in the browser.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use reqwest::{Method, RequestBuilder, Url};
use serde_json::Value;

use super::{
    Ask, CallError, Called, Handover, Label, Made, Proof, Service, Standing, Told, call,
    razorpay::signs,
    stripe_events::{self as events, text},
};
use crate::{
    app::App,
    kernel::money::Minor,
    payments::{
        attempt::{
            model::{Attempt, PaymentGateway},
            record::News,
        },
        refund::model::Refund,
    },
};

/// Version whose shapes this file reads.
const VERSION: &str = "2026-10-28.endive";
/// A webhook is signed with its time; older ones, and those from the future, are refused.
const TOLERANCE: TimeDelta = TimeDelta::seconds(300);

/// Stripe with the keys of the settings.
pub struct Stripe {
    app: App,
}

impl Stripe {
    /// `None` without keys.
    pub fn new(app: &App) -> Option<Self> {
        app.config.payments.stripe_secret_key.as_ref()?;
        app.config.payments.stripe_publishable_key.as_ref()?;
        Some(Self { app: app.clone() })
    }

    fn request(&self, method: Method, path: &str) -> Called<RequestBuilder> {
        let url = format!("{}/v1/{path}", self.app.config.payments.stripe_url);
        let url = Url::parse(&url).map_err(|_| CallError::refused("invalid_request", "malformed address"))?;
        let key = self.app.config.payments.stripe_secret_key.as_ref().map_or("", |secret| secret.expose());
        Ok(self.app.gateways.request(method, url).bearer_auth(key).header("Stripe-Version", VERSION))
    }

    async fn get(&self, path: &str) -> Called<Value> {
        call::send(&self.app, PaymentGateway::Stripe, self.request(Method::GET, path)?).await
    }

    /// With a key under which a repeated call is the same call.
    async fn post(&self, path: &str, form: &[(&str, String)], key: String) -> Called<Value> {
        let mut body = Url::parse("https://form").map_err(|_| CallError::refused("invalid_request", "no form"))?;
        body.query_pairs_mut().extend_pairs(form);
        let request = self.request(Method::POST, path)?;
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.header("Idempotency-Key", key).body(body.query().unwrap_or_default().to_owned());
        call::send(&self.app, PaymentGateway::Stripe, request).await
    }

    /// Makes the payment intent, or finds it again: the key is the attempt's.
    async fn intent(&self, ask: &Ask<'_>) -> Called<Value> {
        let form = [
            ("amount", ask.attempt.amount_minor.0.to_string()),
            ("currency", "inr".to_owned()),
            ("automatic_payment_methods[enabled]", "true".to_owned()),
            ("description", format!("Order {}", ask.intent.reference)),
            ("metadata[order]", ask.intent.reference.clone()),
            ("metadata[attempt]", ask.attempt.id.to_string()),
        ];
        self.post("payment_intents", &form, ask.attempt.id.to_string()).await
    }

    async fn read_intent(&self, attempt: &Attempt) -> Called<Value> {
        self.get(&format!("payment_intents/{}?expand[]=latest_charge.balance_transaction", order_of(attempt)?)).await
    }
}

/// An ID of the gateway's as a part of a path.
fn segment(id: &str) -> Called<&str> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain { Ok(id) } else { Err(CallError::refused("invalid_request", "malformed ID")) }
}

fn order_of(attempt: &Attempt) -> Called<&str> {
    segment(attempt.gateway_order.as_deref().unwrap_or_default())
}

fn made(intent: &Value) -> Called<Made> {
    let missing = || CallError::Unknown("the gateway named no payment intent".to_owned());
    Ok(Made { order: text(intent, "id").ok_or_else(missing)?, link: None })
}

fn news(intent: &Value) -> Called<Vec<News>> {
    events::of_intent(intent).map_err(CallError::Unknown)
}

#[async_trait]
impl Service for Stripe {
    async fn create(&self, ask: &Ask<'_>) -> Called<Made> {
        made(&self.intent(ask).await?)
    }

    async fn handover(&self, attempt: &Attempt) -> Called<Handover> {
        let client_secret = text(&self.get(&format!("payment_intents/{}", order_of(attempt)?)).await?, "client_secret");
        let public_key = self.app.config.payments.stripe_publishable_key.clone();
        Ok(Handover { public_key, client_secret, upi_link: None })
    }

    /// Stripe signs nothing for browsers: it is asked.
    fn check_proof(&self, _attempt: &Attempt, _proof: &Proof) -> Result<Vec<News>, &'static str> {
        Ok(Vec::new())
    }

    async fn standing(&self, ask: &Ask<'_>) -> Called<Standing> {
        if ask.attempt.gateway_order.is_some() {
            let intent = self.read_intent(ask.attempt).await?;
            return Ok(Standing::Known(made(&intent)?, news(&intent)?));
        }
        match self.intent(ask).await {
            Ok(intent) => Ok(Standing::Known(made(&intent)?, news(&intent)?)),
            Err(CallError::Refused { .. }) => Ok(Standing::Missing),
            Err(unknown) => Err(unknown),
        }
    }

    async fn capture(&self, attempt: &Attempt, _payment: &str, amount: Minor) -> Called<Vec<News>> {
        let path = format!("payment_intents/{}/capture", order_of(attempt)?);
        let form = [("amount_to_capture", amount.0.to_string())];
        match self.post(&path, &form, format!("capture-{}", attempt.id)).await {
            // Captured already, perhaps by a call whose answer was lost: the intent itself tells.
            Err(CallError::Refused { .. }) => news(&self.read_intent(attempt).await?),
            outcome => news(&outcome?),
        }
    }

    async fn refund(&self, attempt: &Attempt, refund: &Refund) -> Called<News> {
        let answer = match &refund.gateway_refund {
            Some(known) => self.get(&format!("refunds/{}", segment(known)?)).await?,
            None => {
                let form = [
                    ("payment_intent", order_of(attempt)?.to_owned()),
                    ("amount", refund.amount_minor.0.to_string()),
                    ("metadata[refund]", refund.id.to_string()),
                ];
                self.post("refunds", &form, refund.id.to_string()).await?
            }
        };
        events::of_refund(&answer).map_err(CallError::Unknown)
    }

    async fn close(&self, attempt: &Attempt) -> Called<Vec<News>> {
        let path = format!("payment_intents/{}/cancel", order_of(attempt)?);
        let form = [("cancellation_reason", "abandoned".to_owned())];
        news(&self.post(&path, &form, format!("close-{}", attempt.id)).await?)
    }

    async fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let Some(header) = headers.get("stripe-signature").and_then(|value| value.to_str().ok()) else { return false };
        let mut secrets = self.app.config.payments.stripe_webhook_secrets.iter().map(|secret| secret.expose());
        secrets.any(|secret| is_signed(secret, header, body, self.app.clock.now()))
    }

    fn label(&self, _headers: &HeaderMap, body: &[u8]) -> Label {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        Label { event: text(&body, "id"), kind: text(&body, "type") }
    }

    fn read(&self, body: &[u8]) -> Result<Told, String> {
        events::read(body)
    }
}

/// Whether the header (`t=<seconds>,v1=<hex>,…`) signs the body, at about this time. While a secret is being exchanged
/// there is more than one `v1`.
fn is_signed(secret: &str, header: &str, body: &[u8], now: DateTime<Utc>) -> bool {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some(stamp) = parts().find(|(name, _)| *name == "t").map(|(_, value)| value) else { return false };
    let at = stamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if at.is_none_or(|at| (now - at).abs() > TOLERANCE) {
        return false;
    }
    let message = [stamp.as_bytes(), b".", body].concat();
    parts().filter(|(name, _)| *name == "v1").any(|(_, signature)| signs(secret, &message, signature))
}
