//! Every setting of the server: one clap struct per concern, each field from the environment or the command line.
//!
//! `freshvilla settings` prints them as the table in `docs/SETTINGS.md`; a test keeps that file true.

use std::{collections::BTreeSet, fmt, net::SocketAddr, path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};

/// All settings.
#[derive(Clone, Debug, Args)]
pub struct Config {
    /// Development shows GraphiQL, introspection and demo accounts; production refuses default secrets
    #[arg(long, env = "FRESHVILLA_MODE", default_value = "development", global = true)]
    pub mode: Mode,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub http: HttpConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub database: DatabaseConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub identity: IdentityConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub graphql: GraphqlConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub storage: StorageConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub mail: MailConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub marketplace: MarketplaceConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub stock: StockConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub log: LogConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub offers: OfferConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub payments: PaymentConfig,
    #[expect(missing_docs, reason = "documented on its type")]
    #[command(flatten)]
    pub sales: SalesConfig,
}

/// What the server is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// On a developer's machine, or as a demo.
    Development,
    /// For real customers.
    Production,
}

impl HttpConfig {
    /// Address under which clients reach this server, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => local_url(self.listen),
        }
    }
}

/// An address that a browser on this machine can open.
pub fn local_url(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    format!("http://{host}:{}", address.port())
}

/// Addresses and HTTP limits.
#[derive(Clone, Debug, Args)]
pub struct HttpConfig {
    /// Address and port to listen on
    #[arg(long, env = "FRESHVILLA_LISTEN", default_value = "127.0.0.1:8000", global = true)]
    pub listen: SocketAddr,
    /// Address under which clients reach this server, for links in mail and signed URLs; default: where it listens
    #[arg(long, env = "FRESHVILLA_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// Origins that browsers may call from, separated by commas; empty allows only the same origin
    #[arg(long, env = "FRESHVILLA_CORS_ORIGINS", default_value = "", value_delimiter = ',', global = true)]
    pub cors_origins: Vec<String>,
    /// Largest body of a GraphQL request, in bytes
    #[arg(long, env = "FRESHVILLA_MAX_BODY_BYTES", default_value_t = 1_048_576, global = true)]
    pub max_body_bytes: usize,
    /// Most connections at once, WebSockets included; more wait until one closes
    #[arg(long, env = "FRESHVILLA_MAX_CONNECTIONS", default_value_t = 20_000, global = true)]
    pub max_connections: usize,
    /// Most operations in one request's JSON array; 0 refuses arrays
    #[arg(long, env = "FRESHVILLA_MAX_BATCH", default_value_t = 0, global = true)]
    pub max_batch: usize,
    /// Bearer token that opens /metrics to callers other than this machine
    #[arg(long, env = "FRESHVILLA_METRICS_TOKEN", global = true, hide_env_values = true)]
    pub metrics_token: Option<Secret>,
    /// Seconds after which a request is answered with a timeout
    #[arg(long, env = "FRESHVILLA_REQUEST_TIMEOUT_SECONDS", default_value_t = 30, global = true)]
    pub request_timeout_seconds: u64,
    /// Seconds that a stopping server waits for running requests and jobs
    #[arg(long, env = "FRESHVILLA_SHUTDOWN_SECONDS", default_value_t = 20, global = true)]
    pub shutdown_seconds: u64,
    /// Let outgoing requests reach private and loopback addresses, for gateways inside one's own network
    #[arg(long, env = "FRESHVILLA_CALL_PRIVATE_ADDRESSES", global = true)]
    pub call_private_addresses: bool,
    /// Number of reverse proxies in front whose X-Forwarded-For entries are trusted
    #[arg(long, env = "FRESHVILLA_TRUSTED_PROXIES", default_value_t = 0, global = true)]
    pub trusted_proxies: usize,
}

