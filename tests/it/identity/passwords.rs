//! Changing and resetting passwords.

use chrono::TimeDelta;
use freshvilla::identity::demo::PASSWORD;
use serde_json::json;

use super::{House, email, mutate, works};
use crate::support::Answer;

const NEXT: &str = "Tamarind&Rice42";

fn token_of(text: &str) -> String {
    text.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

async fn request(house: &House, email: &str) -> Answer {
    mutate(&house.app, "passwordResetRequest", "accepted", json!({ "email": email })).await
}

async fn reset(house: &House, token: &str, password: &str) -> Answer {
    mutate(&house.app, "passwordReset", "done", json!({ "token": token, "newPassword": password })).await
}

#[tokio::test]
async fn changing_the_password_needs_the_old_one_and_ends_other_sessions() {
    let house = House::start().await;
    let (one, two) = (house.user("priya").await, house.user("priya").await);
    let change = |old: &str, new: &str| json!({ "oldPassword": old, "newPassword": new });
    let wrong = mutate(&one, "passwordChange", "account { id }", change("Not-the-0ld-one", NEXT)).await;
    assert_eq!(wrong.problems("passwordChange"), ["PASSWORD_WRONG"]);
    let weak = mutate(&one, "passwordChange", "account { id }", change(PASSWORD, "weak")).await;
    assert_eq!(weak.problems("passwordChange"), ["PASSWORD_WEAK"]);
    let done = mutate(&one, "passwordChange", "account { email }", change(PASSWORD, NEXT)).await;
    assert_eq!(done.text("/passwordChange/account/email"), email("priya"));
    assert!(works(&one).await && !works(&two).await);
    assert_eq!(house.log_in(&email("priya"), PASSWORD).await.problems("sessionCreate"), ["LOGIN_FAILED"]);
    assert!(house.log_in(&email("priya"), NEXT).await.problems("sessionCreate").is_empty());
    assert!(house.mail_to(&email("priya")).await.subject.contains("changed"));
}

#[tokio::test]
async fn a_stolen_token_cannot_guess_the_password() {
    let house = House::start().await;
    let client = house.user("priya").await;
    for _ in 0..5 {
        let input = json!({ "oldPassword": "Not-the-0ld-one", "newPassword": NEXT });
        mutate(&client, "passwordChange", "account { id }", input).await;
    }
    house.app.advance(TimeDelta::seconds(3));
    let input = json!({ "oldPassword": PASSWORD, "newPassword": NEXT });
    let locked = mutate(&client, "passwordChange", "account { id }", input).await;
    assert_eq!(locked.problems("passwordChange"), ["PASSWORD_WRONG"], "five guesses, then none");
}

#[tokio::test]
async fn a_reset_link_works_once_within_the_hour() {
    let house = House::start().await;
    let (known, unknown) = (request(&house, &email("priya")).await, request(&house, "nobody@example.in").await);
    assert_eq!(known.body["data"], unknown.body["data"]);
    let old = house.user("priya").await;
    for _ in 0..6 {
        house.log_in(&email("priya"), "Wrong-passw0rd").await;
    }
    let token = token_of(&house.mail_to(&email("priya")).await.text);
    assert_eq!(reset(&house, "nonsense", NEXT).await.problems("passwordReset"), ["TOKEN_INVALID"]);
    assert_eq!(reset(&house, &token, "weak").await.problems("passwordReset"), ["PASSWORD_WEAK"]);
    assert_eq!(reset(&house, &token, NEXT).await.data("/passwordReset/done"), &json!(true));
    assert!(!works(&old).await, "all sessions end");
    assert!(
        !house.log_in(&email("priya"), NEXT).await.data("/sessionCreate/login").is_null(),
        "the lock-out is lifted"
    );
    assert_eq!(reset(&house, &token, "Again&Again42!").await.problems("passwordReset"), ["TOKEN_INVALID"]);
    request(&house, &email("priya")).await;
    let late = token_of(&house.mail_to(&email("priya")).await.text);
    house.app.advance(TimeDelta::minutes(61));
    assert_eq!(reset(&house, &late, "Again&Again42!").await.problems("passwordReset"), ["TOKEN_INVALID"]);
}

#[tokio::test]
async fn parallel_resets_with_one_link_succeed_once() {
    let house = House::start().await;
    request(&house, &email("priya")).await;
    let token = token_of(&house.mail_to(&email("priya")).await.text);
    let passwords = ["First&Choice-1", "Second&Choice-2", "Third&Choice-3"];
    let tries = passwords.iter().map(|password| reset(&house, &token, password));
    let answers = futures_util::future::join_all(tries).await;
    let done = answers.iter().filter(|answer| answer.problems("passwordReset").is_empty()).count();
    assert_eq!(done, 1);
    house.app.drain_jobs().await;
}

#[tokio::test]
async fn an_invited_employee_chooses_a_password() {
    let house = House::start().await;
    let role = house.role("catalogue_manager").await;
    let input = json!({
        "kind": "EMPLOYEE", "email": "kiran@example.in", "name": "Kiran Desai", "phone": "98765 43210",
        "employee": { "function": "OPERATIONS", "supervisorId": house.id_of("vikram").await },
        "grants": [{ "roleId": role }],
    });
    let selection = "account { id phone employee { function supervisor { name } } roleGrants { role { name } } }";
    let made = mutate(&house.user("asha").await, "accountCreate", selection, input).await;
    assert_eq!(made.text("/accountCreate/account/phone"), "+919876543210");
    assert_eq!(made.text("/accountCreate/account/employee/supervisor/name"), "Vikram Rao");
    assert_eq!(made.text("/accountCreate/account/roleGrants/0/role/name"), "catalogue_manager");
    assert_eq!(house.log_in("kiran@example.in", NEXT).await.problems("sessionCreate"), ["LOGIN_FAILED"]);
    let token = token_of(&house.mail_to("kiran@example.in").await.text);
    house.app.advance(TimeDelta::days(2));
    reset(&house, &token, NEXT).await;
    let login = house.log_in("kiran@example.in", NEXT).await;
    let me = house.app.as_user(login.text("/sessionCreate/login/accessToken"));
    let me = me.query("{ me { permissions account { emailVerifiedAt } } }", json!({})).await;
    assert!(me.data("/me/permissions").as_array().unwrap().contains(&json!("CATALOG_WRITE")));
    assert!(me.data("/me/account/emailVerifiedAt").is_string());
    house.app.drain_jobs().await;
}
