//! A GraphQL client over HTTP.

use std::net::SocketAddr;

use reqwest::{RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::socket::Socket;

/// Somebody who talks to a server; cheap to clone.
#[derive(Clone)]
pub struct Client {
    address: SocketAddr,
    token: Option<String>,
    http: reqwest::Client,
}

impl Client {
    /// A stranger.
    pub fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(std::time::Duration::from_secs(30));
        Self { address, token: None, http: http.build().unwrap() }
    }

    /// The same client with an access token.
    pub fn as_user(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The server's address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request of any kind, with the token.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// GET of a path.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(reqwest::Method::GET, path)
    }

    /// Executes a query or mutation.
    pub async fn query(&self, text: &str, variables: Value) -> Answer {
        self.operation(text, None, variables).await
    }

    /// Executes one of several operations.
    pub async fn operation(&self, text: &str, name: Option<&str>, variables: Value) -> Answer {
        let body = json!({ "query": text, "operationName": name, "variables": variables });
        let request = self.request(reqwest::Method::POST, "/graphql").json(&body);
        let response = request.header("accept", "application/graphql-response+json").send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}, not JSON: {text}"));
        Answer { status, headers, body, text }
    }

    /// Opens a WebSocket with this client's token.
    pub async fn socket(&self) -> Socket {
        Socket::connect(self.address, self.token.as_deref()).await
    }
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// A part of the data by JSON pointer (`/jobs/nodes/0/id`); fails on errors and on what is not there.
    pub fn data(&self, pointer: &str) -> &Value {
        assert!(self.errors().is_empty(), "{:#}", self.body);
        let data = self.body.pointer(&format!("/data{pointer}"));
        data.unwrap_or_else(|| panic!("nothing at {pointer}: {:#}", self.body))
    }

    /// The same as text.
    pub fn text(&self, pointer: &str) -> &str {
        self.data(pointer).as_str().unwrap_or_else(|| panic!("no text at {pointer}: {:#}", self.body))
    }

    /// Top-level errors.
    pub fn errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// `extensions.code` of the first top-level error.
    pub fn code(&self) -> Option<&str> {
        self.errors().first()?.pointer("/extensions/code")?.as_str()
    }

    /// Codes of the `errors` in a mutation's payload.
    pub fn problems(&self, field: &str) -> Vec<&str> {
        let problems = self.data(&format!("/{field}/errors")).as_array().unwrap();
        problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect()
    }

    /// SQL statements that the operation took, as development reports in `Server-Timing`.
    pub fn statements(&self) -> u64 {
        let timing = self.headers["server-timing"].to_str().unwrap();
        let count = timing.split("db;desc=\"").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok());
        count.unwrap_or_else(|| panic!("no count of statements in {timing}"))
    }
}
