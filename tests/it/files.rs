//! Files: announced, sent, checked, fetched, swept.

use chrono::TimeDelta;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    storage::{Bucket, SECRET, start_s3},
    support::{Client, TestApp, eventually},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and then some";
const CREATE: &str = "mutation($input: FileUploadCreateInput!) { fileUploadCreate(input: $input) {
    upload { file { id status size downloadUrl } method url headers { name value } expiresAt }
    errors { code path } } }";
const COMPLETE: &str = "mutation($id: ID!) { fileUploadComplete(input: {id: $id}) {
    file { id status size sha256 contentType } errors { code } } }";
const FILE: &str = "query($id: ID!) { file(id: $id) { status size sha256 contentType downloadUrl }
    node(id: $id) { id } }";

/// Somebody with an account.
pub struct Person(pub Client);

impl Person {
    pub async fn new(app: &TestApp, role: &str) -> Self {
        Self(app.sign_in(role).await)
    }

    /// Somebody with the rights over files, but in one store only.
    async fn with_a_store(app: &TestApp) -> Self {
        let (id, client) = app.sign_in_as("customer").await;
        let grant = "INSERT INTO roles (id, name, title, account_kind, scope_kind, created_at, updated_at)
                VALUES (gen_random_uuid(), 'store_files', 'Files', 'customer', 'store', now(), now());
            INSERT INTO role_permissions SELECT id, unnest(ARRAY['catalog.import', 'catalog.read', 'jobs.read'])
                FROM roles WHERE name = 'store_files';
            INSERT INTO role_grants (id, account_id, role_id, scope_kind, scope_id, created_at)
                SELECT gen_random_uuid(), 'ACCOUNT', id, 'store', gen_random_uuid(), now()
                FROM roles WHERE name = 'store_files'";
        app.database.execute(&grant.replace("ACCOUNT", &id.0.to_string())).await;
        Self(client)
    }

    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        self.0.query(query, variables).await.body
    }

    /// Ends an upload; what fileUploadComplete answers.
    async fn completes(&self, upload: &Upload) -> Value {
        self.ask(COMPLETE, upload.id()).await["data"]["fileUploadComplete"].clone()
    }

    pub async fn announce(&self, purpose: &str, content_type: &str, size: usize) -> Upload {
        let input = json!({ "purpose": purpose, "name": "list.csv", "contentType": content_type, "size": size });
        let answer = self.ask(CREATE, json!({ "input": input })).await;
        let upload = answer["data"]["fileUploadCreate"]["upload"].clone();
        assert!(upload.is_object(), "{answer:#}");
        Upload(upload)
    }
}

/// What fileUploadCreate answered.
pub struct Upload(pub Value);

impl Upload {
    pub fn id(&self) -> Value {
        json!({ "id": self.0["file"]["id"] })
    }

    pub fn path(&self) -> String {
        path(&self.0["url"])
    }

    pub async fn put(&self, app: &TestApp, path: &str, body: impl Into<reqwest::Body>) -> Response {
        let mut request = app.request(Method::PUT, path).body(body);
        for header in self.0["headers"].as_array().unwrap() {
            request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
        }
        request.send().await.unwrap()
    }

    /// Sends the bytes to the bucket itself.
    async fn to_bucket(&self, body: Vec<u8>) -> StatusCode {
        let mut request = reqwest::Client::new().put(self.0["url"].as_str().unwrap()).body(body);
        for header in self.0["headers"].as_array().unwrap() {
            request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
        }
        request.send().await.unwrap().status()
    }

    pub async fn send(&self, app: &TestApp, body: impl Into<reqwest::Body>) -> StatusCode {
        self.put(app, &self.path(), body).await.status()
    }
}

/// A link without the public address, which the tests do not listen on.
fn path(url: &Value) -> String {
    let url = url.as_str().unwrap();
    url.strip_prefix("http://127.0.0.1:8000").unwrap_or_else(|| panic!("{url}")).to_owned()
}

