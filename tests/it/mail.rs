//! Outgoing mail: captured, sent, refused.

use std::sync::{Arc, Mutex};

use freshvilla::{
    app::App,
    kernel::{error::Error, mail::Mail},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::support::TestApp;

fn mail(to: &str, subject: &str) -> Mail {
    let html = Some("<p>Your code is <b>123456</b></p>".to_owned());
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: "Your code is 123456".to_owned(), html }
}

async fn send(app: &App, mail: Mail) -> Result<(), Error> {
    let tx = app.db.begin().await?;
    app.send_mail(&tx, mail).await?;
    tx.commit().await
}

#[tokio::test]
async fn mail_is_captured_once_the_transaction_commits() {
    let app = TestApp::start().await;
    let inside = app.node.app.clone();
    app.node
        .on_runtime(async move {
            let tx = inside.db.begin().await.unwrap();
            inside.send_mail(&tx, mail("lost@example.com", "Never")).await.unwrap();
            drop(tx);
            send(&inside, mail("Jäne <jane@example.com>", "Namaste नमस्ते")).await.unwrap();
        })
        .await;
    assert!(app.node.app.mailer.captured().is_empty());
    assert_eq!(app.drain_jobs().await, 1);
    assert_eq!(app.node.app.mailer.captured(), [mail("Jäne <jane@example.com>", "Namaste नमस्ते")]);

    let folder = app.folder().join("mail");
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].extension().unwrap() == "eml");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    for part in ["From: FreshVilla <no-reply@freshvilla.example>", "jane@example.com", "Auto-Submitted: auto-generated"]
    {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(text.contains("Your code is 123456") && text.contains("multipart/alternative"));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o077, 0, "mails hold codes");
}

#[tokio::test]
async fn headers_cannot_be_injected() {
    let app = TestApp::start().await;
    let inside = app.node.app.clone();
    app.node
        .on_runtime(async move {
            let recipients = [
                "",
                "nobody",
                "a@example.com\r\nBcc: b@example.com",
                "a@example.com\nBcc: b@example.com",
                "a@example.com, b@example.com",
                "a@example.com>\r\nX: y",
                "\"a\r\nBcc: b@example.com\" <a@example.com>",
            ];
            for to in recipients {
                let refused = send(&inside, mail(to, "Hello")).await;
                assert_eq!(refused.err().map(|error| error.code()), Some("INVALID"), "{to:?}");
            }
            for subject in ["Hello\r\nBcc: b@example.com", "Hello\nworld", "Hello\u{85}world", "Hello\0"] {
                let refused = send(&inside, mail("a@example.com", subject)).await;
                assert_eq!(refused.err().map(|error| error.code()), Some("INVALID"), "{subject:?}");
            }
        })
        .await;
    assert_eq!(app.drain_jobs().await, 0);
}

/// Takes mail and keeps what was said; refuses recipients that begin with "refused".
async fn smtp(received: Arc<Mutex<Vec<String>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&received)));
        }
    });
    port
}

async fn converse(stream: TcpStream, received: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 fake\r\n").await.unwrap();
    let (mut line, mut message) = (String::new(), None::<String>);
    while stream.read_line(&mut line).await.unwrap() > 0 {
        let text = std::mem::take(&mut line);
        if let Some(so_far) = &mut message {
            if text != ".\r\n" {
                so_far.push_str(&text);
                continue;
            }
            received.lock().unwrap().extend(message.take());
        }
        let reply = match text.get(..4) {
            Some("DATA") => {
                message = Some(String::new());
                "354 go on"
            }
            Some("RCPT") if text.contains("<refused") => "550 5.1.1 <refused@example.com> user unknown",
            Some("QUIT") => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn mail_goes_out_through_smtp() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let url = format!("smtp://127.0.0.1:{}", smtp(Arc::clone(&received)).await);
    let mut app = TestApp::start_with(&["--smtp-url", &url]).await;
    let inside = app.node.app.clone();
    let both = async move {
        send(&inside, mail("jane@example.com", "Hello")).await.unwrap();
        send(&inside, mail("refused@example.com", "Hello")).await.unwrap();
    };
    app.node.on_runtime(both).await;
    assert_eq!(app.drain_jobs().await, 2);
    let received = received.lock().unwrap().clone();
    assert_eq!(received.len(), 1);
    assert!(received[0].contains("To: jane@example.com") && received[0].contains("123456"), "{}", received[0]);
    let failed = app.database.value("SELECT jsonb_agg(last_error) FROM jobs WHERE status = 'queued'").await;
    assert_eq!(failed, serde_json::json!(["the mail server answered 550"]), "the address stays out of the error");
    assert!(!app.folder().join("mail").exists());
    app.leave_jobs();
}
