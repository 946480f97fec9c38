//! The words of the marketplace's mails. Plain text; the recipient's own data only.

use crate::{
    config::Config,
    kernel::mail::Mail,
    marketplace::{distributor::status::DistributorStep as Step, review::model::DistributorDecision},
};

fn letter(to: &str, subject: String, text: String) -> Mail {
    Mail { to: to.to_owned(), subject, text, html: None }
}

/// Tells a distributor's people what was decided.
pub fn decision(config: &Config, to: &str, name: &str, decision: &DistributorDecision) -> Mail {
    let (what, next) = match decision.step {
        Step::Approve => ("was accepted", "You can sell now."),
        Step::Reinstate => ("sells again", "The suspension is over."),
        Step::RequestChanges => ("needs changes", "Look at the remarks, change or answer each, and hand it in again."),
        Step::Reject => ("was refused", "Write to us if you think that this is a mistake."),
        Step::Suspend => ("was suspended", "Its offers are not shown until it is reinstated."),
        Step::Close => ("was closed", "It cannot be opened again."),
        Step::Submit | Step::Withdraw => ("was updated", ""),
    };
    let why = if decision.reason.is_empty() { String::new() } else { format!("The reason: {}\n\n", decision.reason) };
    let text = format!(
        "Hello,\n\nyour distributor {name} at FreshVilla {what}.\n\n{why}{next}\n\n{}\n",
        config.http.public_url()
    );
    letter(to, format!("{name} {what}"), text)
}
