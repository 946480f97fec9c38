//! How offers perform: counters by offer and day, counted from events.
//!
//! Whoever knows of something that happened with offers writes an event into the outbox with the wider stream
//! `offer_activity`, in the transaction in which it happens:
//!
//! | Kind | From | Counters of a line |
//! |---|---|---|
//! | `offer.viewed` | the storefront, by `offerViewsRecord` | `views` |
//! | `offer.carted` | sales, when a line is added to a cart | `carts` |
//! | `offer.ordered` | sales, when an order is placed: its payment is certain | `orders`, `units`, `revenue_minor` |
//! | `offer.returned` | sales, when packs came back | `returns` |
//!
//! The payload of all is `{"lines": [{"offer": "<uuid>", "<counter>": <whole number>, …}]}`; a counter that is left out is
//! nothing. `revenue_minor` is what the goods of the line cost the customer in paise, all taxes included and coupons taken
//! off; delivery is not in it. Returns do not exist yet; the schema shows views and carts.
//!
//! The projection reads the stream by the relay's number from a checkpoint of its own and moves it in the transaction in
//! which it counts: each event counts once, whichever node reads it. It has to come by before events are pruned, which
//! is after a week. A day is India's, of the instant of the event.

pub mod api;
pub mod jobs;
pub mod model;
pub mod service;
