//! Which rows a right reaches.

use uuid::Uuid;

crate::text_enum! {
    /// What a role is granted over.
    pub enum ScopeKind {
        /// Everything.
        Platform = "platform",
        /// Named stores.
        Store = "store",
        /// Named warehouses.
        Warehouse = "warehouse",
        /// Named distributors.
        Distributor = "distributor",
        /// Named support inboxes.
        Inbox = "inbox",
    }
}

impl ScopeKind {
    /// TypeID prefix of the rows that it names; the domains that own them use the same. None for the platform.
    pub const fn id_prefix(self) -> Option<&'static str> {
        match self {
            Self::Platform => None,
            Self::Store => Some("sto"),
            Self::Warehouse => Some("whs"),
            Self::Distributor => Some("dst"),
            Self::Inbox => Some("inb"),
        }
    }
}

/// Which rows beyond the public ones a principal reaches. Empty lists reach nothing of that kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Everything: back office and the system.
    pub everything: bool,
    /// Stores.
    pub stores: Vec<Uuid>,
    /// Warehouses.
    pub warehouses: Vec<Uuid>,
    /// Distributors.
    pub distributors: Vec<Uuid>,
    /// Support inboxes.
    pub inboxes: Vec<Uuid>,
}

impl Scope {
    /// Everything there is.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// The named rows of one kind; `ids` mean nothing for the platform.
    pub fn of(kind: ScopeKind, ids: Vec<Uuid>) -> Self {
        let mut scope = Self { everything: kind == ScopeKind::Platform, ..Self::default() };
        if let Some(list) = scope.list_mut(kind) {
            *list = ids;
        }
        scope
    }

    /// The rows of one kind that are reached.
    pub fn ids(&self, kind: ScopeKind) -> &[Uuid] {
        match kind {
            ScopeKind::Platform => &[],
            ScopeKind::Store => &self.stores,
            ScopeKind::Warehouse => &self.warehouses,
            ScopeKind::Distributor => &self.distributors,
            ScopeKind::Inbox => &self.inboxes,
        }
    }

    fn list_mut(&mut self, kind: ScopeKind) -> Option<&mut Vec<Uuid>> {
        match kind {
            ScopeKind::Platform => None,
            ScopeKind::Store => Some(&mut self.stores),
            ScopeKind::Warehouse => Some(&mut self.warehouses),
            ScopeKind::Distributor => Some(&mut self.distributors),
            ScopeKind::Inbox => Some(&mut self.inboxes),
        }
    }

    /// Adds what the other reaches.
    pub fn add(&mut self, other: &Self) {
        self.everything |= other.everything;
        for kind in ScopeKind::ALL {
            if let Some(list) = self.list_mut(*kind) {
                list.extend_from_slice(other.ids(*kind));
                list.sort_unstable();
                list.dedup();
            }
        }
    }

    /// Whether everything that the other reaches is reached by this one.
    pub fn covers(&self, other: &Self) -> bool {
        let within = |kind: &ScopeKind| other.ids(*kind).iter().all(|id| self.ids(*kind).contains(id));
        self.everything || (!other.everything && ScopeKind::ALL.iter().all(within))
    }
}
