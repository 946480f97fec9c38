//! People of a test: accounts with a role, already logged in.

use freshvilla::{
    identity::{
        account::model::{self as accounts, AccountId, AccountStatus, NewAccount},
        role::model as roles,
        session::service::token_for,
    },
    kernel::access::AccountKind,
};

use super::{app::TestApp, client::Client, cluster::Cluster, database::Database, node::Node};

impl TestApp {
    /// Somebody with a built-in role over the whole platform (`catalogue_manager`), or a `customer` without any.
    pub async fn sign_in(&self, role: &str) -> Client {
        self.sign_in_as(role).await.1
    }

    /// The same with the account's ID. The account has no password.
    pub async fn sign_in_as(&self, role: &str) -> (AccountId, Client) {
        self.grant(role, "NULL").await
    }

    /// Somebody with a built-in role over one store, warehouse, distributor or inbox, as the role demands.
    pub async fn sign_in_over(&self, role: &str, row: &str) -> Client {
        self.grant(role, &format!("'{row}'")).await.1
    }

    async fn grant(&self, role: &str, scope_id: &str) -> (AccountId, Client) {
        let (id, token) = self.node.grant(&self.database, role, scope_id).await;
        (id, self.as_user(token))
    }
}

impl Cluster {
    /// An access token of somebody with a built-in role over one store, warehouse, distributor or inbox.
    pub async fn token_over(&self, role: &str, row: &str) -> String {
        self.one.grant(&self.database, role, &format!("'{row}'")).await.1
    }
}

impl Node {
    async fn grant(&self, database: &Database, role: &str, scope_id: &str) -> (AccountId, String) {
        let (app, name) = (self.app.clone(), role.to_owned());
        let id = AccountId::new();
        let create = async move {
            let conn = app.db.write().await.unwrap();
            let role = roles::by_name(&conn, &name).await.unwrap();
            assert!(role.is_some() || name == "customer", "there is no role {name}");
            let now = app.clock.now();
            let account = NewAccount {
                id,
                kind: role.map_or(AccountKind::Customer, |role| role.account_kind),
                email: format!("{}@test.example", id.0.simple()),
                email_verified_at: Some(now),
                phone: None,
                name: name.replace('_', " "),
                status: AccountStatus::Active,
                password_hash: None,
                password_changed_at: None,
                created_at: now,
                updated_at: now,
            };
            accounts::insert(&conn, &account).await.unwrap();
        };
        self.on_runtime(create).await;
        let grant = format!(
            "INSERT INTO role_grants (id, account_id, role_id, scope_kind, scope_id, created_at) \
             SELECT gen_random_uuid(), '{}', id, scope_kind, {scope_id}, now() FROM roles WHERE name = '{role}'",
            id.0
        );
        database.execute(&grant).await;
        let app = self.app.clone();
        let lifetime = chrono::TimeDelta::seconds(app.config.identity.access_token_seconds);
        let token = async move { token_for(&app, id, "test", lifetime).await.unwrap() };
        (id, self.on_runtime(token).await)
    }
}
