//! Writes batches of an offer file: as many statements for a row as for thousands.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::OfferEntry;
use crate::{
    catalog::{
        import::{
            issue::Issue,
            kinds::{Outcome, Output},
            rights::starter,
        },
        variant::model::{Variant, VariantId},
    },
    inventory::seller::model::{Seller, SellerId},
    kernel::{
        access::{Actor, Permission},
        audit,
        clock::Clock,
        db::Conn,
        error::{Error, Problem, Result},
    },
    marketplace::offer::{
        edit::{Edit, OfferChanges, Terms, edit},
        model::{
            self, Whole, lookup,
            write::{self, LiveOffers},
        },
        policy::Policy,
    },
};

/// Writes offers of one seller.
pub struct OfferOutput {
    /// Whose, from the rights of whoever started the import.
    pub seller: SellerId,
    /// Who that is.
    pub started_by: Uuid,
    /// What needs review.
    pub policy: Policy,
    /// Dates the audit log.
    pub clock: Clock,
}

impl Output<OfferEntry> for OfferOutput {
    async fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[OfferEntry]) -> Result<Outcome> {
        let may = |actor: &Actor| model::may(actor, Permission::OffersWrite, self.seller);
        let actor = starter(conn, self.started_by, now, may).await?;
        let seller = write::hold_seller(conn, self.seller).await?;
        let mut batch = Batch::look_up(conn, seller, entries).await?;
        let mut outcome = Outcome::default();
        for entry in entries {
            match batch.apply(entry, &self.policy, now) {
                Ok(()) => outcome.duplicates += u64::from(!batch.taken.insert(&entry.key)),
                Err(Error::Rejected(problems)) => {
                    outcome.refused += 1;
                    outcome.issues.extend(problems.into_iter().map(|problem| issue(entry.line, problem)));
                }
                Err(other) => return Err(other),
            }
        }
        let Batch { edits, taken, .. } = batch;
        let edits: Vec<Edit> =
            edits.into_iter().filter(|(sku, _)| taken.contains(sku.as_str())).map(|(_, e)| e).collect();
        for edit in &edits {
            match edit.before {
                None => outcome.created += 1,
                Some(_) if edit.changes() => outcome.updated += 1,
                Some(_) => outcome.unchanged += 1,
            }
        }
        write::save(conn, &edits).await?;
        let changed = edits.iter().filter(|edit| edit.changes());
        let changes = changed.map(|edit| edit.change("offerImport")).collect::<Result<Vec<_>>>()?;
        audit::record_all(changes, conn, &self.clock, &actor).await?;
        Ok(outcome)
    }

    fn line(entry: &OfferEntry) -> u64 {
        entry.line
    }
}

/// A batch in work: what is stored, and what becomes of it.
struct Batch<'e> {
    seller: Seller,
    /// By SKU in lower case.
    edits: HashMap<String, Edit>,
    variants: HashMap<VariantId, Variant>,
    by_sku: HashMap<String, VariantId>,
    by_barcode: HashMap<String, VariantId>,
    live: LiveOffers,
    /// SKUs of rows that were taken.
    taken: HashSet<&'e str>,
}

impl<'e> Batch<'e> {
    async fn look_up(conn: &Conn, seller: Seller, entries: &'e [OfferEntry]) -> Result<Self> {
        let texts = |text: fn(&OfferEntry) -> Option<&String>| entries.iter().filter_map(text).cloned().collect();
        let offers = write::lock_by_sku(conn, seller.id, texts(|entry| Some(&entry.key))).await?;
        let skus: Vec<String> = texts(|entry| entry.variant_sku.as_ref());
        let barcodes: Vec<String> = texts(|entry| entry.barcode.as_ref());
        let on_shelf = lookup::variants_on_shelf(conn, skus, barcodes).await?;
        let known = offers.iter().map(|whole| whole.offer.variant_id).chain(on_shelf.iter().map(|row| row.id));
        let ids: Vec<_> = known.map(|id| id.0).collect();
        let variants = write::hold_variants(conn, ids.clone()).await?;
        let live = LiveOffers::find(conn, vec![seller.id.0], ids).await?;
        let edits = offers.into_iter().map(|whole| {
            let edit = Edit { before: Some(whole.clone()), after: whole };
            (edit.after.offer.sku.to_ascii_lowercase(), edit)
        });
        Ok(Self {
            seller,
            edits: edits.collect(),
            variants,
            by_barcode: on_shelf.iter().filter_map(|row| Some((row.barcode.clone()?, row.id))).collect(),
            by_sku: on_shelf.into_iter().map(|row| (row.sku, row.id)).collect(),
            live,
            taken: HashSet::new(),
        })
    }

    fn apply(&mut self, entry: &OfferEntry, policy: &Policy, now: DateTime<Utc>) -> Result<()> {
        let named = self.variant_of(entry)?;
        let known = self.edits.get(&entry.key);
        let (before, stored) = match known {
            Some(edit) => (edit.after.clone(), edit.before.clone()),
            None => (Whole::blank(self.seller.id, new_variant(named)?, now), None),
        };
        let variant = before.offer.variant_id;
        if named.is_some_and(|named| named != variant) {
            return Err(Error::problem("CONFLICT", "sku", "the offer with this SKU is for another variant"));
        }
        // The SKU is how the offer was found; another way of writing it does not rename it.
        let sku = entry.changes.sku.clone().filter(|_| known.is_none());
        let changes = OfferChanges { sku, ..entry.changes.clone() };
        let mrp = self.variants.get(&variant).and_then(|row| row.mrp_minor);
        let mut after = edit(&before, changes, &Terms { mrp, seller: &self.seller, policy, now })?;
        self.live.admit(&after.offer)?;
        // Two rows about one offer are one write.
        let version = stored.as_ref().map_or(0, |whole| whole.offer.version);
        after.offer.version = after.offer.version.min(version.saturating_add(1));
        self.edits.insert(entry.key.clone(), Edit { before: stored, after });
        Ok(())
    }

    /// The variant that the row names; `None` where it names none.
    fn variant_of(&self, entry: &OfferEntry) -> Result<Option<VariantId>> {
        let find = |text: &Option<String>, among: &HashMap<String, VariantId>, path: &str| match text {
            None => Ok(None),
            Some(text) => match among.get(text) {
                Some(id) => Ok(Some(*id)),
                None => Err(Error::problem("UNKNOWN", path, "the catalogue has no such variant on sale")),
            },
        };
        let by_sku = find(&entry.variant_sku, &self.by_sku, "variantSku")?;
        let by_barcode = find(&entry.barcode, &self.by_barcode, "barcode")?;
        match by_sku.zip(by_barcode) {
            Some((one, other)) if one != other => {
                Err(Error::problem("CONFLICT", "barcode", "variant SKU and barcode are of two variants"))
            }
            _ => Ok(by_sku.or(by_barcode)),
        }
    }
}

fn new_variant(named: Option<VariantId>) -> Result<VariantId> {
    let message = "no offer has this SKU yet; a new one needs the SKU or barcode of a variant";
    let missing = || Error::problem("UNKNOWN", "sku", message);
    named.ok_or_else(missing)
}

/// A problem with an offer as a finding about a row: `businessPrice` is the field `business_price`.
pub fn issue(line: u64, problem: Problem) -> Issue {
    let mut field = String::new();
    for letter in problem.path.first().map_or("", String::as_str).chars() {
        if letter.is_ascii_uppercase() {
            field.push('_');
        }
        field.push(letter.to_ascii_lowercase());
    }
    Issue::error(line, &field, problem.code, problem.message, "")
}
