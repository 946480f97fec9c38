//! What sellers and the back office do with the demo's orders, as far as it still is to be done.

use super::plan::Planned;
use crate::{
    app::App,
    inventory::seller::model::SellerId,
    kernel::{access::Actor, error::Result, money::Minor},
    payments::{
        cod::{model::CodCollectionMode, service::to_take},
        intent::model as intents,
    },
    sales::{
        fulfilment::{
            code,
            confirm::confirm,
            deliver::{Handover, Taken, deliver, due},
            model::{self as packages, Carriage, Package, PackageStatus, progress},
            pack::{NewPacking, pack},
            packing::{NewPackage, PackedLine},
            ship::{Dispatch, ship},
        },
        order::{
            cancel::{Cancellation, Target, cancel},
            model::{
                Order,
                line::OrderLine,
                part::{self, SubOrder},
                timeline::OrderCancelReason,
            },
            status::SubOrderStatus,
        },
    },
};

/// Who sends.
pub struct Crew {
    /// The back office, for everybody who is not named below.
    pub staff: Actor,
    /// Sellers' own people.
    pub sellers: Vec<(SellerId, Actor)>,
}

/// An order's parts in one of these states.
async fn parts(app: &App, order: &Order, wanted: &[SubOrderStatus]) -> Result<Vec<SubOrder>> {
    let tx = app.db.begin().await?;
    let mut parts = part::lock_all(&tx, order.id).await?;
    parts.retain(|row| wanted.contains(&row.status));
    Ok(parts)
}

/// The shopper cancels the whole order.
pub async fn buyer_cancels(app: &App, buyer: &Actor, order: &Order) -> Result<()> {
    let open = parts(app, order, &[SubOrderStatus::Placed, SubOrderStatus::Confirmed]).await?;
    if open.is_empty() {
        return Ok(());
    }
    let new = Cancellation {
        target: Target::Order(order.id),
        reason: OrderCancelReason::ChangedMind,
        note: String::new(),
        expected_version: None,
    };
    cancel(app, buyer, &format!("demo-cancel:{}", order.id), new).await?;
    Ok(())
}

impl Crew {
    fn of(&self, part: &SubOrder) -> &Actor {
        self.sellers.iter().find(|(seller, _)| *seller == part.seller_id).map_or(&self.staff, |(_, actor)| actor)
    }

    /// The sellers cannot send it.
    pub async fn cancel(&self, app: &App, order: &Order) -> Result<()> {
        let open = [SubOrderStatus::Placed, SubOrderStatus::Confirmed, SubOrderStatus::Packed];
        for part in parts(app, order, &open).await? {
            let new = Cancellation {
                target: Target::Part(part.id),
                reason: OrderCancelReason::OutOfStock,
                note: "The last ones were damaged".to_owned(),
                expected_version: None,
            };
            cancel(app, self.of(&part), &format!("demo-cancel:{}", part.id), new).await?;
        }
        Ok(())
    }

    /// The sellers take it on.
    pub async fn confirm(&self, app: &App, order: &Order) -> Result<()> {
        for part in parts(app, order, &[SubOrderStatus::Placed]).await? {
            confirm(app, self.of(&part), part.id, None).await?;
        }
        Ok(())
    }

    /// It is packed; of one that is short, a pack is missing where a line has several.
    pub async fn pack(&self, app: &App, order: &Order, is_short: bool) -> Result<()> {
        for part in parts(app, order, &[SubOrderStatus::Confirmed]).await? {
            let lines = packages::lines_of(&*app.db.write().await?, part.id).await?;
            let new = NewPacking {
                sub_order_id: part.id,
                packages: packed(&lines, is_short),
                note: if is_short { "One was broken".to_owned() } else { String::new() },
                expected_version: None,
            };
            pack(app, self.of(&part), &format!("demo-pack:{}", part.id), new).await?;
        }
        Ok(())
    }

    /// Its packages leave.
    pub async fn ship(&self, app: &App, order: &Order, plan: &Planned) -> Result<()> {
        for part in parts(app, order, &[SubOrderStatus::Packed]).await? {
            for package in self.packages(app, &part, PackageStatus::Packed).await? {
                let key = format!("demo-ship:{}", package.id);
                ship(app, self.of(&part), &key, &dispatch(&package, plan)).await?;
            }
        }
        Ok(())
    }

    /// They are handed over for their codes; what is due is taken with the first.
    pub async fn deliver(&self, app: &App, order: &Order) -> Result<()> {
        for part in parts(app, order, &[SubOrderStatus::Shipped]).await? {
            let mut due = self.due(app, order, &part).await?;
            for package in self.packages(app, &part, PackageStatus::Shipped).await? {
                let mode = CodCollectionMode::Cash;
                let taken = Taken { mode, amount: to_take(due, mode), rrn: None };
                let own = package.carriage == Some(Carriage::Own);
                let new = Handover {
                    package_id: package.id,
                    code: if own { Some(code::of(app, package.id)?) } else { None },
                    received_by: "At the door".to_owned(),
                    taken: (due > Minor::ZERO).then_some(taken),
                };
                deliver(app, self.of(&part), &format!("demo-deliver:{}", package.id), &new).await?;
                due = Minor::ZERO;
            }
        }
        Ok(())
    }

    async fn packages(&self, app: &App, part: &SubOrder, wanted: PackageStatus) -> Result<Vec<Package>> {
        let mut rows = packages::of(&*app.db.write().await?, part.id).await?;
        rows.retain(|row| row.status == wanted);
        Ok(rows)
    }

    async fn due(&self, app: &App, order: &Order, part: &SubOrder) -> Result<Minor> {
        let conn = app.db.write().await?;
        let intent = intents::find(&conn, &Actor::system(), order.payment_intent_id).await?;
        let progress = progress::of(&conn, part.id, app.clock.now()).await?;
        Ok(due(&intent, part, progress.collected_minor))
    }
}

/// One package, or two for many lines.
fn packed(lines: &[OrderLine], is_short: bool) -> Vec<NewPackage> {
    let mut missing = is_short;
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let ordered = line.quantity - line.quantity_cancelled;
        let gone = i32::from(missing && ordered > 1);
        missing &= gone == 0;
        all.push(PackedLine { line_id: line.id, quantity: ordered - gone });
    }
    let package = |lines: &[PackedLine]| {
        let packs: i32 = lines.iter().map(|line| line.quantity).sum();
        NewPackage { lines: lines.to_vec(), weight_grams: Some(packs * 400) }
    };
    all.chunks(3).map(package).collect()
}

fn dispatch(package: &Package, plan: &Planned) -> Dispatch {
    let carrier = plan.by_carrier;
    Dispatch {
        package_id: package.id,
        carriage: if carrier { Carriage::Carrier } else { Carriage::Own },
        carrier: carrier.then(|| "Deccan Couriers".to_owned()),
        tracking_number: carrier.then(|| format!("DC{:07}{}", 4_000_000 + plan.number, package.number)),
        tracking_url: None,
        courier: (!carrier).then(|| "Manjunath".to_owned()),
    }
}
