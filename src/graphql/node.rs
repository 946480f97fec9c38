//! `node` and `nodes`: any entity by its global ID, as far as the caller may see it.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use freshvilla_macros::query;
use uuid::Uuid;

use crate::{
    catalog::{
        attribute::model::{Attribute, AttributeId},
        brand::model::{self as brand, Brand, BrandId},
        category::model::{self as category, Category, CategoryId},
        product::model::{self as product, Product, ProductId},
        tax::model::{GstRate, GstRateId},
        variant::model::{self as variant, Variant, VariantId},
    },
    context::Ctx,
    identity::{
        account::model::{self as account, Account, AccountId},
        address::model::{self as address, Address, AddressId},
        api_key::model::{self as api_key, ApiKey, ApiKeyId},
        audit::{
            api::AuditEntry,
            model::{self as audit, AuditEntryId, AuditRow},
        },
        place::model::{Pincode, PincodeId},
        role::model::{self as role, Role, RoleGrant, RoleGrantId, RoleId},
        session::model::{self as session, Session, SessionId},
    },
    inventory::{
        location::model::{self as location, Location, LocationId},
        movement::model::{StockMovement, StockMovementId},
        registration::model::{self as registration, GstRegistration, GstRegistrationId},
        reservation::model::{Reservation, ReservationId},
        seller::model::{self as seller, Seller, SellerId},
        service_area::model::{self as service_area, ServiceArea, ServiceAreaId},
        stock::model::{self as stock, StockItem, StockItemId, StockLot, StockLotId},
        stock_alert::model::{StockAlert, StockAlertId},
        stock_count::model::{StockCount, StockCountId},
        store::model::{self as store, Store, StoreId},
        warehouse::model::{self as warehouse, Warehouse, WarehouseId},
    },
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        id::{self, EntityId},
        jobs::{JobId, JobRow},
        object::{self, PlainObject},
        page::MAX_PAGE,
        sql::{Row, Select, Sql},
    },
    marketplace::{
        commission::model::{self as commission, CommissionRule, CommissionRuleId},
        distributor::model::{self as distributor, Distributor, DistributorId},
        document::model::{self as document, DistributorDocument, DistributorDocumentId},
        offer::model::{self as offer, Offer, OfferId},
        proposal::model::{self as proposal, Proposal, ProposalId},
    },
    sales::{
        cart::{
            api::Cart,
            model::{self as cart, CartId, CartRow},
        },
        coupon::model::{self as coupon, Coupon, CouponId},
        order::model::{
            self as order, Order, OrderId,
            line::{self as order_line, OrderLine, OrderLineId},
            part::{self as sub_order, SubOrder, SubOrderId},
        },
    },
    work::{
        file::{
            api::File,
            model::{self as file, FileId, FileRow},
        },
        job::{api::Job, model as job},
    },
};

/// Anything with a global ID.
#[derive(Clone)]
pub struct Node(Arc<dyn PlainObject>);

impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        "Node".into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.graphql_name().into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let id = (
            "id",
            "Global ID: a prefix that tells the type, and a UUIDv7 (TypeID).",
            <ID as OutputType>::create_type_info as fn(&mut Registry) -> String,
        );
        let names = ("Node", std::any::type_name::<Self>());
        object::register_interface(registry, names, "Anything with a global ID.", id, OBJECTS)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        object::resolve(ctx, &*self.0).await
    }
}

/// Declares the kinds of `Node` and how each is fetched: `ID => Row as GraphQL type, table, visibility`.
macro_rules! nodes {
    ($($id:ty => $row:ty as $object:ty, $from:literal, $visible:expr;)+) => {
        /// What adds the GraphQL type of each kind to the schema.
        const OBJECTS: &[fn(&mut Registry) -> String] = &[$(<$object as OutputType>::create_type_info),+];

        /// Every prefix with the name of its type.
        const PREFIXES: &[(&str, &str)] = &[$((<$id as EntityId>::PREFIX, <$id as EntityId>::ENTITY)),+];

        /// The visible rows of one kind.
        async fn fetch(conn: &Conn, actor: &Actor, prefix: &str, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Node)>> {
            match prefix {
                $(<$id as EntityId>::PREFIX => {
                    let rows: Vec<$row> = visible(conn, $from, ids, $visible(actor)).await?;
                    Ok(rows.into_iter().map(|row| (row.id.0, Node(Arc::new(<$object>::from(row))))).collect())
                })+
                _ => Ok(Vec::new()),
            }
        }
    };
}

