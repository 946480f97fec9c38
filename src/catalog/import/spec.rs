//! What an import is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::columns::Wishes;

crate::text_enum! {
    /// What a file holds.
    pub enum ImportKind {
        /// Products with their variants.
        Catalogue = "catalogue",
        /// HSN and SAC codes with descriptions.
        Hsn = "hsn",
        /// Dated GST rates by HSN code.
        GstRates = "gst_rates",
        /// States and union territories with their GST codes.
        States = "states",
        /// Postal codes with their states.
        Pincodes = "pincodes",
        /// Branches of banks with their IFSC.
        BankBranches = "bank_branches",
    }
}

/// Where the file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In the object store.
    File(Uuid),
    /// On the disk of the machine that runs the command.
    Path(PathBuf),
}

/// An import, as stored with its job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// What the file holds.
    pub kind: ImportKind,
    /// Where it is.
    pub source: Source,
    /// Mapping and defaults.
    #[serde(default)]
    pub wishes: Wishes,
    /// Check and count everything, keep nothing.
    #[serde(default)]
    pub dry_run: bool,
}