/// PostgreSQL and Redis.
#[derive(Clone, Debug, Args)]
pub struct DatabaseConfig {
    /// PostgreSQL; without it the server starts a private one of its own
    #[arg(long, env = "DATABASE_URL", global = true, hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// Replica for reads that may lag
    #[arg(long, env = "DATABASE_REPLICA_URL", global = true, hide_env_values = true)]
    pub database_replica_url: Option<Secret>,
    /// Connections per pool
    #[arg(long, env = "FRESHVILLA_DATABASE_POOL", default_value_t = 16, global = true)]
    pub database_pool: usize,
    /// Folder for what the server keeps itself: its private PostgreSQL, files, captured mail; default:
    /// /var/lib/freshvilla for root, else ~/.local/share/freshvilla
    #[arg(long, env = "FRESHVILLA_DATA_DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// Redis, which connects several nodes; without it events stay in this process
    #[arg(long, env = "REDIS_URL", global = true, hide_env_values = true)]
    pub redis_url: Option<Secret>,
}

/// Login, tokens and codes.
#[derive(Clone, Debug, Args)]
pub struct IdentityConfig {
    /// Key that signs access tokens and links, at least 32 characters
    #[arg(long, env = "FRESHVILLA_SECRET_KEY", default_value = DEFAULT_SECRET, global = true, hide_env_values = true)]
    pub secret_key: Secret,
    /// Former keys, separated by commas: still accepted, no longer used
    #[arg(long, env = "FRESHVILLA_OLD_SECRET_KEYS", value_delimiter = ',', global = true, hide_env_values = true)]
    pub old_secret_keys: Vec<Secret>,
    /// Lifetime of an access token in seconds
    #[arg(long, env = "FRESHVILLA_ACCESS_TOKEN_SECONDS", default_value_t = 900, global = true)]
    pub access_token_seconds: i64,
    /// Lifetime of an unused refresh token in days
    #[arg(long, env = "FRESHVILLA_REFRESH_TOKEN_DAYS", default_value_t = 30, global = true)]
    pub refresh_token_days: i64,
    /// Wrong passwords in a row that lock an account
    #[arg(long, env = "FRESHVILLA_LOCKOUT_FAILURES", default_value_t = 5, global = true)]
    pub lockout_failures: i32,
    /// Minutes that a locked account stays locked
    #[arg(long, env = "FRESHVILLA_LOCKOUT_MINUTES", default_value_t = 15, global = true)]
    pub lockout_minutes: i64,
}

/// Stock.
#[derive(Clone, Debug, Args)]
pub struct StockConfig {
    /// Days before a lot's last day from which an alert stands
    #[arg(long, env = "FRESHVILLA_EXPIRY_ALERT_DAYS", default_value_t = 7, global = true)]
    pub expiry_alert_days: u16,
}

/// Limits of a GraphQL operation.
#[derive(Clone, Debug, Args)]
pub struct GraphqlConfig {
    /// Serve GraphiQL and answer introspection; default: only in development
    #[arg(long, env = "FRESHVILLA_GRAPHIQL", global = true)]
    pub graphiql: Option<bool>,
    /// Deepest nesting of fields
    #[arg(long, env = "FRESHVILLA_MAX_DEPTH", default_value_t = 15, global = true)]
    pub max_depth: usize,
    /// Highest cost of one operation: one point per field, times the items of each list around it
    #[arg(long, env = "FRESHVILLA_MAX_COST", default_value_t = 20_000, global = true)]
    pub max_cost: u64,
    /// Most aliases in one document
    #[arg(long, env = "FRESHVILLA_MAX_ALIASES", default_value_t = 30, global = true)]
    pub max_aliases: usize,
    /// Most root fields in one operation
    #[arg(long, env = "FRESHVILLA_MAX_ROOT_FIELDS", default_value_t = 20, global = true)]
    pub max_root_fields: usize,
    /// Most directives on one field
    #[arg(long, env = "FRESHVILLA_MAX_DIRECTIVES", default_value_t = 5, global = true)]
    pub max_directives: usize,
    /// Most operations at once on one WebSocket
    #[arg(long, env = "FRESHVILLA_MAX_SOCKET_OPERATIONS", default_value_t = 50, global = true)]
    pub max_socket_operations: usize,
    /// Points per second that a caller's bucket regains; 0 switches the bucket off
    #[arg(long, env = "FRESHVILLA_COST_PER_SECOND", default_value_t = 2_000, global = true)]
    pub cost_per_second: u64,
    /// Points that a caller's full bucket holds
    #[arg(long, env = "FRESHVILLA_COST_BURST", default_value_t = 60_000, global = true)]
    pub cost_burst: u64,
    /// File of allowed operations (persisted query manifest: SHA-256 to text); any other operation is refused
    #[arg(long, env = "FRESHVILLA_TRUSTED_DOCUMENTS", global = true)]
    pub trusted_documents: Option<PathBuf>,
}

