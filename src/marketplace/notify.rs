//! Mails about a distributor: to its owner's account, and to the address that its settings name besides.

use crate::{
    app::App,
    identity::account::model as accounts,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Result, found},
        mail::Mail,
    },
    marketplace::distributor::model::Distributor,
};

/// Enqueues a letter to everybody who is told what happens to a distributor. An address that takes no mail is reported
/// and left out: what was decided stands without it.
pub async fn notify(app: &App, conn: &Conn, of: &Distributor, letter: impl Fn(&str) -> Mail) -> Result<()> {
    for to in addresses(conn, of).await? {
        let mail = letter(&to);
        match mail.check() {
            Ok(_) => app.send_mail(conn, mail).await?,
            Err(error) => tracing::warn!(%error, distributor = %of.id, "a letter was left out"),
        }
    }
    Ok(())
}

/// The owner's own address first, so that nobody who changes the settings keeps a decision from them.
async fn addresses(conn: &Conn, of: &Distributor) -> Result<Vec<String>> {
    let owner = found(accounts::find(conn, &Actor::system(), of.owner_id).await)?;
    let mut all: Vec<String> = owner.map(|owner| owner.email).into_iter().collect();
    if let Some(other) = &of.notification_email
        && !all.iter().any(|known| known.eq_ignore_ascii_case(other))
    {
        all.push(other.clone());
    }
    Ok(all)
}
