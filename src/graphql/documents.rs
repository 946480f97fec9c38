//! Parsed documents, cached by text; automatic persisted queries; trusted documents.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Request, ServerError,
    parser::{parse_query, types::ExecutableDocument},
};
use lru::LruCache;
use sha2::{Digest, Sha256};

/// Documents kept parsed.
const PARSED: NonZeroUsize = NonZeroUsize::new(2_000).unwrap();
/// Texts kept for automatic persisted queries.
const PERSISTED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();
/// Longer texts are parsed each time and not kept.
const LONGEST_KEPT: usize = 32 * 1024;

/// Why there is no document to execute.
#[derive(Debug)]
pub enum DocumentError {
    /// The text is not GraphQL.
    Syntax(ServerError),
    /// The hash of a persisted query is unknown here: send the text along.
    PersistedQueryNotFound,
    /// The text does not have the hash that it was sent with.
    HashMismatch,
    /// This server executes only operations of its manifest.
    NotTrusted,
}

/// The document caches of one server.
pub struct Documents {
    parsed: Mutex<LruCache<String, Arc<ExecutableDocument>>>,
    persisted: Mutex<LruCache<String, String>>,
    trusted: Option<HashMap<String, String>>,
}

impl Documents {
    /// Empty caches; with a manifest (JSON object: hex SHA-256 to text) only its operations are executed.
    pub fn new(manifest: Option<&Path>) -> anyhow::Result<Self> {
        let trusted = manifest.map(read_manifest).transpose()?;
        Ok(Self { parsed: Mutex::new(LruCache::new(PARSED)), persisted: Mutex::new(LruCache::new(PERSISTED)), trusted })
    }

    /// The parsed document of a request, its text or persisted hash resolved.
    pub fn prepare(&self, request: &mut Request) -> Result<Arc<ExecutableDocument>, DocumentError> {
        self.resolve_text(request)?;
        let text = &request.query;
        if text.len() > LONGEST_KEPT {
            return parse_query(text).map(Arc::new).map_err(syntax);
        }
        if let Some(document) = lock(&self.parsed).get(text.as_str()) {
            return Ok(Arc::clone(document));
        }
        let document = Arc::new(parse_query(text).map_err(syntax)?);
        lock(&self.parsed).put(text.clone(), Arc::clone(&document));
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
            let known = lock(&self.persisted).get(&hash).cloned();
            request.query = known.ok_or(DocumentError::PersistedQueryNotFound)?;
        } else if sha256_hex(&request.query) != hash {
            return Err(DocumentError::HashMismatch);
        } else if request.query.len() <= LONGEST_KEPT {
            lock(&self.persisted).put(hash, request.query.clone());
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn syntax(error: async_graphql::parser::Error) -> DocumentError {
    DocumentError::Syntax(error.into())
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