pub fn parts(app: &TestApp) -> usize {
    std::fs::read_dir(app.folder().join("files/parts")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_file_goes_in_and_comes_out() {
    let app = TestApp::start().await;
    let importer = Person::new(&app, "catalogue_manager").await;
    let content = "sku,name\n1,आटा\n".repeat(200_000);
    let upload = importer.announce("IMPORT", "text/csv; charset=utf-8", content.len()).await;
    assert_eq!(upload.0["method"], "PUT");
    assert_eq!(upload.0["file"]["status"], "PENDING");
    assert_eq!(upload.0["file"]["downloadUrl"], Value::Null);
    let early = importer.ask(COMPLETE, upload.id()).await;
    assert_eq!(early["data"]["fileUploadComplete"]["errors"][0]["code"], "NOT_UPLOADED");
    // In chunks and without a length.
    let chunks: Vec<_> = content.as_bytes().chunks(70_000).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    assert_eq!(upload.send(&app, body).await, 201);

    let sha256 = hex::encode(Sha256::digest(&content));
    let done = importer.ask(COMPLETE, upload.id()).await;
    let file = &done["data"]["fileUploadComplete"]["file"];
    assert_eq!((&file["status"], &file["sha256"]), (&json!("STORED"), &json!(sha256)), "{done:#}");
    assert_eq!(file["size"], json!(content.len().to_string()));
    let found = importer.ask(FILE, upload.id()).await;
    assert_eq!(found["data"]["node"]["id"], upload.0["file"]["id"]);
    let link = path(&found["data"]["file"]["downloadUrl"]);
    let response = app.get(&link).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv");
    assert_eq!(header("content-disposition"), "attachment; filename=\"list.csv\"; filename*=UTF-8''list.csv");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("cache-control").contains("no-store"));
    assert!(response.text().await.unwrap() == content);

    app.advance(TimeDelta::minutes(6));
    assert_eq!(app.get(&link).send().await.unwrap().status(), 403, "a download link lives five minutes");
    let audit = "SELECT jsonb_agg(action ORDER BY at, id) FROM audit_log WHERE subject_type = 'File'";
    assert_eq!(app.database.value(audit).await, json!(["fileUploadCreate", "fileStored"]));
}

#[tokio::test]
async fn what_was_not_announced_is_refused() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let size = PNG.len();
    let announce = || seller.announce("PRODUCT_MEDIA", "image/png", size);
    assert_eq!(announce().await.send(&app, [PNG, b"x"].concat()).await, 413, "too much, by its header");
    assert_eq!(announce().await.send(&app, PNG[..size - 1].to_vec()).await, 413, "too little");
    for length in [size - 1, size + 1, size + 100_000] {
        let mut bytes = PNG.to_vec();
        bytes.resize(length, b'x');
        let stream = futures_util::stream::iter(
            bytes.chunks(7).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
        );
        let status = announce().await.send(&app, reqwest::Body::wrap_stream(stream)).await;
        assert_eq!(status, 413, "{length} bytes without a length");
    }
    let html = b"<script>alert(1)</script>....";
    assert_eq!(announce().await.send(&app, html[..size].to_vec()).await, 415, "no picture");
    let jpeg = [b"\xff\xd8\xff".to_vec(), vec![0; size - 3]].concat();
    assert_eq!(announce().await.send(&app, jpeg).await, 415, "another picture than was declared");
    let upload = announce().await;
    let other = app.request(Method::PUT, &upload.path()).header("content-type", "text/html").body(PNG);
    assert_eq!(other.send().await.unwrap().status(), 415, "the header is part of the deal");
    assert_eq!(upload.send(&app, PNG).await, 201);
    assert_eq!(upload.send(&app, PNG).await, 409, "what is stored never changes");
    let binary = seller.announce("IMPORT", "text/csv", 4).await;
    assert_eq!(binary.send(&app, b"a\0b\x01".to_vec()).await, 415);
    let zip = seller.announce("IMPORT", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 40).await;
    let archive = [b"PK\x03\x04".to_vec(), vec![0; 22], vec![8, 0, 0, 0], b"evil.exe..".to_vec()].concat();
    assert_eq!(zip.send(&app, archive).await, 415, "an archive that is no workbook");
    assert_eq!(parts(&app), 0, "nothing is left of what was refused");
    let stored = app.database.value("SELECT to_jsonb(count(*)) FROM files WHERE status = 'stored'").await;
    assert_eq!(stored, json!(1));
}

