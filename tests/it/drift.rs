//! Generated files are what would be generated now; `scripts/update` rewrites them.

use std::fmt::Write;

use freshvilla::{cli, graphql};
use serde_json::Value;

use crate::support::{Database, assert_committed};

#[test]
fn schema_graphql() {
    assert_committed("schema.graphql", &graphql::sdl());
}

#[test]
fn settings_md() {
    assert_committed("docs/SETTINGS.md", &cli::settings_table());
}

#[tokio::test]
async fn schema_rs() {
    let database = Database::create().await;
    assert_committed("src/schema.rs", &diesel_schema(&database).await);
}

/// Every column whose type diesel can name, by table; a table without any (or without a key) is left out.
const COLUMNS: &str = "
    SELECT c.relname AS table_name,
           jsonb_agg(jsonb_build_object('name', a.attname, 'type', t.typname, 'null', NOT a.attnotnull)
                     ORDER BY a.attnum) AS columns,
           (SELECT jsonb_agg(k.attname ORDER BY array_position(p.conkey, k.attnum))
            FROM pg_constraint p JOIN pg_attribute k ON k.attrelid = p.conrelid AND k.attnum = ANY (p.conkey)
            WHERE p.conrelid = c.oid AND p.contype = 'p') AS key
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> '__diesel_schema_migrations'
    GROUP BY c.oid, c.relname
    ORDER BY c.relname COLLATE \"C\"";

async fn diesel_schema(database: &Database) -> String {
    let mut text = String::from("// Generated from the migrated database; run `scripts/update` after a migration.\n");
    for table in database.rows(COLUMNS).await {
        let key = table["key"].as_array().unwrap_or_else(|| panic!("{table} has no primary key"));
        let key = key.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>().join(", ");
        let name = table["table_name"].as_str().unwrap();
        write!(text, "\ndiesel::table! {{\n    {name} ({key}) {{\n").unwrap();
        for column in table["columns"].as_array().unwrap() {
            if let Some(kind) = diesel_type(column) {
                writeln!(text, "        {} -> {kind},", column["name"].as_str().unwrap()).unwrap();
            }
        }
        text.push_str("    }\n}\n");
    }
    text
}

/// `None` for types that only SQL deals with, such as a full-text document.
fn diesel_type(column: &Value) -> Option<String> {
    let full = column["type"].as_str().unwrap();
    let one = full.strip_prefix('_').unwrap_or(full);
    let name = match one {
        "tsvector" => return None,
        "bool" => "Bool",
        "bytea" => "Bytea",
        "date" => "Date",
        "float8" => "Float8",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "jsonb" => "Jsonb",
        "numeric" => "Numeric",
        "text" => "Text",
        "timestamptz" => "Timestamptz",
        "uuid" => "Uuid",
        other => panic!("what is {other} in diesel? (column {})", column["name"]),
    };
    let name = if full == one { name.to_owned() } else { format!("Array<{name}>") };
    Some(if column["null"] == true { format!("Nullable<{name}>") } else { name })
}
