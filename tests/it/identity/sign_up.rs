//! Sign-up: the code, its limits, and that nobody learns who has an account.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{House, email, mutate, works};
use crate::support::Answer;

const NEW: &str = "meera@example.in";

async fn register(house: &House, email: &str) -> Answer {
    let input = json!({ "email": email, "password": "Mango#Lassi-7", "name": "Meera Iyer", "marketingConsent": true });
    mutate(&house.app, "accountRegister", "challenge { id purpose sentAt expiresAt }", input).await
}

fn challenge(answer: &Answer) -> String {
    answer.text("/accountRegister/challenge/id").to_owned()
}

async fn verify(house: &House, challenge: &str, code: &str) -> Answer {
    let input = json!({ "challengeId": challenge, "code": code });
    let selection =
        "login { accessToken account { id kind email emailVerifiedAt profile { customerNumber language } } }";
    mutate(&house.app, "accountVerifyEmail", selection, input).await
}

#[tokio::test]
async fn a_customer_signs_up_and_is_signed_in() {
    let house = House::start().await;
    let challenge = challenge(&register(&house, " Meera@Example.IN ").await);
    let before = house.app.database.value(&format!("SELECT count(*) FROM accounts WHERE email = '{NEW}'")).await;
    assert_eq!(before, json!(0), "no account before the code came back");
    let code = house.code_for(NEW).await;
    let done = verify(&house, &challenge, &format!("{} {}", &code[..3], &code[3..])).await;
    assert_eq!(done.text("/accountVerifyEmail/login/account/email"), NEW);
    assert_eq!(done.text("/accountVerifyEmail/login/account/kind"), "CUSTOMER");
    let number = done.text("/accountVerifyEmail/login/account/profile/customerNumber");
    assert!(number.starts_with("FVC-") && number.len() == 12, "{number}");
    assert!(works(&house.app.as_user(done.text("/accountVerifyEmail/login/accessToken"))).await);
    let again = verify(&house, &challenge, &code).await;
    assert_eq!(again.problems("accountVerifyEmail"), ["CODE_WRONG"], "a code works once");
}

#[tokio::test]
async fn a_known_address_gets_the_same_answer_and_another_mail() {
    let house = House::start().await;
    let (known, unknown) = (register(&house, &email("priya")).await, register(&house, NEW).await);
    let shape = |answer: &Answer| {
        let mut body = answer.body["data"].clone();
        for field in ["id", "sentAt", "expiresAt"] {
            body["accountRegister"]["challenge"][field] = Value::Null;
        }
        body
    };
    assert_eq!(shape(&known), shape(&unknown));
    let mail = house.mail_to(&email("priya")).await;
    assert!(mail.text.contains("already have an account"), "{}", mail.text);
    for code in ["000000", "123456", ""] {
        let answer = verify(&house, &challenge(&known), code).await;
        assert_eq!(answer.problems("accountVerifyEmail"), ["CODE_WRONG"]);
    }
}

#[tokio::test]
async fn a_code_bears_five_tries_and_ten_minutes() {
    let house = House::start().await;
    let id = challenge(&register(&house, NEW).await);
    let code = house.code_for(NEW).await;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for _ in 0..5 {
        assert_eq!(verify(&house, &id, wrong).await.problems("accountVerifyEmail"), ["CODE_WRONG"]);
    }
    assert_eq!(verify(&house, &id, &code).await.problems("accountVerifyEmail"), ["CODE_WRONG"], "five tries are over");

    let resend = json!({ "challengeId": id });
    let soon = mutate(&house.app, "accountResendCode", "challenge { id }", resend.clone()).await;
    assert_eq!(soon.problems("accountResendCode"), ["TOO_SOON"]);
    house.app.advance(TimeDelta::seconds(61));
    let sent = mutate(&house.app, "accountResendCode", "challenge { id }", resend).await;
    assert!(sent.problems("accountResendCode").is_empty());
    let next = house.code_for(NEW).await;
    house.app.advance(TimeDelta::minutes(10) + TimeDelta::seconds(1));
    assert_eq!(verify(&house, &id, &next).await.problems("accountVerifyEmail"), ["CODE_WRONG"], "expired");
}

