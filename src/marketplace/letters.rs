//! The words of the marketplace's mails. Plain text; the recipient's own data only. Names that users chose stand in the
//! text, never in a subject.

use chrono::NaiveDate;

use crate::{
    config::Config,
    kernel::mail::Mail,
    marketplace::{
        distributor::status::DistributorStep as Step,
        document::model::DistributorDocumentKind,
        proposal::model::{Proposal, ProposalStatus},
        review::model::DistributorDecision,
    },
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
    letter(to, format!("Your distributor {what}"), text)
}

/// A paper's name for people.
pub fn name_of(kind: DistributorDocumentKind) -> &'static str {
    match kind {
        DistributorDocumentKind::Gst => "GST registration certificate",
        DistributorDocumentKind::Pan => "PAN card",
        DistributorDocumentKind::Bank => "cancelled cheque or bank statement",
        DistributorDocumentKind::Address => "proof of address",
        DistributorDocumentKind::TradeLicence => "trade licence",
        DistributorDocumentKind::Fssai => "food licence (FSSAI)",
    }
}

/// Tells a distributor's people that a paper was refused.
pub fn paper_refused(config: &Config, to: &str, name: &str, kind: DistributorDocumentKind, reason: &str) -> Mail {
    let text = format!(
        "Hello,\n\na paper of your distributor {name} was refused: {}.\n\nThe reason: {reason}\n\nPlease hand in \
         another one.\n\n{}\n",
        name_of(kind),
        config.http.public_url()
    );
    letter(to, "A paper of your distributor was refused".to_owned(), text)
}

/// Reminds a distributor's people of a paper that expires.
pub fn paper_expires(config: &Config, to: &str, kind: DistributorDocumentKind, last: NaiveDate) -> Mail {
    let text = format!(
        "Hello,\n\nyour {} at FreshVilla is good until {last}. Hand in a new one before that day: afterwards your offers \
         are not shown until a new one was accepted.\n\n{}\n",
        name_of(kind),
        config.http.public_url()
    );
    letter(to, format!("Your {} expires on {last}", name_of(kind)), text)
}

/// Invites somebody to work for a distributor.
pub fn invitation(config: &Config, to: &str, name: &str, token: &str) -> Mail {
    let text = format!(
        "Hello,\n\nyou are invited to work for {name} at FreshVilla. Sign in with this address, or sign up with it, and \
         accept within a week:\n\n{}/distributor-invitation#token={token}\n\nIf you do not know {name}, ignore this \
         mail.\n",
        config.http.public_url()
    );
    letter(to, "You are invited to work for a distributor at FreshVilla".to_owned(), text)
}

/// Tells a distributor's people what was decided about a product that they proposed.
pub fn proposal_decided(config: &Config, to: &str, proposal: &Proposal) -> Mail {
    let name = &proposal.name;
    let (what, next) = match proposal.status {
        ProposalStatus::Approved => ("is in the catalogue", "Your offers are on sale."),
        ProposalStatus::ChangesRequested => ("needs changes", "Look at the remarks, and hand it in again."),
        _ => ("was refused", "Write to us if you think that this is a mistake."),
    };
    let why = if proposal.reason.is_empty() { String::new() } else { format!("The reason: {}\n\n", proposal.reason) };
    let text = format!("Hello,\n\nyour proposal {name} {what}.\n\n{why}{next}\n\n{}\n", config.http.public_url());
    letter(to, format!("Your proposal {what}"), text)
}
