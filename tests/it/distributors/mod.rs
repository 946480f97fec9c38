//! Distributors: application, review, and who may do what.

mod application;
mod demo;
mod documents;
mod review;
mod staff;
mod strangers;

use freshvilla::identity::account::model::AccountId;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

/// A GSTIN of Maharashtra with its PAN; made up, with a right check character.
pub const GSTIN: &str = "27AAPFU0939F1ZV";
pub const PAN: &str = "AAPFU0939F";
/// One of Karnataka.
pub const OTHER_GSTIN: &str = "29AAGCB7383J1Z4";

/// A server in a country of two states, with a back office.
pub struct Market {
    pub app: TestApp,
    pub office: Client,
}

impl Market {
    pub async fn start() -> Self {
        Self::start_with(&["--required-documents", "none"]).await
    }

    pub async fn start_with(args: &[&str]) -> Self {
        let app = TestApp::start_with(args).await;
        app.database
            .execute(
                "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) VALUES \
                 ('27', 'MH', 'Maharashtra', false, true, false), ('29', 'KA', 'Karnataka', false, true, false); \
                 INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
                 (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{Bengaluru}'), \
                 (gen_random_uuid(), '400001', '27', 'Mumbai GPO', 'Mumbai', '{Mumbai}'); \
                 INSERT INTO bank_branches (ifsc, bank, branch, city, state, upi) VALUES \
                 ('HDFC0000001', 'HDFC Bank', 'Fort', 'Mumbai', 'Maharashtra', true)",
            )
            .await;
        let office = app.sign_in("administrator").await;
        Self { app, office }
    }

    /// A customer who applied to sell.
    pub async fn applicant(&self, name: &str) -> Applicant {
        let (account, client) = self.app.sign_in_as("customer").await;
        let made = run(&client, "distributorApply", "distributor { id }", json!({ "name": name })).await;
        assert_eq!(made.problems("distributorApply"), [""; 0]);
        let id = made.text("/distributorApply/distributor/id").to_owned();
        Applicant { id, account, client }
    }

    /// One whose complete application was handed in.
    pub async fn in_review(&self, name: &str) -> Applicant {
        let applicant = self.applicant(name).await;
        applicant.saves(complete(GSTIN)).await;
        applicant.submits().await;
        applicant
    }

    /// One who sells.
    pub async fn verified(&self, name: &str) -> Applicant {
        let applicant = self.in_review(name).await;
        self.decides("distributorApprove", json!({ "id": applicant.id })).await;
        applicant
    }

    /// A decision that is expected to be possible; the mail about it goes out.
    pub async fn decides(&self, field: &str, input: Value) -> Answer {
        let answer = run(&self.office, field, "distributor { id status reason version }", input).await;
        assert_eq!(answer.problems(field), [""; 0]);
        self.app.drain_jobs().await;
        answer
    }

    /// `sellers.status` of a distributor, by its name.
    pub async fn seller_status(&self, name: &str) -> String {
        let query = format!("SELECT status FROM sellers WHERE name = '{name}'");
        self.app.database.value(&query).await.as_str().unwrap().to_owned()
    }
}

/// Somebody with an application.
pub struct Applicant {
    pub id: String,
    pub account: AccountId,
    pub client: Client,
}

impl Applicant {
    /// Saves sections; answers the whole.
    pub async fn tries(&self, sections: Value) -> Answer {
        let mut input = json!({ "id": self.id });
        input.as_object_mut().unwrap().extend(sections.as_object().unwrap().clone());
        run(&self.client, "distributorUpdate", "distributor { id status version missingFields }", input).await
    }

    pub async fn saves(&self, sections: Value) {
        assert_eq!(self.tries(sections).await.problems("distributorUpdate"), [""; 0]);
    }

    pub async fn submits(&self) {
        let answer = run(&self.client, "distributorSubmit", "distributor { status }", json!({ "id": self.id })).await;
        assert_eq!(answer.problems("distributorSubmit"), [""; 0]);
        assert_eq!(answer.text("/distributorSubmit/distributor/status"), "IN_REVIEW");
    }

    /// What the applicant sees of the distributor.
    pub async fn sees(&self, selection: &str) -> Value {
        let text = format!("query($id: ID!) {{ distributor(id: $id) {{ {selection} }} }}");
        self.client.query(&text, json!({ "id": self.id })).await.data("/distributor").clone()
    }
}

/// Every section that an application needs.
pub fn complete(gstin: &str) -> Value {
    let (city, pincode) = if gstin.starts_with("27") { ("Mumbai", "400001") } else { ("Bengaluru", "560066") };
    json!({
        "company": { "legalName": "Farm Fresh LLP", "businessType": "LLP" },
        "contact": { "name": "Meera Joshi", "email": "meera@farm.example", "phone": "98100 00011" },
        "address": { "line1": "12 Market Yard", "city": city, "pincode": pincode },
        "legal": { "gstin": gstin, "pan": gstin[2..12], "turnoverBand": "UP_TO_5_CRORE" },
        "bankAccount": { "holder": "Farm Fresh LLP", "number": "50100 1234 56789", "ifsc": "hdfc0000001" },
        "storefront": { "returnPolicy": "Fresh goods within a day." },
    })
}

/// Runs a mutation with one `input` variable.
pub async fn run(client: &Client, field: &str, selection: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let text = format!(
        "mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} errors {{ code message path }} }} }}"
    );
    client.query(&text, json!({ "input": input })).await
}

/// Code and dotted path of each problem.
pub fn problems(answer: &Answer, field: &str) -> Vec<(String, String)> {
    let all = answer.data(&format!("/{field}/errors")).as_array().unwrap();
    let path = |problem: &Value| {
        let parts: Vec<&str> = problem["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
        parts.join(".")
    };
    all.iter().map(|problem| (problem["code"].as_str().unwrap().to_owned(), path(problem))).collect()
}
