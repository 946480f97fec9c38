//! A package is handed over, and paid for where that is due at the door.

use serde::Serialize;

use super::{
    code,
    held::Held,
    model::{self, Carriage, Package, PackageEvent, PackageEventKind, PackageId, PackageStatus},
    pack::event,
    ship::pick,
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        check::Checks,
        db::Tx,
        error::{Error, Result},
        idempotency,
        money::Minor,
    },
    payments::{
        cod::model::CodCollectionMode,
        intent::{
            model::{PaymentIntent, PaymentMethod},
            service::{self as payments, NewCollection},
        },
    },
    sales::order::{
        machine::{OrderParty, SubOrderAction},
        model::{self as orders, part::SubOrder, timeline::OrderEventKind},
        story::What,
    },
};

/// Money that was taken with a package.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// How.
    pub mode: CodCollectionMode,
    /// How much: cash in whole rupees, UPI to the paisa.
    pub amount: Minor,
    /// With UPI: the bank's reference (RRN, 12 digits).
    pub rrn: Option<String>,
}

/// A package that was handed over.
#[derive(Clone, Debug, Serialize)]
pub struct Handover {
    /// Which.
    pub package_id: PackageId,
    /// The buyer's code, where the seller's own people bring it.
    pub code: Option<String>,
    /// Who took it; may be empty.
    pub received_by: String,
    /// What was paid at the door.
    pub taken: Option<Taken>,
}

/// What is still to be taken at the door for a sub-order: no more than the order still owes, since the back office may
/// have recorded that all of it was paid.
pub fn due(intent: &PaymentIntent, part: &SubOrder, collected: Minor) -> Minor {
    match intent.method {
        PaymentMethod::Cod if collected == Minor::ZERO => {
            Minor(part.total_minor.0 - part.refunded_minor.0).min(intent.outstanding())
        }
        _ => Minor::ZERO,
    }
}

/// Records that a package was handed over. With the last one the sub-order is delivered.
pub async fn deliver(app: &App, actor: &Actor, key: &str, new: &Handover) -> Result<Package> {
    let mut checks = Checks::default();
    let received_by = checks.text("receivedBy", &new.received_by, 0, 100);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let found = model::find_within(&tx, actor, Permission::OrdersWrite, new.package_id).await?;
    let mut held = Held::open(app, &tx, actor, found.sub_order_id).await?;
    let mut packages = model::of(&tx, found.sub_order_id).await?;
    let row = packages.iter_mut().find(|row| row.id == new.package_id).ok_or(Error::NotFound("package"))?;
    let on_its_way = row.status == PackageStatus::Shipped;
    if on_its_way && let Err(refused) = prove(app, (row, held.by.party), new.code.as_deref()) {
        return Err(miscounted(tx, row.id, refused).await);
    }
    if idempotency::claim_for(&tx, &app.clock, actor, "packageDeliver", key, new, &new.package_id).await?.is_some() {
        return Ok(row.clone());
    }
    if !on_its_way {
        return Err(Error::problem("WRONG_STATE", "packageId", "the package is not on its way"));
    }
    let now = app.clock.now();
    let mut story = held.story(app);
    if let Some(amount) = collect(app, &tx, actor, (&mut held, row.id), new.taken.as_ref()).await? {
        held.tell(&mut story, What::of_money(OrderEventKind::Collected, amount));
    }
    row.status = PackageStatus::Delivered;
    row.delivered_at = Some(now);
    row.received_by = Some(received_by).filter(|name| !name.is_empty());
    row.version += 1;
    row.updated_at = now;
    model::store(&tx, row).await?;
    let seen = PackageEvent { note: row.received_by.clone(), ..event(app, actor, row.id, PackageEventKind::Delivered) };
    model::insert_events(&tx, &[seen]).await?;
    if packages.iter().all(|row| row.status == PackageStatus::Delivered) {
        held.step(SubOrderAction::Deliver)?;
        held.progress.delivered_at = Some(now);
        held.tell(&mut story, OrderEventKind::Delivered);
    } else {
        held.tell(&mut story, OrderEventKind::PackageMoved);
    }
    held.store(app, &tx, actor, ("packageDeliver", story)).await?;
    tx.commit().await?;
    app.committed();
    pick(packages, new.package_id)
}

/// Whether it was handed over to whom it belongs. Carriers prove that themselves; the back office answers for itself.
fn prove(app: &App, (row, party): (&Package, OrderParty), given: Option<&str>) -> Result<()> {
    if row.carriage == Some(Carriage::Carrier) || (party == OrderParty::Staff && given.is_none()) {
        return Ok(());
    }
    if row.code_tries >= code::TRIES {
        let message = "too many wrong codes: the back office has to record this delivery";
        return Err(Error::problem("CODE_LOCKED", "code", message));
    }
    let given = given.ok_or_else(|| Error::problem("REQUIRED", "code", "the buyer has a code for this package"))?;
    if code::is(app, row.id, given)? {
        Ok(())
    } else {
        Err(Error::problem("WRONG_CODE", "code", "this is not the code"))
    }
}

/// Counts a wrong code, under the locks under which it was compared: guesses in parallel gain nothing. Answers the refusal.
async fn miscounted(tx: Tx, id: PackageId, refused: Error) -> Error {
    if refused.code() != "WRONG_CODE" {
        return refused;
    }
    let counted = async {
        model::count_try(&tx, id).await?;
        tx.commit().await
    };
    match counted.await {
        Ok(()) => refused,
        Err(error) => error,
    }
}

/// Takes what is due at the door; answers how much that was. The payment tells the order of it, so the order is read
/// again.
async fn collect(
    app: &App,
    tx: &Tx,
    actor: &Actor,
    (held, package): (&mut Held, PackageId),
    taken: Option<&Taken>,
) -> Result<Option<Minor>> {
    let due = due(&held.intent, &held.part, held.progress.collected_minor);
    let taken = match (taken, due) {
        (None, Minor::ZERO) => return Ok(None),
        (Some(_), Minor::ZERO) => return Err(Error::problem("INVALID", "taken", "nothing is to be taken at the door")),
        (None, due) => {
            let message = format!("₹{due} is to be taken at the door");
            return Err(Error::problem("COLLECTION_REQUIRED", "taken", message));
        }
        (Some(taken), _) => taken,
    };
    let collected_by =
        actor.account_id().map(AccountId).ok_or_else(|| Error::Forbidden("a person takes money".to_owned()))?;
    let new = NewCollection {
        key: package.to_string(),
        mode: taken.mode,
        due: Some(due),
        amount: taken.amount,
        rrn: taken.rrn.clone(),
        collected_by,
    };
    held.intent = payments::collect(app, tx, &held.intent, new).await?;
    held.order = orders::lock(tx, held.order.id).await?;
    held.progress.collected_minor = due;
    Ok(Some(taken.amount))
}
