//! GraphQL over HTTP, the pages around it, and what strangers try against it.

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Answer, Client, TestApp};

const GRAPHQL: &str = "application/graphql-response+json";

async fn post(app: &Client, accept: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
    let request = app.request(Method::POST, "/graphql").header(header::CONTENT_TYPE, "application/json");
    request.header(header::ACCEPT, accept).body(body).send().await.unwrap()
}

async fn body(response: reqwest::Response) -> Value {
    response.json().await.unwrap()
}

async fn ask(app: &Client, query: &str) -> Answer {
    app.query(query, json!({})).await
}

fn address(query: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("/graphql?{}", pairs.join("&"))
}

fn type_of(response: &reqwest::Response) -> &str {
    response.headers()[header::CONTENT_TYPE].to_str().unwrap()
}

#[tokio::test]
async fn negotiates_the_media_type() {
    let app = TestApp::start().await;
    let cases = [
        ("*/*", Some("application/json; charset=utf-8")),
        ("application/*", Some("application/json; charset=utf-8")),
        (GRAPHQL, Some("application/graphql-response+json; charset=utf-8")),
        ("application/json;q=0.5, application/graphql-response+json;q=0.4", Some("application/json; charset=utf-8")),
        (
            "application/json, application/graphql-response+json",
            Some("application/graphql-response+json; charset=utf-8"),
        ),
        ("application/json; charset=utf-8", Some("application/json; charset=utf-8")),
        ("application/json; charset=latin1", None),
        ("application/json;q=0, */*;q=0.1", Some("application/graphql-response+json; charset=utf-8")),
        ("text/html", None),
        ("*/*;q=0", None),
    ];
    for (accept, wanted) in cases {
        let response = post(&app, accept, r#"{"query":"{__typename}"}"#).await;
        match wanted {
            None => assert_eq!(response.status(), StatusCode::NOT_ACCEPTABLE, "{accept}"),
            Some(wanted) => assert_eq!(type_of(&response), wanted, "{accept}"),
        }
    }
}

#[tokio::test]
async fn tells_the_outcome_by_status() {
    let app = TestApp::start().await;
    for (query, new, old) in [
        ("{__typename}", 200, 200),
        ("{", 400, 200),
        ("{nothing}", 400, 200),
        ("query($n: String!){__type(name: $n){name}}", 400, 200),
        ("{job(id: \"x\"){id}}", 200, 200),
        ("subscription{jobEvents(id: \"x\"){kind}}", 400, 200),
    ] {
        let text = json!({ "query": query }).to_string();
        assert_eq!(post(&app, GRAPHQL, text.clone()).await.status(), new, "{query}");
        assert_eq!(post(&app, "application/json", text).await.status(), old, "{query}");
    }
    let refused = ask(&app, "{nothing}").await;
    assert_eq!(refused.body.get("data"), None, "a request error has no data");
    let executed = ask(&app, "{job(id: \"x\"){id}}").await;
    assert_eq!(executed.body.get("data"), Some(&json!({ "job": null })), "an executed operation has");
}

#[tokio::test]
async fn refuses_malformed_requests() {
    let app = TestApp::start().await;
    let deep =
        format!(r#"{{"query":"{{__typename}}","variables":{{"a":{}{}}}}}"#, "[".repeat(9_999), "]".repeat(9_999));
    for text in [
        "",
        "null",
        "{",
        "{}",
        r#"{"query":null}"#,
        r#"{"query":1}"#,
        r#"{"query":"{__typename}","variables":[]}"#,
        r#"{"query":"{__typename}","operationName":1}"#,
        r#"{"query":"{__typename}","extensions":""}"#,
        r#"{"query":"{__typename}","query":"{__typename}"}"#,
        r#"[{"query":"{__typename}"}]"#,
        &deep,
    ] {
        let response = post(&app, GRAPHQL, text.to_owned()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{text:.60}");
        assert!(body(response).await["errors"][0]["message"].is_string());
    }
    assert_eq!(post(&app, GRAPHQL, b"{\"query\":\"\xff\"}".to_vec()).await.status(), 400);
    let allowed = r#"{"query":"{__typename}","variables":null,"operationName":null,"extensions":null,"more":1}"#;
    assert_eq!(post(&app, GRAPHQL, allowed).await.status(), 200);
}

#[tokio::test]
async fn takes_only_what_foreign_forms_cannot_send() {
    let app = TestApp::start().await;
    let send = async |content_type: &str| {
        let request = app.request(Method::POST, "/graphql").header(header::CONTENT_TYPE, content_type);
        request.body(r#"{"query":"{__typename}"}"#).send().await.unwrap().status()
    };
    for foreign in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        assert_eq!(send(foreign).await, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{foreign}");
    }
    assert_eq!(send("application/json; charset=UTF-8").await, 200);
    assert_eq!(send("application/json; charset=utf-16").await, StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let get = async |query: &[(&str, &str)]| app.get(&address(query)).send().await.unwrap();
    assert_eq!(get(&[("query", "{__typename}")]).await.status(), 200);
    let mutation = get(&[("query", "mutation{jobRetry(input:{id:\"x\"}){job{id}}}")]).await;
    assert_eq!(
        (mutation.status(), &mutation.headers()["allow"]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    let chosen =
        [("query", "query A{__typename} mutation B{jobRetry(input:{id:\"x\"}){job{id}}}"), ("operationName", "B")];
    assert_eq!(get(&chosen).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get(&[("query", "{__typename}"), ("variables", "[]")]).await.status(), 400);
    assert_eq!(app.request(Method::DELETE, "/graphql").send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn keeps_persisted_queries() {
    let app = TestApp::start().await;
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let hashed = json!({ "extensions": extensions }).to_string();
    let unknown = body(post(&app, GRAPHQL, hashed.clone()).await).await;
    assert_eq!(unknown["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let wrong = json!({ "query": "{ __typename }", "extensions": extensions }).to_string();
    assert_eq!(post(&app, GRAPHQL, wrong).await.status(), 400);
    let both = json!({ "query": "{__typename}", "extensions": extensions }).to_string();
    assert_eq!(post(&app, GRAPHQL, both).await.status(), 200);
    assert_eq!(body(post(&app, GRAPHQL, hashed).await).await["data"]["__typename"], "Query");
    let get = app.get(&address(&[("extensions", &extensions.to_string())])).send().await.unwrap();
    assert_eq!(body(get).await["data"]["__typename"], "Query");
}

#[tokio::test]
async fn refuses_tokens_that_prove_nobody() {
    let app = TestApp::start().await;
    for value in ["Bearer x", "Bearer", "Basic YTpi", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."] {
        let request = app.request(Method::POST, "/graphql").header(header::AUTHORIZATION, value);
        let response = request.json(&json!({ "query": "{__typename}" })).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{value}");
        assert!(response.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer "));
        let answer = body(response).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn says_when_a_caller_may_try_again() {
    let app = TestApp::start_with(&["--cost-per-second", "1", "--cost-burst", "3"]).await;
    let query = json!({ "query": "{a: __typename b: __typename}" }).to_string();
    assert_eq!(post(&app, "application/json", query.clone()).await.status(), 200);
    let response = post(&app, "application/json", query).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=3).contains(&seconds), "{seconds}");
    assert_eq!(body(response).await["errors"][0]["extensions"]["code"], "RATE_LIMITED");
}

#[tokio::test]
async fn survives_hostile_documents() {
    let app = TestApp::start_with(&["--cost-per-second", "0"]).await;
    let nested = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    let chain = |start: &str, n: usize, spreads: usize| {
        let fragments =
            (0..n).map(|i| format!("fragment F{i} on Query{{{}}}", format!("...F{}\n", i + 1).repeat(spreads)));
        format!("{start}{}fragment F{n} on Query{{__typename}}", fragments.collect::<String>())
    };
    let many = |n: usize, make: fn(usize) -> String| (0..n).map(make).collect::<String>();
    for (what, document) in [
        ("fields", nested("{a", "}", 100_000)),
        ("fields without an end", "{a".repeat(100_000)),
        ("lists", format!("{{a(x: {})}}", nested("[", "]", 100_000))),
        ("objects", format!("{{a(x: {})}}", nested("{a:", "}", 100_000))),
        ("types", format!("query($a: {}){{a}}", nested("[", "]", 100_000))),
        ("the deepest that is parsed", nested("{a", "}", 60)),
        ("aliases", format!("{{{}}}", many(3_000, |i| format!("a{i}:__typename ")))),
        (
            "logins",
            format!(
                "mutation{{{}}}",
                many(3, |i| format!("a{i}:sessionCreate(input:{{email:\"a\",password:\"b\"}}){{__typename}} "))
            ),
        ),
        ("duplicate fields", format!("{{{}}}", "__typename ".repeat(9_000))),
        ("unknown fields", format!("{{__type(name: \"X\"){{{}}}}}", many(9_000, |i| format!("a{i} ")))),
        ("tokens", format!("{{__type(name: \"X\"){{{}}}}}", "name ".repeat(20_000))),
        ("variables", format!("query({}){{__typename}}", many(2_000, |i| format!("$a{i}: Int ")))),
        ("directives", format!("{{__typename {}}}", "@skip(if: false)".repeat(1_000))),
        ("a cycle", "{...A} fragment A on Query{...B} fragment B on Query{...A __typename}".to_owned()),
        ("an unused cycle", "{__typename} fragment A on Query{...B} fragment B on Query{...A __typename}".to_owned()),
        ("a fragment bomb", chain("{...F0}", 35, 2)),
        ("a bomb in another operation", chain("query A{__typename} query B{...F0}", 35, 2)),
        ("an unused bomb", chain("{__typename}", 35, 2)),
        ("a chain of fragments", chain("{...F0}", 700, 1)),
        ("an unused chain", chain("{__typename}", 700, 1)),
        (
            "deep introspection",
            format!("{{__schema{{types{{{}}}}}}}", "fields{type{".repeat(3) + "name" + &"}}".repeat(3)),
        ),
        ("wide introspection", format!("{{__schema{{{}}}}}", "types{fields{args{name}}}".repeat(300))),
    ] {
        let started = std::time::Instant::now();
        let answer = ask(&app, &document).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}: {:.300}", answer.body.to_string());
        assert!(answer.errors().len() <= 50, "{what}");
        assert!(started.elapsed().as_secs() < 5, "{what}: {:?}", started.elapsed());
    }
    assert_eq!(ask(&app, "{__typename}").await.status, 200);
    assert_eq!(ask(&app, &chain("{...F0}", 30, 1)).await.status, 200, "fragments may be nested as deep as clients do");
}

/// What GraphiQL, codegen and the other tools ask: graphql-js' query, lists in types nine deep.
#[tokio::test]
async fn answers_the_introspection_of_tools() {
    let app = TestApp::start().await;
    let of_type = format!("{}kind name{}", "kind name ofType { ".repeat(9), " }".repeat(9));
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name }} mutationType {{ name }}
           subscriptionType {{ name }} types {{ ...FullType }}
           directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
           fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...InputValue }}
             type {{ ...TypeRef }} isDeprecated deprecationReason }}
           inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
           possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue
           isDeprecated deprecationReason }}
         fragment TypeRef on __Type {{ {of_type} }}"
    );
    let answer = ask(&app, &query).await;
    assert_eq!(answer.text("/__schema/queryType/name"), "Query");
    assert!(answer.data("/__schema/types").as_array().unwrap().len() > 20);
}

#[tokio::test]
async fn costs_are_those_of_the_default_page_size_too() {
    let app = TestApp::start_with(&["--max-cost", "150", "--cost-per-second", "0"]).await;
    let page = |first: &str| format!("query($n: Int = 100){{jobs(first: {first}){{nodes{{id kind}}}}}}");
    assert_eq!(
        ask(&app, &page("1, last: null, after: null").replace("($n: Int = 100)", "")).await.code(),
        Some("UNAUTHENTICATED")
    );
    assert_eq!(ask(&app, &page("$n")).await.code(), Some("TOO_COMPLEX"));
    assert_eq!(ask(&app, "{jobs(first: 99){nodes{id kind}}}").await.code(), Some("TOO_COMPLEX"));
}

#[tokio::test]
async fn bounds_bodies_in_size_and_time() {
    let app = TestApp::start_with(&["--max-body-bytes", "1000", "--request-timeout-seconds", "1"]).await;
    let large = json!({ "query": format!("{{__typename}}{}", " ".repeat(2_000)) }).to_string();
    let response = post(&app, GRAPHQL, large).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(body(response).await["errors"][0]["extensions"]["code"], "PAYLOAD_TOO_LARGE");

    let mut slow = tokio::net::TcpStream::connect(app.node.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 16];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408 Req");
}

#[tokio::test]
async fn puts_its_headers_on_every_answer() {
    let app = TestApp::start_with(&["--cors-origins", "https://shop.example"]).await;
    let id = "01932f3a-0000-7000-8000-000000000001";
    for path in ["/graphql", "/healthz", "/nothing"] {
        let response =
            app.get(path).header("x-request-id", id).header("origin", "https://shop.example").send().await.unwrap();
        assert_eq!(response.headers()["x-request-id"], id);
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["x-frame-options"], "DENY");
        assert_eq!(response.headers()["access-control-allow-origin"], "https://shop.example");
    }
    let other = app.get("/healthz").header("x-request-id", "<script>").header("origin", "https://evil.example");
    let other = other.send().await.unwrap();
    assert_eq!(other.headers().get("access-control-allow-origin"), None);
    assert_eq!(other.headers()["x-request-id"].to_str().unwrap().len(), id.len());

    let preflight = app.request(Method::OPTIONS, "/graphql").header("origin", "https://shop.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
    assert!(preflight.headers()["access-control-allow-headers"].to_str().unwrap().contains("authorization"));
}

#[tokio::test]
async fn serves_graphiql_from_itself() {
    let app = TestApp::start().await;
    let page = app.get("/graphiql").send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
    let html = page.text().await.unwrap();
    for path in ["/graphiql/assets/graphiql.js", "/graphiql/assets/graphiql.css"] {
        assert!(html.contains(path));
        let plain = app.get(path).send().await.unwrap();
        let tag = plain.headers()["etag"].clone();
        let size = plain.bytes().await.unwrap().len();
        for encoding in ["br", "gzip"] {
            let packed = app.get(path).header("accept-encoding", encoding).send().await.unwrap();
            assert_eq!(packed.headers()["content-encoding"], encoding);
            assert_ne!(packed.headers()["etag"], tag, "a strong tag is one of exact bytes");
            assert!(packed.bytes().await.unwrap().len() < size);
        }
        let again = app.get(path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
    let closed = TestApp::start_with(&["--graphiql", "false"]).await;
    assert_eq!(closed.get("/graphiql").send().await.unwrap().status(), 404);
    assert_eq!(ask(&closed, "{__schema{queryType{name}}}").await.status, 400, "introspection is closed with it");
    let refused = ask(&closed, "{nothing}").await;
    assert!(!refused.body["errors"][0]["message"].as_str().unwrap().contains("Did you mean"));
}

#[tokio::test]
async fn tells_how_it_is() {
    let app = TestApp::start().await;
    let ready = body(app.get("/readyz").send().await.unwrap()).await;
    assert_eq!(ready["checks"], json!({ "accepting": "ok", "bus": "ok", "database": "ok", "migrations": "ok" }));
    ask(&app, "{__typename}").await;
    let text = app.get("/metrics").send().await.unwrap().text().await.unwrap();
    for line in
        ["freshvilla_graphql_total{", "freshvilla_graphql_seconds_bucket{", "freshvilla_db_connections{state=\"open\"}"]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    app.database.execute("DELETE FROM __diesel_schema_migrations").await;
    let response = app.get("/readyz").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(body(response).await["checks"]["migrations"].as_str().unwrap().starts_with("not applied: "));
    assert_eq!(app.get("/nothing").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn two_servers_live_in_one_process() {
    let (one, other) = (TestApp::start().await, TestApp::start().await);
    one.finish().await;
    assert_eq!(ask(&other, "{__typename}").await.status, 200);
}

#[tokio::test]
async fn speaks_http_2_without_tls() {
    let app = TestApp::start().await;
    let mut stream = tokio::net::TcpStream::connect(app.node.address).await.unwrap();
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    stream.write_all(&[b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings].concat()).await.unwrap();
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).await.unwrap();
    assert_eq!(frame[3], 4, "the server's settings come first");
}

/// Cases in which the library alone would answer otherwise than the specification.
#[tokio::test]
async fn answers_keep_to_the_specification() {
    let app = TestApp::start().await;
    let states = "query($on: Boolean = true) { first: states { code name @include(if: $on) } }";
    app.database.execute("INSERT INTO states VALUES ('07', 'DL', 'Delhi', true, true, false)").await;
    let with_default = app.query(states, json!({})).await;
    assert_eq!(with_default.data("/first"), &json!([{ "code": "07", "name": "Delhi" }]));
    let all_skipped = app.query("query($on: Boolean!) { states { code @skip(if: $on) } }", json!({ "on": true })).await;
    assert_eq!(all_skipped.data("/states"), &json!([{}]), "an object without fields is no null");

    for (query, data) in [
        ("{ states { code @skip(if: true) } states { name } }", json!({ "states": [{ "name": "Delhi" }] })),
        ("{ brands { edges @skip(if: true) { cursor } } }", json!({ "brands": {} })),
        (
            "{ brands { ...A @include(if: false) } brands { nodes { name } } } fragment A on BrandConnection { nodes { id } }",
            json!({ "brands": { "nodes": [] } }),
        ),
        (
            "{ brands { ...A } } fragment A on BrandConnection { nodes @include(if: false) { id } }",
            json!({ "brands": {} }),
        ),
        ("{ __typename @skip(if: true) }", json!({})),
    ] {
        assert_eq!(app.query(query, json!({})).await.body["data"], data, "{query}");
    }

    let failed = app.query("{ node(id: \"garbage\") { id } __typename }", json!({})).await;
    assert_eq!(failed.body["data"], json!({ "node": null, "__typename": "Query" }));
    let required = app.query("{ states { code } accounts(first: 1) { nodes { id } } }", json!({})).await;
    assert_eq!((required.code(), &required.body["data"]), (Some("UNAUTHENTICATED"), &json!(null)));

    app.database
        .execute(
            "INSERT INTO categories (id, path, name, slug, description, position, status, created_at, updated_at) \
             SELECT id, ARRAY[id], 'Rice', 'rice', '', 1, 'active', now(), now() \
             FROM (VALUES ('01900000-0000-7000-8000-000000000001'::uuid)) v(id)",
        )
        .await;
    let id = app.query("{ category(slug: \"rice\") { id } }", json!({})).await.text("/category/id").to_owned();
    let (too_many, category) = ("products(first: 500) { nodes { id } }", json!({ "code": "07" }));
    for (query, data) in [
        (format!("{{ states {{ code }} categories {{ nodes {{ id {too_many} }} }} }}"), json!(null)),
        (
            format!("{{ states {{ code }} node(id: \"{id}\") {{ ... on Category {{ id {too_many} }} }} }}"),
            json!({ "states": [category], "node": null }),
        ),
        (
            format!(
                "{{ states {{ code }} node(id: \"{id}\") {{ id ...A }} }} fragment A on Category {{ x: {too_many} }}"
            ),
            json!({ "states": [category], "node": null }),
        ),
        (
            format!("{{ states {{ code }} c: category(slug: \"rice\") {{ children {{ id }} {too_many} }} }}"),
            json!({ "states": [category], "c": null }),
        ),
        (
            format!(
                "{{ states {{ code }} nodes(ids: [\"{id}\", \"{id}\"]) {{ id ... on Category {{ {too_many} }} }} }}"
            ),
            json!({ "states": [category], "nodes": [null, null] }),
        ),
    ] {
        let answer = app.query(&query, json!({})).await;
        assert!(!answer.errors().is_empty(), "{query}");
        assert_eq!(answer.body["data"], data, "{query}");
    }

    let twice = "mutation { jobRetry(input: { id: \"job_01jcqkm000e00800000000005a\" }) { job { id } } \
        ... on Mutation { jobRetry(input: { id: \"job_01jcqkm000e00800000000005a\" }) { errors { code } } } }";
    assert_eq!(app.query(twice, json!({})).await.code(), Some("GRAPHQL_VALIDATION_FAILED"));
    app.finish().await;
}

#[tokio::test]
async fn filters_are_bounded_like_everything_else() {
    let app = TestApp::start().await;
    let list = "query($where: ProductWhere) { products(first: 1, where: $where) { nodes { id } } }";
    let arms = vec![json!({ "tag": "a" }); 30_000];
    assert_eq!(app.query(list, json!({ "where": { "or": arms } })).await.code(), Some("TOO_COMPLEX"));
    let text =
        format!("{{ products(first: 1, where: {{ or: [{}] }}) {{ nodes {{ id }} }} }}", "{tag:\"a\"}".repeat(25_000));
    assert_eq!(app.query(&text, json!({})).await.code(), Some("TOO_COMPLEX"));
    let early = json!({ "where": { "createdAfter": "-10000-01-01T00:00:00Z" } });
    assert_eq!(app.query(list, early).await.code(), Some("BAD_USER_INPUT"));
    app.finish().await;
}
