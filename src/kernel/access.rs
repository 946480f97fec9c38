//! Who is calling and what they may do: permissions, actors, and the guard behind every root field.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use async_graphql::{Context, Guard};
use uuid::Uuid;

use super::error::{Error, Result};

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
        /// See stock within scope.
        InventoryRead = "inventory.read",
        /// Change stock within scope.
        InventoryWrite = "inventory.write",
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

crate::text_enum! {
    /// What kind of principal an account is; rights come from its roles.
    pub enum AccountKind {
        /// Buys in the shop.
        Customer = "customer",
        /// Works for a distributor.
        DistributorMember = "distributor_member",
        /// Works in a store, in a warehouse or as a support agent.
        Employee = "employee",
        /// Runs the platform's back office.
        Administrator = "administrator",
        /// May do everything, the granting of rights included.
        SuperAdministrator = "super_administrator",
    }
}

/// The caller's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// No token.
    Anonymous,
    /// A person with a login session.
    Account {
        /// Account row.
        id: Uuid,
        /// Its kind.
        kind: AccountKind,
        /// Login session behind the access token.
        session: Uuid,
    },
    /// A partner's program.
    ApiKey {
        /// API key row.
        id: Uuid,
    },
    /// The server itself: jobs and commands.
    System,
}

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

/// Permissions over rows: one role as granted. Permissions of one grant do not reach the rows of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// May do what.
    pub permissions: Permissions,
    /// On which rows.
    pub scope: Scope,
}

/// The caller of one operation.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub principal: Principal,
    /// May do what, on at least some rows; [`Actor::scope`] says on which.
    pub permissions: Permissions,
    /// May do what on which rows.
    pub grants: Arc<[Grant]>,
    /// Ties audit rows and log lines to the request.
    pub request_id: Uuid,
    /// Address that the request came from, where it came over the network.
    pub client: Option<IpAddr>,
}

impl Actor {
    /// A caller with these rights.
    pub fn new(principal: Principal, grants: Arc<[Grant]>, request_id: Uuid) -> Self {
        let permissions = grants.iter().fold(Permissions::default(), |all, grant| all.with(grant.permissions));
        Self { principal, permissions, grants, request_id, client: None }
    }

    /// A caller without a token.
    pub fn anonymous(request_id: Uuid) -> Self {
        Self::new(Principal::Anonymous, Arc::default(), request_id)
    }

    /// The same caller, from this address.
    #[must_use]
    pub fn from_client(self, client: IpAddr) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The server itself.
    pub fn system() -> Self {
        let all = Grant { permissions: Permissions::all(), scope: Scope::everything() };
        Self::new(Principal::System, Arc::new([all]), Uuid::now_v7())
    }

    /// Whether a role grants the permission, on at least some rows.
    pub fn can(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// The rows on which the caller has the permission. Queries start from this, so that a right over one store
    /// never reaches another store where the caller has other rights.
    pub fn scope(&self, permission: Permission) -> Scope {
        self.union(|grant| grant.permissions.contains(permission))
    }

    /// The rows on which the caller has any permission.
    pub fn reach(&self) -> Scope {
        self.union(|_| true)
    }

    fn union(&self, which: impl Fn(&Grant) -> bool) -> Scope {
        let mut whole = Scope::default();
        for grant in self.grants.iter().filter(|grant| which(grant)) {
            whole.add(&grant.scope);
        }
        whole
    }

    /// Whether the caller has all these rights: nobody grants, or takes over, what they lack.
    pub fn covers(&self, grants: &[Grant]) -> bool {
        grants.iter().all(|grant| grant.permissions.iter().all(|p| self.scope(p).covers(&grant.scope)))
    }

    /// The account behind the caller, if it is a person.
    pub fn account_id(&self) -> Option<Uuid> {
        match self.principal {
            Principal::Account { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The account behind the caller, or UNAUTHENTICATED.
    pub fn require_account(&self) -> Result<Uuid> {
        self.account_id().ok_or_else(|| Error::Unauthenticated("please log in".to_owned()))
    }

    /// FORBIDDEN unless the permission is granted.
    pub fn require(&self, permission: Permission) -> Result<()> {
        Access::Can(permission).check(self)
    }

    /// The caller as one string: `account:<uuid>`, `api_key:<uuid>`, `system`, and `client:<address>` or `anonymous`
    /// for strangers. For buckets and keys, not for logs: a stranger's address is personal data.
    pub fn key(&self) -> String {
        match self.principal {
            Principal::Account { id, .. } => format!("account:{id}"),
            Principal::ApiKey { id } => format!("api_key:{id}"),
            Principal::System => "system".to_owned(),
            Principal::Anonymous => self.client_key().map_or("anonymous".to_owned(), |at| format!("client:{at}")),
        }
    }

    /// The client's network for buckets: the IPv4 address, or the /64 that one IPv6 customer holds.
    pub fn client_key(&self) -> Option<IpAddr> {
        self.client.map(|address| match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 => v4,
        })
    }

    /// Whether the caller is the platform's owner.
    pub fn is_super(&self) -> bool {
        matches!(self.principal, Principal::System | Principal::Account { kind: AccountKind::SuperAdministrator, .. })
    }
}

/// Who may call a root field; written as `#[access(...)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Any person with a valid access token.
    SignedIn,
    /// Whoever has a role or API key with this permission.
    Can(Permission),
}

impl Access {
    /// The text of the `@auth` directive.
    pub fn requires(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::SignedIn => "signed-in".to_owned(),
            Self::Can(permission) => permission.as_str().to_owned(),
        }
    }

    /// Ok, UNAUTHENTICATED or FORBIDDEN.
    pub fn check(self, actor: &Actor) -> Result<()> {
        let known = actor.principal != Principal::Anonymous;
        match self {
            Self::Public => Ok(()),
            Self::SignedIn if actor.account_id().is_some() => Ok(()),
            Self::Can(permission) if actor.can(permission) => Ok(()),
            Self::Can(permission) if known => {
                Err(Error::Forbidden(format!("this needs the permission {}", permission.as_str())))
            }
            Self::SignedIn if known => Err(Error::Forbidden("this needs a person's login".to_owned())),
            _ => Err(Error::Unauthenticated("this needs a valid access token".to_owned())),
        }
    }
}

impl Guard for Access {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        if *self == Self::Public {
            return Ok(());
        }
        Ok((*self).check(ctx.data_unchecked::<Arc<Actor>>())?)
    }
}

mod directive {
    #![allow(missing_docs, reason = "the macro writes items without comments")]

    use async_graphql::TypeDirective;

    /// Who may call the field: "public", "signed-in", or the permission that is needed.
    #[TypeDirective(location = "FieldDefinition")]
    pub fn auth(requires: String) {}
}

pub use directive::auth;
