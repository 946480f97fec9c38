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

/// The caller of one operation.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub principal: Principal,
    /// May do what.
    pub permissions: Permissions,
    /// On which rows.
    pub scope: Scope,
    /// Ties audit rows and log lines to the request.
    pub request_id: Uuid,
    /// Address that the request came from, where it came over the network.
    pub client: Option<IpAddr>,
}

impl Actor {
    /// A caller without a token.
    pub fn anonymous(request_id: Uuid) -> Self {
        Self {
            principal: Principal::Anonymous,
            permissions: Permissions::default(),
            scope: Scope::default(),
            request_id,
            client: None,
        }
    }

    /// The same caller, from this address.
    #[must_use]
    pub fn from_client(self, client: IpAddr) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The server itself.
    pub fn system() -> Self {
        Self {
            principal: Principal::System,
            permissions: Permissions::all(),
            scope: Scope { everything: true, ..Scope::default() },
            request_id: Uuid::now_v7(),
            client: None,
        }
    }

    /// Whether a role grants the permission.
    pub fn can(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
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
