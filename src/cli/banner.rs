//! What `serve` tells when it is ready: where to go, as whom, and what runs inside.

use std::{fmt::Write as _, net::SocketAddr};

use crate::{app::App, config::local_url, seed::DemoToken};

/// The text, ready to print.
pub fn banner(app: &App, address: SocketAddr, embedded: Option<&str>, tokens: &[DemoToken]) -> anyhow::Result<String> {
    let base = local_url(address);
    let mut text = format!("\nFreshVilla serves {base}\n\n");
    if app.config.graphiql() {
        writeln!(text, "  GraphiQL     {base}/graphiql")?;
    }
    writeln!(text, "  GraphQL      {base}/graphql   WebSocket: {}/graphql/ws", base.replacen("http", "ws", 1))?;
    writeln!(text, "  Database     {}", embedded.unwrap_or("DATABASE_URL"))?;
    let events =
        if app.bus.name() == "redis" { "over Redis" } else { "in this process (one node; REDIS_URL adds more)" };
    writeln!(text, "  Events       {events}")?;
    let mail = match app.config.mail.smtp_url {
        Some(_) => "sent over SMTP".to_owned(),
        None => format!("captured in {}", app.config.mail_dir()?.display()),
    };
    writeln!(text, "  Mail         {mail}")?;
    let files = match &app.config.storage.s3_bucket {
        Some(bucket) => format!("bucket {bucket}"),
        None => app.config.storage_dir()?.display().to_string(),
    };
    writeln!(text, "  Files        {files}")?;
    if !tokens.is_empty() {
        text.push_str(&accounts(tokens)?);
    }
    text.push_str("\nCtrl-C stops it.\n");
    Ok(text)
}

fn accounts(tokens: &[DemoToken]) -> anyhow::Result<String> {
    let mut text =
        String::from("\nDemo accounts (in GraphiQL's header editor: {\"Authorization\": \"Bearer <token>\"})\n");
    for DemoToken { role, email, password, token } in tokens {
        write!(text, "\n  {role}: {email}, password {password}\n    {token}\n")?;
    }
    Ok(text)
}
