//! Calls go one way: kernel ← app ← model ← service ← api ← graphql ← http. Read from the `use crate::` lines.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::support::root;

/// Services call only domains that stand before their own.
const DOMAINS: [&str; 13] = [
    "identity",
    "catalog",
    "inventory",
    "marketplace",
    "payments",
    "sales",
    "finance",
    "engagement",
    "support",
    "work",
    "content",
    "analytics",
    // Not a domain: refuses to be one by accident.
    "",
];

/// Floors of the house, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    Kernel,
    App,
    Model,
    Service,
    Api,
    Graphql,
    Http,
    /// Where all is put together: command line, list of jobs, demo data.
    Roof,
}

/// What a path in the crate is: its floor, and its domain if it belongs to one.
#[derive(Clone, Copy, Debug)]
struct Place {
    floor: Floor,
    domain: Option<usize>,
    /// A file named for a pure rule (`gtin`, `slug`): models may use it, too.
    pure: bool,
}

fn place(path: &[&str]) -> Option<Place> {
    let plain = |floor| Some(Place { floor, domain: None, pure: false });
    let first = *path.first()?;
    if let Some(domain) = DOMAINS.iter().position(|name| *name == first) {
        let (floor, pure) = match path.get(2).copied() {
            Some("model") => (Floor::Model, false),
            Some("service" | "jobs") => (Floor::Service, false),
            // A large aggregate has more than one: `credentials_api`.
            Some(name) if name == "api" || name.ends_with("_api") => (Floor::Api, false),
            Some(name) if name.starts_with(char::is_lowercase) => (Floor::Service, true),
            // The domain's or aggregate's own `mod.rs`: its roots, and what all of it shares (error codes, rules).
            _ if path.len() == 2 && path[1].starts_with(char::is_lowercase) => (Floor::Service, true),
            _ => (Floor::Api, true),
        };
        return Some(Place { floor, domain: Some(domain), pure });
    }
    match first {
        // Settings and generated tables are plain data that every floor may read.
        "config" | "schema" | "kernel" => plain(Floor::Kernel),
        "app" | "context" => plain(Floor::App),
        "graphql" => plain(Floor::Graphql),
        "http" => plain(Floor::Http),
        "cli" | "jobs" | "maintenance" | "seed" | "lib" | "main" => plain(Floor::Roof),
        // Macros are exported at the crate's root.
        _ => None,
    }
}

/// Why the arrow is wrong.
fn objection(from: Place, to: Place) -> Option<String> {
    if from.floor == Floor::Roof || to.floor == Floor::Kernel {
        return None;
    }
    if to.floor > from.floor && !(to.pure && to.domain == from.domain) {
        return Some(format!("{:?} must not use {:?}", from.floor, to.floor));
    }
    match (from.domain, to.domain) {
        (Some(_), Some(_)) if from.floor >= Floor::Api && to.floor != Floor::Service => None,
        (Some(one), Some(other)) if other > one => {
            Some(format!("{} must not use {}, which comes later", DOMAINS[one], DOMAINS[other]))
        }
        _ => None,
    }
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in rust_files(&root().join("src")) {
        let relative = file.strip_prefix(root().join("src")).unwrap().with_extension("");
        let mut own: Vec<&str> = relative.iter().map(|part| part.to_str().unwrap()).collect();
        own.retain(|part| *part != "mod");
        let Some(from) = place(&own) else { panic!("{} is on no floor: extend this test", relative.display()) };
        for used in uses(&std::fs::read_to_string(&file).unwrap()) {
            seen += 1;
            let path: Vec<&str> = used.split("::").collect();
            if let Some(why) = place(&path).and_then(|to| objection(from, to)) {
                wrong.push(format!("src/{}.rs uses crate::{used}: {why}", relative.display()));
            }
        }
    }
    assert!(seen > 100, "only {seen} uses were found");
    assert!(wrong.is_empty(), "wrong arrows:\n{}", wrong.join("\n"));
}

