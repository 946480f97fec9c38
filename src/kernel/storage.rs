//! Files: bytes under `files/<uuid>` in a local folder or an S3-compatible bucket.
//!
//! Keys are made of UUIDs alone, so no name that a user chose ever becomes a path. A file appears whole or not at all:
//! what is being written lives under `parts/` until it is finished.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use http::{HeaderName, HeaderValue, Method, header};
use object_store::{
    ObjectStore, ObjectStoreExt,
    aws::{AmazonS3, AmazonS3Builder},
    buffered::BufWriter,
    local::LocalFileSystem,
    path::Path,
    signer::{SignedUrlOptions, Signer},
};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::{
    clock::Clock,
    data_dir,
    error::{Error, Result},
    file_link::{Deed, LinkKeys, Ticket},
};
use crate::config::{Config, StorageConfig};

/// The bytes of a file as they arrive.
pub type ByteStream = BoxStream<'static, Result<Bytes>>;

/// The object store and its signed links.
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    place: Place,
    keys: LinkKeys,
    clock: Clock,
    public_url: String,
}

enum Place {
    Folder(PathBuf),
    Bucket(Arc<AmazonS3>),
}

/// Where and how a client sends or fetches a file.
#[derive(Clone, Debug)]
pub struct Link {
    /// Address with signature.
    pub url: String,
    /// Headers that the request must carry, as they are.
    pub headers: Vec<(HeaderName, String)>,
    /// From then on the link is worthless.
    pub expires_at: DateTime<Utc>,
}

/// Bytes held in memory while a file in the bucket is written; S3 takes no smaller parts.
const PART_BYTES: usize = 5 * 1024 * 1024;
/// The same for the local folder.
const CHUNK_BYTES: usize = 1024 * 1024;

impl Storage {
    /// From the settings; makes the local folder where there is no bucket.
    pub fn new(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let (store, place): (Arc<dyn ObjectStore>, _) = match &config.storage.s3_bucket {
            Some(bucket) => {
                let bucket = Arc::new(open_bucket(&config.storage, bucket)?);
                (Arc::clone(&bucket) as _, Place::Bucket(bucket))
            }
            None => {
                let folder = config.storage_dir()?;
                data_dir::create_private(&folder)?;
                (Arc::new(LocalFileSystem::new_with_prefix(&folder)?.with_fsync(true)), Place::Folder(folder))
            }
        };
        let public_url = config.http.public_url();
        Ok(Self { store, place, keys: LinkKeys::new(&config.identity), clock, public_url })
    }

