//! Access and refresh tokens: forged, expired, reused, revoked.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use freshvilla::{
    identity::demo::PASSWORD,
    kernel::{access::AccountKind, keyring::Keyring},
};
use futures_util::future::join_all;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{House, REFRESH, email, log_in, mutate, works};
use crate::support::{Cluster, eventually};

async fn tokens(house: &House) -> (String, String) {
    let answer = house.log_in(&email("priya"), PASSWORD).await;
    let token = |name: &str| answer.text(&format!("/sessionCreate/login/{name}")).to_owned();
    (token("accessToken"), token("refreshToken"))
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

fn hs256(key: &[u8], header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let house = House::start().await;
    let (access, _) = tokens(&house).await;
    assert!(works(&house.app.as_user(&access)).await);
    let (header, claims) = (part(&access, 0), part(&access, 1));
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        header
    };
    let secret = house.app.node.app.config.identity.secret_key.expose().as_bytes().to_vec();
    let mut owner = claims.clone();
    owner["sub"] = json!(Uuid::now_v7());
    let signature = access.rsplit('.').next().unwrap();
    let flipped = format!("{}.{}", unsigned(&header, &claims), signature.chars().rev().collect::<String>());
    let forged = [
        format!("{}.", unsigned(&with("alg", json!("none")), &claims)),
        format!("{}.{signature}", unsigned(&with("alg", json!("none")), &claims)),
        format!("{}.{signature}", unsigned(&with("alg", json!("None")), &claims)),
        format!("{}.{signature}", unsigned(&with("alg", json!("RS256")), &claims)),
        format!("{}.{signature}", unsigned(&with("alg", json!("HS512")), &claims)),
        format!("{}.{signature}", unsigned(&header, &owner)),
        flipped,
        hs256(&secret, &header, &claims),
        hs256(b"", &header, &claims),
        hs256(&secret, &with("kid", json!("../../dev/null")), &claims),
        access.rsplit_once('.').unwrap().0.to_owned(),
        format!("{access}.{signature}"),
        "x".repeat(8_000),
        "fvk_".to_owned(),
        "fvk_0123456789".to_owned() + &"x".repeat(33),
    ];
    for token in forged {
        assert!(!works(&house.app.as_user(&token)).await, "{token}");
    }
}

#[tokio::test]
async fn a_genuine_signature_is_not_enough() {
    let house = House::start().await;
    let (access, _) = tokens(&house).await;
    let claims = part(&access, 1);
    let id = |name: &str| claims[name].as_str().unwrap().parse::<Uuid>().unwrap();
    let app = &house.app.node.app;
    let (now, later) = (app.clock.now(), app.clock.now() + TimeDelta::minutes(5));
    let sign = |sub, sid| app.keys.sign(sub, sid, AccountKind::SuperAdministrator, now, later).unwrap();
    assert!(works(&house.app.as_user(sign(id("sub"), id("sid")))).await);
    let other = house.id_of("arjun").await.parse::<freshvilla::identity::account::model::AccountId>().unwrap();
    assert!(!works(&house.app.as_user(sign(other.0, id("sid")))).await, "another account's session");
    assert!(!works(&house.app.as_user(sign(id("sub"), Uuid::now_v7()))).await, "a session that never was");
    let promoted =
        house.app.as_user(sign(id("sub"), id("sid"))).query("{ accounts { nodes { id } } }", json!({})).await;
    assert_eq!(promoted.code(), Some("FORBIDDEN"), "the kind in the token grants nothing");
}

#[tokio::test]
async fn a_known_token_costs_no_statement() {
    let house = House::start().await;
    let priya = house.user("priya").await;
    let first = priya.query("{ me { permissions } }", json!({})).await;
    let second = priya.query("{ me { permissions } }", json!({})).await;
    assert!(first.statements() <= 3 && second.statements() == 0, "{} {}", first.statements(), second.statements());
}

#[tokio::test]
async fn access_tokens_expire() {
    let house = House::start().await;
    let (access, refresh) = tokens(&house).await;
    house.app.advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    assert!(!works(&house.app.as_user(&access)).await);
    let next = house.app.query(REFRESH, json!({ "token": refresh })).await;
    assert!(works(&house.app.as_user(next.text("/sessionRefresh/login/accessToken"))).await);
    house.app.advance(TimeDelta::days(31));
    let late = json!({ "token": next.text("/sessionRefresh/login/refreshToken") });
    assert_eq!(house.app.query(REFRESH, late).await.problems("sessionRefresh"), ["TOKEN_INVALID"]);
}

