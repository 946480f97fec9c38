//! Rights, and sets of them.

use super::ScopeKind;
use crate::kernel::error::{Error, Result};

crate::text_enum! {
    /// A right that roles grant. Scope (which store, which distributor) is checked by queries, not here.
    pub enum Permission {
        /// See accounts, their roles and sessions.
        UsersRead = "users.read",
        /// Create, change and lock accounts.
        UsersWrite = "users.write",
        /// Define roles and grant them.
        RolesWrite = "roles.write",
        /// Issue and revoke partner API keys.
        ApiKeysWrite = "api_keys.write",
        /// Read the audit log.
        AuditRead = "audit.read",
        /// See drafts and archived products.
        CatalogRead = "catalog.read",
        /// Change products, brands, categories and media.
        CatalogWrite = "catalog.write",
        /// Import files into the catalogue.
        CatalogImport = "catalog.import",
        /// Add GST rates.
        TaxWrite = "tax.write",
        /// See background jobs.
        JobsRead = "jobs.read",
        /// Retry and cancel background jobs.
        JobsWrite = "jobs.write",
        /// See orders within scope.
        OrdersRead = "orders.read",
        /// Change orders within scope.
        OrdersWrite = "orders.write",
        /// See the papers of sellers within scope, and sellers that are suspended or closed.
        SellersRead = "sellers.read",
        /// Enter and change sellers and their tax registrations.
        SellersWrite = "sellers.write",
        /// Fill in the application of distributors within scope, and hand in their papers.
        DistributorsWrite = "distributors.write",
        /// See all offers of sellers within scope, whatever their state.
        OffersRead = "offers.read",
        /// Make and change offers of sellers within scope.
        OffersWrite = "offers.write",
        /// Approve and refuse offers.
        OffersReview = "offers.review",
        /// Open and change stores and warehouses within scope.
        LocationsWrite = "locations.write",
        /// See stock within scope.
        InventoryRead = "inventory.read",
        /// Change stock within scope.
        InventoryWrite = "inventory.write",
        /// See all payments and what gateways told of them.
        PaymentsRead = "payments.read",
        /// Record payments that no gateway tells of, set customers' credit, choose gateways, replay webhooks.
        PaymentsWrite = "payments.write",
        /// Give money back.
        PaymentsRefund = "payments.refund",
        /// See money documents within scope.
        FinancialsRead = "financials.read",
        /// Change money documents within scope.
        FinancialsWrite = "financials.write",
        /// See discounts and coupons.
        CouponsRead = "coupons.read",
        /// Change discounts and coupons.
        CouponsWrite = "coupons.write",
        /// See reports within scope.
        ReportsRead = "reports.read",
        /// See settings.
        SettingsRead = "settings.read",
        /// Change settings.
        SettingsWrite = "settings.write",
        /// Read conversations within scope.
        SupportRead = "support.read",
        /// Answer conversations within scope.
        SupportWrite = "support.write",
    }
}

impl Permission {
    /// Whether the right is over things that belong to nobody in particular, such as the catalogue: only a grant over
    /// the whole platform gives it, never one over a store.
    pub const fn needs_platform(self) -> bool {
        matches!(
            self,
            Self::AuditRead
                | Self::CatalogWrite
                | Self::CatalogImport
                | Self::TaxWrite
                | Self::JobsRead
                | Self::JobsWrite
                | Self::SellersWrite
                | Self::OffersReview
                | Self::PaymentsRead
                | Self::PaymentsWrite
                | Self::PaymentsRefund
        )
    }
}

/// A set of permissions, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// Every permission: the super-administrator's.
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the set holds the permission.
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether every permission of `other` is in this set; nobody grants what they lack.
    pub fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// What is left of the set in a grant over part of the platform.
    #[must_use]
    pub fn within_part(self) -> Self {
        self.iter().filter(|permission| !permission.needs_platform()).collect()
    }

    /// INVALID where a right that needs the whole platform would be given over less, and so be void.
    pub fn check_scope(self, kind: ScopeKind) -> Result<()> {
        let void: Vec<&str> = self.iter().filter(|p| p.needs_platform()).map(Permission::as_str).collect();
        if kind == ScopeKind::Platform || void.is_empty() {
            return Ok(());
        }
        let message = format!("given only over the whole platform: {}", void.join(", "));
        Err(Error::invalid("permissions", message))
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The permissions in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.contains(*p))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, p| bits | bit(p)))
    }
}

fn bit(permission: Permission) -> u64 {
    Permission::ALL.iter().position(|p| *p == permission).map_or(0, |at| 1 << at)
}
