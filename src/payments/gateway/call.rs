//! One call of a gateway, and what can be said of it afterwards.

use http::StatusCode;
use reqwest::RequestBuilder;
use serde_json::Value;

use super::Called;
use crate::{app::App, kernel::client::ClientError, payments::attempt::model::PaymentGateway};

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The gateway made nothing of it: it was not reached, or it refused.
    #[error("{message} ({code})")]
    Refused {
        /// The gateway's code.
        code: String,
        /// The same as a sentence.
        message: String,
        /// Whether the same call may succeed later: it was not reached, the keys are wrong, there were too many.
        passing: bool,
    },
    /// It may have made something of it.
    #[error("{0}")]
    Unknown(String),
}

impl CallError {
    /// A refusal without a code of the gateway's.
    pub fn refused(code: &str, message: &str) -> Self {
        Self::Refused { code: code.to_owned(), message: message.to_owned(), passing: code == UNREACHABLE }
    }
}

/// Sends a request; answers the JSON of a success. The breaker hears how it went.
pub async fn send(app: &App, gateway: PaymentGateway, request: RequestBuilder) -> Called<Value> {
    let outcome = exchange(app, gateway, request).await;
    let works = !matches!(&outcome, Err(CallError::Unknown(_)))
        && !matches!(&outcome, Err(CallError::Refused { code, .. }) if code == UNREACHABLE);
    app.breakers.note(gateway.as_str(), works, app.clock.now());
    if let Err(error) = &outcome {
        tracing::warn!(gateway = gateway.as_str(), %error, "a gateway's call failed");
    }
    outcome
}

const UNREACHABLE: &str = "unreachable";

async fn exchange(app: &App, gateway: PaymentGateway, request: RequestBuilder) -> Called<Value> {
    let answer = match app.gateways.send(gateway.as_str(), request).await {
        Ok(answer) => answer,
        Err(error @ (ClientError::Unreachable | ClientError::Refused)) => {
            return Err(CallError::refused(UNREACHABLE, &error.to_string()));
        }
        Err(error) => return Err(CallError::Unknown(error.to_string())),
    };
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match (answer.status, body) {
        (status, Some(body)) if status.is_success() => Ok(body),
        (status, body) if refuses(status) => Err(refusal(status, body.unwrap_or_default())),
        (status, _) => Err(CallError::Unknown(format!("the gateway answered {}", status.as_u16()))),
    }
}

/// The statuses after which both gateways have made nothing: bad input, bad keys, no such thing, declined, too many.
/// 408 and 409 speak of another call that may still run.
fn refuses(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT)
}

/// Both gateways put `error: {code, …}` around it.
fn refusal(status: StatusCode, body: Value) -> CallError {
    let text = |name: &str| {
        let text = body.pointer(&format!("/error/{name}")).and_then(Value::as_str);
        text.filter(|text| !text.is_empty() && *text != "NA").map(str::to_owned)
    };
    let code = text("reason").or_else(|| text("decline_code")).or_else(|| text("code"));
    let message = text("description").or_else(|| text("message"));
    CallError::Refused {
        code: code.unwrap_or_else(|| status.as_u16().to_string()),
        message: message.unwrap_or_else(|| "the gateway refused the request".to_owned()),
        passing: matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS),
    }
}
