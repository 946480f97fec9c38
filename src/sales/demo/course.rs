//! The course of the demo's orders: ordering, paying, and who does the rest.
//!
//! Whatever is done looks first whether it still is to be done: a load that was cut off is gone on with.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{
    Cast, DemoBuyer, coupons, hands,
    model::{self, Goods},
    person,
    plan::{Act, Planned},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
    },
    payments::{
        attempt::{
            model::PaymentGateway,
            start,
            upi::{self, Entry},
        },
        intent::model::PaymentMethod,
        route::service::usable,
    },
    sales::{
        cart::service::{self as cart, Which},
        checkout::service::{NewOrder, complete},
        coupon::apply,
        order::{
            jobs::expire_all,
            model::{self as orders, Order, OrderId},
        },
    },
};

/// A cart that cannot be ordered as it is gets another filling, so many times.
const FILLINGS: u64 = 6;
/// Most lines of an order.
const LINES: usize = 5;
/// Each line costs so much at least, so that no store finds the order too small.
const LEAST_LINE: i64 = 10_000;

/// A shopper with their rights and what can be brought to them.
struct Buyer {
    row: DemoBuyer,
    actor: Actor,
    goods: Vec<Goods>,
}

/// The orders while they go on.
pub struct Course<'a> {
    app: &'a App,
    buyers: Vec<Buyer>,
    crew: hands::Crew,
    /// Whether UPI can be paid without asking a gateway's service.
    takes_upi: bool,
    made: Vec<Option<OrderId>>,
}

impl<'a> Course<'a> {
    /// Before the first order of so many.
    pub async fn new(app: &'a App, cast: &Cast, staff: Actor, count: usize) -> Result<Self> {
        let mut buyers = Vec::with_capacity(cast.buyers.len());
        for row in &cast.buyers {
            let actor = person(app, row.account).await?;
            let goods = model::goods(&*app.db.write().await?, &row.pincode, app.clock.now()).await?;
            buyers.push(Buyer { row: row.clone(), actor, goods });
        }
        buyers.retain(|buyer| !buyer.goods.is_empty());
        let mut sellers = Vec::with_capacity(cast.sellers.len());
        for (seller, account) in &cast.sellers {
            sellers.push((*seller, person(app, *account).await?));
        }
        let gateways = usable(app, &*app.db.write().await?, PaymentMethod::Upi).await?;
        let takes_upi = gateways == [PaymentGateway::Upi];
        Ok(Self { app, buyers, crew: hands::Crew { staff, sellers }, takes_upi, made: vec![None; count] })
    }

    /// How many orders there are.
    pub fn made(&self) -> usize {
        self.made.iter().flatten().count()
    }

    fn buyer(&self, plan: &Planned) -> Option<&Buyer> {
        self.buyers.get(plan.number.checked_rem(self.buyers.len())?)
    }

    /// Does what is due with an order.
    pub async fn act(&mut self, plan: &Planned, act: Act) -> Result<()> {
        let app = self.app;
        let Some(buyer) = self.buyer(plan) else { return Ok(()) };
        if act == Act::Order {
            let made = self.order(buyer, plan).await?;
            if let Some(slot) = self.made.get_mut(plan.number) {
                *slot = made;
            }
            return Ok(());
        }
        let Some(id) = self.made.get(plan.number).copied().flatten() else { return Ok(()) };
        let order = orders::find(&*app.db.write().await?, &Actor::system(), id).await?;
        match act {
            Act::Order => Ok(()),
            Act::Pay => self.pay(buyer, plan, &order).await,
            Act::Expire => expire_all(app).await,
            Act::BuyerCancels => hands::buyer_cancels(app, &buyer.actor, &order).await,
            Act::SellerCancels => self.crew.cancel(app, &order).await,
            Act::Confirm => self.crew.confirm(app, &order).await,
            Act::Pack => self.crew.pack(app, &order, plan.is_short).await,
            Act::Ship => self.crew.ship(app, &order, plan).await,
            Act::Deliver => self.crew.deliver(app, &order).await,
        }
    }

    /// Fills the cart and orders it. What a shelf does not have any more is replaced, as a shopper would; `None` where
    /// that did not help.
    async fn order(&self, buyer: &Buyer, plan: &Planned) -> Result<Option<OrderId>> {
        let known = model::made_at(&*self.app.db.write().await?, buyer.row.account, plan.at).await?;
        if known.is_some() {
            return Ok(known);
        }
        for filling in 0..FILLINGS {
            match self.try_order(buyer, plan, filling).await {
                Ok(order) => return Ok(Some(order.id)),
                Err(Error::Rejected(problems)) => {
                    tracing::debug!(?problems, order = plan.number, "a demo cart is filled anew");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn try_order(&self, buyer: &Buyer, plan: &Planned, filling: u64) -> Result<Order> {
        let (app, actor, which) = (self.app, &buyer.actor, Which::default());
        if cart::cart(app, actor, None).await?.is_some_and(|cart| !cart.lines.is_empty()) {
            cart::clear(app, actor, &which).await?;
        }
        let number = u64::try_from(plan.number).unwrap_or_default();
        let mut random = StdRng::seed_from_u64(number * FILLINGS + filling);
        let lines = random.random_range(1..=LINES);
        for one in buyer.goods.choose_multiple(&mut random, lines) {
            let least = (LEAST_LINE + one.price_minor.0 - 1) / one.price_minor.0.max(1);
            let packs = i32::try_from(least).unwrap_or(1).max(random.random_range(1..=3));
            cart::add(app, actor, &which, one.id, packs).await?;
        }
        let code = coupons::CODES.get(plan.number % coupons::CODES.len()).filter(|_| plan.has_coupon && filling == 0);
        if let Some(code) = code {
            match apply::apply(app, actor, &which, code).await {
                // It is not for this cart, or over.
                Ok(_) | Err(Error::Rejected(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let new = NewOrder {
            address_id: buyer.row.address,
            deliver_at: plan.deliver_at(),
            chosen: Vec::new(),
            method: if plan.is_unpaid() || (plan.by_upi && self.takes_upi) {
                PaymentMethod::Upi
            } else {
                PaymentMethod::Cod
            },
            expected_total: None,
            gstin: None,
            purchase_order: None,
        };
        complete(app, actor, &format!("demo-order:{number}"), new).await
    }

    /// The shopper pays, and staff record what the bank's statement shows.
    async fn pay(&self, buyer: &Buyer, plan: &Planned, order: &Order) -> Result<()> {
        if !order.is_waiting() {
            return Ok(());
        }
        let key = format!("demo-payment:{}", plan.number);
        let attempt = start::start(self.app, &buyer.actor, order.payment_intent_id, &key).await?.attempt;
        let rrn = format!("{:012}", 632_700_000_000 + plan.number);
        let entry = Entry { attempt_id: attempt.id, rrn, amount: attempt.amount_minor };
        upi::confirm(self.app, &self.crew.staff, &entry, &key).await?;
        Ok(())
    }
}
