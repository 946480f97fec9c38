//! A fake of Stripe.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State},
    routing::{get, post},
};
use hmac::{Hmac, Mac};
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Answer, Faults, Hook, Hooks, Shopper, Step, name};
use crate::kernel::clock::Clock;

/// Keys that a fake takes.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Secret.
    pub secret: String,
    /// Signs webhooks.
    pub webhook: String,
}

/// A fake of Stripe; cheap to clone.
#[derive(Clone)]
pub struct FakeStripe(Arc<Parts>);

/// The parts, reached by deref.
pub struct Parts {
    keys: Keys,
    clock: Clock,
    state: Mutex<Books>,
    /// What goes wrong.
    pub faults: Faults,
    /// What it tells.
    pub hooks: Hooks,
}

#[derive(Default)]
struct Books {
    intents: BTreeMap<String, Value>,
    refunds: BTreeMap<String, Value>,
    keys: HashMap<String, (String, Answer)>,
}

impl std::ops::Deref for FakeStripe {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> (StatusCode, Value) {
    (status, json!({ "type": "invalid_request_error", "code": code, "message": message }))
}

fn missing() -> (StatusCode, Value) {
    refused(StatusCode::NOT_FOUND, "resource_missing", "No such object")
}

/// The pairs of a form.
fn form(body: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(&format!("https://form/?{body}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

/// `metadata[name]=…` of a form.
fn metadata(form: &HashMap<String, String>) -> Value {
    let own = |(key, value): (&String, &String)| {
        Some((key.strip_prefix("metadata[")?.strip_suffix(']')?.to_owned(), json!(value)))
    };
    Value::Object(form.iter().filter_map(own).collect())
}

impl FakeStripe {
    /// One without payment intents.
    pub fn new(keys: Keys, clock: Clock) -> Self {
        let (state, faults, hooks) = (Mutex::default(), Faults::default(), Hooks::default());
        Self(Arc::new(Parts { keys, clock, state, faults, hooks }))
    }

    /// Its HTTP side.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/payment_intents", post(create))
            .route("/v1/payment_intents/{id}", get(read))
            .route("/v1/payment_intents/{id}/capture", post(capture))
            .route("/v1/payment_intents/{id}/cancel", post(cancel))
            .route("/v1/refunds", post(refund))
            .route("/v1/refunds/{id}", get(find_refund))
            .route("/_pay/{intent}", post(pay))
            .with_state(self.clone())
    }

    fn books<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One call with the key checked. A repeated POST with the same `Idempotency-Key` gets the first answer.
    async fn call(&self, headers: &HeaderMap, body: &str, work: impl FnOnce(&mut Books) -> Answer) -> Response<Body> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let known = text("authorization") == Some(format!("Bearer {}", self.keys.secret));
        let key = text("idempotency-key");
        let before = self.hooks.count();
        let answer = self.faults.around(|| {
            if !known {
                return Err(refused(StatusCode::UNAUTHORIZED, "api_key_invalid", "Invalid API Key provided"));
            }
            self.books(|books| {
                let Some(key) = key else { return work(books) };
                if let Some((first, answer)) = books.keys.get(&key) {
                    return match first == body {
                        true => answer.clone(),
                        false => Err(refused(StatusCode::BAD_REQUEST, "idempotency_error", "other parameters")),
                    };
                }
                let answer = work(books);
                books.keys.insert(key, (body.to_owned(), answer.clone()));
                answer
            })
        });
        let answer = answer.await;
        self.hooks.send_since(before).await;
        answer
    }

    /// How many payment intents there are.
    pub fn intents(&self) -> usize {
        self.books(|books| books.intents.len())
    }

    /// What a shopper does with a payment intent; answers whether it could be done.
    pub fn pay(&self, intent: &str, shopper: Shopper) -> bool {
        let told = self.books(|books| {
            let intent = books.intents.get_mut(intent)?;
            if intent["status"] != "requires_payment_method" {
                return None;
            }
            let charge = name("ch");
            match shopper {
                Shopper::Pays => {
                    intent["status"] = json!("succeeded");
                    intent["amount_received"] = intent["amount"].clone();
                    intent["latest_charge"] = json!({ "id": charge, "balance_transaction": {
                        "fee": 1_180, "fee_details": [{ "type": "stripe_fee", "amount": 1_000 },
                        { "type": "tax", "amount": 180 }] } });
                }
                Shopper::Authorises => {
                    intent["status"] = json!("requires_capture");
                    intent["amount_capturable"] = intent["amount"].clone();
                }
                Shopper::IsDeclined => {
                    intent["last_payment_error"] = json!({ "type": "card_error", "code": "card_declined",
                        "decline_code": "insufficient_funds", "message": "Your card has insufficient funds.",
                        "charge": charge });
                }
            }
            Some(intent.clone())
        });
        let Some(intent) = told else { return false };
        self.tell(
            match shopper {
                Shopper::Pays => "payment_intent.succeeded",
                Shopper::Authorises => "payment_intent.amount_capturable_updated",
                Shopper::IsDeclined => "payment_intent.payment_failed",
            },
            &intent,
        );
        true
    }

    /// A refund ends, perhaps after it had succeeded.
    pub fn refund_ends(&self, refund: &str, status: &str) {
        let told = self.books(|books| {
            let refund = books.refunds.get_mut(refund)?;
            refund["status"] = json!(status);
            Some(refund.clone())
        });
        if let Some(refund) = told {
            self.tell(if status == "failed" { "refund.failed" } else { "refund.updated" }, &refund);
        }
    }

    /// Signs and keeps a webhook. Objects in it are not expanded.
    pub fn tell(&self, kind: &str, object: &Value) {
        let mut object = object.clone();
        if let Some(charge) = object.pointer("/latest_charge/id").cloned() {
            object["latest_charge"] = charge;
        }
        let body = json!({ "id": name("evt"), "object": "event", "api_version": "2026-10-28.endive",
            "created": self.clock.now().timestamp(), "type": kind, "livemode": false, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null }, "data": { "object": object } });
        self.hooks.keep(self.signed(kind, body.to_string()));
    }

    /// Any bytes as a webhook with a right signature.
    pub fn signed(&self, kind: &str, body: String) -> Hook {
        let stamp = self.clock.now().timestamp();
        let mut mac = Hmac::<Sha256>::new_from_slice(self.keys.webhook.as_bytes()).ok();
        if let Some(mac) = &mut mac {
            mac.update(format!("{stamp}.{body}").as_bytes());
        }
        let signature = mac.map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default();
        Hook { kind: kind.to_owned(), headers: vec![("stripe-signature", format!("t={stamp},v1={signature}"))], body }
    }
}

async fn create(State(fake): State<FakeStripe>, headers: HeaderMap, body: String) -> Response<Body> {
    let (form, created) = (form(&body), fake.clock.now().timestamp());
    fake.call(&headers, &body, |books| {
        let amount: Option<i64> = form.get("amount").and_then(|amount| amount.parse().ok());
        let Some(amount) = amount.filter(|amount| *amount >= 50) else {
            return Err(refused(StatusCode::BAD_REQUEST, "amount_too_small", "Amount must be at least 50 paise"));
        };
        let id = name("pi");
        let intent = json!({ "id": id, "object": "payment_intent", "amount": amount, "amount_received": 0,
            "amount_capturable": 0, "currency": form.get("currency"), "status": "requires_payment_method",
            "client_secret": format!("{id}_secret_{}", name("s")), "latest_charge": null,
            "metadata": metadata(&form), "created": created, "livemode": false });
        books.intents.insert(id, intent.clone());
        Ok(intent)
    })
    .await
}

async fn read(State(fake): State<FakeStripe>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    fake.call(&headers, "", |books| books.intents.get(&id).cloned().ok_or_else(missing)).await
}

async fn capture(
    State(fake): State<FakeStripe>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let teller = fake.clone();
    fake.call(&headers, &body, |books| {
        let intent = books.intents.get_mut(&id).ok_or_else(missing)?;
        if intent["status"] != "requires_capture" {
            return Err(refused(StatusCode::BAD_REQUEST, "payment_intent_unexpected_state", "cannot be captured"));
        }
        intent["status"] = json!("succeeded");
        intent["amount_received"] = intent["amount"].clone();
        teller.tell("payment_intent.succeeded", intent);
        Ok(intent.clone())
    })
    .await
}

async fn cancel(
    State(fake): State<FakeStripe>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response<Body> {
    let teller = fake.clone();
    fake.call(&headers, &body, |books| {
        let intent = books.intents.get_mut(&id).ok_or_else(missing)?;
        if intent["status"] == "succeeded" {
            return Err(refused(StatusCode::BAD_REQUEST, "payment_intent_unexpected_state", "cannot be canceled"));
        }
        intent["status"] = json!("canceled");
        teller.tell("payment_intent.canceled", intent);
        Ok(intent.clone())
    })
    .await
}

async fn refund(State(fake): State<FakeStripe>, headers: HeaderMap, body: String) -> Response<Body> {
    let (form, created) = (form(&body), fake.clock.now().timestamp());
    let teller = fake.clone();
    fake.call(&headers, &body, |books| {
        let of = form.get("payment_intent").cloned().unwrap_or_default();
        let received = books.intents.get(&of).and_then(|intent| intent["amount_received"].as_i64()).unwrap_or(0);
        let earlier = books.refunds.values().filter(|refund| refund["payment_intent"] == of.as_str());
        let given: i64 = earlier.filter_map(|refund| refund["amount"].as_i64()).sum();
        let amount: i64 = form.get("amount").and_then(|amount| amount.parse().ok()).unwrap_or(0);
        if amount < 1 || amount + given > received {
            return Err(refused(StatusCode::BAD_REQUEST, "charge_already_refunded", "greater than unrefunded amount"));
        }
        let id = name("re");
        let refund = json!({ "id": id, "object": "refund", "amount": amount, "currency": "inr", "status": "succeeded",
            "payment_intent": of, "metadata": metadata(&form), "created": created });
        teller.tell("refund.created", &refund);
        books.refunds.insert(id, refund.clone());
        Ok(refund)
    })
    .await
}

async fn find_refund(State(fake): State<FakeStripe>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    fake.call(&headers, "", |books| books.refunds.get(&id).cloned().ok_or_else(missing)).await
}

async fn pay(
    State(fake): State<FakeStripe>,
    Path(intent): Path<String>,
    step: Option<Json<Step>>,
) -> Result<Json<Value>, StatusCode> {
    let before = fake.hooks.count();
    if !fake.pay(&intent, step.map(|step| step.0.does).unwrap_or_default()) {
        return Err(StatusCode::CONFLICT);
    }
    fake.hooks.send_since(before).await;
    Ok(Json(json!({ "payment_intent": intent })))
}