    /// "local" or "s3".
    pub fn name(&self) -> &'static str {
        match self.place {
            Place::Folder(_) => "local",
            Place::Bucket(_) => "s3",
        }
    }

    /// Starts to write a file; it appears with [`Writer::finish`].
    pub fn write(&self, file: Uuid) -> Writer {
        // S3 shows an object only when it is complete, so there it is written in place.
        let (part, at_once) = match self.place {
            Place::Folder(_) => (Some(Path::from_iter(["parts", &Uuid::new_v4().to_string()])), CHUNK_BYTES),
            Place::Bucket(_) => (None, PART_BYTES),
        };
        let target = part.clone().unwrap_or_else(|| key(file));
        Writer {
            out: BufWriter::with_capacity(Arc::clone(&self.store), target, at_once).with_max_concurrency(2),
            store: Arc::clone(&self.store),
            part,
            file,
            size: 0,
            hash: Sha256::new(),
        }
    }

    /// Size and bytes of a file, or NOT_FOUND.
    pub async fn read(&self, file: Uuid) -> Result<(u64, ByteStream)> {
        let found = self.store.get(&key(file)).await.map_err(failed("read"))?;
        metrics::counter!("freshvilla_storage_total", "action" => "read").increment(1);
        Ok((found.meta.size, found.into_stream().map_err(failed("read")).boxed()))
    }

    /// The first bytes of a file, at most so many.
    pub async fn beginning(&self, file: Uuid, bytes: u64) -> Result<Bytes> {
        // S3 refuses a range of an empty object.
        if self.size(file).await?.unwrap_or(0) == 0 {
            return Ok(Bytes::new());
        }
        self.store.get_range(&key(file), 0..bytes).await.map_err(failed("read"))
    }

    /// Size of a file in bytes; `None` when there is none.
    pub async fn size(&self, file: Uuid) -> Result<Option<u64>> {
        match self.store.head(&key(file)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("read")(error)),
        }
    }

    /// Removes a file; no file is as good.
    pub async fn delete(&self, file: Uuid) -> Result<()> {
        match self.store.delete(&key(file)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {
                metrics::counter!("freshvilla_storage_total", "action" => "delete").increment(1);
                Ok(())
            }
            Err(error) => Err(failed("delete")(error)),
        }
    }

    /// Removes what interrupted writes left in the local folder; a bucket does that by its own lifecycle rule.
    pub async fn sweep_parts(&self, before: DateTime<Utc>) -> Result<usize> {
        let Place::Folder(folder) = &self.place else { return Ok(0) };
        let mut entries = match tokio::fs::read_dir(folder.join("parts")).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(Error::internal(error)),
        };
        let mut removed = 0;
        while let Some(entry) = entries.next_entry().await.map_err(Error::internal)? {
            let written = entry.metadata().await.and_then(|meta| meta.modified()).map_err(Error::internal)?;
            if DateTime::<Utc>::from(written) < before {
                tokio::fs::remove_file(entry.path()).await.map_err(Error::internal)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// A link for sending a file of this type once: to the bucket, or to this server. This server takes exactly `size`
    /// bytes; for a bucket the size cannot be signed, so whoever stores the file must look at it again.
    pub async fn upload_link(&self, file: Uuid, size: u64, content_type: &str, valid: Duration) -> Result<Link> {
        let mut headers = vec![(header::CONTENT_TYPE, content_type.to_owned())];
        let Place::Bucket(bucket) = &self.place else {
            return Ok(self.own_link(file, Deed::Upload { size }, headers, valid));
        };
        // The bucket refuses a second object under the key, so that what was checked stays what it is.
        headers.push((header::IF_NONE_MATCH, "*".to_owned()));
        let options = headers.iter().try_fold(SignedUrlOptions::new(), |options, (name, value)| {
            let value = HeaderValue::from_str(value).map_err(Error::internal)?;
            Ok::<_, Error>(options.with_signed_header(name.clone(), value))
        })?;
        self.bucket_link(bucket, Method::PUT, file, &options, headers, valid).await
    }

    /// A link for fetching a file as a download of this name.
    pub async fn download_link(&self, file: Uuid, name: &str, content_type: &str, valid: Duration) -> Result<Link> {
        let Place::Bucket(bucket) = &self.place else {
            return Ok(self.own_link(file, Deed::Download, Vec::new(), valid));
        };
        let options = SignedUrlOptions::new().with_query([
            ("response-content-disposition", attachment(name)),
            ("response-content-type", content_type.to_owned()),
            ("response-cache-control", "private, no-store".to_owned()),
        ]);
        self.bucket_link(bucket, Method::GET, file, &options, Vec::new(), valid).await
    }

    /// What a link to this server allows; FORBIDDEN when it is forged or expired.
    pub fn check_link(&self, file: Uuid, is_upload: bool, ticket: &Ticket) -> Result<Deed> {
        self.keys.verify(file, is_upload, ticket, self.clock.now())
    }

    /// A link for fetching a document that this server draws up when it is asked for; the path begins with a slash.
    pub fn print_link(&self, path: &str, valid: Duration) -> Link {
        let expires_at = self.expiry(valid);
        let Ticket { expires, signature, .. } = self.keys.sign_print(path, expires_at);
        let url = format!("{}{path}?expires={expires}&signature={signature}", self.public_url);
        Link { url, headers: Vec::new(), expires_at }
    }

    /// Ok if a link to such a document is genuine; FORBIDDEN when it is forged or expired.
    pub fn check_print(&self, path: &str, ticket: &Ticket) -> Result<()> {
        self.keys.verify_print(path, ticket, self.clock.now())
    }

    fn own_link(&self, file: Uuid, deed: Deed, headers: Vec<(HeaderName, String)>, valid: Duration) -> Link {
        let expires_at = self.expiry(valid);
        let Ticket { expires, size, signature } = self.keys.sign(file, deed, expires_at);
        let size = size.map(|size| format!("&size={size}")).unwrap_or_default();
        let url = format!("{}/files/{file}?expires={expires}{size}&signature={signature}", self.public_url);
        Link { url, headers, expires_at }
    }

    async fn bucket_link(
        &self,
        bucket: &AmazonS3,
        method: Method,
        file: Uuid,
        options: &SignedUrlOptions,
        headers: Vec<(HeaderName, String)>,
        valid: Duration,
    ) -> Result<Link> {
        let url = bucket.signed_url_opts(method, &key(file), valid, options).await.map_err(failed("sign"))?;
        Ok(Link { url: url.into(), headers, expires_at: self.expiry(valid) })
    }

    fn expiry(&self, valid: Duration) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::from_std(valid).unwrap_or(TimeDelta::zero())
    }
}

