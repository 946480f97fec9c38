//! The states of a distributor and the steps between them: the one table of what may follow what.

use crate::{inventory::seller::model::SellerStatus, text_enum};

text_enum! {
    /// Where a distributor stands.
    pub enum DistributorStatus {
        /// Its owner fills in the application.
        Pending = "pending",
        /// Handed in; a reviewer has it.
        InReview = "in_review",
        /// Looked at and accepted: sells.
        Verified = "verified",
        /// Refused; a reviewer may reopen it.
        Rejected = "rejected",
        /// Accepted, and sells nothing for now.
        Suspended = "suspended",
        /// Has left for good; kept for the record.
        Closed = "closed",
    }
}

text_enum! {
    /// What changes a distributor's state.
    pub enum DistributorStep {
        /// Its owner hands the application in.
        Submit = "submit",
        /// Its owner takes it back to change something.
        Withdraw = "withdraw",
        /// A reviewer wants something changed; a distributor that was accepted or refused is looked at anew.
        RequestChanges = "request_changes",
        /// A reviewer, or the settings, accept it.
        Approve = "approve",
        /// A reviewer refuses it.
        Reject = "reject",
        /// The back office, or a paper that has expired, stop its sales.
        Suspend = "suspend",
        /// The back office lets it sell again.
        Reinstate = "reinstate",
        /// The back office ends it for good.
        Close = "close",
    }
}

impl DistributorStatus {
    /// The state after a step; `None` where the step is not allowed.
    pub fn after(self, step: DistributorStep) -> Option<Self> {
        use DistributorStep as Step;
        match (self, step) {
            (Self::Pending, Step::Submit) => Some(Self::InReview),
            (Self::InReview, Step::Withdraw | Step::RequestChanges) => Some(Self::Pending),
            (Self::InReview, Step::Approve) => Some(Self::Verified),
            (Self::InReview, Step::Reject) => Some(Self::Rejected),
            (Self::Verified | Self::Rejected, Step::RequestChanges) => Some(Self::Pending),
            (Self::Verified, Step::Suspend) => Some(Self::Suspended),
            (Self::Suspended, Step::Reinstate) => Some(Self::Verified),
            (Self::Closed, _) => None,
            (_, Step::Close) => Some(Self::Closed),
            _ => None,
        }
    }

    /// Whether the seller behind it sells.
    pub fn of_seller(self) -> SellerStatus {
        match self {
            Self::Pending | Self::InReview | Self::Rejected => SellerStatus::Pending,
            Self::Verified => SellerStatus::Active,
            Self::Suspended => SellerStatus::Suspended,
            Self::Closed => SellerStatus::Closed,
        }
    }
}

impl DistributorStep {
    /// Whether it needs a sentence for the distributor's owner.
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::RequestChanges | Self::Reject | Self::Suspend | Self::Close)
    }
}