#[tokio::test]
async fn links_cannot_be_made_or_bent() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let upload = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
    let other = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
    let (link, (bare, query)) =
        (upload.path(), upload.path().split_once('?').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap());
    let flipped = if link.ends_with('A') { "B" } else { "A" };
    let bent = [
        bare.clone(),
        format!("{bare}?expires=99999999999&size={}&signature=", PNG.len()),
        format!("{}{flipped}", &link[..link.len() - 1]),
        link.replace("expires=1", "expires=2"),
        link.replace(&format!("size={}", PNG.len()), "size=999"),
        format!("{}?{query}", other.path().split_once('?').unwrap().0),
        format!("{link}&size=999"),
    ];
    for path in bent {
        assert_eq!(upload.put(&app, &path, PNG).await.status(), 403, "{path}");
    }
    assert_eq!(app.get(&link).send().await.unwrap().status(), 403, "an upload link fetches nothing");
    for path in ["/files/..%2f..%2fetc%2fpasswd", "/files/%2e%2e%2fparts", "/files/x", "/files/", "/files"] {
        let path = format!("{path}?{query}");
        assert_eq!(upload.put(&app, &path, PNG).await.status(), 404, "{path}");
        assert_eq!(app.get(&path).send().await.unwrap().status(), 404, "{path}");
    }
    app.advance(TimeDelta::minutes(61));
    assert_eq!(upload.send(&app, PNG).await, 403, "an upload link lives an hour");
    assert_eq!(app.database.value("SELECT to_jsonb(count(*)) FROM files WHERE status = 'stored'").await, json!(0));
}

