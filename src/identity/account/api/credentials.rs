//! Sign-up and passwords in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::mutation;

use super::super::{
    model::Account,
    password,
    sign_up::{self, Register},
};
use crate::{
    context::Ctx,
    identity::{
        challenge::{
            self,
            model::{Challenge, ChallengeId},
        },
        error::IdentityError,
        session::api::Login,
    },
    kernel::error::Result,
    payload,
};

/// A new customer.
#[derive(InputObject)]
pub struct AccountRegisterInput {
    /// Address that the code goes to.
    email: String,
    /// At least 8 characters with lower case, upper case, digit and symbol, or at least 14; at most 128.
    #[graphql(secret)]
    password: String,
    /// Full name, at most 120 characters.
    name: String,
    /// Language of mails and pages (BCP 47 tag); `en` by default.
    language: Option<String>,
    /// Whether the customer agrees to marketing; false by default.
    #[graphql(default)]
    marketing_consent: bool,
    /// What the client calls itself, for the list of sessions.
    device: Option<String>,
}

/// The code that was sent by mail.
#[derive(InputObject)]
pub struct AccountVerifyEmailInput {
    /// The challenge that `accountRegister` answered.
    challenge_id: ChallengeId,
    /// The six digits from the mail.
    #[graphql(secret)]
    code: String,
}

/// Which code to send again.
#[derive(InputObject)]
pub struct AccountResendCodeInput {
    /// The challenge.
    challenge_id: ChallengeId,
}

/// The present password and the next.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The present password.
    #[graphql(secret)]
    old_password: String,
    /// The next one.
    #[graphql(secret)]
    new_password: String,
}

/// Whose password was forgotten.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// Address of the account.
    email: String,
}

/// The token from the mail and the next password.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
    /// The next password.
    #[graphql(secret)]
    new_password: String,
}

payload! { /// What accountRegister answers: the same whether or not the address has an account.
AccountRegisterPayload { /// The code that was sent by mail; give it back with `accountVerifyEmail`.
challenge: Challenge } IdentityError }

payload! { /// What accountVerifyEmail answers.
AccountVerifyEmailPayload { /// The new account, signed in.
login: Login } IdentityError }

payload! { /// What accountResendCode answers.
AccountResendCodePayload { /// The challenge with the new code's times.
challenge: Challenge } IdentityError }

payload! { /// What passwordChange answers.
PasswordChangePayload { /// The account; its other sessions have ended.
account: Account } IdentityError }

payload! { /// What passwordResetRequest answers: the same whether or not the address has an account.
PasswordResetRequestPayload { /// True: if the address has an account, a link is on its way.
accepted: bool } IdentityError }

payload! { /// What passwordReset answers.
PasswordResetPayload { /// True: the password is set, and all sessions have ended; sign in with it.
done: bool } IdentityError }

/// Sign-up and passwords.
#[derive(Default)]
pub struct CredentialsMutation;

#[mutation]
impl CredentialsMutation {
    /// Begins the sign-up of a customer: mails a six-digit code. If the address has an account, its owner is told by
    /// mail instead, and nobody else.
    #[access(Public)]
    async fn account_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new customer")] input: AccountRegisterInput,
    ) -> Result<AccountRegisterPayload> {
        let AccountRegisterInput { email, password, name, language, marketing_consent, device } = input;
        let register = Register { email, password, name, language, marketing_consent, device };
        AccountRegisterPayload::from(sign_up::register_account(ctx.app(), ctx.actor(), register).await)
    }

    /// Finishes a sign-up with the code from the mail, and signs in. Five tries per code.
    #[access(Public)]
    async fn account_verify_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Challenge and code")] input: AccountVerifyEmailInput,
    ) -> Result<AccountVerifyEmailPayload> {
        let login = sign_up::verify_email(ctx.app(), ctx.actor(), input.challenge_id, &input.code);
        AccountVerifyEmailPayload::from(Box::pin(login).await.map(Login::from))
    }

    /// Sends another code for a sign-up or a login; the one before stops working. Once a minute, five in all.
    #[access(Public)]
    async fn account_resend_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which code")] input: AccountResendCodeInput,
    ) -> Result<AccountResendCodePayload> {
        AccountResendCodePayload::from(challenge::service::resend_code(ctx.app(), input.challenge_id).await)
    }

    /// Changes the caller's password and ends all other sessions.
    #[access(SignedIn)]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The present password and the next")] input: PasswordChangeInput,
    ) -> Result<PasswordChangePayload> {
        let PasswordChangeInput { old_password, new_password } = input;
        let account = password::change_password(ctx.app(), ctx.actor(), old_password, new_password);
        PasswordChangePayload::from(Box::pin(account).await)
    }

    /// Mails a link to choose a new password, if the address has an account. It works once, within an hour.
    #[access(Public)]
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose password")] input: PasswordResetRequestInput,
    ) -> Result<PasswordResetRequestPayload> {
        let sent = password::request_password_reset(ctx.app(), ctx.actor(), &input.email).await;
        PasswordResetRequestPayload::from(sent.map(|()| true))
    }

    /// Sets a new password with the token from the mail, lifts a lock-out, and ends all sessions.
    #[access(Public)]
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Token and password")] input: PasswordResetInput,
    ) -> Result<PasswordResetPayload> {
        let reset = password::reset_password(ctx.app(), ctx.actor(), &input.token, input.new_password);
        PasswordResetPayload::from(Box::pin(reset).await.map(|_| true))
    }
}
