//! Sign-up of customers. No account exists, and no stranger's password is attached to an address, before its owner
//! gave the code back.

use serde::{Deserialize, Serialize};

use super::{
    contact,
    model::{self, Account, AccountId, AccountStatus, NewAccount},
    password_rules,
};
use crate::{
    app::App,
    identity::{
        challenge::{
            self,
            model::{Challenge, ChallengeId, ChallengePurpose},
            service::{check_code, code_wrong, open_challenge},
        },
        profile::{self, model::NewProfile},
        session::{
            log_in::check_client,
            service::{Tokens, device_name, start_session},
        },
    },
    kernel::{
        access::{AccountKind, Actor},
        audit::Change,
        db::Conn,
        error::Result,
    },
};

/// What a new customer tells.
pub struct Register {
    /// Address that the code goes to.
    pub email: String,
    /// Password-to-be.
    pub password: String,
    /// Full name.
    pub name: String,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Whether the customer agrees to marketing.
    pub marketing_consent: bool,
    /// What the client calls itself.
    pub device: Option<String>,
}

/// What waits for the code.
#[derive(Serialize, Deserialize)]
struct SignUp {
    name: String,
    password_hash: String,
    language: String,
    marketing_consent: bool,
}

/// Begins a sign-up. The answer and the work are the same whether or not the address has an account: only the mail
/// differs.
pub async fn register_account(app: &App, actor: &Actor, input: Register) -> Result<Challenge> {
    check_client(app, actor).await?;
    let email = contact::email("email", &input.email)?;
    let name = contact::required_line("name", &input.name, 120)?;
    let language = profile::service::language("language", input.language.as_deref())?;
    let device = device_name(input.device.as_deref())?;
    password_rules::check("password", &input.password, &email)?;
    let password_hash = app.passwords.hash(input.password).await?;
    let sign_up = SignUp { name, password_hash, language, marketing_consent: input.marketing_consent };
    let tx = app.db.begin().await?;
    let challenge = open_challenge(app, &tx, &email, None, Some(serde_json::to_value(sign_up)?), device).await?;
    tx.commit().await?;
    app.committed();
    Ok(challenge)
}

/// Finishes a sign-up with the code from the mail: makes the account and signs in.
pub async fn verify_email(app: &App, actor: &Actor, id: ChallengeId, code: &str) -> Result<Tokens> {
    check_client(app, actor).await?;
    let challenge = check_code(app, id, ChallengePurpose::SignUp, code).await?;
    let sign_up: SignUp = serde_json::from_value(challenge.sign_up.clone().ok_or_else(code_wrong)?)?;
    let tx = app.db.begin().await?;
    if !challenge::model::pass(&tx, id, app.clock.now()).await? {
        return Err(code_wrong());
    }
    let account = create_customer(app, &tx, actor, &challenge.email, sign_up).await?;
    let tokens = start_session(app, &tx, actor, account.id, challenge.device).await?;
    tx.commit().await?;
    app.committed();
    Ok(tokens)
}

async fn create_customer(app: &App, conn: &Conn, actor: &Actor, email: &str, sign_up: SignUp) -> Result<Account> {
    let now = app.clock.now();
    let row = NewAccount {
        id: AccountId::new(),
        kind: AccountKind::Customer,
        email: email.to_owned(),
        email_verified_at: Some(now),
        phone: None,
        name: sign_up.name,
        status: AccountStatus::Active,
        password_hash: Some(sign_up.password_hash),
        password_changed_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    let account = model::insert(conn, &row).await?;
    let consent = sign_up.marketing_consent.then_some(now);
    profile::model::insert(conn, NewProfile::of(account.id, sign_up.language, consent, now)?).await?;
    Change::new("accountRegister", account.id, None, Some(&account))?.record(conn, &app.clock, actor).await?;
    Ok(account)
}
