//! The fields of an application that a reviewer looks at, one by one.

use super::model::Distributor;
use crate::{inventory::seller::model::Seller, marketplace::storefront::model::Storefront, text_enum};

text_enum! {
    /// A field of an application.
    pub enum DistributorField {
        /// Name of the storefront.
        Name = "name",
        /// Slug of the storefront.
        Slug = "slug",
        /// Name of the business as registered.
        LegalName = "legal_name",
        /// Form of the business.
        BusinessType = "business_type",
        /// Name of the contact person.
        ContactName = "contact_name",
        /// E-mail address of the contact person.
        ContactEmail = "contact_email",
        /// Telephone of the contact person.
        ContactPhone = "contact_phone",
        /// Address of the business.
        Address = "address",
        /// GST number.
        Gstin = "gstin",
        /// Permanent account number.
        Pan = "pan",
        /// Turnover in the preceding year.
        TurnoverBand = "turnover_band",
        /// Holder of the bank account.
        BankHolder = "bank_holder",
        /// Number of the bank account.
        BankAccountNumber = "bank_account_number",
        /// IFSC of the bank account.
        BankIfsc = "bank_ifsc",
        /// Description of the storefront.
        Description = "description",
        /// Logo of the storefront.
        Logo = "logo",
        /// Cover of the storefront.
        Cover = "cover",
        /// Policy on returns.
        ReturnPolicy = "return_policy",
        /// Policy on shipping.
        ShippingPolicy = "shipping_policy",
    }
}

/// All of an application.
#[derive(Clone, Debug)]
pub struct Application {
    /// The distributor.
    pub distributor: Distributor,
    /// Its seller.
    pub seller: Seller,
    /// Its storefront.
    pub storefront: Storefront,
}

impl DistributorField {
    /// Where the field stands in the input of distributorUpdate, dotted.
    pub fn path(self) -> &'static str {
        match self {
            Self::Name => "storefront.name",
            Self::Slug => "storefront.slug",
            Self::LegalName => "company.legalName",
            Self::BusinessType => "company.businessType",
            Self::ContactName => "contact.name",
            Self::ContactEmail => "contact.email",
            Self::ContactPhone => "contact.phone",
            Self::Address => "address",
            Self::Gstin => "legal.gstin",
            Self::Pan => "legal.pan",
            Self::TurnoverBand => "legal.turnoverBand",
            Self::BankHolder => "bankAccount.holder",
            Self::BankAccountNumber => "bankAccount.number",
            Self::BankIfsc => "bankAccount.ifsc",
            Self::Description => "storefront.description",
            Self::Logo => "storefront.logoFileId",
            Self::Cover => "storefront.coverFileId",
            Self::ReturnPolicy => "storefront.returnPolicy",
            Self::ShippingPolicy => "storefront.shippingPolicy",
        }
    }

    /// Whether an application is incomplete without it.
    pub fn is_required(self) -> bool {
        !matches!(self, Self::Description | Self::Logo | Self::Cover | Self::ShippingPolicy)
    }

    /// Whether it is public and stays in the owner's hands once the distributor is verified.
    pub fn is_presentation(self) -> bool {
        matches!(self, Self::Description | Self::Logo | Self::Cover | Self::ReturnPolicy | Self::ShippingPolicy)
    }

    /// What stands in the field, as a text to compare; `None` where nothing does.
    pub fn value(self, of: &Application) -> Option<String> {
        let Application { distributor: row, seller, storefront } = of;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match self {
            Self::Name => text(&seller.name),
            Self::Slug => text(&seller.slug),
            Self::LegalName => row.legal_name.clone(),
            Self::BusinessType => row.business_type.map(|kind| kind.to_string()),
            Self::ContactName => row.contact_name.clone(),
            Self::ContactEmail => row.contact_email.clone(),
            Self::ContactPhone => row.contact_phone.clone(),
            Self::Address => {
                let parts = [&row.line1, &row.city, &row.state_code, &row.pincode];
                let parts: Option<Vec<&str>> = parts.into_iter().map(|part| part.as_deref()).collect();
                parts.map(|parts| [parts.join("\n"), row.line2.clone()].join("\n"))
            }
            Self::Gstin => row.gstin.clone(),
            Self::Pan => row.pan.clone(),
            Self::TurnoverBand => row.turnover_band.map(|band| band.to_string()),
            Self::BankHolder => row.bank_holder.clone(),
            Self::BankAccountNumber => row.bank_number_sealed.as_ref().map(hex::encode),
            Self::BankIfsc => row.bank_ifsc.clone(),
            Self::Description => text(&storefront.description),
            Self::Logo => storefront.logo_file_id.map(|id| id.to_string()),
            Self::Cover => storefront.cover_file_id.map(|id| id.to_string()),
            Self::ReturnPolicy => text(&storefront.return_policy),
            Self::ShippingPolicy => text(&storefront.shipping_policy),
        }
    }
}

impl Application {
    /// The fields without which it cannot be handed in.
    pub fn missing(&self) -> Vec<DistributorField> {
        let all = DistributorField::ALL.iter().copied();
        all.filter(|field| field.is_required() && field.value(self).is_none()).collect()
    }

    /// The fields that differ.
    pub fn changed(&self, after: &Self) -> Vec<DistributorField> {
        let all = DistributorField::ALL.iter().copied();
        all.filter(|field| field.value(self) != field.value(after)).collect()
    }
}
