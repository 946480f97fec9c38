//! A fake of Razorpay.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Answer, Faults, Hook, Hooks, Shopper, Step, name};
use crate::kernel::clock::Clock;

/// Keys that a fake takes.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Public.
    pub id: String,
    /// Secret.
    pub secret: String,
    /// Signs webhooks.
    pub webhook: String,
}

/// A fake of Razorpay; cheap to clone.
#[derive(Clone)]
pub struct FakeRazorpay(Arc<Parts>);

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
    orders: BTreeMap<String, Value>,
    payments: BTreeMap<String, Value>,
    refunds: BTreeMap<String, Value>,
    refund_keys: HashMap<String, (Value, String)>,
}

impl std::ops::Deref for FakeRazorpay {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

fn refused(status: StatusCode, description: &str) -> (StatusCode, Value) {
    (
        status,
        json!({ "code": "BAD_REQUEST_ERROR", "description": description, "reason": "input_validation_failed",
        "source": "business", "step": "NA", "metadata": {} }),
    )
}

fn bad(description: &str) -> (StatusCode, Value) {
    refused(StatusCode::BAD_REQUEST, description)
}

fn hmac(secret: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok();
    if let Some(mac) = &mut mac {
        mac.update(message);
    }
    mac.map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
}

impl FakeRazorpay {
    /// One without orders.
    pub fn new(keys: Keys, clock: Clock) -> Self {
        let (state, faults, hooks) = (Mutex::default(), Faults::default(), Hooks::default());
        Self(Arc::new(Parts { keys, clock, state, faults, hooks }))
    }

    /// Its HTTP side.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/orders", post(create_order).get(find_orders))
            .route("/v1/orders/{id}/payments", get(payments_of))
            .route("/v1/payments/create/upi", post(create_upi))
            .route("/v1/payments/{id}", get(payment))
            .route("/v1/payments/{id}/capture", post(capture))
            .route("/v1/payments/{id}/refund", post(refund))
            .route("/v1/refunds/{id}", get(find_refund))
            .route("/_pay/{order}", post(pay))
            .with_state(self.clone())
    }