/// Where files live.
#[derive(Clone, Debug, Args)]
pub struct StorageConfig {
    /// Folder for files when no bucket is set; default: `files` in the data folder
    #[arg(long, env = "FRESHVILLA_STORAGE_DIR", global = true)]
    pub storage_dir: Option<PathBuf>,
    /// S3-compatible bucket
    #[arg(long, env = "FRESHVILLA_S3_BUCKET", global = true)]
    pub s3_bucket: Option<String>,
    /// S3 endpoint, for services other than AWS
    #[arg(long, env = "FRESHVILLA_S3_ENDPOINT", global = true)]
    pub s3_endpoint: Option<String>,
    /// S3 region
    #[arg(long, env = "FRESHVILLA_S3_REGION", default_value = "ap-south-1", global = true)]
    pub s3_region: String,
    /// S3 access key ID
    #[arg(long, env = "FRESHVILLA_S3_ACCESS_KEY_ID", global = true)]
    pub s3_access_key_id: Option<String>,
    /// S3 secret access key
    #[arg(long, env = "FRESHVILLA_S3_SECRET_ACCESS_KEY", global = true, hide_env_values = true)]
    pub s3_secret_access_key: Option<Secret>,
}

/// Outgoing mail.
#[derive(Clone, Debug, Args)]
pub struct MailConfig {
    /// SMTP server (smtp:// or smtps:// URL); without it mail is captured as .eml files in the data folder
    #[arg(long, env = "FRESHVILLA_SMTP_URL", global = true, hide_env_values = true)]
    pub smtp_url: Option<Secret>,
    /// Sender of the platform's mail
    #[arg(
        long,
        env = "FRESHVILLA_MAIL_FROM",
        default_value = "FreshVilla <no-reply@freshvilla.example>",
        global = true
    )]
    pub mail_from: String,
}

/// Who may sell.
#[derive(Clone, Debug, Args)]
pub struct MarketplaceConfig {
    /// Papers without which no distributor sells, separated by commas; `none` asks for no papers
    #[arg(
        long,
        env = "FRESHVILLA_REQUIRED_DOCUMENTS",
        default_value = "gst,pan,bank,address,fssai",
        value_delimiter = ',',
        value_parser = ["none", "gst", "pan", "bank", "address", "trade_licence", "fssai"],
        global = true
    )]
    pub required_documents: Vec<String>,
    /// What verifies a distributor in review without a reviewer: nothing, or its papers once all required ones are accepted
    #[arg(long, env = "FRESHVILLA_AUTOMATIC_APPROVAL", default_value = "off", global = true)]
    pub automatic_approval: AutomaticApproval,
}

/// What verifies a distributor without a reviewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AutomaticApproval {
    /// Nothing.
    Off,
    /// Its papers, once all required ones are accepted.
    Documents,
}

/// Orders.
#[derive(Clone, Debug, Args)]
pub struct SalesConfig {
    /// Minutes in which a seller is to confirm an order
    #[arg(long, env = "FRESHVILLA_CONFIRM_MINUTES", default_value_t = 60, global = true,
        value_parser = clap::value_parser!(u16).range(1..=10_080))]
    pub confirm_minutes: u16,
}

