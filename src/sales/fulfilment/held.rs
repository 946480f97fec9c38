//! A sub-order in work: found within the caller's scope, and locked with all that may change with it.

use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        db::Tx,
        error::{Error, Result},
    },
    payments::intent::{model::PaymentIntent, service as payments},
    sales::{
        fulfilment::model::progress::{self, Fulfilment},
        order::{
            machine::{self, OrderParty, SubOrderAction},
            model::{
                self as orders, Order,
                part::{self, SubOrder, SubOrderId},
            },
            story::{By, Story, What},
        },
    },
};

/// What a step of fulfilment works on. Locks are taken in the one order: payment, order, its parts.
pub struct Held {
    /// What is paid.
    pub intent: PaymentIntent,
    /// The order.
    pub order: Order,
    /// The sub-order.
    pub part: SubOrder,
    /// How far it is.
    pub progress: Fulfilment,
    /// On whose side the caller acts.
    pub by: By,
    before: SubOrder,
}

impl Held {
    /// Opens a sub-order on which the caller has `orders.write`, as its seller or as the back office; NOT_FOUND for
    /// everybody else.
    pub async fn open(app: &App, tx: &Tx, actor: &Actor, id: SubOrderId) -> Result<Self> {
        if !part::is_within(tx, actor, Permission::OrdersWrite, id).await? {
            return Err(Error::NotFound("sub-order"));
        }
        let everything = actor.scope(Permission::OrdersWrite).everything;
        let party = if everything { OrderParty::Staff } else { OrderParty::Seller };
        let order = orders::find(tx, &Actor::system(), part::order_of(tx, id).await?).await?;
        let intent = payments::lock(tx, order.payment_intent_id).await?;
        let order = orders::lock(tx, order.id).await?;
        let parts = part::lock_all(tx, order.id).await?;
        let part = parts.into_iter().find(|row| row.id == id).ok_or(Error::NotFound("sub-order"))?;
        let progress = progress::of(tx, id, app.clock.now()).await?;
        Ok(Self { intent, order, before: part.clone(), part, progress, by: By::new(party, actor) })
    }

    /// Refuses what somebody else changed since the caller looked.
    pub fn expect_version(&self, expected: Option<i32>) -> Result<()> {
        if expected.is_some_and(|version| version != self.part.version) {
            let message = "the sub-order was changed meanwhile; look at it again";
            return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
        }
        Ok(())
    }

    /// Moves the sub-order on; refused where its state, or the caller's side, does not allow it.
    pub fn step(&mut self, action: SubOrderAction) -> Result<()> {
        self.part.status = machine::next(self.part.status, action, self.by.party).map_err(|_| {
            let status = self.part.status.as_str().replace('_', " ");
            Error::problem("WRONG_STATE", "id", format!("this cannot be done now: the sub-order is {status}"))
        })?;
        Ok(())
    }

    /// A story in the caller's name.
    pub fn story(&self, app: &App) -> Story {
        Story::new(self.by, app.clock.now())
    }

    /// Tells the order and the seller.
    pub fn tell(&mut self, story: &mut Story, what: impl Into<What>) {
        story.tell_of(&mut self.order, &mut self.part, what);
    }

    /// Writes what became of it, with its story and an audit record.
    pub async fn store(
        mut self,
        app: &App,
        tx: &Tx,
        actor: &Actor,
        (action, story): (&str, Story),
    ) -> Result<SubOrder> {
        let now = app.clock.now();
        let mut rows = [self.part];
        part::store_all(tx, &mut rows, now).await?;
        let [part] = rows;
        orders::store(tx, &mut self.order, now).await?;
        progress::store(tx, &self.progress, now).await?;
        story.store(tx).await?;
        Change::new(action, part.id, Some(&self.before), Some(&part))?.record(tx, &app.clock, actor).await?;
        Ok(part)
    }
}
