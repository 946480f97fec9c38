//! What every table must keep to, and that migrations go both ways.

use std::collections::{BTreeMap, BTreeSet};

use freshvilla::kernel::{db::Db, migrate};
use serde_json::{Value, json};

use crate::support::{AUDIT_ROW, Database};

async fn none(query: &str, complaint: &str) {
    let found = Database::create().await.rows(query).await;
    assert!(found.is_empty(), "{complaint}: {}", json!(found));
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let query = "
        SELECT conrelid::regclass::text AS of, conname FROM pg_constraint f
        WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index i
            WHERE i.indrelid = f.conrelid AND i.indpred IS NULL
              AND (string_to_array(i.indkey::text, ' ')::int2[])[1:cardinality(f.conkey)] @> f.conkey)";
    none(query, "foreign keys that no index begins with").await;
}

#[tokio::test]
async fn every_table_is_commented() {
    let query = "
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND relname <> '__diesel_schema_migrations' AND obj_description(oid, 'pg_class') IS NULL";
    none(query, "tables without COMMENT ON TABLE").await;
}

#[tokio::test]
async fn every_constraint_is_named_for_its_table() {
    let query = "
        SELECT conrelid::regclass::text AS of, conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
          AND conrelid <> to_regclass('__diesel_schema_migrations')
          AND NOT starts_with(conname, conrelid::regclass::text)";
    none(query, "constraints whose name does not begin with the table's").await;
}

#[tokio::test]
async fn columns_have_honest_types() {
    let query = "
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations' AND (
            (data_type = 'double precision' AND column_name NOT IN ('latitude', 'longitude'))
            OR data_type IN ('real', 'money', 'timestamp without time zone', 'character varying', 'json')
            OR (column_name LIKE '%\\_minor' AND data_type <> 'bigint')
            OR (column_name LIKE '%\\_bp' AND data_type <> 'integer')
            OR (column_name LIKE '%\\_at' AND data_type <> 'timestamp with time zone'))";
    none(query, "columns of a type that lies about money or time").await;
}

/// Shape of the database, for comparison.
const SHAPE: &str = "
    SELECT 'column' AS what, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
           || coalesce(' ' || column_default, '') AS shape
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'function', p.oid::regprocedure::text FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2";

