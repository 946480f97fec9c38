//! The words of identity's mails. Plain text; the recipient's own data only.

use crate::{config::Config, identity::account::model::Account, kernel::mail::Mail};

fn letter(to: &str, subject: &str, text: String) -> Mail {
    Mail { to: to.to_owned(), subject: subject.to_owned(), text, html: None }
}

/// The code that finishes a sign-up.
pub fn sign_up_code(email: &str, code: &str) -> Mail {
    let text = format!(
        "Welcome to FreshVilla!\n\nYour code is {code}. It works for 10 minutes.\n\n\
         If you did not sign up, ignore this mail: without the code no account is made.\n"
    );
    letter(email, "Your FreshVilla code", text)
}

/// Tells the owner of an account that somebody tried to sign up with its address.
pub fn already_registered(config: &Config, account: &Account) -> Mail {
    let text = format!(
        "Hello {},\n\nsomebody, perhaps you, tried to sign up at FreshVilla with this address. You already have an \
         account: sign in at {} or reset your password there.\n\nIf it was not you, there is nothing to do.\n",
        account.name,
        config.http.public_url()
    );
    letter(&account.email, "You already have a FreshVilla account", text)
}

/// The code that finishes a login after wrong passwords.
pub fn login_code(account: &Account, device: &str, code: &str) -> Mail {
    let text = format!(
        "Hello {},\n\nyour code to sign in on {} is {code}. It works for 10 minutes. We ask for it because wrong \
         passwords were tried before.\n\nIf it was not you, somebody knows your password: change it now.\n",
        account.name,
        if device.is_empty() { "a new device" } else { device },
    );
    letter(&account.email, "Your FreshVilla sign-in code", text)
}

/// The link to choose a new password.
pub fn reset_link(config: &Config, account: &Account, token: &str) -> Mail {
    let text = format!(
        "Hello {},\n\nchoose a new password here within the hour:\n\n{}/reset-password#token={token}\n\n\
         The link works once. If you did not ask for it, ignore this mail.\n",
        account.name,
        config.http.public_url()
    );
    letter(&account.email, "Reset your FreshVilla password", text)
}

/// The link with which an invited person chooses a first password.
pub fn invitation(config: &Config, account: &Account, token: &str) -> Mail {
    let text = format!(
        "Hello {},\n\nan account was made for you at FreshVilla. Choose your password here within three days:\n\n\
         {}/reset-password#token={token}\n\nThe link works once.\n",
        account.name,
        config.http.public_url()
    );
    letter(&account.email, "Your FreshVilla account", text)
}

/// Tells the owner that the password was changed.
pub fn password_changed(account: &Account) -> Mail {
    let text = format!(
        "Hello {},\n\nthe password of your FreshVilla account was changed, and all other devices were signed out.\n\n\
         If it was not you, reset your password now.\n",
        account.name
    );
    letter(&account.email, "Your FreshVilla password was changed", text)
}