#[tokio::test]
async fn former_keys_still_verify() {
    let old = "the-former-secret-key-of-this-server!";
    let house = House::start_with(&["--old-secret-keys", old]).await;
    let (access, _) = tokens(&house).await;
    let claims = part(&access, 1);
    let id = |name: &str| claims[name].as_str().unwrap().parse::<Uuid>().unwrap();
    let (now, later) = (house.app.clock().now(), house.app.clock().now() + TimeDelta::minutes(5));
    for (secret, accepted) in [(old, true), ("a-key-that-this-server-never-had-at-all", false)] {
        let keys = Keyring::new(secret, std::iter::empty());
        let token = keys.sign(id("sub"), id("sid"), AccountKind::Customer, now, later).unwrap();
        assert_eq!(works(&house.app.as_user(token)).await, accepted);
    }
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_reuse_ends_the_session() {
    let house = House::start().await;
    let (_, first) = tokens(&house).await;
    let second = house.app.query(REFRESH, json!({ "token": first, "device": "new name" })).await;
    assert_eq!(second.text("/sessionRefresh/login/session/device"), "new name");
    let access = house.app.as_user(second.text("/sessionRefresh/login/accessToken"));
    assert!(works(&access).await);
    let reused = house.app.query(REFRESH, json!({ "token": first })).await;
    assert_eq!(reused.problems("sessionRefresh"), ["TOKEN_INVALID"]);
    assert!(!works(&access).await, "the whole family is revoked, access tokens included");
    let third = json!({ "token": second.text("/sessionRefresh/login/refreshToken") });
    assert_eq!(house.app.query(REFRESH, third).await.problems("sessionRefresh"), ["TOKEN_INVALID"]);
    let reason = house.app.database.value("SELECT revoked_reason FROM sessions").await;
    assert_eq!(reason, json!("token_reused"));
    assert_eq!(
        house.app.query(REFRESH, json!({ "token": "nonsense" })).await.problems("sessionRefresh"),
        ["TOKEN_INVALID"]
    );
}

#[tokio::test]
async fn parallel_refreshes_do_not_both_succeed() {
    let house = House::start().await;
    let (_, refresh) = tokens(&house).await;
    let answers = join_all((0..8).map(|_| house.app.query(REFRESH, json!({ "token": refresh })))).await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.problems("sessionRefresh").is_empty()).collect();
    assert_eq!(winners.len(), 1);
    let winner = house.app.as_user(winners[0].text("/sessionRefresh/login/accessToken"));
    assert!(!works(&winner).await, "seven reuses were noticed");
}

#[tokio::test]
async fn nothing_secret_is_stored_readably() {
    let house = House::start().await;
    let (access, refresh) = tokens(&house).await;
    let dump = house.app.database.rows(
        "SELECT row_to_json(s)::text AS text FROM sessions s UNION ALL SELECT row_to_json(t)::text FROM refresh_tokens t \
         UNION ALL SELECT row_to_json(a)::text FROM accounts a UNION ALL SELECT row_to_json(l)::text FROM audit_log l \
         UNION ALL SELECT row_to_json(j)::text FROM jobs j",
    ).await;
    for row in dump {
        let text = row["text"].as_str().unwrap();
        assert!(!text.contains(&access) && !text.contains(&refresh) && !text.contains(PASSWORD), "{text}");
    }
}

#[tokio::test]
async fn a_revocation_reaches_every_node() {
    let cluster = Cluster::start().await;
    super::seed(&cluster.one).await;
    let answer = log_in(&cluster.one.client(), &email("priya"), PASSWORD).await;
    let token = answer.text("/sessionCreate/login/accessToken");
    let (one, two) = (cluster.one.client().as_user(token), cluster.two.client().as_user(token));
    assert!(works(&one).await && works(&two).await, "both nodes know the session now");
    let out = mutate(&one, "sessionRevoke", "session { id }", json!({})).await;
    assert!(out.problems("sessionRevoke").is_empty());
    assert!(!works(&one).await, "this node at once");
    let started = std::time::Instant::now();
    eventually("the other node hears of it", || async { !works(&two).await }).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(3), "by the bus, not by the cache's end");
}
