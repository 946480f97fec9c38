//! Addresses in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use bigdecimal::ToPrimitive;
use freshvilla_macros::{edges, mutation};

use super::{
    model::{Address, AddressId, AddressKind, AddressPurpose},
    service::{self, AddressInput},
};
use crate::{
    connection,
    context::Ctx,
    identity::{
        error::IdentityError,
        place::{
            geocoder::Point,
            model::{State, StateKey},
        },
    },
    kernel::error::{Error, Result},
    payload,
};

#[edges]
impl Address {
    /// Degrees north, where known.
    fn latitude(&self) -> Option<f64> {
        self.latitude.as_ref()?.to_f64()
    }

    /// Degrees east, where known.
    fn longitude(&self) -> Option<f64> {
        self.longitude.as_ref()?.to_f64()
    }

    /// The state.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<Arc<State>>> {
        ctx.load(StateKey(self.state_code.clone())).await
    }
}

connection!(AddressConnection, AddressEdge, Address);

/// Where on the map.
#[derive(Clone, Copy, InputObject)]
pub struct LocationInput {
    /// Degrees north, -90 to 90.
    latitude: f64,
    /// Degrees east, -180 to 180.
    longitude: f64,
}

/// An address as typed.
#[derive(InputObject)]
pub struct AddressFieldsInput {
    /// What kind of place it is; `OTHER` when left out.
    kind: Option<AddressKind>,
    /// The customer's own name for it, at most 60 characters.
    #[graphql(default)]
    label: String,
    /// Who receives deliveries, at most 120 characters.
    contact_name: String,
    /// Phone number of the receiver, with country code or as ten Indian digits.
    phone: String,
    /// Another number.
    alternate_phone: Option<String>,
    /// House and street, at most 200 characters.
    line1: String,
    /// Area, building, floor, at most 200 characters.
    #[graphql(default)]
    line2: String,
    /// Something nearby that is easy to find, at most 200 characters.
    #[graphql(default)]
    landmark: String,
    /// City, town or village, at most 100 characters.
    city: String,
    /// State: GST code, two letters or name. Needed only where the postal code lies in several states.
    state: Option<String>,
    /// Six digits.
    pincode: String,
    /// Where on the map, if the device knows.
    location: Option<LocationInput>,
    /// What the courier should know, at most 500 characters.
    #[graphql(default)]
    delivery_instructions: String,
}

impl AddressFieldsInput {
    fn read(self) -> Result<AddressInput> {
        let outside = || Error::BadInput("latitude is -90 to 90, longitude -180 to 180".to_owned());
        let point = |at: LocationInput| Point::new(at.latitude, at.longitude).ok_or_else(outside);
        let (point, input) = (self.location.map(point).transpose()?, self);
        Ok(AddressInput {
            kind: input.kind,
            label: input.label,
            contact_name: input.contact_name,
            phone: input.phone,
            alternate_phone: input.alternate_phone,
            line1: input.line1,
            line2: input.line2,
            landmark: input.landmark,
            city: input.city,
            state: input.state,
            pincode: input.pincode,
            point,
            delivery_instructions: input.delivery_instructions,
        })
    }
}

/// A new address.
#[derive(InputObject)]
pub struct AddressCreateInput {
    /// The address.
    address: AddressFieldsInput,
    /// What it is to be the default for; an account's first address is the default for everything.
    #[graphql(default)]
    default_for: Vec<AddressPurpose>,
}

/// An address as it is to be.
#[derive(InputObject)]
pub struct AddressUpdateInput {
    /// Which one.
    id: AddressId,
    /// The address, as a whole.
    address: AddressFieldsInput,
}

/// Names the address to remove.
#[derive(InputObject)]
pub struct AddressDeleteInput {
    /// Which one.
    id: AddressId,
}

/// What an address is to be the default for.
#[derive(InputObject)]
pub struct AddressSetDefaultInput {
    /// Which one.
    id: AddressId,
    /// For what.
    purpose: AddressPurpose,
}

payload! { /// What addressCreate answers.
AddressCreatePayload { /// The new address.
address: Address } IdentityError }

payload! { /// What addressUpdate answers.
AddressUpdatePayload { /// The address as it is now.
address: Address } IdentityError }

payload! { /// What addressDelete answers.
AddressDeletePayload { /// ID of the address that is gone.
address_id: AddressId } IdentityError }

payload! { /// What addressSetDefault answers.
AddressSetDefaultPayload { /// The new default.
address: Address } IdentityError }

/// Changes to addresses.
#[derive(Default)]
pub struct AddressMutation;

#[mutation]
impl AddressMutation {
    /// Adds an address of the caller; at most 50.
    #[access(SignedIn)]
    async fn address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address")] input: AddressCreateInput,
    ) -> Result<AddressCreatePayload> {
        let AddressCreateInput { address, default_for } = input;
        let made = service::create_address(ctx.app(), ctx.actor(), address.read()?, &default_for);
        AddressCreatePayload::from(Box::pin(made).await)
    }

    /// Changes an address of the caller as a whole.
    #[access(SignedIn)]
    async fn address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address")] input: AddressUpdateInput,
    ) -> Result<AddressUpdatePayload> {
        let changed = service::update_address(ctx.app(), ctx.actor(), input.id, input.address.read()?);
        AddressUpdatePayload::from(Box::pin(changed).await)
    }

    /// Removes an address of the caller. Orders keep their own copy of it.
    #[access(SignedIn)]
    async fn address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address")] input: AddressDeleteInput,
    ) -> Result<AddressDeletePayload> {
        AddressDeletePayload::from(service::delete_address(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Makes an address the caller's default for shipping or billing; the one before no longer is.
    #[access(SignedIn)]
    async fn address_set_default(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Address and purpose")] input: AddressSetDefaultInput,
    ) -> Result<AddressSetDefaultPayload> {
        let set = service::set_default_address(ctx.app(), ctx.actor(), input.id, input.purpose).await;
        AddressSetDefaultPayload::from(set)
    }
}
