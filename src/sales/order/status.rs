//! Where orders stand: a sub-order's state is stored, an order's is derived from those of its parts.
//!
//! Whether the payment is certain is in the parts, too: they all wait together, and are placed or cancelled together
//! when it comes or does not come. What was paid is the payment's own business.

use async_graphql::Enum;

use crate::text_enum;

text_enum! {
    /// Where a sub-order stands.
    pub enum SubOrderStatus {
        /// Its goods are set aside; the payment is not certain yet.
        AwaitingPayment = "awaiting_payment",
        /// The seller was told.
        Placed = "placed",
        /// The seller has taken it on.
        Confirmed = "confirmed",
        /// The goods are packed.
        Packed = "packed",
        /// They are on their way.
        Shipped = "shipped",
        /// They are at the door.
        Delivered = "delivered",
        /// It is not sent.
        Cancelled = "cancelled",
    }
}

/// Where an order stands, by its sub-orders that were not cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum OrderStatus {
    /// The payment is not certain yet.
    AwaitingPayment,
    /// The sellers were told.
    Placed,
    /// A seller has taken its part on or packed it.
    Processing,
    /// Some of it is on its way or was delivered.
    PartlyShipped,
    /// All of it is on its way, or some of it was delivered and the rest is on its way.
    Shipped,
    /// All of it was delivered.
    Delivered,
    /// All of it was cancelled.
    Cancelled,
}

impl OrderStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::AwaitingPayment,
        Self::Placed,
        Self::Processing,
        Self::PartlyShipped,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// As [`OF_ORDER`] writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingPayment => "awaiting_payment",
            Self::Placed => "placed",
            Self::Processing => "processing",
            Self::PartlyShipped => "partly_shipped",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// Of an order with these parts.
    pub fn of(parts: &[SubOrderStatus]) -> Self {
        use SubOrderStatus as Part;
        let any = |wanted: &[Part]| parts.iter().any(|part| wanted.contains(part));
        match () {
            () if any(&[Part::AwaitingPayment]) => Self::AwaitingPayment,
            () if !any(&[Part::Placed, Part::Confirmed, Part::Packed]) => match () {
                () if any(&[Part::Shipped]) => Self::Shipped,
                () if any(&[Part::Delivered]) => Self::Delivered,
                () => Self::Cancelled,
            },
            () if any(&[Part::Shipped, Part::Delivered]) => Self::PartlyShipped,
            () if any(&[Part::Confirmed, Part::Packed]) => Self::Processing,
            () => Self::Placed,
        }
    }
}

/// [`OrderStatus::of`] as an expression over the row `orders`, for lists. A test compares the two.
pub const OF_ORDER: &str = "(SELECT CASE \
    WHEN bool_or(part.status = 'awaiting_payment') THEN 'awaiting_payment' \
    WHEN NOT bool_or(part.status IN ('placed', 'confirmed', 'packed')) THEN CASE \
        WHEN bool_or(part.status = 'shipped') THEN 'shipped' \
        WHEN bool_or(part.status = 'delivered') THEN 'delivered' ELSE 'cancelled' END \
    WHEN bool_or(part.status IN ('shipped', 'delivered')) THEN 'partly_shipped' \
    WHEN bool_or(part.status IN ('confirmed', 'packed')) THEN 'processing' \
    ELSE 'placed' END FROM sub_orders AS part WHERE part.order_id = orders.id)";
