//! Changing carts.

use serde_json::json;

use super::{
    MAX_LINES, MAX_QUANTITY,
    line::{CartProblem, Line},
    model::{
        self, CartRow,
        line::{self as lines, CartItemId},
    },
    owner::Owner,
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        db::{Conn, Tx},
        error::{Error, Problem, Result},
        keyring::{random_token, token_hash},
        money::Minor,
        outbox::NewEvent,
        rate_limit::Rate,
    },
    marketplace::{offer::model::OfferId, performance::model::FEED},
};

/// Carts that guests of one address begin.
const GUEST_RATE: Rate = Rate::per_minute(10, 60);

/// A cart with its lines as they stand now.
#[derive(Clone, Debug)]
pub struct Filled {
    /// The row.
    pub cart: CartRow,
    /// The lines, in the order in which they were added.
    pub lines: Vec<Line>,
    /// The token of a guest's cart that began just now.
    pub guest_token: Option<String>,
}

/// Which cart is to be changed.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// The token that a stranger got with their first line.
    pub guest_token: Option<String>,
    /// The version that the client has seen; any when `None`.
    pub expected_version: Option<i32>,
}

/// The caller's open cart.
pub async fn cart(app: &App, actor: &Actor, guest_token: Option<&str>) -> Result<Option<Filled>> {
    let Some(owner) = Owner::of(actor, guest_token)? else { return Ok(None) };
    let now = app.clock.now();
    // From the primary: a shopper who just added something must find it.
    let conn = app.db.write().await?;
    let Some(cart) = model::open(&conn, &owner, now).await? else { return Ok(None) };
    let lines = lines::lines(&conn, cart.id, now).await?;
    Ok(Some(Filled { cart, lines, guest_token: None }))
}

/// A locked cart within its transaction.
pub struct Held {
    /// The transaction.
    pub tx: Tx,
    /// The row.
    pub cart: CartRow,
}

impl Held {
    /// The caller's cart, to be changed.
    pub async fn open(app: &App, actor: &Actor, which: &Which) -> Result<Self> {
        let missing = Error::NotFound("cart");
        let Some(owner) = Owner::of(actor, which.guest_token.as_deref())? else { return Err(missing) };
        let tx = app.db.begin().await?;
        let cart = model::lock_open(&tx, &owner, app.clock.now()).await?.ok_or(missing)?;
        Self { tx, cart }.at(which)
    }

    /// The same, if it is at the version that the client has seen.
    fn at(self, which: &Which) -> Result<Self> {
        if which.expected_version.is_some_and(|expected| expected != self.cart.version) {
            let message = "the cart was changed meanwhile; look at it again";
            return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
        }
        Ok(self)
    }

    /// Its lines as they stand now.
    pub async fn lines(&self, app: &App) -> Result<Vec<Line>> {
        lines::lines(&self.tx, self.cart.id, app.clock.now()).await
    }

    /// The cart as it was: nothing was written.
    pub fn unchanged(self, lines: Vec<Line>) -> Filled {
        Filled { cart: self.cart, lines, guest_token: None }
    }

    /// Counts the write and makes it permanent.
    pub async fn commit(mut self, app: &App, lines: Vec<Line>) -> Result<Filled> {
        touch(&self.tx, &mut self.cart, app).await?;
        self.tx.commit().await?;
        Ok(Filled { cart: self.cart, lines, guest_token: None })
    }
}

/// Notes a change of a locked cart, which then is kept for longer.
pub(super) async fn touch(conn: &Conn, cart: &mut CartRow, app: &App) -> Result<()> {
    let now = app.clock.now();
    let owner = match (cart.account_id, &cart.token_hash) {
        (Some(account), _) => Owner::Customer(account),
        (None, hash) => Owner::Guest(hash.clone().unwrap_or_default()),
    };
    cart.version += 1;
    cart.updated_at = now;
    cart.expires_at = owner.keeps_until(now);
    model::touch(conn, cart).await
}