#[tokio::test(flavor = "multi_thread")]
async fn migrations_go_down_and_up_again() {
    let database = Database::create_empty().await;
    let all = migrate::run(database.url()).await.unwrap();
    let before = database.rows(SHAPE).await;
    for name in all.iter().rev() {
        assert_eq!(migrate::revert_last(database.url()).await.unwrap().as_ref(), Some(name));
    }
    assert_eq!(migrate::revert_last(database.url()).await.unwrap(), None);
    let left: Vec<Value> = database.rows(SHAPE).await;
    let left: Vec<&Value> = left.iter().filter(|row| !row["shape"].as_str().unwrap().contains("__diesel")).collect();
    assert!(left.is_empty(), "left behind by down.sql: {left:?}");
    assert_eq!(migrate::run(database.url()).await.unwrap(), all);
    assert_eq!(database.rows(SHAPE).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_migrate_at_once_take_turns() {
    let database = Database::create_empty().await;
    let db = Db::new(database.url(), None, 2).unwrap();
    let all = migrate::pending(&db).await.unwrap();
    assert!(!all.is_empty());
    let nodes: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url().to_owned();
            tokio::spawn(async move { migrate::run(&url).await.unwrap() })
        })
        .collect();
    let mut applied = Vec::new();
    for node in nodes {
        applied.extend(node.await.unwrap());
    }
    assert_eq!(applied, all, "each migration once");
    assert!(migrate::pending(&db).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_audit_log_cannot_be_changed() {
    let database = Database::create().await;
    database.execute(AUDIT_ROW).await;
    for statement in ["UPDATE audit_log SET action = 'y'", "DELETE FROM audit_log"] {
        use diesel_async::SimpleAsyncConnection;
        let refused = database.connect().await.batch_execute(statement).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

/// `constraint => enum` for every CHECK that lists texts.
macro_rules! lists {
    ($($constraint:literal => $type:ty,)+) => {
        BTreeMap::from([$(($constraint, <$type>::ALL.iter().map(|v| v.as_str().to_owned()).collect::<BTreeSet<_>>())),+])
    };
}

/// Lists that no `text_enum!` stands for, since the program only ever writes them.
const WRITTEN_ONLY: [&str; 0] = [];

#[tokio::test]
async fn check_lists_are_the_enums_variants() {
    use freshvilla::{catalog, identity, inventory, kernel, marketplace, payments, sales, work};
    let enums = lists! {
        "accounts_kind_check" => kernel::access::AccountKind,
        "accounts_status_check" => identity::account::model::AccountStatus,
        "addresses_kind_check" => identity::address::model::AddressKind,
        "api_keys_scope_kind_check" => kernel::access::ScopeKind,
        "attributes_kind_check" => catalog::attribute::model::AttributeKind,
        "audit_log_actor_kind_check" => identity::audit::model::AuditActorKind,
        "brands_status_check" => catalog::category::model::ShelfStatus,
        "cart_items_seen_problem_check" => sales::cart::line::CartProblem,
        "carts_status_check" => sales::cart::model::CartStatus,
        "categories_status_check" => catalog::category::model::ShelfStatus,
        "challenges_purpose_check" => identity::challenge::model::ChallengePurpose,
        "coupons_kind_check" => sales::coupon::model::CouponKind,
        "coupons_status_check" => sales::coupon::model::CouponStatus,
        "order_timeline_actor_kind_check" => sales::order::machine::OrderParty,
        "order_timeline_kind_check" => sales::order::model::timeline::OrderEventKind,
        "order_timeline_reason_check" => sales::order::model::timeline::OrderCancelReason,
        "package_events_kind_check" => sales::fulfilment::model::PackageEventKind,
        "packages_carriage_check" => sales::fulfilment::model::Carriage,
        "packages_status_check" => sales::fulfilment::model::PackageStatus,
        "sub_orders_status_check" => sales::order::status::SubOrderStatus,
        "sub_orders_tax_heads_check" => sales::pricing::tax::TaxHeads,
        "distributor_decisions_from_status_check" => marketplace::distributor::status::DistributorStatus,
        "distributor_decisions_step_check" => marketplace::distributor::status::DistributorStep,
        "distributor_decisions_to_status_check" => marketplace::distributor::status::DistributorStatus,
        "distributor_documents_kind_check" => marketplace::document::model::DistributorDocumentKind,
        "distributor_documents_status_check" => marketplace::document::model::DistributorDocumentStatus,
        "distributor_invitations_role_check" => marketplace::staff::model::DistributorStaffRole,
        "distributor_remarks_field_check" => marketplace::distributor::field::DistributorField,
        "distributors_business_type_check" => marketplace::distributor::model::BusinessType,
        "distributors_status_check" => marketplace::distributor::status::DistributorStatus,
        "distributors_turnover_band_check" => inventory::registration::model::TurnoverBand,
        "commission_rules_scope_check" => marketplace::commission::model::CommissionScope,
        "employees_function_check" => identity::account::model::employee::EmployeeFunction,
        "employees_status_check" => identity::account::model::employee::EmployeeStatus,
        "files_purpose_check" => work::file::model::FilePurpose,
        "files_status_check" => work::file::model::FileStatus,
        "gst_registrations_scheme_check" => inventory::registration::model::GstScheme,
        "gst_registrations_status_check" => inventory::registration::model::RegistrationStatus,
        "gst_registrations_turnover_band_check" => inventory::registration::model::TurnoverBand,
        "jobs_status_check" => kernel::jobs::JobStatus,
        "locations_kind_check" => inventory::location::model::LocationKind,
        "stock_alerts_kind_check" => inventory::stock_alert::model::StockAlertKind,
        "stock_counts_status_check" => inventory::stock_count::model::StockCountStatus,
        "stock_movements_actor_kind_check" => identity::audit::model::AuditActorKind,
        "stock_movements_kind_check" => inventory::movement::model::MovementKind,
        "stock_reservations_status_check" => inventory::reservation::model::ReservationStatus,
        "product_proposals_status_check" => marketplace::proposal::model::ProposalStatus,
        "product_proposals_dietary_check" => catalog::product::model::Dietary,
        "offers_status_check" => marketplace::offer::model::OfferStatus,
        "cod_collections_mode_check" => payments::cod::model::CodCollectionMode,
        "payment_routes_gateway_check" => payments::attempt::model::PaymentGateway,
        "payment_routes_method_check" => payments::intent::model::PaymentMethod,
        "webhook_deliveries_gateway_check" => payments::attempt::model::PaymentGateway,
        "webhook_deliveries_status_check" => payments::webhook::model::WebhookDeliveryStatus,
        "payment_attempts_gateway_check" => payments::attempt::model::PaymentGateway,
        "payment_attempts_status_check" => payments::attempt::model::PaymentAttemptStatus,
        "payment_events_kind_check" => payments::attempt::model::PaymentFactKind,
        "payment_events_source_check" => payments::attempt::model::PaymentFactSource,
        "payment_intents_method_check" => payments::intent::model::PaymentMethod,
        "payment_intents_status_check" => payments::intent::model::PaymentStatus,
        "payment_refunds_channel_check" => payments::refund::model::PaymentRefundChannel,
        "payment_refunds_status_check" => payments::refund::model::PaymentRefundStatus,
        "password_tokens_purpose_check" => identity::account::password::PasswordTokenPurpose,
        "product_variants_status_check" => catalog::category::model::ShelfStatus,
        "product_variants_unit_check" => catalog::variant::model::Unit,
        "products_dietary_check" => catalog::product::model::Dietary,
        "products_status_check" => catalog::product::model::ProductStatus,
        "role_grants_scope_kind_check" => kernel::access::ScopeKind,
        "roles_account_kind_check" => kernel::access::AccountKind,
        "import_errors_severity_check" => catalog::import::issue::IssueSeverity,
        "roles_scope_kind_check" => kernel::access::ScopeKind,
        "sellers_kind_check" => inventory::seller::model::SellerKind,
        "sellers_status_check" => inventory::seller::model::SellerStatus,
        "sessions_revoked_reason_check" => identity::session::model::RevokedReason,
        "warehouses_kind_check" => inventory::warehouse::model::WarehouseKind,
        "stores_kind_check" => inventory::store::model::StoreKind,
        "stores_status_check" => inventory::location::model::LocationStatus,
        "warehouses_status_check" => inventory::location::model::LocationStatus,
        "slug_redirects_kind_check" => kernel::slug::SlugKind,
    };
    let query = "
        SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace
          AND pg_get_constraintdef(oid) ~ '^CHECK \\(\\([a-z_]+ = ANY \\(ARRAY\\[[^]]*\\]\\)\\)\\)$'";
    let mut seen = BTreeSet::new();
    for row in Database::create().await.rows(query).await {
        let name = row["name"].as_str().unwrap();
        let listed: BTreeSet<String> =
            row["definition"].as_str().unwrap().split('\'').skip(1).step_by(2).map(str::to_owned).collect();
        match enums.get(name) {
            Some(variants) => assert_eq!(&listed, variants, "{name} and its enum differ"),
            None => assert!(WRITTEN_ONLY.contains(&name), "{name} is missing in this test: add its enum"),
        }
        seen.insert(name.to_owned());
    }
    let gone: Vec<_> = enums.keys().filter(|name| !seen.contains(**name)).collect();
    assert!(gone.is_empty(), "no such CHECK lists in the database: {gone:?}");
}
