//! Parsed documents, cached by text; automatic persisted queries; trusted documents.

use std::{
    collections::HashMap,
    ops::Deref,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    Request, ServerError,
    parser::{parse_query, types::ExecutableDocument},
};
use lru::LruCache;
use sha2::{Digest, Sha256};

use super::{
    arrange::selected,
    rewrite,
    scan::{self, Unparsed},
};

/// Tokens of all parsed documents together: some 100 MB at the very worst, 1,000 documents usually.
const PARSED_TOKENS: usize = 200_000;
/// Bytes of all persisted texts together.
const PERSISTED_BYTES: usize = 16 * 1024 * 1024;
/// Longer texts are parsed each time and not kept.
const LONGEST_KEPT: usize = 32 * 1024;

/// Why there is no document to execute.
#[derive(Debug)]
pub enum DocumentError {
    /// The text is not GraphQL.
    Syntax(ServerError),
    /// The text is not worth parsing.
    Unparsed(Unparsed),
    /// The hash of a persisted query is unknown here: send the text along.
    PersistedQueryNotFound,
    /// The text does not have the hash that it was sent with.
    HashMismatch,
    /// This server executes only operations of its manifest.
    NotTrusted,
}

/// A parsed document.
pub struct Document {
    parsed: ExecutableDocument,
    /// Its operations are written anew before they are executed.
    pub is_rewritten: bool,
    /// Asks for the schema.
    pub introspects: bool,
    valid: AtomicBool,
}

impl Document {
    /// Whether it was found valid before.
    pub fn is_known_valid(&self) -> bool {
        self.valid.load(Ordering::Relaxed)
    }

    /// Remembers that it was found valid.
    pub fn mark_valid(&self) {
        self.valid.store(true, Ordering::Relaxed);
    }
}

impl Deref for Document {
    type Target = ExecutableDocument;

    fn deref(&self) -> &ExecutableDocument {
        &self.parsed
    }
}

/// The document caches of one server.
pub struct Documents {
    parsed: Mutex<Kept<Arc<Document>>>,
    persisted: Mutex<Kept<String>>,
    trusted: Option<HashMap<String, String>>,
}

impl Documents {
    /// Empty caches; with a manifest (JSON object: hex SHA-256 to text) only its operations are executed.
    pub fn new(manifest: Option<&Path>) -> anyhow::Result<Self> {
        let trusted = manifest.map(read_manifest).transpose()?;
        let (parsed, persisted) = (Kept::new(PARSED_TOKENS), Kept::new(PERSISTED_BYTES));
        Ok(Self { parsed: Mutex::new(parsed), persisted: Mutex::new(persisted), trusted })
    }

    /// The parsed document of a request, its text or persisted hash resolved.
    pub fn prepare(&self, request: &mut Request) -> Result<Arc<Document>, DocumentError> {
        self.resolve_text(request)?;
        let text = &request.query;
        if let Some(document) = lock(&self.parsed).get(text) {
            return Ok(document);
        }
        let tokens = scan::tokens(text).map_err(DocumentError::Unparsed)?;
        let parsed = parse(text).map_err(DocumentError::Syntax)?;
        let is_rewritten = rewrite::is_needed(&parsed);
        let introspects = introspects(&parsed);
        let document = Arc::new(Document { parsed, is_rewritten, introspects, valid: AtomicBool::new(false) });
        if text.len() <= LONGEST_KEPT {
            lock(&self.parsed).put(text.clone(), Arc::clone(&document), tokens);
        }
        Ok(document)
    }

    fn resolve_text(&self, request: &mut Request) -> Result<(), DocumentError> {
        let hash = persisted_hash(request);
        if let Some(trusted) = &self.trusted {
            let hash = hash.unwrap_or_else(|| sha256_hex(&request.query));
            let text = trusted.get(&hash).ok_or(DocumentError::NotTrusted)?;
            request.query.clone_from(text);
            return Ok(());
        }
        let Some(hash) = hash else { return Ok(()) };
        if request.query.is_empty() {
            request.query = lock(&self.persisted).get(&hash).ok_or(DocumentError::PersistedQueryNotFound)?;
        } else if sha256_hex(&request.query) != hash {
            return Err(DocumentError::HashMismatch);
        } else if request.query.len() <= LONGEST_KEPT {
            lock(&self.persisted).put(hash, request.query.clone(), request.query.len());
        }
        Ok(())
    }
}

fn introspects(document: &ExecutableDocument) -> bool {
    document.operations.iter().any(|(_, operation)| {
        let root = selected(&operation.node.selection_set.node, &document.fragments);
        root.fields.iter().any(|field| matches!(field.name.node.as_str(), "__schema" | "__type"))
    })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Parses a text; a panic of the parser is the text's fault, too.
fn parse(text: &str) -> Result<ExecutableDocument, ServerError> {
    match std::panic::catch_unwind(AssertUnwindSafe(|| parse_query(text))) {
        Ok(outcome) => outcome.map_err(|error| brief(error.into())),
        Err(_) => Err(ServerError::new("the document cannot be parsed", None)),
    }
}

/// Without the drawing that repeats the whole line, which may be a megabyte.
fn brief(mut error: ServerError) -> ServerError {
    if let Some((_, what)) = error.message.rsplit_once("\n  = ") {
        error.message = format!("syntax error: {what}");
    }
    error
}

/// The most recently used values up to a total weight.
struct Kept<V> {
    values: LruCache<String, (usize, V)>,
    weight: usize,
    most: usize,
}

impl<V: Clone> Kept<V> {
    fn new(most: usize) -> Self {
        Self { values: LruCache::unbounded(), weight: 0, most }
    }

    fn get(&mut self, key: &str) -> Option<V> {
        self.values.get(key).map(|(_, value)| value.clone())
    }

    fn put(&mut self, key: String, value: V, weight: usize) {
        let replaced = self.values.put(key, (weight, value)).map_or(0, |(weight, _)| weight);
        self.weight = self.weight.saturating_add(weight).saturating_sub(replaced);
        while self.weight > self.most {
            let Some((_, (weight, _))) = self.values.pop_lru() else { return };
            self.weight = self.weight.saturating_sub(weight);
        }
    }
}

/// `extensions.persistedQuery.sha256Hash`, as Apollo's and urql's clients send it.
fn persisted_hash(request: &Request) -> Option<String> {
    let async_graphql::Value::Object(persisted) = request.extensions.get("persistedQuery")? else { return None };
    match persisted.get("sha256Hash")? {
        async_graphql::Value::String(hash) => Some(hash.to_ascii_lowercase()),
        _ => None,
    }
}

fn sha256_hex(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn read_manifest(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| anyhow::anyhow!("FRESHVILLA_TRUSTED_DOCUMENTS: {}: {error}", path.display()))?;
    let manifest: HashMap<String, String> = serde_json::from_str(&text)?;
    if let Some((hash, _)) = manifest.iter().find(|(hash, text)| sha256_hex(text) != **hash) {
        anyhow::bail!("FRESHVILLA_TRUSTED_DOCUMENTS: the text under {hash} has another SHA-256");
    }
    Ok(manifest)
}