#[tokio::test]
async fn tries_in_parallel_do_not_exceed_five_and_a_code_passes_once() {
    let house = House::start().await;
    let id = challenge(&register(&house, NEW).await);
    let code = house.code_for(NEW).await;
    let wrong = if code == "111111" { "222222" } else { "111111" };
    futures_util::future::join_all((0..20).map(|_| verify(&house, &id, wrong))).await;
    let attempts = house.app.database.value("SELECT attempts FROM challenges").await;
    assert_eq!(attempts, json!(5));

    let id = challenge(&register(&house, "second@example.in").await);
    let code = house.code_for("second@example.in").await;
    let answers = futures_util::future::join_all((0..4).map(|_| verify(&house, &id, &code))).await;
    let passed = answers.iter().filter(|answer| answer.problems("accountVerifyEmail").is_empty()).count();
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn codes_are_not_mailed_without_end() {
    let house = House::start().await;
    for _ in 0..8 {
        register(&house, NEW).await;
    }
    house.app.drain_jobs().await;
    let mails = house.app.node.app.mailer.captured();
    let sent = mails.iter().filter(|mail| mail.to == NEW).count();
    assert!(sent <= 5, "{sent} mails in one hour");
}

#[tokio::test]
async fn a_stranger_cannot_attach_a_password_to_somebodys_address() {
    let house = House::start().await;
    register(&house, NEW).await;
    let stranger = house.log_in(NEW, "Mango#Lassi-7").await;
    assert_eq!(stranger.problems("sessionCreate"), ["LOGIN_FAILED"]);
    let own = json!({ "email": NEW, "password": "another-Passw0rd!", "name": "Meera Iyer" });
    let own = mutate(&house.app, "accountRegister", "challenge { id }", own).await;
    let code = house.code_for(NEW).await;
    let done = verify(&house, &challenge(&own), &code).await;
    assert!(done.problems("accountVerifyEmail").is_empty());
    assert_eq!(house.log_in(NEW, "Mango#Lassi-7").await.problems("sessionCreate"), ["LOGIN_FAILED"]);
    assert!(house.log_in(NEW, "another-Passw0rd!").await.problems("sessionCreate").is_empty());
}

#[tokio::test]
async fn malformed_sign_ups_are_refused() {
    let house = House::start().await;
    let cases = [
        ("no-address", "Mango#Lassi-7", "Meera", "INVALID", "email"),
        ("a@b", "Mango#Lassi-7", "Meera", "INVALID", "email"),
        ("a b@example.in", "Mango#Lassi-7", "Meera", "INVALID", "email"),
        (NEW, "Short1!", "Meera", "PASSWORD_WEAK", "password"),
        (NEW, "alllowercase1", "Meera", "PASSWORD_WEAK", "password"),
        (NEW, "Meera#2026x", "Meera", "PASSWORD_WEAK", "password"),
        (NEW, "aaaaaaaaaaaaaaaaaaaa", "Meera", "PASSWORD_WEAK", "password"),
        (NEW, "Mango#Lassi-7", "  ", "REQUIRED", "name"),
    ];
    for (email, password, name, code, path) in cases {
        let input = json!({ "email": email, "password": password, "name": name });
        let answer = mutate(&house.app, "accountRegister", "challenge { id }", input).await;
        assert_eq!(answer.problems("accountRegister"), [code], "{email} {password}");
        assert_eq!(answer.data("/accountRegister/errors/0/path"), &json!([path]));
    }
    let long = json!({ "email": NEW, "password": format!("Aa1!{}", "x".repeat(125)), "name": "Meera" });
    let answer = mutate(&house.app, "accountRegister", "challenge { id }", long).await;
    assert_eq!(answer.problems("accountRegister"), ["PASSWORD_WEAK"]);
}