fn check_quantity(quantity: i32) -> Result<()> {
    if (1..=MAX_QUANTITY).contains(&quantity) {
        return Ok(());
    }
    Err(Error::problem("QUANTITY_NOT_TAKEN", "quantity", format!("a line has 1 to {MAX_QUANTITY} packs")))
}

/// Whether the line may stand in the cart as the caller wants it. What is short stays: it may come back, and the line
/// says so.
fn admit(line: &Line, path: &str) -> Result<()> {
    let refuse = |code, message: String| Err(Error::problem(code, path, message));
    match line.problem {
        Some(CartProblem::SellerGone | CartProblem::ProductGone | CartProblem::OfferWithdrawn) => {
            refuse("OFFER_UNAVAILABLE", "this offer cannot be bought at present".to_owned())
        }
        Some(CartProblem::QuantityNotTaken) => {
            let offer = &line.offer;
            let most = offer.max_quantity.map(|most| format!(" to {most}")).unwrap_or_default();
            let (least, step) = (offer.min_quantity, offer.quantity_step);
            refuse("QUANTITY_NOT_TAKEN", format!("{least}{most} packs can be ordered, in steps of {step}"))
        }
        Some(CartProblem::OutOfStock | CartProblem::InsufficientStock) | None => Ok(()),
    }
}

fn full() -> Error {
    Error::problem("CART_FULL", "", format!("a cart has at most {MAX_LINES} lines, those saved for later included"))
}

/// Puts packs of an offer into the caller's cart, on top of those that are in it; begins a cart where there is none.
pub async fn add(app: &App, actor: &Actor, which: &Which, offer: OfferId, quantity: i32) -> Result<Filled> {
    check_quantity(quantity)?;
    let now = app.clock.now();
    let (held, guest_token) = match Owner::of(actor, which.guest_token.as_deref())? {
        Some(Owner::Guest(_)) => (Held::open(app, actor, which).await?, None),
        Some(owner) => {
            let tx = app.db.begin().await?;
            let cart = model::lock_or_begin(&tx, &owner, now).await?;
            (Held { tx, cart }.at(which)?, None)
        }
        None => {
            app.limiter.take(&format!("cart-begin:{}", actor.key()), 1, GUEST_RATE).await.check()?;
            let token = random_token()?;
            let tx = app.db.begin().await?;
            let cart = model::lock_or_begin(&tx, &Owner::Guest(token_hash(&token)), now).await?;
            (Held { tx, cart }, Some(token))
        }
    };
    let (id, new) = lines::put(&held.tx, held.cart.id, offer, quantity, now).await?;
    let mut all = held.lines(app).await?;
    if all.len() > MAX_LINES {
        return Err(full());
    }
    let line = all.iter_mut().find(|line| line.item.id == id).ok_or(Error::NotFound("line"))?;
    let path = if matches!(line.problem, Some(CartProblem::QuantityNotTaken)) { "quantity" } else { "offerId" };
    admit(line, path)?;
    line.see();
    lines::store(&held.tx, &line.item).await?;
    if new {
        carted(&held.tx, line).await?;
    }
    let filled = held.commit(app, all).await?;
    if new {
        app.committed();
    }
    Ok(Filled { guest_token, ..filled })
}

/// Tells those who count how offers perform that one was put into a cart.
async fn carted(conn: &Conn, line: &Line) -> Result<()> {
    let event = NewEvent {
        id: uuid::Uuid::now_v7(),
        // A line is an aggregate of its own, and this is all that happens to it.
        topic: format!("cart_item:{}", line.item.id.0),
        sequence: 1,
        kind: "offer.carted",
        payload: json!({ "lines": [{ "offer": line.offer.id.0, "carts": 1 }] }),
        created_at: line.item.created_at,
        feed: Some(FEED.to_owned()),
    };
    event.emit(conn).await
}

