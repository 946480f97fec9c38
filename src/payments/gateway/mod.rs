//! The gateways behind one trait: what differs between them is how a call looks, not what becomes of it.
//!
//! Amounts are whole paise here; whoever sends decimal strings writes them in its own file. Checking a webhook may take a
//! call of its own (a certificate), so it may wait.

mod call;
pub mod qr;
mod razorpay;
mod razorpay_events;
mod stripe;
mod stripe_events;
pub mod upi;

use async_trait::async_trait;
use http::HeaderMap;

pub use call::CallError;

use super::{
    attempt::{
        model::{Attempt, AttemptId, PaymentGateway},
        record::News,
    },
    intent::model::PaymentIntent,
    refund::model::Refund,
};
use crate::{app::App, kernel::money::Minor};

/// What a call came to.
pub type Called<T> = Result<T, CallError>;

/// What is to be paid by an attempt, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The intent.
    pub intent: &'a PaymentIntent,
    /// The attempt, which the gateway has not heard of.
    pub attempt: &'a Attempt,
    /// The payer.
    pub payer: &'a Payer,
}

/// What some gateways want to know of a payer.
#[derive(Clone, Debug)]
pub struct Payer {
    /// Mail address.
    pub email: String,
    /// Phone number, where it is known.
    pub phone: Option<String>,
}

/// What a gateway made of an attempt.
#[derive(Clone, Debug)]
pub struct Made {
    /// What the gateway calls it.
    pub order: String,
    /// A UPI link, where it made one.
    pub link: Option<String>,
}

/// What the browser needs for a shopper to pay. Never stored, never logged.
#[derive(Clone, Default)]
pub struct Handover {
    /// The gateway's public key.
    pub public_key: Option<String>,
    /// What lets the browser finish this one payment.
    pub client_secret: Option<String>,
    /// Opens a UPI app on a phone, or is drawn as a QR code.
    pub upi_link: Option<String>,
}

/// What a browser brings back.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// The payment, as the gateway calls it.
    pub payment: Option<String>,
    /// The gateway's signature.
    pub signature: Option<String>,
}

/// How an attempt stands at the gateway.
#[derive(Clone, Debug)]
pub enum Standing {
    /// The gateway has never heard of it.
    Missing,
    /// This is what it made of it, and what came to pass.
    Known(Made, Vec<News>),
}

/// Which attempt a webhook speaks of, by whatever it names.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The attempt, which gateways repeat from our call.
    pub attempt: Option<AttemptId>,
    /// What the gateway calls it.
    pub order: Option<String>,
}

/// What a webhook says.
#[derive(Clone, Debug)]
pub enum Told {
    /// Nothing that concerns payments here.
    Nothing,
    /// This, of that attempt.
    News(Subject, Vec<News>),
}

/// A webhook's label.
#[derive(Clone, Debug)]
pub struct Label {
    /// The gateway's ID of the event, the same in every delivery.
    pub event: Option<String>,
    /// Kind of event, as the gateway calls it.
    pub kind: Option<String>,
}

/// A gateway that can be asked.
#[async_trait]
pub trait Service: Send + Sync {
    /// Makes what the shopper pays. Made twice for one attempt, it is the same, or the second is never paid.
    async fn create(&self, ask: &Ask<'_>) -> Called<Made>;

    /// What the browser needs to pay what was made.
    async fn handover(&self, attempt: &Attempt) -> Called<Handover>;

    /// What a browser's proof says; nothing where the gateway signs none. A wrong one is refused.
    fn check_proof(&self, attempt: &Attempt, proof: &Proof) -> Result<Vec<News>, &'static str>;

    /// How an attempt stands.
    async fn standing(&self, ask: &Ask<'_>) -> Called<Standing>;

    /// Takes what was set aside.
    async fn capture(&self, attempt: &Attempt, payment: &str, amount: Minor) -> Called<Vec<News>>;

    /// Gives back, or says how far giving back is; asked again, it is the same refund.
    async fn refund(&self, attempt: &Attempt, refund: &Refund) -> Called<News>;

    /// Sees to it that nothing more is paid by an attempt, where the gateway can.
    async fn close(&self, attempt: &Attempt) -> Called<Vec<News>>;

    /// Whether a webhook comes from the gateway, by its raw bytes.
    async fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool;

    /// A webhook's label.
    fn label(&self, headers: &HeaderMap, body: &[u8]) -> Label;

    /// What a genuine webhook says; an error where it cannot be read.
    fn read(&self, body: &[u8]) -> Result<Told, String>;
}

/// The service behind a gateway; `None` where its keys are not set, or it is none.
pub fn service(app: &App, gateway: PaymentGateway) -> Option<Box<dyn Service>> {
    match gateway {
        PaymentGateway::Razorpay => Some(Box::new(razorpay::Razorpay::new(app)?)),
        PaymentGateway::Stripe => Some(Box::new(stripe::Stripe::new(app)?)),
        PaymentGateway::Upi | PaymentGateway::Cash | PaymentGateway::Credit => None,
    }
}