#[tokio::test]
async fn files_are_their_owners() {
    let app = TestApp::start().await;
    let owner = Person::new(&app, "catalogue_manager").await;
    let upload = owner.announce("IMPORT", "text/csv", 3).await;
    assert_eq!(upload.send(&app, "a,b").await, 201);
    let (stranger, neighbour) = (Person::new(&app, "customer").await, Person::with_a_store(&app).await);
    for person in [&stranger, &neighbour] {
        let answer = person.ask(FILE, upload.id()).await;
        assert_eq!(answer["data"], json!({ "file": null, "node": null }), "{answer:#}");
    }
    let colleague = Person::new(&app, "catalogue_manager").await;
    assert_eq!(colleague.ask(FILE, upload.id()).await["data"]["file"]["status"], "STORED");
    let pending = owner.announce("IMPORT", "text/csv", 3).await;
    for person in [&stranger, &neighbour, &colleague] {
        let answer = person.ask(COMPLETE, pending.id()).await;
        assert_eq!(answer["data"]["fileUploadComplete"]["errors"][0]["code"], "NOT_FOUND");
    }
    let answer = app.query(FILE, upload.id()).await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn the_purpose_decides() {
    let app = TestApp::start().await;
    let person = Person::new(&app, "catalogue_manager").await;
    let try_it = async |input: Value| person.ask(CREATE, json!({ "input": input })).await;
    let input = json!({ "purpose": "BRAND_MEDIA", "name": "a", "contentType": "image/png", "size": 9 });
    let forbidden = Person::new(&app, "customer").await.ask(CREATE, json!({ "input": input })).await;
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let refused = [
        (
            json!({ "purpose": "REPORT", "name": "a", "contentType": "text/csv", "size": 9 }),
            json!([["INVALID", "purpose"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "a", "contentType": "text/csv", "size": 0 }),
            json!([["INVALID", "size"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "a", "contentType": "text/csv", "size": -1 }),
            json!([["INVALID", "size"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "a", "contentType": "text/csv", "size": "2147483649" }),
            json!([["TOO_LARGE", "size"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "../a", "contentType": "image/svg+xml", "size": 9 }),
            json!([["INVALID", "name"], ["TYPE_NOT_ALLOWED", "contentType"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "a\r\nb", "contentType": "text/csv", "size": 9 }),
            json!([["INVALID", "name"]]),
        ),
        (
            json!({ "purpose": "IMPORT", "name": "", "contentType": "image/png", "size": 9 }),
            json!([["INVALID", "name"], ["TYPE_NOT_ALLOWED", "contentType"]]),
        ),
    ];
    for (input, expected) in refused {
        let answer = try_it(input.clone()).await;
        let errors = answer["data"]["fileUploadCreate"]["errors"].as_array().unwrap_or_else(|| panic!("{answer:#}"));
        let found: Vec<Value> = errors.iter().map(|error| json!([error["code"], error["path"][0]])).collect();
        assert_eq!(json!(found), expected, "{input}");
    }
}

#[tokio::test]
async fn what_breaks_off_leaves_nothing() {
    let app = TestApp::start().await;
    let importer = Person::new(&app, "catalogue_manager").await;
    let upload = importer.announce("IMPORT", "text/csv", 8_000_000).await;
    let half = futures_util::stream::iter(vec![Ok(vec![b'a'; 4_000_000]), Err(std::io::Error::other("gone"))]);
    let mut request = app.request(Method::PUT, &upload.path()).body(reqwest::Body::wrap_stream(half));
    request = request.header("content-type", "text/csv");
    assert!(request.send().await.is_err());
    eventually("the half is cleared away", || async { parts(&app) == 0 }).await;
    assert_eq!(upload.send(&app, vec![b'a'; 8_000_000]).await, 201, "the link is still good");
}

#[tokio::test]
async fn bytes_of_a_file_that_vanished_meanwhile_do_not_stay() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let upload = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
    let (chunks, arriving) = tokio::sync::mpsc::unbounded_channel::<Vec<u8>>();
    let body = futures_util::stream::unfold(arriving, |mut arriving| async {
        arriving.recv().await.map(|chunk| (Ok::<_, std::io::Error>(chunk), arriving))
    });
    let sweep = async {
        chunks.send(PNG[..8].to_vec()).unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        app.database.execute("DELETE FROM files").await;
        chunks.send(PNG[8..].to_vec()).unwrap();
        drop(chunks);
    };
    let (status, ()) = tokio::join!(upload.send(&app, reqwest::Body::wrap_stream(body)), sweep);
    assert_eq!(status, 404);
    let left = std::fs::read_dir(app.folder().join("files/files")).map_or(0, Iterator::count);
    assert_eq!((left, parts(&app)), (0, 0), "bytes without a row");
    app.finish().await;
}

#[tokio::test]
async fn with_a_bucket_clients_send_to_it_and_the_server_looks_afterwards() {
    let bucket = Bucket::default();
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
    let app = TestApp::start_with(&settings).await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let upload = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
    assert!(upload.0["url"].as_str().unwrap().starts_with(&endpoint), "{:#}", upload.0);
    for (body, code) in [([PNG, b"more"].concat(), "WRONG_SIZE"), (vec![b'<'; PNG.len()], "TYPE_NOT_ALLOWED")] {
        let upload = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
        assert_eq!(upload.to_bucket(body).await, 200);
        // Twice at once: one of them ends the file and removes its bytes, once.
        let before = bucket.deletions();
        let (one, two) = tokio::join!(seller.completes(&upload), seller.completes(&upload));
        let codes = [&one["errors"][0]["code"], &two["errors"][0]["code"]];
        assert!(codes.contains(&&json!(code)), "{codes:?}");
        assert_eq!((bucket.len(), bucket.deletions()), (0, before + 1), "what is refused is removed");
        // The link still takes bytes, but no row will have them: they wait for the sweep.
        assert_eq!(upload.to_bucket(PNG.to_vec()).await, 200);
        assert_eq!(seller.completes(&upload).await["errors"][0]["code"], "CONFLICT");
        let seen = seller.ask(FILE, upload.id()).await;
        assert_eq!(seen["data"]["file"]["status"], "REFUSED");
        bucket.empty();
    }
    assert_eq!(upload.to_bucket(PNG.to_vec()).await, 200);
    let (stored, again) = tokio::join!(seller.completes(&upload), seller.completes(&upload));
    assert_eq!((&stored["errors"], &again["errors"]), (&json!([]), &json!([])), "harmless when it already is");
    assert_eq!(stored["file"]["sha256"], hex::encode(Sha256::digest(PNG)), "{stored:#}");
    let found = seller.ask(FILE, upload.id()).await;
    let link = found["data"]["file"]["downloadUrl"].clone();
    let fetched = reqwest::get(link.as_str().unwrap()).await.unwrap();
    assert_eq!(fetched.bytes().await.unwrap(), PNG);
    let swept = seller.announce("PRODUCT_MEDIA", "image/png", PNG.len()).await;
    app.advance(TimeDelta::hours(25));
    let inside = app.node.app.clone();
    let sweep = async move { freshvilla::work::file::service::sweep_abandoned(&inside).await.unwrap() };
    assert_eq!(app.node.on_runtime(sweep).await, 3, "one that never arrived, two that were refused");
    assert_eq!(seller.ask(FILE, swept.id()).await["data"]["file"], Value::Null);
    assert_eq!(bucket.len(), 1);
}
