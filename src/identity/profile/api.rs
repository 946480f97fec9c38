//! Profiles in the schema.

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{edges, mutation};

use super::{
    model::CustomerProfile,
    service::{self, UpdateProfile},
};
use crate::{
    context::Ctx,
    identity::{account::model::Account, error::IdentityError},
    kernel::{date::Date, error::Result},
    payload,
};

#[edges]
impl CustomerProfile {
    /// Date of birth.
    fn date_of_birth(&self) -> Option<Date> {
        self.date_of_birth.map(Date)
    }
}

/// What is to change in one's own profile; what is left out stays, null clears.
#[derive(InputObject)]
pub struct ProfileUpdateInput {
    /// Full name, at most 120 characters.
    name: Option<String>,
    /// Phone number with country code, or ten Indian digits.
    phone: MaybeUndefined<String>,
    /// Language of mails and pages (BCP 47 tag).
    language: Option<String>,
    /// Date of birth.
    date_of_birth: MaybeUndefined<Date>,
    /// Name of the customer's business, at most 200 characters.
    business_name: MaybeUndefined<String>,
    /// GST number of the customer's business; its check character is verified.
    gstin: MaybeUndefined<String>,
    /// Whether the customer agrees to marketing.
    marketing_consent: Option<bool>,
}

impl From<ProfileUpdateInput> for UpdateProfile {
    fn from(input: ProfileUpdateInput) -> Self {
        Self {
            name: input.name,
            phone: input.phone.into(),
            language: input.language,
            date_of_birth: input.date_of_birth.map_value(|date| date.0).into(),
            business_name: input.business_name.into(),
            gstin: input.gstin.into(),
            marketing_consent: input.marketing_consent,
        }
    }
}

payload! { /// What profileUpdate answers.
ProfileUpdatePayload { /// The account with its profile.
account: Account } IdentityError }

/// Changes to one's own profile.
#[derive(Default)]
pub struct ProfileMutation;

#[mutation]
impl ProfileMutation {
    /// Changes the caller's name and phone number, and what the shop knows of a customer besides.
    #[access(SignedIn)]
    async fn profile_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change")] input: ProfileUpdateInput,
    ) -> Result<ProfileUpdatePayload> {
        let updated = service::update_profile(ctx.app(), ctx.actor(), input.into());
        ProfileUpdatePayload::from(Box::pin(updated).await)
    }
}