/// Changes a line of the caller's cart, which is looked at as it stands; what `change` answers is stored.
async fn change_line(
    app: &App,
    actor: &Actor,
    which: &Which,
    id: CartItemId,
    change: impl FnOnce(&mut Line) -> Result<()> + Send,
) -> Result<Filled> {
    let held = Held::open(app, actor, which).await?;
    let mut all = held.lines(app).await?;
    let line = all.iter_mut().find(|line| line.item.id == id).ok_or(Error::NotFound("line"))?;
    change(line)?;
    line.item.updated_at = app.clock.now();
    lines::store(&held.tx, &line.item).await?;
    held.commit(app, all).await
}

/// Sets a line's quantity.
pub async fn set_quantity(app: &App, actor: &Actor, which: &Which, id: CartItemId, quantity: i32) -> Result<Filled> {
    check_quantity(quantity)?;
    change_line(app, actor, which, id, |line| {
        line.set_quantity(quantity);
        admit(line, if line.problem == Some(CartProblem::QuantityNotTaken) { "quantity" } else { "itemId" })?;
        line.see();
        Ok(())
    })
    .await
}

/// Keeps a line for later.
pub async fn save_for_later(app: &App, actor: &Actor, which: &Which, id: CartItemId) -> Result<Filled> {
    change_line(app, actor, which, id, |line| {
        line.item.saved = true;
        Ok(())
    })
    .await
}

/// Brings a saved line back.
pub async fn move_to_cart(app: &App, actor: &Actor, which: &Which, id: CartItemId) -> Result<Filled> {
    change_line(app, actor, which, id, |line| {
        admit(line, "itemId")?;
        line.item.saved = false;
        Ok(())
    })
    .await
}

/// Takes a line out.
pub async fn remove(app: &App, actor: &Actor, which: &Which, id: CartItemId) -> Result<Filled> {
    let held = Held::open(app, actor, which).await?;
    if !lines::remove(&held.tx, held.cart.id, id).await? {
        return Err(Error::NotFound("line"));
    }
    let left = held.lines(app).await?;
    held.commit(app, left).await
}

/// Takes everything out but what is saved for later.
pub async fn clear(app: &App, actor: &Actor, which: &Which) -> Result<Filled> {
    let held = Held::open(app, actor, which).await?;
    lines::clear(&held.tx, held.cart.id).await?;
    let left = held.lines(app).await?;
    held.commit(app, left).await
}

/// What the shopper saw of a line.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The line.
    pub item: CartItemId,
    /// Price of a pack.
    pub unit_price: Minor,
    /// Why it could not be bought.
    pub problem: Option<CartProblem>,
}

/// Takes note of what the shopper saw. Refused where a line is not as they say: it changed again.
pub async fn acknowledge(app: &App, actor: &Actor, which: &Which, seen: &[Seen]) -> Result<Filled> {
    if seen.len() > MAX_LINES {
        return Err(Error::invalid("items", format!("at most {MAX_LINES} lines")));
    }
    let held = Held::open(app, actor, which).await?;
    let mut all = held.lines(app).await?;
    let mut problems = Vec::new();
    for (at, seen) in seen.iter().enumerate() {
        let path = format!("items.{at}");
        match all.iter_mut().find(|line| line.item.id == seen.item) {
            None => problems.push(Problem::new("NOT_FOUND", &path, "there is no such line")),
            Some(line) if (line.unit_price, line.problem) == (seen.unit_price, seen.problem) => line.see(),
            Some(_) => problems.push(Problem::new("CHANGED_AGAIN", &path, "the line changed again; look at it")),
        }
    }
    if !problems.is_empty() {
        return Err(Error::Rejected(problems));
    }
    let named = |line: &&Line| seen.iter().any(|seen| seen.item == line.item.id);
    let items: Vec<_> = all.iter().filter(named).map(|line| line.item.clone()).collect();
    if !items.is_empty() {
        lines::store_all(&held.tx, &items).await?;
    }
    held.commit(app, all).await
}