/// Payments.
#[derive(Clone, Debug, Args)]
pub struct PaymentConfig {
    /// Minutes in which an order is to be paid; then it is cancelled
    #[arg(long, env = "FRESHVILLA_PAYMENT_MINUTES", default_value_t = 20, global = true,
        value_parser = clap::value_parser!(u16).range(1..=1_440))]
    pub payment_minutes: u16,
    /// Largest order in rupees that is paid on delivery; the law forbids two lakh rupees and more in cash
    #[arg(long, env = "FRESHVILLA_COD_CEILING_RUPEES", default_value_t = 50_000, global = true,
        value_parser = clap::value_parser!(u32).range(0..=199_999))]
    pub cod_ceiling_rupees: u32,
    /// Refused deliveries after which a customer pays in advance
    #[arg(long, env = "FRESHVILLA_COD_MAX_REFUSALS", default_value_t = 3, global = true)]
    pub cod_max_refusals: u16,
    /// Postal codes, or their first digits, where nothing is paid on delivery, separated by commas
    #[arg(long, env = "FRESHVILLA_COD_EXCLUDED_PINCODES", value_delimiter = ',', global = true)]
    pub cod_excluded_pincodes: Vec<String>,
}

/// Logging.
#[derive(Clone, Debug, Args)]
pub struct LogConfig {
    /// Log filter, for example `info` or `freshvilla=debug,warn`
    #[arg(long, env = "FRESHVILLA_LOG", default_value = "info", global = true)]
    pub log: String,
    /// Log as JSON lines; default: only in production
    #[arg(long, env = "FRESHVILLA_LOG_JSON", global = true)]
    pub log_json: Option<bool>,
}

/// Review of sellers' offers.
#[derive(Clone, Debug, Args)]
pub struct OfferConfig {
    /// Whose offers go on sale without review: nobody's (manual), FreshVilla's own (house), or everybody's (automatic)
    #[arg(long, env = "FRESHVILLA_OFFER_APPROVAL", default_value = "house", global = true)]
    pub offer_approval: OfferApproval,
    /// Changes to an approved offer that are reviewed again, separated by commas: sku, price, business-price, quantities,
    /// lead-time, window; a new offer always is
    #[arg(long, env = "FRESHVILLA_OFFER_REVIEWED_FIELDS", value_delimiter = ',', global = true)]
    pub offer_reviewed_fields: Vec<ReviewedField>,
    /// Whose proposals of new products come into the catalogue without review: nobody's (manual), FreshVilla's own
    /// (house), or everybody's (automatic)
    #[arg(long, env = "FRESHVILLA_PROPOSAL_APPROVAL", default_value = "house", global = true)]
    pub proposal_approval: OfferApproval,
}

/// Whose offers go on sale without review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OfferApproval {
    /// Nobody's.
    Manual,
    /// FreshVilla's own.
    House,
    /// Everybody's.
    Automatic,
}

impl OfferApproval {
    /// Whether it is done without anybody looking, for FreshVilla's own or for another one's.
    pub fn is_automatic(self, of_house: bool) -> bool {
        match self {
            Self::Manual => false,
            Self::House => of_house,
            Self::Automatic => true,
        }
    }
}

/// Part of an offer whose change may need review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReviewedField {
    /// Stock keeping unit.
    Sku,
    /// Price and price breaks.
    Price,
    /// The same for business customers.
    BusinessPrice,
    /// Least and largest quantity and multiples.
    Quantities,
    /// Lead time.
    LeadTime,
    /// Window in which it is on sale.
    Window,
}

const DEFAULT_SECRET: &str = "development-only-secret-key-of-freshvilla";

