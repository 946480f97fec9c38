//! Shoppers of the demo shop: customers with an address that its stores deliver to.

use crate::{
    app::App,
    identity::{
        account::model::{self as accounts, AccountId},
        address::{
            model::{AddressId, AddressKind, AddressPurpose},
            service::{AddressInput, add, complete},
        },
        demo::{DemoAccount, PASSWORD, development_only, make},
    },
    kernel::{
        access::{AccountKind, Actor, Principal},
        error::Result,
        page::PageArgs,
    },
};

/// A neighbourhood: postal code, name, city, GST code of the state.
type Place = (&'static str, &'static str, &'static str, &'static str);

const PLACES: [Place; 9] = [
    ("560038", "Indiranagar", "Bengaluru", "29"),
    ("560001", "MG Road", "Bengaluru", "29"),
    ("400050", "Bandra West", "Mumbai", "27"),
    ("560034", "Koramangala", "Bengaluru", "29"),
    ("560008", "Halasuru", "Bengaluru", "29"),
    ("400051", "Bandra East", "Mumbai", "27"),
    ("560102", "HSR Layout", "Bengaluru", "29"),
    ("400001", "Fort", "Mumbai", "27"),
    ("560066", "Whitefield", "Bengaluru", "29"),
];

const NAMES: [&str; 24] = [
    "Aditi Rao",
    "Bharat Shetty",
    "Chitra Iyer",
    "Deepak Joshi",
    "Esha Mehta",
    "Farhan Khan",
    "Gauri Patil",
    "Harish Gowda",
    "Ishita Bose",
    "Jatin Shah",
    "Kavya Nambiar",
    "Lokesh Reddy",
    "Meera Pillai",
    "Nikhil Desai",
    "Ojas Kulkarni",
    "Pooja Hegde",
    "Qasim Ali",
    "Ritu Malhotra",
    "Sanjay Verma",
    "Tara D'Souza",
    "Uma Krishnan",
    "Varun Bhat",
    "Waheeda Begum",
    "Yash Agarwal",
];

/// A shopper and where their orders go.
#[derive(Clone, Debug)]
pub struct Shopper {
    /// The account.
    pub account: AccountId,
    /// Its first address.
    pub address: AddressId,
    /// The address's postal code.
    pub pincode: String,
}

/// Makes the shoppers that do not exist yet, each with an address in one transaction; answers all of them.
pub async fn seed_shoppers(app: &App) -> Result<Vec<Shopper>> {
    development_only(app)?;
    let mut password_hash = None;
    let mut shoppers = Vec::new();
    for ((at, name), place) in (1..).zip(NAMES).zip(PLACES.iter().cycle()) {
        let shopper = demo_account(at, name);
        let known = accounts::login_row(&*app.db.write().await?, &shopper.email).await?;
        if let Some(row) = known {
            shoppers.extend(known_shopper(app, row.account.id).await?);
            continue;
        }
        let hash = match &password_hash {
            Some(hash) => hash,
            None => password_hash.insert(app.passwords.hash(PASSWORD.to_owned()).await?),
        };
        shoppers.push(add_shopper(app, shopper, hash, (at, place)).await?);
    }
    Ok(shoppers)
}

fn demo_account(at: i64, name: &str) -> DemoAccount {
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    DemoAccount {
        email: format!("{first}@demo.freshvilla.example"),
        name: name.to_owned(),
        phone: format!("+9198200000{at:02}"),
        role: "customer".to_owned(),
    }
}

/// One that was made before, with the newest address; `None` where there is none any more.
async fn known_shopper(app: &App, account: AccountId) -> Result<Option<Shopper>> {
    use crate::identity::address::model as addresses;
    let conn = app.db.write().await?;
    let rows = addresses::list(&conn, &Actor::system(), account, &PageArgs::first(1), false).await?;
    Ok(rows.items.into_iter().next().map(|row| Shopper { account, address: row.node.id, pincode: row.node.pincode }))
}

async fn add_shopper(app: &App, shopper: DemoAccount, hash: &str, (at, place): (i64, &Place)) -> Result<Shopper> {
    let (pincode, area, city, state) = *place;
    let fields = complete(
        app,
        AddressInput {
            kind: Some(AddressKind::Home),
            label: "Home".to_owned(),
            contact_name: shopper.name.clone(),
            phone: shopper.phone.clone(),
            line1: format!("{} {at}th Cross", at * 7),
            line2: area.to_owned(),
            city: city.to_owned(),
            state: Some(state.to_owned()),
            pincode: pincode.to_owned(),
            ..AddressInput::default()
        },
    )
    .await?;
    let tx = app.db.begin().await?;
    let account = make(app, &tx, shopper, hash).await?.id;
    let principal = Principal::Account { id: account.0, kind: AccountKind::Customer, session: uuid::Uuid::nil() };
    let actor = Actor::new(principal, [].into(), uuid::Uuid::now_v7());
    let purposes = [AddressPurpose::Shipping, AddressPurpose::Billing];
    let added = add(app, &tx, &actor, account, &fields, None, &purposes).await?;
    let address = added.ok_or_else(|| anyhow::anyhow!("a new account's first address was a duplicate"))?.id;
    tx.commit().await?;
    Ok(Shopper { account, address, pincode: pincode.to_owned() })
}
