//! Files that are not what they pretend to be: look-alikes, wrong sizes, odd names.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use freshvilla::work::file::active::ActiveContent;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    files::{Person, parts},
    support::{TestApp, eventually},
};

const MIB: usize = 1 << 20;

#[tokio::test]
async fn look_alikes_are_told_by_their_bytes() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let html = &b"<!doctype html><script>alert(1)</script>"[..];
    let svg = &b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"[..];
    let commented = &b"<!--\x89PNG\r\n\x1a\n--><script>alert(1)</script>"[..];
    let shifted = &b" \x89PNG\r\n\x1a\n and then some"[..];
    let utf16 = &b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0"[..];
    let gzipped = &b"\x1f\x8b\x08\0\0\0\0\0\0\x03 and then some"[..];
    let program = &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"[..];
    let pdf = &b"%PDF-1.4\n<script>alert(1)</script>"[..];
    for media_type in ["image/png", "image/jpeg", "image/webp", "image/gif"] {
        for bytes in [html, svg, commented, shifted, utf16, gzipped, program, pdf] {
            let upload = seller.announce("PRODUCT_MEDIA", media_type, bytes.len()).await;
            assert_eq!(upload.send(&app, bytes).await, 415, "{media_type}: {}", String::from_utf8_lossy(bytes));
        }
    }
    for media_type in ["image/svg+xml", "text/html", "application/xhtml+xml", "application/javascript", ""] {
        let input = json!({ "purpose": "PRODUCT_MEDIA", "name": "a.png", "contentType": media_type, "size": 9 });
        assert_eq!(announce(&seller, input).await, json!([["TYPE_NOT_ALLOWED", "contentType"]]), "{media_type}");
    }
    assert_eq!(parts(&app), 0, "nothing is left of what was refused");
    app.finish().await;
}

/// Codes and fields of the problems with an announcement.
async fn announce(person: &Person, input: Value) -> Value {
    let text = "mutation($input: FileUploadCreateInput!) { fileUploadCreate(input: $input) { errors { code path } } }";
    let answer = person.ask(text, json!({ "input": input })).await;
    let errors =
        answer["data"]["fileUploadCreate"]["errors"].as_array().unwrap_or_else(|| panic!("{answer:#}")).clone();
    errors.iter().map(|error| json!([error["code"], error["path"][0]])).collect()
}

#[tokio::test]
async fn what_is_served_never_runs() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    // A picture by its first bytes, a page by the rest: it goes out as the picture that it was declared to be.
    let both = b"\x89PNG\r\n\x1a\n<script>alert(document.cookie)</script>";
    let upload = seller.announce("PRODUCT_MEDIA", "image/png", both.len()).await;
    assert_eq!(upload.send(&app, both.to_vec()).await, 201);
    let seen = seller.ask("query($id: ID!) { file(id: $id) { downloadUrl } }", upload.id()).await;
    let link =
        seen["data"]["file"]["downloadUrl"].as_str().unwrap().strip_prefix("http://127.0.0.1:8000").unwrap().to_owned();
    let served = app.get(&link).send().await.unwrap();
    let header = |name: &str| served.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert!(header("content-disposition").starts_with("attachment;"));
    app.finish().await;
}

#[tokio::test]
async fn nothing_and_far_too_much_are_refused_early() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let picture = |size: usize| json!({ "purpose": "PRODUCT_MEDIA", "name": "a.png", "contentType": "image/png", "size": size.to_string() });
    assert_eq!(announce(&seller, picture(0)).await, json!([["INVALID", "size"]]));
    assert_eq!(announce(&seller, picture(500 * MIB)).await, json!([["TOO_LARGE", "size"]]));
    let empty = seller.announce("PRODUCT_MEDIA", "image/png", 9).await;
    assert_eq!(empty.send(&app, Vec::new()).await, 415, "nothing is no picture");

    // Five hundred megabytes into an announcement of ten: what is read beyond it is bounded.
    let upload = seller.announce("PRODUCT_MEDIA", "image/png", 10 * MIB).await;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let chunks = (0..500).map(move |at| {
        counter.fetch_add(1, Ordering::Relaxed);
        let mut chunk = vec![0_u8; MIB];
        if at == 0 {
            chunk[..8].copy_from_slice(b"\x89PNG\r\n\x1a\n");
        }
        Ok::<_, std::io::Error>(chunk)
    });
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let request = app.request(Method::PUT, &upload.path()).header("content-type", "image/png").body(body);
    // The server answers, and hangs up on who goes on sending all the same.
    if let Ok(response) = request.send().await {
        assert_eq!(response.status(), 413);
    }
    let sent = sent.load(Ordering::Relaxed);
    assert!(sent < 40, "{sent} MiB went in");
    eventually("the part is cleared away", || async { parts(&app) == 0 }).await;
    let stored = app.database.value("SELECT to_jsonb(count(*)) FROM files WHERE status = 'stored'").await;
    assert_eq!(stored, json!(0));
    app.finish().await;
}

#[tokio::test]
async fn names_are_for_people_and_lead_nowhere() {
    let app = TestApp::start().await;
    let seller = Person::new(&app, "catalogue_manager").await;
    let named = |name: &str| json!({ "purpose": "PRODUCT_MEDIA", "name": name, "contentType": "image/png", "size": 9 });
    let long = "a".repeat(256);
    for name in [
        "",
        " ",
        ".",
        "..",
        "../a.png",
        "/etc/passwd",
        "a/b.png",
        "..\\a.png",
        "C:\\a.png",
        "a\0.png",
        "a\r\nX: y.png",
        "a\u{7f}.png",
        "a\u{85}.png",
        "gpj.\u{202e}exe",
        "a\u{200b}.png",
        "\u{feff}a.png",
        "a\u{2066}b.png",
        &long,
    ] {
        assert_eq!(announce(&seller, named(name)).await, json!([["INVALID", "name"]]), "{name:?}");
    }
    for name in ["आटा.png", "a \"b\"; c=%41.png", "👨\u{200d}👩.png", ".hidden", &"é".repeat(255)] {
        assert_eq!(announce(&seller, named(name)).await, json!([]), "{name:?}");
    }
    app.finish().await;
}

#[test]
fn active_content_is_found_however_it_is_written() {
    let found = |bytes: &[u8], piece: usize| {
        let mut scan = ActiveContent::default();
        bytes.chunks(piece).for_each(|piece| scan.look_at(piece));
        scan.found()
    };
    let active: [&[u8]; 9] = [
        b"<< /S /JavaScript /X 1 >>",
        b"<</S/JavaScript/JS(app.alert(1))>>",
        b"/OpenAction << /S /Rendition >>",
        b"/S/Launch/F(calc.exe)",
        b"/Type /EmbeddedFile\n",
        b"/Names << /EmbeddedFiles 3 0 R >>",
        b"/#4a#61#76#61#53#63#72#69#70#74 ",
        b"% a comment /L#61unch",
        b"stream (/Java#53cript) endstream",
    ];
    let harmless: [&[u8]; 9] = [
        b"JavaScript Launch Rendition",
        b"/JavaScripts /XLaunch /Launcher",
        b"/OpenAction [3 0 R /Fit]",
        b"/ Launch",
        b"/J#5",
        b"/J#zzS /#",
        b"/JavaScriptJavaScriptJavaScriptJavaScriptJavaScript",
        b"/js /javascript",
        b"",
    ];
    for piece in [1, 2, 3, 7, 1_000] {
        assert!(active.iter().all(|bytes| found(bytes, piece)), "in pieces of {piece}");
        assert!(!harmless.iter().any(|bytes| found(bytes, piece)), "in pieces of {piece}");
    }
}