/// A value that must not be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value. (Not `From`: clap would take that in place of `FromStr`, which checks.)
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = &'static str;
    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if value.is_empty() { Err("empty; leave the setting out instead") } else { Ok(Self(value.to_owned())) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Config {
    /// Whether GraphiQL and introspection are open.
    pub fn graphiql(&self) -> bool {
        self.graphql.graphiql.unwrap_or(self.mode == Mode::Development)
    }

    /// Folder for what the server keeps itself; sub-folders are made by their users
    /// ([`kernel::data_dir::create_private`](crate::kernel::data_dir::create_private)).
    pub fn data_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.database.data_dir {
            Some(given) => Ok(std::path::absolute(given)?),
            None => crate::kernel::data_dir::default_root(),
        }
    }

    /// Folder for files when no bucket is set.
    pub fn storage_dir(&self) -> anyhow::Result<PathBuf> {
        match &self.storage.storage_dir {
            Some(given) => Ok(std::path::absolute(given)?),
            None => Ok(self.data_dir()?.join("files")),
        }
    }

    /// Folder for captured mail when no SMTP server is set.
    pub fn mail_dir(&self) -> anyhow::Result<PathBuf> {
        Ok(self.data_dir()?.join("mail"))
    }

    /// Whether log lines are JSON.
    pub fn log_json(&self) -> bool {
        self.log.log_json.unwrap_or(self.mode == Mode::Production)
    }

    /// Rules between settings that clap cannot check; the message says what to do.
    pub fn check(&self) -> anyhow::Result<()> {
        let secret = self.identity.secret_key.expose();
        anyhow::ensure!(secret.len() >= 32, "FRESHVILLA_SECRET_KEY must have at least 32 characters");
        if self.mode == Mode::Production {
            anyhow::ensure!(
                secret != DEFAULT_SECRET,
                "production refuses the default FRESHVILLA_SECRET_KEY; make one with: openssl rand -hex 32"
            );
            anyhow::ensure!(self.database.database_url.is_some(), "production needs DATABASE_URL");
        }
        anyhow::ensure!(self.database.database_pool >= 2, "FRESHVILLA_DATABASE_POOL must be at least 2");
        Ok(())
    }
}

/// Refuses environment variables that look like ours and are not: a misspelt setting must not be ignored.
pub fn refuse_unknown_settings(
    command: &clap::Command,
    environment: impl Iterator<Item = String>,
) -> anyhow::Result<()> {
    let known: BTreeSet<String> = settings(command).into_iter().map(|setting| setting.variable).collect();
    let unknown: Vec<String> = environment
        .filter(|name| {
            name.starts_with("FRESHVILLA_") && !known.contains(name) && !SCRIPT_VARIABLES.contains(&name.as_str())
        })
        .collect();
    anyhow::ensure!(
        unknown.is_empty(),
        "unknown setting {}; `freshvilla settings` lists all of them",
        unknown.join(", ")
    );
    Ok(())
}

/// Read by the scripts, not by the server.
const SCRIPT_VARIABLES: [&str; 2] = ["FRESHVILLA_TEST_DATABASE_URL", "FRESHVILLA_TEST_DIR"];

struct Setting {
    variable: String,
    default: String,
    help: String,
}

fn settings(command: &clap::Command) -> Vec<Setting> {
    let mut settings: Vec<Setting> = command
        .get_arguments()
        .filter_map(|arg| {
            let variable = arg.get_env()?.to_str()?.to_owned();
            let secret = arg.is_hide_env_values_set();
            let default = arg.get_default_values().iter().filter_map(|v| v.to_str()).collect::<Vec<_>>().join(",");
            let default = if secret && !default.is_empty() { "development only".to_owned() } else { default };
            Some(Setting { variable, default, help: arg.get_help().map(ToString::to_string).unwrap_or_default() })
        })
        .collect();
    settings.sort_by(|a, b| a.variable.cmp(&b.variable));
    settings
}

/// The settings as a Markdown table.
pub fn settings_table(command: &clap::Command) -> String {
    let mut table = String::from(
        "# Settings\n\nGenerated by `freshvilla settings`. Read from the environment; in development also from `.env`. \
         Each has a command-line flag of the same name (`freshvilla serve --help`).\n\n\
         | Variable | Default | Meaning |\n|---|---|---|\n",
    );
    for Setting { variable, default, help } in settings(command) {
        let default = if default.is_empty() { String::from("–") } else { format!("`{default}`") };
        table.push_str(&format!("| `{variable}` | {default} | {} |\n", help.replace('|', "\\|")));
    }
    table
}
