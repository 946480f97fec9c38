//! Gateways for a demo without keys: nobody is charged.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;

use crate::{
    app::App,
    config::{Config, DEMO_KEY, Mode, Secret, local_url},
    payments::fake::{
        origin,
        razorpay::{self, FakeRazorpay},
        stripe::{self, FakeStripe},
    },
};

/// Fakes of Razorpay and Stripe, about to be served on ports of this machine.
pub struct FakeGateways {
    razorpay: TcpListener,
    stripe: TcpListener,
}

impl FakeGateways {
    /// In development without any gateway's keys: takes ports, and puts addresses and invented keys into the settings.
    pub async fn where_needed(config: &mut Config) -> anyhow::Result<Option<Self>> {
        let payments = &mut config.payments;
        let keys_are_set = payments.razorpay_key_id.is_some() || payments.stripe_secret_key.is_some();
        if config.mode != Mode::Development || keys_are_set {
            return Ok(None);
        }
        let (razorpay, stripe) = (free_port().await?, free_port().await?);
        let secret = |name: &str| Secret::new(format!("{name}_{DEMO_KEY}"));
        payments.razorpay_url = origin(razorpay.local_addr()?);
        payments.razorpay_key_id = Some(format!("rzp_test_{DEMO_KEY}"));
        payments.razorpay_key_secret = Some(secret("secret"));
        payments.razorpay_webhook_secrets = vec![secret("webhook")];
        payments.stripe_url = origin(stripe.local_addr()?);
        payments.stripe_publishable_key = Some(format!("pk_test_{DEMO_KEY}"));
        payments.stripe_secret_key = Some(secret("sk_test"));
        payments.stripe_webhook_secrets = vec![secret("whsec")];
        Ok(Some(Self { razorpay, stripe }))
    }

    /// Serves them until the application stops; they tell the server that listens at the address. Answers a line for
    /// whoever started it.
    pub fn serve(self, app: &App, server: SocketAddr) -> String {
        let payments = &app.config.payments;
        let exposed = |secret: Option<&Secret>| secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
        let keys = razorpay::Keys {
            id: payments.razorpay_key_id.clone().unwrap_or_default(),
            secret: exposed(payments.razorpay_key_secret.as_ref()),
            webhook: exposed(payments.razorpay_webhook_secrets.first()),
        };
        let razorpay = FakeRazorpay::new(keys, app.clock.clone());
        let keys = stripe::Keys {
            secret: exposed(payments.stripe_secret_key.as_ref()),
            webhook: exposed(payments.stripe_webhook_secrets.first()),
        };
        let stripe = FakeStripe::new(keys, app.clock.clone());
        let server = local_url(server);
        razorpay.hooks.send_to(format!("{server}/webhooks/razorpay"));
        stripe.hooks.send_to(format!("{server}/webhooks/stripe"));
        spawn(app, self.razorpay, razorpay.router());
        spawn(app, self.stripe, stripe.router());
        format!(
            "Payments are faked, nobody is charged: POST {}/_pay/<gatewayOrder> (Razorpay) or {}/_pay/<gatewayOrder> \
             (Stripe) pays as a shopper.",
            payments.razorpay_url, payments.stripe_url
        )
    }
}

async fn free_port() -> anyhow::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await.context("no free port for a fake gateway")
}

fn spawn(app: &App, listener: TcpListener, router: axum::Router) {
    let stop = app.stop.clone();
    app.spawn(async move {
        // Whoever still waits for an answer is cut off with the server.
        tokio::select! {
            () = stop.cancelled() => {}
            _ = axum::serve(listener, router) => {}
        }
    });
}