fn open_bucket(config: &StorageConfig, bucket: &str) -> anyhow::Result<AmazonS3> {
    let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_region(&config.s3_region);
    if let Some(endpoint) = &config.s3_endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let (Some(id), Some(secret)) = (&config.s3_access_key_id, &config.s3_secret_access_key) {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
    }
    Ok(builder.build()?)
}

fn key(file: Uuid) -> Path {
    Path::from_iter(["files", &file.to_string()])
}

fn failed(action: &'static str) -> impl Fn(object_store::Error) -> Error {
    move |error| match error {
        object_store::Error::NotFound { .. } => Error::NotFound("file"),
        object_store::Error::AlreadyExists { .. } => Error::conflict("the file has arrived already"),
        other => {
            metrics::counter!("freshvilla_storage_errors_total", "action" => action).increment(1);
            Error::internal(other)
        }
    }
}

/// The value of Content-Disposition: a download, named in ASCII for old clients and in UTF-8 for the rest (RFC 6266).
pub fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// A file that is being written; dropped unfinished, it leaves nothing.
pub struct Writer {
    out: BufWriter,
    store: Arc<dyn ObjectStore>,
    /// Where the bytes wait until they are complete.
    part: Option<Path>,
    file: Uuid,
    size: u64,
    hash: Sha256,
}

/// What was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: Vec<u8>,
}

impl Writer {
    /// Appends bytes; waits while the store is slower than the sender.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.size += bytes.len() as u64;
        self.hash.update(&bytes);
        self.out.put(bytes).await.map_err(failed("write"))
    }

    /// Bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes the file appear. In the local folder it never replaces another: CONFLICT then.
    pub async fn finish(mut self) -> Result<Written> {
        self.out.shutdown().await.map_err(Error::internal)?;
        if let Some(part) = &self.part {
            let moved = self.store.rename_if_not_exists(part, &key(self.file)).await;
            if moved.is_err() {
                let _ = self.store.delete(part).await;
            }
            moved.map_err(failed("write"))?;
        }
        metrics::counter!("freshvilla_storage_total", "action" => "write").increment(1);
        metrics::counter!("freshvilla_storage_written_bytes_total").increment(self.size);
        Ok(Written { size: self.size, sha256: self.hash.finalize().to_vec() })
    }

    /// Gives up, and removes what was written.
    pub async fn abort(mut self) {
        // Whatever this cannot remove, the sweep does.
        let _ = self.out.abort().await;
    }
}
