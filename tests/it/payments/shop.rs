//! A server with fakes of Razorpay and Stripe beside it.

use freshvilla::{
    identity::account::model::AccountId,
    payments::{
        fake::{
            Hook, origin,
            razorpay::{self, FakeRazorpay},
            stripe::{self, FakeStripe},
        },
        intent::model::{IntentId, PaymentIntent, PaymentMethod},
    },
};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{opened, with_intent};
use crate::support::{Client, TestApp};

/// The server, the fakes, a customer, and staff.
pub struct Shop {
    pub app: TestApp,
    pub razorpay: FakeRazorpay,
    pub stripe: FakeStripe,
    pub buyer_id: AccountId,
    pub buyer: Client,
    pub staff: Client,
}

pub const RAZORPAY_SECRET: &str = "fv_key_secret_01";
pub const RAZORPAY_WEBHOOK: &str = "fv_webhook_secret";
pub const STRIPE_WEBHOOK: &str = "whsec_freshvilla_test";

const START: &str = "mutation($id: ID!, $key: String!) { paymentStart(input: { intentId: $id, idempotencyKey: $key }) {
    start { publicKey clientSecret upiLink upiQr attempt { id number gateway status gatewayOrder problemCode } }
    errors { code message } } }";

impl Shop {
    /// With the usual settings.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// With more settings.
    pub async fn open_with(more: &[&str]) -> Self {
        let (at_razorpay, razorpay_url) = bind().await;
        let (at_stripe, stripe_url) = bind().await;
        let mut args = vec![
            "--razorpay-url",
            &razorpay_url,
            "--razorpay-key-id",
            "rzp_test_fv",
            "--razorpay-key-secret",
            RAZORPAY_SECRET,
            "--razorpay-webhook-secrets",
            "fv_new_secret,fv_webhook_secret",
            "--stripe-url",
            &stripe_url,
            "--stripe-publishable-key",
            "pk_test_fv",
            "--stripe-secret-key",
            "sk_test_fv",
            "--stripe-webhook-secrets",
            STRIPE_WEBHOOK,
            "--upi-address",
            "freshvilla@examplebank",
            "--gateway-timeout-seconds",
            "1",
        ];
        args.extend(more);
        let app = TestApp::start_with(&args).await;
        let keys = razorpay::Keys {
            id: "rzp_test_fv".to_owned(),
            secret: RAZORPAY_SECRET.to_owned(),
            webhook: RAZORPAY_WEBHOOK.to_owned(),
        };
        let razorpay = FakeRazorpay::new(keys, app.clock().clone());
        let keys = stripe::Keys { secret: "sk_test_fv".to_owned(), webhook: STRIPE_WEBHOOK.to_owned() };
        let stripe = FakeStripe::new(keys, app.clock().clone());
        let (one, other) = (razorpay.router(), stripe.router());
        tokio::spawn(async move { axum::serve(at_razorpay, one).await });
        tokio::spawn(async move { axum::serve(at_stripe, other).await });
        let (buyer_id, buyer) = app.sign_in_as("customer").await;
        let staff = app.sign_in("administrator").await;
        Self { app, razorpay, stripe, buyer_id, buyer, staff }
    }

    /// An intent of the customer.
    pub async fn intent(&self, method: PaymentMethod, paise: i64) -> PaymentIntent {
        opened(&self.app, self.buyer_id, method, paise).await
    }

    /// Only this gateway takes cards.
    pub async fn cards_by(&self, gateway: &str) {
        let only = format!("UPDATE payment_routes SET enabled = gateway = '{gateway}' WHERE method = 'card'");
        self.app.database.execute(&only).await;
    }

    /// Begins to pay; the payload.
    pub async fn start(&self, id: IntentId, key: &str) -> Value {
        self.start_as(&self.buyer, id, key).await
    }

    /// The same as somebody else.
    pub async fn start_as(&self, client: &Client, id: IntentId, key: &str) -> Value {
        let answer = client.query(START, json!({ "id": id, "key": key })).await;
        answer.data("/paymentStart").clone()
    }

    /// Begins to pay by card at a gateway: the intent, the attempt's ID, the gateway's order.
    pub async fn begun(&self, gateway: &str, paise: i64) -> (PaymentIntent, String, String) {
        self.cards_by(gateway).await;
        let intent = self.intent(PaymentMethod::Card, paise).await;
        let begun = self.start(intent.id, "first").await;
        let attempt = &begun["start"]["attempt"];
        assert_eq!((&attempt["status"], &begun["errors"]), (&json!("PENDING"), &json!([])), "{begun}");
        let text = |name: &str| attempt[name].as_str().unwrap().to_owned();
        (intent, text("id"), text("gatewayOrder"))
    }

    /// Brings a proof back as the browser does; the payload.
    pub async fn confirm(&self, attempt: &str, payment: &str, signature: &str) -> Value {
        let confirm = "mutation($id: ID!, $payment: String, $signature: String) { paymentConfirm(input: {
            attemptId: $id, gatewayPayment: $payment, signature: $signature }) {
            intent { status captured { minorUnits } } errors { code } } }";
        let proof = json!({ "id": attempt, "payment": payment, "signature": signature });
        self.buyer.query(confirm, proof).await.data("/paymentConfirm").clone()
    }

    /// Delivers a webhook; the status.
    pub async fn deliver(&self, gateway: &str, hook: &Hook) -> StatusCode {
        let request = self.app.request(reqwest::Method::POST, &format!("/webhooks/{gateway}"));
        let request = hook.headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
        request.body(hook.body.clone()).send().await.unwrap().status()
    }

    /// Delivers all webhooks of a fake, and processes them.
    pub async fn deliver_all(&self, gateway: &str, hooks: &[Hook]) {
        for hook in hooks {
            assert_eq!(self.deliver(gateway, hook).await, 200, "{}", hook.kind);
        }
        self.app.drain_jobs().await;
    }

    /// The intent as it stands now.
    pub async fn now(&self, intent: &PaymentIntent) -> PaymentIntent {
        with_intent(&self.app, intent.id, async move |_, _, intent| Ok(intent)).await.unwrap()
    }

    /// How many facts are known of an intent.
    pub async fn facts(&self, intent: &PaymentIntent) -> Value {
        let count = format!("SELECT count(*) FROM payment_events WHERE intent_id = '{}'", intent.id.0);
        self.app.database.value(&count).await
    }

    /// Asks the gateways how attempts stand, as the polling job does.
    pub async fn poll(&self) {
        self.app.advance(chrono::TimeDelta::seconds(61));
        self.app.drain_jobs().await;
    }
}

/// A free port of this machine, which queues connections from now on.
async fn bind() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, origin(address))
}
