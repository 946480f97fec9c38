//! The object store: a local folder, and a bucket behind a fake S3 that checks every signature.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
};
use freshvilla::{
    config::Config,
    kernel::{
        clock::Clock,
        error::Error,
        file_link::{Deed, LinkKeys, Ticket},
        storage::{Storage, attachment},
    },
};
use futures_util::TryStreamExt;
use hmac::{Hmac, Mac};
use http::{HeaderMap, Response, StatusCode};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::support::{self, Folder};

fn config(folder: &Folder, more: &[&str]) -> Config {
    let folder = folder.path().to_str().unwrap();
    support::config(["--data-dir", folder].iter().chain(more).map(|arg| (*arg).to_owned()))
}

async fn read(storage: &Storage, file: Uuid) -> Vec<u8> {
    let (size, bytes) = storage.read(file).await.unwrap();
    let bytes: Vec<Bytes> = bytes.try_collect().await.unwrap();
    let bytes = bytes.concat();
    assert_eq!(bytes.len() as u64, size);
    bytes
}

async fn round_trip(storage: &Storage, size: usize) {
    let (file, content) = (Uuid::now_v7(), vec![b'x'; size]);
    assert_eq!(storage.size(file).await.unwrap(), None);
    let mut writer = storage.write(file);
    for chunk in content.chunks(700_000) {
        writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    assert_eq!(storage.size(file).await.unwrap(), None, "a file appears whole or not at all");
    let written = writer.finish().await.unwrap();
    assert_eq!(written.size, size as u64);
    assert_eq!(written.sha256, Sha256::digest(&content).to_vec());
    assert_eq!(storage.size(file).await.unwrap(), Some(size as u64));
    assert!(read(storage, file).await == content);
    assert_eq!(storage.beginning(file, 3).await.unwrap(), content[..size.min(3)]);
    storage.delete(file).await.unwrap();
    storage.delete(file).await.unwrap();
    assert!(matches!(storage.read(file).await.err(), Some(Error::NotFound(_))));
}

#[tokio::test]
async fn a_folder_keeps_files() {
    let folder = Folder::new();
    let storage = Storage::new(&config(&folder, &[]), Clock::default()).unwrap();
    for size in [0, 5, 1_048_576, 3_500_000] {
        round_trip(&storage, size).await;
    }
    let file = Uuid::now_v7();
    let (mut one, mut two) = (storage.write(file), storage.write(file));
    one.write(Bytes::from_static(b"one")).await.unwrap();
    two.write(Bytes::from_static(b"two")).await.unwrap();
    one.finish().await.unwrap();
    let second = two.finish().await;
    assert_eq!(second.err().map(|error| error.code()), Some("CONFLICT"), "what is stored never changes");
    assert_eq!(read(&storage, file).await, b"one");
    let parts = folder.path().join("files/parts");
    assert_eq!(std::fs::read_dir(&parts).unwrap().count(), 0, "nothing is left of finished and refused writes");

    // A process that dies leaves a part behind.
    std::fs::write(parts.join("dead#1"), "half").unwrap();
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    assert_eq!(storage.sweep_parts(now - chrono::TimeDelta::hours(1)).await.unwrap(), 0);
    assert_eq!(storage.sweep_parts(now + chrono::TimeDelta::hours(1)).await.unwrap(), 1);
    assert_eq!(read(&storage, file).await, b"one");
}

#[test]
fn links_are_signed_bound_and_expire() {
    let folder = Folder::new();
    let mut config = config(&folder, &["--secret-key", "0123456789012345678901234567890123456789"]);
    let keys = LinkKeys::new(&config.identity);
    let (file, now) = (Uuid::now_v7(), chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let until = now + chrono::TimeDelta::seconds(10);
    let ticket = keys.sign(file, Deed::Upload { size: 7 }, until);
    let check = |keys: &LinkKeys, file, is_upload, ticket: &Ticket, at| keys.verify(file, is_upload, ticket, at).ok();
    assert_eq!(check(&keys, file, true, &ticket, now), Some(Deed::Upload { size: 7 }));
    assert_eq!(check(&keys, file, true, &ticket, until), None, "expired");
    assert_eq!(check(&keys, file, false, &ticket, now), None, "another method");
    assert_eq!(check(&keys, Uuid::now_v7(), true, &ticket, now), None, "another file");
    let forged = [
        Ticket { size: Some(8), ..ticket.clone() },
        Ticket { size: None, ..ticket.clone() },
        Ticket { expires: ticket.expires + 1, ..ticket.clone() },
        Ticket { signature: String::new(), ..ticket.clone() },
        Ticket { signature: "x".repeat(43), ..ticket.clone() },
    ];
    for ticket in forged {
        assert_eq!(check(&keys, file, true, &ticket, now), None);
        assert_eq!(check(&keys, file, false, &ticket, now), None);
    }
    config.identity.old_secret_keys = vec![config.identity.secret_key.clone()];
    config.identity.secret_key = "another key of at least 32 characters".parse().unwrap();
    let renewed = LinkKeys::new(&config.identity);
    assert!(check(&renewed, file, true, &ticket, now).is_some(), "a former key still verifies");
    let new = renewed.sign(file, Deed::Download, until);
    assert_eq!(check(&keys, file, false, &new, now), None, "and no longer signs");
}

#[test]
fn download_names_cannot_break_the_header() {
    let name = attachment("a\"b\\c\r\nX: y;%.csv");
    assert_eq!(name, "attachment; filename=\"a_b_c__X: y;_.csv\"; filename*=UTF-8''a%22b%5Cc%0D%0AX%3A%20y%3B%25.csv");
    assert!(attachment("आटा.csv").ends_with("filename*=UTF-8''%E0%A4%86%E0%A4%9F%E0%A4%BE.csv"));
}

pub const SECRET: &str = "fake-secret";

/// What the fake keeps.
#[derive(Clone, Default)]
pub struct Bucket(Arc<Mutex<Contents>>);

impl Bucket {
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().objects.len()
    }

    /// Removes every object, as the sweep does.
    pub fn empty(&self) {
        self.0.lock().unwrap().objects.clear();
    }

    /// Objects that were asked to go.
    pub fn deletions(&self) -> usize {
        self.0.lock().unwrap().deletions
    }
}

#[derive(Default)]
struct Contents {
    objects: HashMap<String, Vec<u8>>,
    parts: HashMap<String, Vec<Vec<u8>>>,
    deletions: usize,
}

/// The signature of AWS Signature Version 4 over a request, from its documentation.
fn signature(
    method: &str,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    signed: &str,
    scope: &str,
    date: &str,
) -> String {
    let mut query: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-Signature=")).collect();
    query.sort_unstable();
    // A query key without a value counts as one with an empty value.
    let query: Vec<String> =
        query.iter().map(|pair| if pair.contains('=') { (*pair).to_owned() } else { format!("{pair}=") }).collect();
    let lines: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", headers.get(name).map_or("", |value| value.to_str().unwrap().trim())))
        .collect();
    let payload = headers.get("x-amz-content-sha256").map_or("UNSIGNED-PAYLOAD", |hash| hash.to_str().unwrap());
    let request = format!("{method}\n{path}\n{}\n{lines}\n{signed}\n{payload}", query.join("&"));
    let request = hex::encode(Sha256::digest(request));
    let mac = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let key = scope.split('/').fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    hex::encode(mac(&key, &format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{request}")))
}

fn pairs_of(query: &str) -> HashMap<String, String> {
    reqwest::Url::parse(&format!("http://s3/?{query}")).unwrap().query_pairs().into_owned().collect()
}

fn is_genuine(method: &str, path: &str, query: &str, headers: &HeaderMap) -> bool {
    let pairs: HashMap<String, String> = pairs_of(query);
    if let Some(given) = pairs.get("X-Amz-Signature") {
        let scope = pairs["X-Amz-Credential"].split_once('/').unwrap().1;
        let date = &pairs["X-Amz-Date"];
        return *given == signature(method, path, query, headers, &pairs["X-Amz-SignedHeaders"], scope, date);
    }
    let Some(authorization) = headers.get("authorization").and_then(|value| value.to_str().ok()) else { return false };
    let part = |name: &str| authorization.split(name).nth(1).unwrap().split([',', ' ']).next().unwrap();
    let scope = part("Credential=").split_once('/').unwrap().1;
    let date = headers["x-amz-date"].to_str().unwrap();
    part("Signature=") == signature(method, path, query, headers, part("SignedHeaders="), scope, date)
}

async fn s3(State(bucket): State<Bucket>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    if !is_genuine(parts.method.as_str(), &path, &query, &parts.headers) {
        return answer(StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
    }
    let mut contents = bucket.0.lock().unwrap();
    let pairs: HashMap<String, String> = pairs_of(&query);
    let upload = pairs.get("uploadId").cloned();
    match (parts.method.as_str(), upload) {
        ("POST", None) if pairs.contains_key("uploads") => {
            let id = Uuid::new_v4().to_string();
            contents.parts.insert(id.clone(), Vec::new());
            let xml =
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            answer(StatusCode::OK, &xml)
        }
        ("POST", None) if pairs.contains_key("delete") => {
            let text = String::from_utf8(body.to_vec()).unwrap();
            let mut deleted = String::new();
            for key in text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
                contents.objects.remove(&format!("/shop/{key}"));
                contents.deletions += 1;
                deleted.push_str(&format!("<Deleted><Key>{key}</Key></Deleted>"));
            }
            answer(StatusCode::OK, &format!("<DeleteResult>{deleted}</DeleteResult>"))
        }
        ("PUT", Some(id)) => {
            let number: usize = pairs["partNumber"].parse().unwrap();
            let all = contents.parts.get_mut(&id).unwrap();
            all.resize(all.len().max(number), Vec::new());
            all[number - 1] = body.to_vec();
            answer(StatusCode::OK, "")
        }
        ("POST", Some(id)) => {
            let whole = contents.parts.remove(&id).unwrap().concat();
            contents.objects.insert(path, whole);
            answer(StatusCode::OK, "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>")
        }
        ("PUT", None) => {
            let once = parts.headers.get("if-none-match").is_some_and(|value| value == "*");
            if once && contents.objects.contains_key(&path) {
                return answer(StatusCode::PRECONDITION_FAILED, "<Error><Code>PreconditionFailed</Code></Error>");
            }
            contents.objects.insert(path, body.to_vec());
            answer(StatusCode::OK, "")
        }
        ("DELETE", None) => {
            contents.objects.remove(&path);
            contents.deletions += 1;
            answer(StatusCode::NO_CONTENT, "")
        }
        ("GET" | "HEAD", None) => fetch(contents.objects.get(&path), &parts.headers, &pairs),
        other => panic!("the fake S3 does not know {other:?} {query}"),
    }
}

fn answer(status: StatusCode, body: &str) -> Response<Body> {
    Response::builder().status(status).header("etag", "\"e\"").body(Body::from(body.to_owned())).unwrap()
}

fn fetch(object: Option<&Vec<u8>>, headers: &HeaderMap, query: &HashMap<String, String>) -> Response<Body> {
    let Some(object) = object else { return answer(StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>") };
    let response = Response::builder().header("etag", "\"e\"").header("last-modified", "Sun, 22 Nov 2026 11:00:00 GMT");
    let response = match query.get("response-content-disposition") {
        Some(value) => response.header("content-disposition", value),
        None => response,
    };
    let Some(range) = headers.get("range") else { return response.body(Body::from(object.clone())).unwrap() };
    let (from, to) = range.to_str().unwrap().trim_start_matches("bytes=").split_once('-').unwrap();
    let from: usize = from.parse().unwrap();
    let to = to.parse::<usize>().unwrap().min(object.len() - 1);
    let about = format!("bytes {from}-{to}/{}", object.len());
    let response = response.status(StatusCode::PARTIAL_CONTENT).header("content-range", about);
    response.body(Body::from(object[from..=to].to_vec())).unwrap()
}

/// Starts an empty fake; answers where.
pub async fn start_s3(bucket: Bucket) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().fallback(s3).with_state(bucket);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn a_bucket_keeps_files_and_clients_talk_to_it_directly() {
    let (folder, bucket) = (Folder::new(), Bucket::default());
    let endpoint = format!("http://{}", start_s3(bucket.clone()).await);
    let settings = [
        "--s3-bucket",
        "shop",
        "--s3-endpoint",
        &endpoint,
        "--s3-access-key-id",
        "id",
        "--s3-secret-access-key",
        SECRET,
    ];
    let storage = Storage::new(&config(&folder, &settings), Clock::default()).unwrap();
    for size in [0, 5, 12_000_000] {
        round_trip(&storage, size).await;
    }
    assert!(bucket.0.lock().unwrap().parts.is_empty());

    let (file, client) = (Uuid::now_v7(), reqwest::Client::new());
    let link = storage.upload_link(file, 3, "text/csv", Duration::from_secs(60)).await.unwrap();
    let send = async |body: &'static str, content_type: &str| {
        let mut request = client.put(&link.url).body(body);
        for (name, value) in &link.headers {
            let value = if name == "content-type" { content_type } else { value };
            request = request.header(name, value);
        }
        request.send().await.unwrap().status()
    };
    assert_eq!(send("a,b", "text/html").await, StatusCode::FORBIDDEN, "the type is part of the signature");
    assert_eq!(send("a,b", "text/csv").await, StatusCode::OK);
    assert_eq!(send("c,d", "text/csv").await, StatusCode::PRECONDITION_FAILED, "a link is good for one object");
    assert_eq!(read(&storage, file).await, b"a,b");

    let link = storage.download_link(file, "list.csv", "text/csv", Duration::from_secs(60)).await.unwrap();
    let response = client.get(&link.url).send().await.unwrap();
    assert_eq!(response.headers()["content-disposition"], attachment("list.csv"));
    assert_eq!(response.text().await.unwrap(), "a,b");
    let forged = link.url.replace("list.csv", "evil.htm");
    assert_eq!(client.get(&forged).send().await.unwrap().status(), StatusCode::FORBIDDEN);
}
