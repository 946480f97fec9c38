//! Sellers of the demo shop and their warehouses: FreshVilla itself, registered in two states, and the distributor of
//! the demo accounts.

use uuid::Uuid;

use super::{
    location::model::LocationStatus,
    registration::{
        gstin::Gstin,
        model::{
            self as registrations, GstRegistration, GstRegistrationId, GstScheme, RegistrationStatus, TurnoverBand,
        },
    },
    seller::model::{self as sellers, Seller, SellerId, SellerKind, SellerStatus},
    warehouse::model::{self as warehouses, Warehouse, WarehouseId, WarehouseKind},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit::Change,
        db::Conn,
        error::{Error, Result, found},
    },
};

/// FreshVilla's own shop.
pub const HOUSE: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d005);

struct DemoSeller {
    kind: SellerKind,
    name: &'static str,
    slug: &'static str,
    legal_name: &'static str,
    /// Made up, with right check characters.
    gstins: &'static [&'static str],
}

const SELLERS: [DemoSeller; 2] = [
    DemoSeller {
        kind: SellerKind::House,
        name: "FreshVilla",
        slug: "freshvilla",
        legal_name: "FreshVilla Retail Private Limited",
        gstins: &["29AAFCF0001A1ZJ", "27AAFCF0001A1ZN"],
    },
    DemoSeller {
        kind: SellerKind::Distributor,
        name: "Nandi Hills Produce",
        slug: "nandi-hills-produce",
        legal_name: "Nandi Hills Produce Private Limited",
        gstins: &["29AAFCN0002B1Z8"],
    },
];

/// Adds the sellers that are not there yet, the second as this distributor, and FreshVilla's warehouse; answers how many
/// sellers there are.
pub async fn seed_sellers(app: &App, distributor: Uuid, main_warehouse: Uuid) -> Result<usize> {
    for (demo, id) in SELLERS.iter().zip([HOUSE, distributor].map(SellerId)) {
        let tx = app.db.begin().await?;
        if found(sellers::lock(&tx, id).await)?.is_none() {
            add(app, &tx, id, demo).await?;
        }
        tx.commit().await?;
    }
    let tx = app.db.begin().await?;
    let id = WarehouseId(main_warehouse);
    if found(warehouses::lock(&tx, &Actor::system(), id).await)?.is_none() {
        add_warehouse(app, &tx, id).await?;
    }
    tx.commit().await?;
    Ok(SELLERS.len())
}

async fn add_warehouse(app: &App, conn: &Conn, id: WarehouseId) -> Result<()> {
    let now = app.clock.now();
    let registration = registrations::active_in(conn, SellerId(HOUSE), "29").await?;
    let row = Warehouse {
        id,
        seller_id: SellerId(HOUSE),
        name: "Whitefield".to_owned(),
        kind: WarehouseKind::Main,
        status: LocationStatus::Active,
        gst_registration_id: registration.map(|row| row.id),
        phone: Some("+918000000001".to_owned()),
        line1: "Plot 7, EPIP Zone".to_owned(),
        line2: "Whitefield".to_owned(),
        city: "Bengaluru".to_owned(),
        state_code: "29".to_owned(),
        pincode: "560066".to_owned(),
        latitude: None,
        longitude: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    warehouses::insert(conn, &row).await?;
    Change::new("warehouseCreate", id, None, Some(&row))?.record(conn, &app.clock, &Actor::system()).await
}

async fn add(app: &App, conn: &Conn, id: SellerId, demo: &DemoSeller) -> Result<()> {
    let (now, actor) = (app.clock.now(), Actor::system());
    let numbers: Result<Vec<Gstin>, String> = demo.gstins.iter().map(|text| Gstin::parse(text)).collect();
    let numbers = numbers.map_err(|why| Error::internal(anyhow::anyhow!(why)))?;
    let seller = Seller {
        id,
        kind: demo.kind,
        name: demo.name.to_owned(),
        slug: demo.slug.to_owned(),
        status: SellerStatus::Active,
        pan: numbers.first().map(|gstin| gstin.pan().to_owned()),
        created_at: now,
        updated_at: now,
    };
    sellers::insert(conn, &seller).await?;
    Change::new("sellerCreate", seller.id, None, Some(&seller))?.record(conn, &app.clock, &actor).await?;
    for gstin in numbers {
        let row = GstRegistration {
            id: GstRegistrationId::new(),
            seller_id: seller.id,
            gstin: gstin.as_str().to_owned(),
            pan: gstin.pan().to_owned(),
            state_code: gstin.state_code().to_owned(),
            legal_name: demo.legal_name.to_owned(),
            trade_name: demo.name.to_owned(),
            scheme: GstScheme::Regular,
            turnover_band: TurnoverBand::Above5Crore,
            status: RegistrationStatus::Active,
            created_at: now,
            updated_at: now,
        };
        registrations::insert(conn, &row).await?;
        Change::new("gstRegistrationCreate", row.id, None, Some(&row))?.record(conn, &app.clock, &actor).await?;
    }
    Ok(())
}
