//! Who is calling and what they may do: permissions, actors, and the guard behind every root field.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use async_graphql::{Context, Guard};
use uuid::Uuid;

pub use permission::{Permission, Permissions};
pub use scope::{Scope, ScopeKind};

use super::error::{Error, Result};

mod permission;
mod scope;

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

impl Principal {
    /// As ledgers and the audit log name it: the kind, and the account or API key.
    pub fn kind_and_id(&self) -> (&'static str, Option<Uuid>) {
        match *self {
            Self::Anonymous => ("anonymous", None),
            Self::Account { id, .. } => ("account", Some(id)),
            Self::ApiKey { id } => ("api_key", Some(id)),
            Self::System => ("system", None),
        }
    }
}

/// Permissions over rows: one role as granted. Permissions of one grant do not reach the rows of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    permissions: Permissions,
    scope: Scope,
}

impl Grant {
    /// These rights on these rows. Rights that need the whole platform are void over less than that.
    pub fn new(permissions: Permissions, scope: Scope) -> Self {
        Self { permissions: if scope.everything { permissions } else { permissions.within_part() }, scope }
    }

    /// May do what.
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// On which rows.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
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
        let all = Grant::new(Permissions::all(), Scope::everything());
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

    /// The account or the API key behind the caller: who owns files and has started jobs.
    pub fn known_id(&self) -> Option<Uuid> {
        self.principal.kind_and_id().1
    }

    /// The account or the API key behind the caller, or UNAUTHENTICATED.
    pub fn require_known(&self) -> Result<Uuid> {
        self.known_id().ok_or_else(|| Error::Unauthenticated("please log in, or send an API key".to_owned()))
    }

    /// The account behind the caller, or UNAUTHENTICATED.
    pub fn require_account(&self) -> Result<Uuid> {
        self.account_id().ok_or_else(|| Error::Unauthenticated("please log in".to_owned()))
    }

    /// FORBIDDEN unless the permission is granted.
    pub fn require(&self, permission: Permission) -> Result<()> {
        Access::Can(permission).check(self)
    }

    /// FORBIDDEN unless the permission is granted over the whole platform.
    pub fn require_everywhere(&self, permission: Permission) -> Result<()> {
        self.require(permission)?;
        if self.scope(permission).everything {
            return Ok(());
        }
        Err(Error::Forbidden(format!("this needs the permission {} over the whole platform", permission.as_str())))
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
    /// Any person with a valid access token, and any program with an API key.
    Known,
    /// Whoever has a role or API key with this permission.
    Can(Permission),
}

impl Access {
    /// The text of the `@auth` directive.
    pub fn requires(self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::SignedIn => "signed-in".to_owned(),
            Self::Known => "known".to_owned(),
            Self::Can(permission) => permission.as_str().to_owned(),
        }
    }

    /// Ok, UNAUTHENTICATED or FORBIDDEN.
    pub fn check(self, actor: &Actor) -> Result<()> {
        let known = actor.principal != Principal::Anonymous;
        match self {
            Self::Public => Ok(()),
            Self::SignedIn if actor.account_id().is_some() => Ok(()),
            Self::Known if known => Ok(()),
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

    /// Who may call the field: "public", "signed-in" (people), "known" (people and API keys), or the permission that is
    /// needed.
    #[TypeDirective(location = "FieldDefinition")]
    pub fn auth(requires: String) {}
}

pub use directive::auth;
