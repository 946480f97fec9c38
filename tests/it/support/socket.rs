//! A client of the `graphql-transport-ws` protocol.

use std::{collections::HashMap, net::SocketAddr, sync::Arc, sync::Mutex, time::Duration};

use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{Mutex as AsyncMutex, mpsc, watch},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

const PATIENCE: Duration = Duration::from_secs(10);

type Sink = SplitSink<WebSocketStream<TcpStream>, Message>;
type Routes = Arc<Mutex<HashMap<String, mpsc::UnboundedSender<Value>>>>;

/// An open socket. Messages are dealt out to feeds by a task of its own; pings are answered by it.
pub struct Socket {
    sink: Arc<AsyncMutex<Sink>>,
    routes: Routes,
    closed: watch::Receiver<Option<(u16, String)>>,
    next_id: Mutex<u32>,
}

impl Socket {
    /// Connects, sends the token, and waits for the acknowledgement.
    pub async fn connect(address: SocketAddr, token: Option<&str>) -> Self {
        let socket = Self::open(address).await;
        let mut acknowledged = socket.route("");
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket.send(json!({ "type": "connection_init", "payload": payload.unwrap_or(json!({})) })).await;
        let answer = timeout(PATIENCE, acknowledged.recv()).await.expect("an acknowledgement in time");
        match answer {
            Some(message) => assert_eq!(message["type"], "connection_ack"),
            None => panic!("closed instead of acknowledged: {:?}", socket.closed.borrow()),
        }
        socket
    }

    /// Connects without a word; for tests of the protocol itself.
    pub async fn open(address: SocketAddr) -> Self {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("graphql-transport-ws"));
        let stream = TcpStream::connect(address).await.unwrap();
        let (stream, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
        let (sink, mut source) = stream.split();
        let (closed, closed_later) = watch::channel(None);
        let (sink, routes) = (Arc::new(AsyncMutex::new(sink)), Routes::default());
        let (back, dealt) = (Arc::clone(&sink), Arc::clone(&routes));
        tokio::spawn(async move {
            let mut end = (1006, String::new());
            while let Some(Ok(message)) = source.next().await {
                match message {
                    Message::Text(text) => deal(serde_json::from_str(&text).unwrap(), &dealt, &back).await,
                    Message::Close(Some(frame)) => end = (frame.code.into(), frame.reason.to_string()),
                    _ => {}
                }
            }
            let _ = closed.send(Some(end));
            dealt.lock().unwrap().clear();
        });
        Self { sink, routes, closed: closed_later, next_id: Mutex::new(0) }
    }

    /// Sends any message.
    pub async fn send(&self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    /// Sends any text.
    pub async fn send_text(&self, text: &str) {
        // A server that has closed meanwhile shows in `closed`.
        let _ = self.sink.lock().await.send(Message::text(text)).await;
    }

    fn route(&self, id: &str) -> mpsc::UnboundedReceiver<Value> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.routes.lock().unwrap().insert(id.to_owned(), sender);
        receiver
    }

    /// Starts an operation.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Feed {
        let id = {
            let mut next = self.next_id.lock().unwrap();
            *next += 1;
            next.to_string()
        };
        let messages = self.route(&id);
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
        Feed { id, messages, sink: Arc::clone(&self.sink) }
    }

    /// Waits for the server to close; code and reason (1006: the connection was cut).
    pub async fn closed(&mut self) -> (u16, String) {
        let closed = timeout(PATIENCE, self.closed.wait_for(Option::is_some)).await.expect("a close in time");
        closed.unwrap().clone().unwrap()
    }
}

async fn deal(message: Value, routes: &Routes, back: &AsyncMutex<Sink>) {
    if message["type"] == "ping" {
        let _ = back.lock().await.send(Message::text(json!({ "type": "pong" }).to_string())).await;
        return;
    }
    let id = message["id"].as_str().unwrap_or_default();
    let route = routes.lock().unwrap().get(id).cloned();
    if let Some(route) = route {
        let _ = route.send(message);
    }
}

/// The answers of one operation.
pub struct Feed {
    id: String,
    messages: mpsc::UnboundedReceiver<Value>,
    sink: Arc<AsyncMutex<Sink>>,
}

impl Feed {
    /// The next message of any type; `None` when the socket has closed.
    pub async fn message(&mut self) -> Option<Value> {
        timeout(PATIENCE, self.messages.recv()).await.expect("a message in time")
    }

    /// The data of the next answer; fails on errors and at the end.
    pub async fn next(&mut self) -> Value {
        let message = self.message().await.expect("the socket is open");
        assert_eq!(message["type"], "next", "{message:#}");
        assert_eq!(message["payload"]["errors"], Value::Null, "{message:#}");
        message["payload"]["data"].clone()
    }

    /// The code of the error with which the operation was refused.
    pub async fn refused(&mut self) -> String {
        let message = self.message().await.expect("the socket is open");
        assert_eq!(message["type"], "error", "{message:#}");
        message["payload"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Fails unless the server ends the operation now.
    pub async fn completed(&mut self) {
        let message = self.message().await.expect("the socket is open");
        assert_eq!(message["type"], "complete", "{message:#}");
    }

    /// Fails if anything comes in the given time.
    pub async fn silent_for(&mut self, time: Duration) {
        if let Ok(message) = timeout(time, self.messages.recv()).await {
            panic!("not silent: {message:?}");
        }
    }

    /// Ends the operation.
    pub async fn complete(self) {
        let message = json!({ "id": self.id, "type": "complete" });
        let _ = self.sink.lock().await.send(Message::text(message.to_string())).await;
    }
}