#[test]
fn the_rule_tells_right_from_wrong() {
    let allowed = |from: &str, to: &str| {
        let place = |path: &str| place(&path.split("::").collect::<Vec<_>>()).unwrap();
        objection(place(from), place(to)).is_none()
    };
    for (from, to) in [
        ("catalog::brand::model", "kernel::db::Db"),
        ("catalog::brand::service", "app::App"),
        ("catalog::brand::service", "identity::account::service::find"),
        ("catalog::brand::service", "catalog::CatalogError"),
        ("catalog::brand::model", "kernel::slug::SlugKind"),
        ("catalog::brand::api", "sales::order::model::Order"),
        ("graphql::schema", "catalog::CatalogQuery"),
        ("cli::serve", "http::serve"),
    ] {
        assert!(allowed(from, to), "{from} may use {to}");
    }
    for (from, to) in [
        ("kernel::jobs", "app::App"),
        ("app", "catalog::brand::model::Brand"),
        ("catalog::brand::model", "catalog::brand::service::create"),
        ("catalog::brand::model", "catalog::brand::api::BrandQuery"),
        ("catalog::brand::service", "catalog::brand::api::BrandQuery"),
        ("identity::account::service", "catalog::brand::model::Brand"),
        ("identity::account::api", "catalog::brand::service::create"),
        ("catalog::brand::api", "graphql::Query"),
        ("graphql::execute", "http::Peer"),
        ("http::auth", "cli::main"),
    ] {
        assert!(!allowed(from, to), "{from} must not use {to}");
    }
    assert_eq!(uses("use crate::{a::{b, c::{self, D as E}}, f::*};"), ["a::b", "a::c::self", "a::c::D", "f::*"]);
}

#[test]
fn sql_stays_in_models_and_kernel() {
    let mut wrong = Vec::new();
    for file in rust_files(&root().join("src")) {
        let relative = file.strip_prefix(root()).unwrap().display().to_string();
        let at_home =
            relative.starts_with("src/kernel/") || relative.ends_with("/model.rs") || relative.contains("/model/");
        let text = std::fs::read_to_string(&file).unwrap();
        if !at_home && (text.contains("diesel_async::RunQueryDsl") || text.contains("batch_execute")) {
            wrong.push(relative);
        }
    }
    assert!(wrong.is_empty(), "SQL outside model.rs and kernel: {wrong:?}");
}

#[test]
fn id_prefixes_are_unique() {
    let mut prefixes = BTreeSet::new();
    for file in rust_files(&root().join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let declared = text.split("id! {").skip(1).filter_map(|rest| {
            let line = rest.lines().find(|line| line.contains("Id, \"") && !line.trim_start().starts_with("//"))?;
            line.split('"').nth(1).map(str::to_owned)
        });
        for prefix in declared {
            assert!(prefix.len() <= 63 && prefix.bytes().all(|b| b.is_ascii_lowercase()), "{prefix:?}");
            assert!(prefixes.insert(prefix.clone()), "two kinds of IDs begin with {prefix}_");
        }
    }
    assert!(prefixes.contains("job"), "{prefixes:?}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Every path after `use crate::`, braces spelt out.
fn uses(text: &str) -> Vec<String> {
    let statements = text.split("use crate::").skip(1).filter_map(|rest| rest.split(';').next());
    statements
        .flat_map(|statement| spell_out("", &statement.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn spell_out(prefix: &str, tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or_default();
        return vec![format!("{prefix}{name}")];
    };
    let prefix = format!("{prefix}{}", &tree[..open]);
    let (mut depth, mut start, mut all) = (0, open + 1, Vec::new());
    for (at, byte) in tree.bytes().enumerate().skip(open) {
        depth += match byte {
            b'{' => 1,
            b'}' => -1,
            _ => 0,
        };
        if (byte == b',' && depth == 1) || (byte == b'}' && depth == 0) {
            let part = &tree[start..at];
            if !part.trim().is_empty() {
                all.extend(spell_out(&prefix, part));
            }
            start = at + 1;
        }
    }
    all
}
