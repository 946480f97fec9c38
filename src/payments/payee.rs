//! Who is told when a payment changes.
//!
//! Orders come later in the list of domains, so payments cannot call them. They implement [`Payee`] for [`Payable`], and
//! payments call that.

use super::intent::model::PaymentIntent;
use crate::{
    app::App,
    kernel::{db::Tx, error::Result},
};

/// What intents are for.
pub struct Payable;

/// The owner of what is paid for.
pub trait Payee {
    /// Told in the transaction that changes an intent, under its row lock, of every change but its opening; also of those
    /// that the owner asked for itself. May ask for more, such as a refund. An error undoes the change.
    fn payment_changed(
        app: &App,
        tx: &Tx,
        before: &PaymentIntent,
        after: &PaymentIntent,
    ) -> impl Future<Output = Result<()>> + Send;
}
