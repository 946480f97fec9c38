//! Imports addresses that an old customer table keeps as JSON: CSV with the columns `email` and `addresses`, or one
//! JSON object of the same two per line. Importing a file again changes nothing: an address is recognised by its
//! content, also after the customer changed or removed it.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    model::{AddressKind, AddressPurpose},
    service::{AddressInput, add, complete},
};
use crate::{
    app::App,
    identity::account::{
        contact,
        model::{self as accounts, AccountId},
    },
    kernel::{
        access::Actor,
        csv,
        error::{Error, Result},
    },
};

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Customers in the file.
    pub customers: usize,
    /// Addresses added.
    pub added: usize,
    /// Addresses that an earlier import brought.
    pub unchanged: usize,
    /// What was left out: line, position within the customer's addresses from 1, and reason; the first thousand.
    pub refused: Vec<(u64, usize, String)>,
    /// Everything left out.
    pub refused_count: usize,
}

impl Report {
    fn refuse(&mut self, line: u64, position: usize, reason: impl Into<String>) {
        self.refused_count += 1;
        if self.refused.len() < 1_000 {
            self.refused.push((line, position, reason.into()));
        }
    }
}

/// A customer's line of the file.
struct Line {
    number: u64,
    email: String,
    addresses: String,
}

/// Lines read ahead of the database.
const AHEAD: usize = 256;

/// Imports a file. It is read in a thread of its own, and in bounded memory.
pub async fn import_addresses(app: &App, source: impl Read + Send + 'static) -> Result<Report> {
    let (sender, mut lines) = tokio::sync::mpsc::channel(AHEAD);
    let reader = tokio::task::spawn_blocking(move || {
        read_lines(source, |line| {
            sender.blocking_send(line).map_err(|_| Error::Unavailable("the import has stopped".to_owned()))
        })
    });
    let mut report = Report::default();
    while let Some(line) = lines.recv().await {
        report.customers += 1;
        import_line(app, &line, &mut report).await?;
    }
    reader.await.map_err(Error::internal)??;
    Ok(report)
}

/// Tells the two forms apart by the first character.
fn read_lines(source: impl Read, mut take: impl FnMut(Line) -> Result<()>) -> Result<()> {
    let mut source = BufReader::new(source);
    let first = source.fill_buf().map_err(|_| Error::invalid("file", "the file cannot be read"))?;
    if first.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return csv::read(source, |record| {
            let email = first_of(&[record.get("email"), record.get("customer_email")]).to_owned();
            let addresses = first_of(&[record.get("addresses"), record.get("address")]).to_owned();
            take(Line { number: record.line, email, addresses })
        });
    }
    for (number, line) in (1..).zip(source.lines()) {
        let line = line.map_err(|_| Error::invalid("file", "the file is not UTF-8 text"))?;
        if line.trim().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(&line).unwrap_or_default();
        let email = text(&value, &["email", "customer_email"]);
        let addresses = value.get("addresses").or_else(|| value.get("address")).map(as_json).unwrap_or_default();
        take(Line { number, email, addresses })?;
    }
    Ok(())
}

/// A nested value as JSON text; a string is taken as holding JSON itself.
fn as_json(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn first_of<'a>(values: &[&'a str]) -> &'a str {
    values.iter().copied().find(|value| !value.is_empty()).unwrap_or_default()
}

async fn import_line(app: &App, line: &Line, report: &mut Report) -> Result<()> {
    let Ok(email) = contact::email("email", &line.email) else {
        report.refuse(line.number, 0, "no e-mail address");
        return Ok(());
    };
    let Some(row) = accounts::login_row(&*app.db.read().await?, &email).await? else {
        report.refuse(line.number, 0, "no account has this e-mail address");
        return Ok(());
    };
    let addresses = match serde_json::from_str(&line.addresses) {
        Ok(Value::Array(addresses)) => addresses,
        Ok(address @ Value::Object(_)) => vec![address],
        Ok(Value::Null) => Vec::new(),
        Ok(_) | Err(_) if line.addresses.is_empty() => Vec::new(),
        Ok(_) | Err(_) => {
            report.refuse(line.number, 0, "the addresses are not a JSON array of objects");
            return Ok(());
        }
    };
    for (position, address) in (1..).zip(addresses) {
        match import_address(app, row.account.id, &row.account.name, row.account.phone.as_deref(), &address).await {
            Ok(true) => report.added += 1,
            Ok(false) => report.unchanged += 1,
            Err(error @ Error::Rejected(_)) => report.refuse(line.number, position, error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Adds one address; false when it was imported before.
async fn import_address(app: &App, account: AccountId, name: &str, phone: Option<&str>, value: &Value) -> Result<bool> {
    let key = content_key(value);
    let (mut input, defaults) = read_address(value);
    if input.contact_name.is_empty() {
        name.clone_into(&mut input.contact_name);
    }
    if input.phone.is_empty() {
        phone.unwrap_or_default().clone_into(&mut input.phone);
    }
    let fields = complete(app, input).await?;
    let tx = app.db.begin().await?;
    accounts::lock(&tx, account).await?;
    let added = add(app, &tx, &Actor::system(), account, &fields, Some(&key), &defaults).await?;
    tx.commit().await?;
    Ok(added.is_some())
}

/// SHA-256 of the address as it stands in the file, its members in order.
fn content_key(value: &Value) -> String {
    // serde_json keeps the members of an object sorted, so that their order in the file does not matter.
    hex::encode(Sha256::digest(value.to_string()))
}

/// The first of these members that is a text or a number.
fn text(value: &Value, names: &[&str]) -> String {
    let member = |name: &&str| match value.get(*name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    names.iter().find_map(member).unwrap_or_default()
}

fn flag(value: &Value, names: &[&str]) -> bool {
    names.iter().any(|name| value.get(*name).and_then(Value::as_bool).unwrap_or(false))
}

/// Reads the member names that shops use.
fn read_address(value: &Value) -> (AddressInput, Vec<AddressPurpose>) {
    let optional = |text: String| (!text.is_empty()).then_some(text);
    let kind = match text(value, &["type", "kind", "addressType"]).to_lowercase().as_str() {
        "home" => Some(AddressKind::Home),
        "work" | "office" => Some(AddressKind::Work),
        _ => None,
    };
    let input = AddressInput {
        kind,
        label: text(value, &["label", "nickname"]),
        contact_name: text(value, &["contactName", "name", "fullName", "recipient"]),
        phone: text(value, &["phone", "mobile", "phoneNumber"]),
        alternate_phone: optional(text(value, &["alternatePhone", "altPhone"])),
        line1: text(value, &["line1", "addressLine1", "street", "address", "house"]),
        line2: text(value, &["line2", "addressLine2", "area", "locality"]),
        landmark: text(value, &["landmark"]),
        city: text(value, &["city", "town"]),
        state: optional(text(value, &["state", "stateCode"])),
        pincode: text(value, &["pincode", "pinCode", "postalCode", "zip", "zipCode"]),
        point: None,
        delivery_instructions: text(value, &["deliveryInstructions", "instructions", "notes"]),
    };
    let both = flag(value, &["isDefault", "default"]);
    let mut defaults = Vec::new();
    if both || flag(value, &["isDefaultShipping"]) {
        defaults.push(AddressPurpose::Shipping);
    }
    if both || flag(value, &["isDefaultBilling"]) {
        defaults.push(AddressPurpose::Billing);
    }
    (input, defaults)
}
