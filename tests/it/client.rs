//! Outgoing HTTP: what it refuses, and where it stops.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::State, response::Redirect, routing::get};
use freshvilla::kernel::client::{Client, ClientError, Limits, Reach, is_public};
use reqwest::{Method, Url};

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn client(reach: Reach, limits: Limits) -> Client {
    Client::new(reach, limits).unwrap()
}

async fn fetch(client: &Client, url: &str) -> Result<String, ClientError> {
    let request = client.request(Method::GET, Url::parse(url).unwrap());
    let answer = client.send("test", request).await?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

#[tokio::test]
async fn private_addresses_are_refused_before_connecting() {
    let hits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&hits);
    let address = serve(Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        async { "secret" }
    }))
    .await;
    let port = address.port();
    let public = client(Reach::Public, Limits::default());
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f.1", "127.1"] {
        let outcome = fetch(&public, &format!("http://{host}:{port}/")).await;
        assert_eq!(outcome, Err(ClientError::Refused), "{host}");
    }
    assert_eq!(hits.load(Ordering::SeqCst), 0);
    let anywhere = client(Reach::Anywhere, Limits::default());
    assert_eq!(fetch(&anywhere, &format!("http://{address}/")).await.as_deref(), Ok("secret"));
    assert_eq!(fetch(&anywhere, "file:///etc/passwd").await, Err(ClientError::Refused));
}

#[test]
fn only_the_public_internet_is_public() {
    let private = "0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 169.254.169.254 172.16.0.1 172.31.255.255 \
        192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 \
        240.0.0.1 255.255.255.255 :: ::1 ::ffff:10.0.0.1 ::10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 \
        2001:db8::1 2002:a00:1:: 2002:7f00:1:: 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1";
    for text in private.split_whitespace() {
        assert!(!is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
    let public = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 198.20.0.1 \
        223.255.255.255 2606:4700::1111 2404:6800::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::";
    for text in public.split_whitespace() {
        assert!(is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
}

#[tokio::test]
async fn redirects_are_followed_to_a_bound() {
    let router = Router::new()
        .route("/", get(|| async { "arrived" }))
        .route("/two", get(|| async { Redirect::temporary("/one") }))
        .route("/one", get(|| async { Redirect::temporary("/") }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route("/file", get(|| async { Redirect::temporary("ftp://example.com/x") }));
    let address = serve(router).await;
    let client = client(Reach::Anywhere, Limits { redirects: 2, ..Limits::default() });
    assert_eq!(fetch(&client, &format!("http://{address}/two")).await.as_deref(), Ok("arrived"));
    assert_eq!(fetch(&client, &format!("http://{address}/loop")).await, Err(ClientError::TooManyRedirects));
    assert!(fetch(&client, &format!("http://{address}/file")).await.is_err());
}

#[tokio::test]
async fn answers_are_bounded_in_size_and_time() {
    let drops = || futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1_000]));
    let router = Router::new()
        .route("/endless", get(move || async move { Body::from_stream(drops()) }))
        .route("/large", get(|| async { vec![b'x'; 10_001] }))
        .route("/fits", get(|| async { vec![b'x'; 10_000] }))
        .route("/silent", get(futures_util::future::pending::<&str>));
    let address = serve(router).await;
    let limits = Limits { max_bytes: 10_000, total: Duration::from_millis(300), ..Limits::default() };
    let client = client(Reach::Anywhere, limits);
    let ask = |path: &str| {
        let (client, url) = (client.clone(), format!("http://{address}{path}"));
        async move { fetch(&client, &url).await }
    };
    assert_eq!(ask("/endless").await, Err(ClientError::TooLarge));
    assert_eq!(ask("/large").await, Err(ClientError::TooLarge));
    assert_eq!(ask("/fits").await.map(|body| body.len()), Ok(10_000));
    let started = Instant::now();
    assert_eq!(ask("/silent").await, Err(ClientError::TimedOut));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn one_host_gets_so_many_requests_at_once() {
    #[derive(Clone, Default)]
    struct Seen(Arc<AtomicUsize>, Arc<AtomicUsize>);
    async fn slow(State(Seen(now, most)): State<Seen>) {
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(30)).await;
        now.fetch_sub(1, Ordering::SeqCst);
    }
    let seen = Seen::default();
    let address = serve(Router::new().route("/", get(slow)).with_state(seen.clone())).await;
    let client = client(Reach::Anywhere, Limits { per_host: 3, ..Limits::default() });
    let all = (0..12).map(|_| {
        let client = client.clone();
        async move { fetch(&client, &format!("http://{address}/")).await }
    });
    let answers = futures_util::future::join_all(all).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(seen.1.load(Ordering::SeqCst), 3);
}