    fn books<T>(&self, work: impl FnOnce(&mut Books) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One call with the keys checked; then what it made the fake tell is sent.
    async fn call(&self, headers: &HeaderMap, work: impl FnOnce(&mut Books) -> Answer) -> Response<Body> {
        let given = headers.get("authorization").and_then(|value| value.to_str().ok());
        let pair = format!("{}:{}", self.keys.id, self.keys.secret);
        let known = given == Some(format!("Basic {}", STANDARD.encode(pair)).as_str());
        let before = self.hooks.count();
        let answer = self.faults.around(|| match known {
            true => self.books(work),
            false => Err(refused(StatusCode::UNAUTHORIZED, "Authentication failed")),
        });
        let answer = answer.await;
        self.hooks.send_since(before).await;
        answer
    }

    /// How many orders there are.
    pub fn orders(&self) -> usize {
        self.books(|books| books.orders.len())
    }

    /// How many refunds there are.
    pub fn refunds(&self) -> usize {
        self.books(|books| books.refunds.len())
    }

    /// What a shopper does with an order: the payment's name, and the signature that the browser gets when it worked.
    pub fn pay(&self, order: &str, shopper: Shopper) -> Option<(String, String)> {
        let payment = self.books(|books| {
            let of = books.orders.get_mut(order)?;
            if of["status"] == "paid" {
                return None;
            }
            let declined = shopper == Shopper::IsDeclined;
            let captured = shopper == Shopper::Pays;
            let status = if declined {
                "failed"
            } else if captured {
                "captured"
            } else {
                "authorized"
            };
            of["status"] = json!(if captured { "paid" } else { "attempted" });
            let payment = json!({
                "id": name("pay"), "entity": "payment", "amount": of["amount"], "currency": "INR", "status": status,
                "order_id": order, "method": "card", "captured": captured, "amount_refunded": 0, "refund_status": null,
                "fee": captured.then_some(1_180), "tax": captured.then_some(180), "notes": [],
                "error_code": declined.then_some("BAD_REQUEST_ERROR"),
                "error_reason": declined.then_some("payment_failed"),
                "error_description": declined.then_some("The bank declined the payment"),
                "acquirer_data": { "rrn": "412345678901" }, "created_at": self.clock.now().timestamp(),
            });
            books.payments.insert(payment["id"].as_str()?.to_owned(), payment.clone());
            Some(payment)
        })?;
        self.tell_of(&payment);
        let id = payment["id"].as_str()?.to_owned();
        let signature = hmac(&self.keys.secret, format!("{order}|{id}").as_bytes());
        Some((id, signature))
    }

    /// A payment that failed goes through after all.
    pub fn goes_through(&self, payment: &str) {
        let payment = self.books(|books| {
            let payment = books.payments.get_mut(payment)?;
            payment["status"] = json!("captured");
            payment["captured"] = json!(true);
            for name in ["error_code", "error_reason", "error_description"] {
                payment[name] = Value::Null;
            }
            Some(payment.clone())
        });
        if let Some(payment) = payment {
            self.tell_of(&payment);
        }
    }

    /// A refund that was on its way ends.
    pub fn refund_ends(&self, refund: &str, status: &str) {
        let told = self.books(|books| {
            let refund = books.refunds.get_mut(refund)?;
            refund["status"] = json!(status);
            let payment = books.payments.get(refund["payment_id"].as_str()?)?;
            Some((refund.clone(), payment.clone()))
        });
        if let Some((refund, payment)) = told {
            self.tell(&format!("refund.{status}"), json!({ "refund": refund, "payment": payment }));
        }
    }

    fn tell_of(&self, payment: &Value) {
        let status = payment["status"].as_str().unwrap_or_default();
        self.tell(&format!("payment.{status}"), json!({ "payment": payment }));
        if status == "captured" {
            self.tell("order.paid", json!({ "payment": payment, "order": { "id": payment["order_id"] } }));
        }
    }

    /// Signs and keeps a webhook.
    pub fn tell(&self, kind: &str, entities: Value) {
        let entities = entities.as_object().cloned().unwrap_or_default();
        let contains: Vec<&String> = entities.keys().collect();
        let wrapped = entities.iter().map(|(name, entity)| (name.clone(), json!({ "entity": entity })));
        let payload: serde_json::Map<String, Value> = wrapped.collect();
        let body = json!({ "entity": "event", "account_id": "acc_FV000000000001", "event": kind, "contains": contains,
            "payload": payload, "created_at": self.clock.now().timestamp() });
        self.hooks.keep(self.signed(kind, body.to_string()));
    }

    /// Any bytes as a webhook with a right signature.
    pub fn signed(&self, kind: &str, body: String) -> Hook {
        let headers = vec![
            ("x-razorpay-signature", hmac(&self.keys.webhook, body.as_bytes())),
            ("x-razorpay-event-id", name("evt")),
        ];
        Hook { kind: kind.to_owned(), headers, body }
    }
}

async fn create_order(State(fake): State<FakeRazorpay>, headers: HeaderMap, Json(ask): Json<Value>) -> Response<Body> {
    let created_at = fake.clock.now().timestamp();
    fake.call(&headers, |books| {
        let amount = ask["amount"].as_i64().ok_or_else(|| bad("The amount must be an integer."))?;
        if amount < 100 || ask["currency"] != "INR" {
            return Err(bad("Order amount less than minimum amount allowed"));
        }
        let order = json!({ "id": name("order"), "entity": "order", "amount": amount, "amount_paid": 0,
            "amount_due": amount, "currency": "INR", "receipt": ask["receipt"], "status": "created", "attempts": 0,
            "notes": ask["notes"], "created_at": created_at });
        books.orders.insert(order["id"].as_str().unwrap_or_default().to_owned(), order.clone());
        Ok(order)
    })
    .await
}

fn collection(items: Vec<Value>) -> Answer {
    Ok(json!({ "entity": "collection", "count": items.len(), "items": items }))
}

async fn find_orders(
    State(fake): State<FakeRazorpay>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response<Body> {
    let receipt = query.get("receipt").cloned().unwrap_or_default();
    fake.call(&headers, |books| {
        collection(books.orders.values().filter(|order| order["receipt"] == receipt.as_str()).cloned().collect())
    })
    .await
}

async fn payments_of(State(fake): State<FakeRazorpay>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    fake.call(&headers, |books| {
        collection(books.payments.values().filter(|payment| payment["order_id"] == id.as_str()).cloned().collect())
    })
    .await
}

async fn create_upi(State(fake): State<FakeRazorpay>, headers: HeaderMap, Json(ask): Json<Value>) -> Response<Body> {
    fake.call(&headers, |books| {
        let order = ask["order_id"].as_str().and_then(|id| books.orders.get(id)).ok_or_else(|| bad("no such order"))?;
        if ask["contact"].as_str().is_none() || ask["amount"] != order["amount"] {
            return Err(bad("contact and the order's amount are needed"));
        }
        let tr = order["id"].as_str().unwrap_or_default().trim_start_matches("order_");
        let link = format!("upi://pay?pa=fake@razorpay&pn=FreshVilla&tr={tr}&cu=INR&mc=5411");
        Ok(json!({ "razorpay_payment_id": name("pay"), "link": link }))
    })
    .await
}

async fn payment(State(fake): State<FakeRazorpay>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    fake.call(&headers, |books| books.payments.get(&id).cloned().ok_or_else(|| bad("no such payment"))).await
}

async fn find_refund(State(fake): State<FakeRazorpay>, Path(id): Path<String>, headers: HeaderMap) -> Response<Body> {
    fake.call(&headers, |books| books.refunds.get(&id).cloned().ok_or_else(|| bad("no such refund"))).await
}

async fn capture(
    State(fake): State<FakeRazorpay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(ask): Json<Value>,
) -> Response<Body> {
    let teller = fake.clone();
    fake.call(&headers, |books| {
        let payment = books.payments.get_mut(&id).ok_or_else(|| bad("no such payment"))?;
        if payment["status"] != "authorized" || ask["amount"] != payment["amount"] {
            return Err(bad("This payment has already been captured, or the amount is another one"));
        }
        payment["status"] = json!("captured");
        payment["captured"] = json!(true);
        payment["fee"] = json!(1_180);
        payment["tax"] = json!(180);
        teller.tell_of(payment);
        Ok(payment.clone())
    })
    .await
}

async fn refund(
    State(fake): State<FakeRazorpay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(ask): Json<Value>,
) -> Response<Body> {
    let key = headers.get("x-refund-idempotency").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let teller = fake.clone();
    fake.call(&headers, |books| {
        if let Some((first, refund)) = key.as_ref().and_then(|key| books.refund_keys.get(key)) {
            return match *first == ask {
                true => Ok(books.refunds.get(refund).cloned().unwrap_or_default()),
                false => Err(refused(StatusCode::CONFLICT, "Different request body for the same key")),
            };
        }
        let payment = books.payments.get_mut(&id).ok_or_else(|| bad("no such payment"))?;
        let given = payment["amount_refunded"].as_i64().unwrap_or_default();
        let amount = ask["amount"].as_i64().unwrap_or_default();
        let whole = payment["amount"].as_i64().unwrap_or_default();
        if payment["captured"] != true || amount < 1 || amount + given > whole {
            return Err(bad("The refund amount provided is greater than amount captured"));
        }
        payment["amount_refunded"] = json!(amount + given);
        let refund = json!({ "id": name("rfnd"), "entity": "refund", "amount": amount, "currency": "INR",
            "payment_id": id, "notes": ask["notes"], "receipt": ask["receipt"], "status": "pending",
            "acquirer_data": {}, "created_at": payment["created_at"] });
        let refund_id = refund["id"].as_str().unwrap_or_default().to_owned();
        teller.tell("refund.created", json!({ "refund": refund, "payment": payment }));
        books.refunds.insert(refund_id.clone(), refund.clone());
        if let Some(key) = key {
            books.refund_keys.insert(key, (ask, refund_id));
        }
        Ok(refund)
    })
    .await
}

async fn pay(
    State(fake): State<FakeRazorpay>,
    Path(order): Path<String>,
    step: Option<Json<Step>>,
) -> Result<Json<Value>, StatusCode> {
    let before = fake.hooks.count();
    let paid = fake.pay(&order, step.map(|step| step.0.does).unwrap_or_default()).ok_or(StatusCode::CONFLICT)?;
    fake.hooks.send_since(before).await;
    let (payment, signature) = paid;
    Ok(Json(json!({ "razorpay_order_id": order, "razorpay_payment_id": payment, "razorpay_signature": signature })))
}
