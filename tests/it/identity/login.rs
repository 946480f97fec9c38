//! Login attacks: guessing, guessing in parallel, telling accounts apart.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use freshvilla::identity::demo::PASSWORD;
use futures_util::future::join_all;
use serde_json::json;

use super::{House, email, mutate};

const WRONG: &str = "Wrong-passw0rd";

#[tokio::test]
async fn unknown_wrong_and_locked_sound_the_same() {
    let house = House::start().await;
    let unknown = house.log_in("nobody@example.in", WRONG).await;
    let wrong = house.log_in(&email("priya"), WRONG).await;
    let none = house.log_in("not an address", WRONG).await;
    for _ in 0..6 {
        house.log_in(&email("arjun"), WRONG).await;
    }
    house.app.advance(TimeDelta::seconds(3));
    let locked = house.log_in(&email("arjun"), PASSWORD).await;
    for other in [&wrong, &none, &locked] {
        assert_eq!(unknown.body["data"], other.body["data"]);
    }
    assert_eq!(unknown.problems("sessionCreate"), ["LOGIN_FAILED"]);
}

#[tokio::test]
async fn unknown_addresses_take_as_long_as_known_ones() {
    let house = House::start_with(&["--lockout-failures", "1000"]).await;
    let (mut known, mut unknown, mut locked) = (Vec::new(), Vec::new(), Vec::new());
    house.app.database.execute("UPDATE accounts SET status = 'locked' WHERE email LIKE 'arjun@%'").await;
    for round in 0..15 {
        known.push(timed(&house, &email("priya")).await);
        unknown.push(timed(&house, &format!("nobody{round}@example.in")).await);
        locked.push(timed(&house, &email("arjun")).await);
    }
    let (known, unknown, locked) = (median(known), median(unknown), median(locked));
    for (what, time) in [("unknown", unknown), ("locked", locked)] {
        let ratio = time.as_secs_f64() / known.as_secs_f64();
        assert!((0.6..1.6).contains(&ratio), "known {known:?}, {what} {time:?}");
    }
}

async fn timed(house: &House, email: &str) -> Duration {
    let started = Instant::now();
    let answer = house.log_in(email, WRONG).await;
    let took = started.elapsed();
    assert_eq!(answer.problems("sessionCreate"), ["LOGIN_FAILED"]);
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn twenty_parallel_guesses_count_as_five() {
    let house = House::start().await;
    let target = email("priya");
    let answers = join_all((0..20).map(|_| house.log_in(&target, WRONG))).await;
    assert!(answers.iter().all(|answer| answer.problems("sessionCreate") == ["LOGIN_FAILED"]));
    let counted = house
        .app
        .database
        .rows("SELECT attempts, failures, locked_until IS NOT NULL AS locked FROM login_throttles")
        .await;
    assert_eq!(counted, [json!({ "attempts": 5, "failures": 5, "locked": true })]);
    house.app.advance(TimeDelta::minutes(14));
    assert_eq!(house.log_in(&target, PASSWORD).await.problems("sessionCreate"), ["LOGIN_FAILED"], "still locked");
    house.app.advance(TimeDelta::minutes(2));
    let back = house.log_in(&target, PASSWORD).await;
    assert_eq!(back.text("/sessionCreate/challenge/purpose"), "LOGIN", "{:#}", back.body);
    house.app.drain_jobs().await;
}

#[tokio::test]
async fn parallel_logins_with_the_right_password_all_succeed() {
    let house = House::start().await;
    let target = email("priya");
    let answers = join_all((0..12).map(|_| house.log_in(&target, PASSWORD))).await;
    for answer in answers {
        assert!(answer.problems("sessionCreate").is_empty(), "{:#}", answer.body);
        assert!(!answer.data("/sessionCreate/login").is_null());
    }
}

#[tokio::test]
async fn after_three_wrong_passwords_the_right_one_needs_a_code() {
    let house = House::start().await;
    let target = email("priya");
    for _ in 0..2 {
        house.log_in(&target, WRONG).await;
    }
    assert!(!house.log_in(&target, PASSWORD).await.data("/sessionCreate/login").is_null(), "two are forgiven");
    for _ in 0..3 {
        house.log_in(&target, WRONG).await;
    }
    let answer = house.log_in(&target, PASSWORD).await;
    assert!(answer.data("/sessionCreate/login").is_null());
    let id = answer.text("/sessionCreate/challenge/id").to_owned();
    let code = house.code_for(&target).await;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    let confirm = |code: &str| json!({ "challengeId": id, "code": code });
    let refused = mutate(&house.app, "sessionConfirm", "login { accessToken }", confirm(wrong)).await;
    assert_eq!(refused.problems("sessionConfirm"), ["CODE_WRONG"]);
    let sign_up = mutate(&house.app, "accountVerifyEmail", "login { accessToken }", confirm(&code)).await;
    assert_eq!(sign_up.problems("accountVerifyEmail"), ["CODE_WRONG"], "a login's code is no sign-up's");
    let done = mutate(&house.app, "sessionConfirm", "login { account { email } }", confirm(&code)).await;
    assert_eq!(done.text("/sessionConfirm/login/account/email"), target);
    assert!(!house.log_in(&target, PASSWORD).await.data("/sessionCreate/login").is_null(), "and all is forgiven");
}

#[tokio::test]
async fn an_absurdly_long_password_is_just_wrong() {
    let house = House::start().await;
    let answer = house.log_in(&email("priya"), &"x".repeat(100_000)).await;
    assert_eq!(answer.problems("sessionCreate"), ["LOGIN_FAILED"]);
}

#[tokio::test]
async fn text_that_the_database_cannot_hold_is_an_input_error() {
    let house = House::start().await;
    let answer = house.log_in("a\u{0}b@example.in", WRONG).await;
    assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{:#}", answer.body);
    let search = "{ accounts(where: { search: \"\\u0000\" }) { nodes { id } } }";
    assert_eq!(house.user("asha").await.query(search, json!({})).await.code(), Some("BAD_USER_INPUT"));
}

#[tokio::test]
async fn one_network_cannot_try_for_ever() {
    let house = House::start().await;
    let tries = join_all((0..140).map(|n| {
        let house = &house;
        async move { house.log_in(&format!("nobody{n}@example.in"), WRONG).await }
    }));
    let limited = tries.await.iter().filter(|answer| answer.code() == Some("RATE_LIMITED")).count();
    assert!(limited >= 10, "{limited} of 140 were limited");
}

#[tokio::test]
async fn former_employees_stay_out() {
    let house = House::start().await;
    let suresh = house.user("suresh").await;
    assert!(super::works(&suresh).await);
    let id = house.id_of("suresh").await;
    let input = json!({ "id": id, "employee": { "function": "WAREHOUSE", "status": "TERMINATED" } });
    let fired = mutate(&house.user("vikram").await, "accountUpdate", "account { employee { status } }", input).await;
    assert_eq!(fired.text("/accountUpdate/account/employee/status"), "TERMINATED");
    assert!(!super::works(&suresh).await);
    assert_eq!(house.log_in(&email("suresh"), PASSWORD).await.problems("sessionCreate"), ["ACCOUNT_LOCKED"]);
}