nodes! {
    AttributeId => Attribute as Attribute, "attributes", everyone;
    BrandId => Brand as Brand, "brands", brand::visible_to;
    CartId => CartRow as Cart, "carts", cart::visible_to;
    CouponId => Coupon as Coupon, "coupons", coupon::visible_to;
    OrderId => Order as Order, "orders", order::visible_to;
    SubOrderId => SubOrder as SubOrder, "sub_orders", sub_order::visible_to;
    OrderLineId => OrderLine as OrderLine, "order_lines", order_line::visible_to;
    CategoryId => Category as Category, "categories", category::visible_to;
    AddressId => Address as Address, "addresses", address::visible_to;
    SellerId => Seller as Seller, "sellers", seller::visible_to;
    LocationId => Location as Location, "locations", location::visible_to;
    ServiceAreaId => ServiceArea as ServiceArea, "service_areas", service_area::visible_to;
    StoreId => Store as Store, "stores", store::visible_to;
    StockAlertId => StockAlert as StockAlert, "stock_alerts", stock::item_visible_to;
    StockCountId => StockCount as StockCount, "stock_counts", stock::visible_to;
    StockItemId => StockItem as StockItem, "stock_items", stock::visible_to;
    StockLotId => StockLot as StockLot, "stock_lots", stock::item_visible_to;
    StockMovementId => StockMovement as StockMovement, "stock_movements", stock::item_visible_to;
    ReservationId => Reservation as Reservation, "stock_reservations", stock::visible_to;
    WarehouseId => Warehouse as Warehouse, "warehouses", warehouse::visible_to;
    GstRegistrationId => GstRegistration as GstRegistration, "gst_registrations", registration::visible_to;
    DistributorId => Distributor as Distributor, "distributors", distributor::visible_to;
    CommissionRuleId => CommissionRule as CommissionRule, "commission_rules", commission::visible_to;
    OfferId => Offer as Offer, "offers", offer::visible_to;
    ProposalId => Proposal as Proposal, "product_proposals", proposal::visible_to;
    DistributorDocumentId => DistributorDocument as DistributorDocument, "distributor_documents", document::visible_to;
    AccountId => Account as Account, "accounts", account::visible_to;
    ApiKeyId => ApiKey as ApiKey, "api_keys", api_key::visible_to;
    AuditEntryId => AuditRow as AuditEntry, "audit_log", audit::visible_to;
    FileId => FileRow as File, "files", file::visible_to;
    GstRateId => GstRate as GstRate, "gst_rates", everyone;
    JobId => JobRow as Job, "jobs", job::visible_to;
    PincodeId => Pincode as Pincode, "pincodes", everyone;
    ProductId => Product as Product, "products", product::visible_to;
    VariantId => Variant as Variant, "product_variants", variant::visible_to;
    RoleId => Role as Role, "roles", role::visible_to;
    RoleGrantId => RoleGrant as RoleGrant, "role_grants", role::grants_visible_to;
    SessionId => Session as Session, "sessions", session::visible_to;
}

fn everyone(_actor: &Actor) -> Sql {
    Sql::new("TRUE")
}

async fn visible<R: Row>(conn: &Conn, from: &'static str, ids: Vec<Uuid>, condition: Sql) -> Result<Vec<R>> {
    let rest =
        Sql::new("FROM ").sql(from).sql(" WHERE ").sql(from).sql(".id = ANY(").bind(ids).sql(") AND ").join(condition);
    Select::<R>::new(rest).rows(conn).await
}

/// Looking entities up by global ID.
#[derive(Default)]
pub struct NodeQuery;

#[query]
impl NodeQuery {
    /// Any entity by its global ID; null when there is none or the caller may not see it.
    #[access(Public)]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "A global ID")] id: ID) -> Result<Option<Node>> {
        Ok(load(ctx, &[id]).await?.pop().flatten())
    }

    /// Entities by their global IDs, in the same order; null where there is none or the caller may not see it. At most
    /// 100 IDs.
    #[access(Public)]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global IDs, at most 100")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        load(ctx, &ids).await
    }
}

/// One statement per kind of entity, however many IDs.
async fn load(ctx: &Context<'_>, ids: &[ID]) -> Result<Vec<Option<Node>>> {
    if ids.len() > MAX_PAGE {
        return Err(Error::BadInput(format!("at most {MAX_PAGE} IDs at once")));
    }
    let keys = ids.iter().map(|id| parse(id)).collect::<Result<Vec<_>>>()?;
    let mut by_kind: HashMap<&str, Vec<Uuid>> = HashMap::new();
    for (prefix, id) in &keys {
        by_kind.entry(prefix).or_default().push(*id);
    }
    let conn = ctx.app().db.read().await?;
    let mut found: HashMap<(&str, Uuid), Node> = HashMap::new();
    for (prefix, ids) in by_kind {
        let nodes = fetch(&conn, ctx.actor(), prefix, ids).await?;
        found.extend(nodes.into_iter().map(|(id, node)| ((prefix, id), node)));
    }
    Ok(keys.iter().map(|(prefix, id)| found.get(&(*prefix, *id)).cloned()).collect())
}

fn parse(text: &str) -> Result<(&'static str, Uuid)> {
    let known = |prefix: &str| PREFIXES.iter().find(|(known, _)| *known == prefix).map(|(known, _)| *known);
    match id::decode(text) {
        Some((prefix, uuid)) => known(&prefix)
            .map(|prefix| (prefix, uuid))
            .ok_or_else(|| Error::BadInput(format!("nothing has an ID that starts with {prefix}_"))),
        None => Err(Error::BadInput(format!("{:?} is no global ID", text.chars().take(40).collect::<String>()))),
    }
}
