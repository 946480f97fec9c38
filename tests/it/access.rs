//! Every root field of the schema, called by those who may not.

use std::collections::HashMap;

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use freshvilla::{
    graphql,
    kernel::{
        access::{Access, Permission},
        id::encode,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp};

/// What anyone may change without a token. A new line here is a decision.
const PUBLIC_MUTATIONS: [&str; 18] = [
    "accountRegister",
    "accountResendCode",
    "accountVerifyEmail",
    "cartChangesAcknowledge",
    "cartClear",
    "cartCouponApply",
    "cartCouponRemove",
    "cartItemAdd",
    "cartItemMoveToCart",
    "cartItemRemove",
    "cartItemSaveForLater",
    "cartItemUpdate",
    "offerViewsRecord",
    "passwordReset",
    "passwordResetRequest",
    "sessionConfirm",
    "sessionCreate",
    "sessionRefresh",
];

/// The schema's types by name.
struct Schema(HashMap<String, TypeDefinition>);

impl Schema {
    fn new() -> Self {
        let document = parse_schema(graphql::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
        Self(types.map(|definition| (definition.name.node.to_string(), definition)).collect())
    }

    /// The root fields of one kind: name, who may call it, and the least text that calls it.
    fn calls(&self, root: &str) -> Vec<(String, String, String)> {
        let TypeKind::Object(object) = &self.0[root].kind else { panic!("{root} is no object") };
        object.fields.iter().map(|field| self.call(root, &field.node)).collect()
    }

    fn call(&self, root: &str, field: &FieldDefinition) -> (String, String, String) {
        let auth = field.directives.iter().find(|directive| directive.node.name.node == "auth").unwrap();
        let requires = auth.node.get_argument("requires").unwrap().node.to_string();
        let needed =
            field.arguments.iter().filter(|arg| !arg.node.ty.node.nullable && arg.node.default_value.is_none());
        let arguments: Vec<String> =
            needed.map(|arg| format!("{}: {}", arg.node.name.node, self.literal(&arg.node.ty.node))).collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        let name = field.name.node.to_string();
        let text = format!("{} {{ {name}{arguments} {} }}", root.to_ascii_lowercase(), self.selection(&field.ty.node));
        (name, requires.trim_matches('"').to_owned(), text)
    }

    fn selection(&self, ty: &Type) -> &'static str {
        match &ty.base {
            BaseType::List(inner) => self.selection(inner),
            BaseType::Named(name) => match self.0.get(name.as_str()).map(|definition| &definition.kind) {
                Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => "{ __typename }",
                _ => "",
            },
        }
    }

    /// The least value of a type: required fields only.
    fn literal(&self, ty: &Type) -> String {
        let name = match &ty.base {
            BaseType::List(inner) => return format!("[{}]", self.literal(inner)),
            BaseType::Named(name) => name.as_str(),
        };
        match self.0.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Enum(list)) => list.values[0].node.value.node.to_string(),
            Some(TypeKind::InputObject(input)) => {
                let needed = input.fields.iter().filter(|f| !f.node.ty.node.nullable && f.node.default_value.is_none());
                let fields: Vec<String> =
                    needed.map(|f| format!("{}: {}", f.node.name.node, self.literal(&f.node.ty.node))).collect();
                format!("{{{}}}", fields.join(", "))
            }
            _ => match name {
                "Int" | "Float" => "1".to_owned(),
                "Boolean" => "true".to_owned(),
                "ID" => PLACEHOLDER.to_owned(),
                "Date" => "\"2026-11-22\"".to_owned(),
                "DateTime" => "\"2026-11-22T00:00:00Z\"".to_owned(),
                _ => "\"1\"".to_owned(),
            },
        }
    }
}

/// Stands for an ID until the server says of what.
const PLACEHOLDER: &str = "\"ID\"";

/// The code with which a call is refused; None where it was let through. Arguments are read before the guard, so IDs
/// must be of the right type: the server's own message says which that is.
async fn refusal(client: &Client, root: &str, text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..10 {
        let error = call(client, root, &text).await?;
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let message = error["message"].as_str().unwrap_or_default();
        if code != "BAD_USER_INPUT" {
            return Some(code.to_owned());
        }
        let prefix = |before: &str| {
            let (_, rest) = message.split_once(before)?;
            rest.split_once('_').map(|(prefix, _)| format!("\"{}\"", encode(prefix, Uuid::nil())))
        };
        let expected = prefix("(").unwrap_or_else(|| panic!("{message}: {text}"));
        let instead_of = prefix("starts with ").unwrap_or_else(|| PLACEHOLDER.to_owned());
        text = text.replacen(&instead_of, &expected, 1);
    }
    panic!("no IDs were found for {text}")
}

