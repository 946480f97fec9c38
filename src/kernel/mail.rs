//! Outgoing mail: through SMTP, or captured as .eml files where no server is configured (tests, demo).
//!
//! Mail goes out by job: `app.send_mail(&tx, mail)` enqueues it in the caller's transaction, so that a rolled-back
//! change sends nothing. Neither addresses nor bodies reach the log.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{Header, HeaderName, HeaderValue},
    },
    transport::smtp,
};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::{
    clock::Clock,
    data_dir,
    error::{Error, Result},
    jobs::{Job, JobRun},
};
use crate::config::Config;

/// A mail to one recipient, from the platform.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Address, `jane@example.com` or `Jane <jane@example.com>`.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, for clients that show it.
    pub html: Option<String>,
}

/// Personal data: the recipient and the text stay out of every log line.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail { .. }")
    }
}

impl Mail {
    /// The recipient; an input error when it is no mail address, or when it or the subject could smuggle in headers.
    pub fn check(&self) -> Result<Mailbox> {
        if self.subject.chars().any(char::is_control) {
            return Err(Error::invalid("subject", "the subject of a mail must be one line"));
        }
        let not_an_address = || Error::invalid("email", "this is not an e-mail address");
        if self.to.len() > 320 || self.to.chars().any(char::is_control) {
            return Err(not_an_address());
        }
        self.to.parse().map_err(|_| not_an_address())
    }

    fn message(&self, id: Uuid, from: &Mailbox, at: SystemTime) -> Result<Message> {
        let message = Message::builder()
            .from(from.clone())
            .to(self.check()?)
            .subject(&self.subject)
            .date(at)
            // The same for every try of a job, so that a mail delivered twice is recognised as one.
            .message_id(Some(format!("<{}@{}>", id.simple(), from.email.domain())))
            .header(AutoSubmitted);
        let message = match &self.html {
            None => message.singlepart(SinglePart::plain(self.text.clone())),
            Some(html) => message.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone())),
        };
        message.map_err(Error::internal)
    }
}

/// Keeps vacation responders quiet (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    clock: Clock,
    transport: Transport,
}

#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Capture { folder: PathBuf, latest: Arc<Mutex<VecDeque<Mail>>> },
}

const SMTP_TIMEOUT: Duration = Duration::from_secs(20);
/// Captured mails kept in memory for [`Mailer::captured`]; the files stay.
const LATEST: usize = 256;

impl Mailer {
    /// From the settings; without SMTP mail is captured in [`Config::mail_dir`].
    pub fn new(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let from = config.mail.mail_from.parse();
        let from = from.map_err(|_| anyhow::anyhow!("FRESHVILLA_MAIL_FROM is no mail address"))?;
        let transport = match &config.mail.smtp_url {
            None => Transport::Capture { folder: config.mail_dir()?, latest: Arc::default() },
            Some(url) => {
                let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose());
                // The URL may hold a password: the parser's own message stays unprinted.
                let smtp = smtp.map_err(|_| anyhow::anyhow!("FRESHVILLA_SMTP_URL is no smtp:// or smtps:// URL"))?;
                Transport::Smtp(smtp.timeout(Some(SMTP_TIMEOUT)).build())
            }
        };
        Ok(Self { from, clock, transport })
    }

    /// Sends or captures a mail. The ID names it: sending the same ID again replaces a captured file and repeats the
    /// Message-ID.
    pub async fn send(&self, id: Uuid, mail: &Mail) -> Result<()> {
        let message = mail.message(id, &self.from, self.clock.now().into())?;
        let outcome = match &self.transport {
            Transport::Smtp(smtp) => smtp.send(message).await.map(drop).map_err(|error| refused(&error)),
            Transport::Capture { folder, latest } => {
                let stored = capture(folder, id, &message.formatted()).await;
                stored.map(|()| remember(latest, mail)).map_err(Error::internal)
            }
        };
        let status = if outcome.is_ok() { "sent" } else { "failed" };
        metrics::counter!("freshvilla_mail_total", "status" => status).increment(1);
        outcome
    }

    /// The latest captured mails of this process, oldest first; nothing with SMTP.
    pub fn captured(&self) -> Vec<Mail> {
        match &self.transport {
            Transport::Smtp(_) => Vec::new(),
            Transport::Capture { latest, .. } => {
                latest.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
        }
    }

    /// Folder of captured mail; `None` with SMTP.
    pub fn folder(&self) -> Option<&Path> {
        match &self.transport {
            Transport::Smtp(_) => None,
            Transport::Capture { folder, .. } => Some(folder),
        }
    }
}

fn remember(latest: &Mutex<VecDeque<Mail>>, mail: &Mail) {
    let mut latest = latest.lock().unwrap_or_else(PoisonError::into_inner);
    if latest.len() >= LATEST {
        latest.pop_front();
    }
    latest.push_back(mail.clone());
}

/// The server's own words may quote the address, so only its status code is kept.
fn refused(error: &smtp::Error) -> Error {
    let what = match error.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => "no secure connection to the mail server".to_owned(),
        None => "the mail server cannot be reached".to_owned(),
    };
    Error::Unavailable(what)
}

/// Writes beside the target and renames: nobody sees half a mail. For the owner's eyes only: mails hold login codes.
async fn capture(folder: &Path, id: Uuid, bytes: &[u8]) -> std::io::Result<()> {
    if !tokio::fs::try_exists(folder).await? {
        data_dir::create_private(folder).map_err(std::io::Error::other)?;
    }
    let (part, whole) = (folder.join(format!(".{id}.part")), folder.join(format!("{id}.eml")));
    let mut file = tokio::fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&part).await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    tokio::fs::rename(&part, &whole).await
}

/// Sends one mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail(pub Mail);

impl<C: AsRef<Mailer> + Send + Sync + 'static> Job<C> for SendMail {
    const KIND: &'static str = "mail_send";
    const QUEUE: &'static str = MAIL_QUEUE;

    async fn run(self, context: C, run: JobRun) -> Result<()> {
        context.as_ref().send(run.id.0, &self.0).await
    }
}

/// Queue of outgoing mail.
pub const MAIL_QUEUE: &str = "mail";
/// Mails that one node sends at once.
pub const MAILS_AT_ONCE: usize = 4;
