//! Identity: who comes in, how they prove it, what they may do.

mod addresses;
mod api_keys;
mod audit;
mod login;
mod passwords;
mod rights;
mod sessions;
mod sign_up;
mod strangers;
mod tokens;

use freshvilla::{
    identity::{demo, place::load::load_embedded_places},
    kernel::mail::Mail,
};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Node, TestApp};

pub const LOGIN: &str = "mutation($email: String!, $password: String!, $device: String) {
    sessionCreate(input: { email: $email, password: $password, device: $device }) {
        login { accessToken refreshToken expiresAt session { id device current } account { id email kind } }
        challenge { id purpose }
        errors { code message path }
    }
}";

pub const REFRESH: &str = "mutation($token: String!, $device: String) {
    sessionRefresh(input: { refreshToken: $token, device: $device }) {
        login { accessToken refreshToken session { id device } }
        errors { code }
    }
}";

/// A server with the demo accounts.
pub struct House {
    pub app: TestApp,
}

impl House {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(args: &[&str]) -> Self {
        let app = TestApp::start_with(args).await;
        seed(&app.node).await;
        Self { app }
    }

    pub async fn with_places() -> Self {
        let house = Self::start().await;
        let app = house.app.node.app.clone();
        house.app.node.on_runtime(async move { load_embedded_places(&app).await.unwrap() }).await;
        house
    }

    /// A demo account, signed in.
    pub async fn user(&self, name: &str) -> Client {
        let answer = self.log_in(&email(name), demo::PASSWORD).await;
        self.app.as_user(answer.text("/sessionCreate/login/accessToken"))
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        log_in(&self.app, email, password).await
    }

    /// The latest mail to an address.
    pub async fn mail_to(&self, email: &str) -> Mail {
        self.app.drain_jobs().await;
        let mails = self.app.node.app.mailer.captured();
        mails.into_iter().rev().find(|mail| mail.to == email).unwrap_or_else(|| panic!("no mail to {email}"))
    }

    /// The six digits in the latest mail to an address.
    pub async fn code_for(&self, email: &str) -> String {
        six_digits(&self.mail_to(email).await.text)
    }

    /// Global ID of a demo account.
    pub async fn id_of(&self, name: &str) -> String {
        let me = self.user(name).await.query("{ me { account { id } } }", json!({})).await;
        me.text("/me/account/id").to_owned()
    }

    /// Global ID of a role.
    pub async fn role(&self, name: &str) -> String {
        let roles = self.user("asha").await.query("{ roles(first: 100) { nodes { id name } } }", json!({})).await;
        let roles = roles.data("/roles/nodes").as_array().unwrap().clone();
        let role = roles.iter().find(|role| role["name"] == name).unwrap_or_else(|| panic!("no role {name}"));
        role["id"].as_str().unwrap().to_owned()
    }
}

pub async fn seed(node: &Node) {
    let app = node.app.clone();
    node.on_runtime(async move { demo::seed_accounts(&app).await.unwrap() }).await;
}

pub async fn log_in(client: &Client, email: &str, password: &str) -> Answer {
    client.query(LOGIN, json!({ "email": email, "password": password, "device": "test" })).await
}

/// Address of a demo account.
pub fn email(name: &str) -> String {
    format!("{name}@demo.freshvilla.example")
}

pub fn six_digits(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_digit());
    words.into_iter().find(|word| word.len() == 6).unwrap_or_else(|| panic!("no code in {text:?}")).to_owned()
}

/// Whether an access token is accepted.
pub async fn works(client: &Client) -> bool {
    let answer = client.query("{ sessions { nodes { id } } }", json!({})).await;
    match answer.code() {
        None => true,
        Some("UNAUTHENTICATED") => false,
        Some(_) => panic!("{:#}", answer.body),
    }
}

/// Runs a mutation with one `input` variable and answers its payload.
pub async fn mutate(client: &Client, field: &str, selection: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let text = format!(
        "mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} errors {{ code message path }} }} }}"
    );
    client.query(&text, json!({ "input": input })).await
}