async fn call(client: &Client, root: &str, text: &str) -> Option<Value> {
    if root == "Subscription" {
        let mut feed = client.socket().await.subscribe(text, json!({})).await;
        return feed.message().await.map(|message| message["payload"][0].clone());
    }
    client.query(text, json!({})).await.errors().first().cloned()
}

/// Somebody to whom a role grants every right there is, over one store. Such a role cannot be made through the API; it
/// stands for one that is older than the rule.
async fn ruler_of_one_store(app: &TestApp) -> Client {
    let (id, client) = app.sign_in_as("customer").await;
    let rights: Vec<String> = Permission::ALL.iter().map(|permission| format!("'{}'", permission.as_str())).collect();
    let grant = format!(
        "INSERT INTO roles (id, name, title, account_kind, scope_kind, created_at, updated_at)
            VALUES (gen_random_uuid(), 'ruler', 'Ruler', 'customer', 'store', now(), now());
        INSERT INTO role_permissions SELECT id, unnest(ARRAY[{}]) FROM roles WHERE name = 'ruler';
        INSERT INTO role_grants (id, account_id, role_id, scope_kind, scope_id, created_at)
            SELECT gen_random_uuid(), '{}', id, 'store', gen_random_uuid(), now() FROM roles WHERE name = 'ruler'",
        rights.join(", "),
        id.0,
    );
    app.database.execute(&grant).await;
    client
}

#[tokio::test]
async fn every_root_field_refuses_whom_it_must() {
    let app = TestApp::start().await;
    let schema = Schema::new();
    let (customer, ruler) = (app.sign_in("customer").await, ruler_of_one_store(&app).await);
    let over_platform = |requires: &str| requires.parse().is_ok_and(Permission::needs_platform);
    let mut public_mutations = Vec::new();
    for root in ["Query", "Mutation", "Subscription"] {
        for (name, requires, text) in schema.calls(root) {
            if requires == Access::Public.requires() {
                public_mutations.extend((root == "Mutation").then_some(name));
                continue;
            }
            let stranger = refusal(&app, root, &text).await;
            assert_eq!(stranger.as_deref(), Some("UNAUTHENTICATED"), "a stranger calls {text}");
            if ![Access::SignedIn, Access::Known].map(Access::requires).contains(&requires) {
                let refused = refusal(&customer, root, &text).await;
                assert_eq!(refused.as_deref(), Some("FORBIDDEN"), "a customer calls {text}");
            }
            if over_platform(&requires) {
                let refused = refusal(&ruler, root, &text).await;
                assert_eq!(refused.as_deref(), Some("FORBIDDEN"), "one with {requires} over a store calls {text}");
            }
        }
    }
    public_mutations.sort_unstable();
    assert_eq!(public_mutations, PUBLIC_MUTATIONS);
}

/// Inside the fields too: what asks for a right that needs the whole platform is closed to who has it over a store.
#[tokio::test]
async fn a_right_over_one_store_changes_nothing_that_is_shared() {
    let app = TestApp::start().await;
    let ruler = ruler_of_one_store(&app).await;
    let me = ruler.query("{ me { permissions } }", json!({})).await;
    let rights: Vec<&str> = me.data("/me/permissions").as_array().unwrap().iter().filter_map(|p| p.as_str()).collect();
    assert!(rights.contains(&"INVENTORY_WRITE") && !rights.contains(&"CATALOG_WRITE"), "{rights:?}");
    let upload = "mutation { fileUploadCreate(input: { purpose: IMPORT, name: \"a.csv\", contentType: \"text/csv\", \
                  size: 3 }) { upload { url } } }";
    let jobs = "{ jobs { nodes { id } } }";
    assert_eq!(ruler.query(upload, json!({})).await.code(), Some("FORBIDDEN"));
    assert_eq!(ruler.query(jobs, json!({})).await.data("/jobs/nodes"), &json!([]));

    let admin = app.sign_in("super_administrator").await;
    let create = "mutation($kind: ScopeKind!) { roleCreate(input: { name: \"half\", title: \"Half\", \
                  accountKind: EMPLOYEE, scopeKind: $kind, permissions: [CATALOG_WRITE] }) { errors { code path } } }";
    let void = admin.query(create, json!({ "kind": "STORE" })).await;
    assert_eq!(void.data("/roleCreate/errors"), &json!([{ "code": "INVALID", "path": ["permissions"] }]));
    assert_eq!(admin.query(create, json!({ "kind": "PLATFORM" })).await.problems("roleCreate"), [""; 0]);
}
