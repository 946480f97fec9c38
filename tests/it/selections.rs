//! Answers against the GraphQL specification's own algorithms (6.3, "Executing Selection Sets"), written down here
//! once more: which fields an answer has, in which order, and what of them is merged.

use std::{collections::HashSet, fmt::Write};

use async_graphql::{
    Name, Positioned, Value as Constant,
    indexmap::IndexMap,
    parser::{
        parse_query,
        types::{Directive, DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet},
    },
};
use serde_json::{Value, json};

use crate::support::TestApp;

/// A type with the fields that documents select here: leaves, and objects with their arguments and type.
struct Shape {
    name: &'static str,
    leaves: &'static [&'static str],
    objects: &'static [(&'static str, &'static str, &'static str)],
    /// Types that fragments in it may name.
    conditions: &'static [&'static str],
}

const SHAPES: &[Shape] = &[
    Shape {
        name: "Query",
        leaves: &["__typename"],
        objects: &[
            ("category", "(slug: \"basmati\")", "Category"),
            ("node", "(id: \"NODE\")", "Node"),
            ("states", "", "State"),
            ("me", "", "Viewer"),
            ("search", "(term: \"rice\")", "SearchConnection"),
            ("brands", "(first: 1)", "BrandConnection"),
            ("__type", "(name: \"State\")", "__Type"),
        ],
        conditions: &["Query"],
    },
    Shape {
        name: "Category",
        leaves: &["__typename", "id", "name", "slug"],
        objects: &[("parent", "", "Category")],
        conditions: &["Category", "Node"],
    },
    Shape { name: "Product", leaves: &["name", "slug"], objects: &[], conditions: &["Product", "Node"] },
    Shape { name: "Node", leaves: &["__typename", "id"], objects: &[], conditions: &["Category", "Product", "Node"] },
    Shape { name: "State", leaves: &["code", "name", "__typename"], objects: &[], conditions: &["State"] },
    Shape {
        name: "Viewer",
        leaves: &["permissions", "__typename"],
        objects: &[("account", "", "Account"), ("scope", "", "RightsScope")],
        conditions: &["Viewer"],
    },
    Shape { name: "Account", leaves: &["name", "email", "kind"], objects: &[], conditions: &["Account", "Node"] },
    Shape { name: "RightsScope", leaves: &["everything", "__typename"], objects: &[], conditions: &["RightsScope"] },
    Shape {
        name: "SearchConnection",
        leaves: &["totalCount", "correctedTerm", "__typename"],
        objects: &[("pageInfo", "", "PageInfo")],
        conditions: &["SearchConnection"],
    },
    Shape {
        name: "BrandConnection",
        leaves: &["totalCount"],
        objects: &[("pageInfo", "", "PageInfo")],
        conditions: &["BrandConnection"],
    },
    Shape { name: "PageInfo", leaves: &["hasNextPage", "endCursor"], objects: &[], conditions: &["PageInfo"] },
    Shape { name: "__Type", leaves: &["name", "kind"], objects: &[], conditions: &["__Type"] },
];

/// Everything there is to select, selected once.
const WORLD: &str = "{
    __typename
    category(slug: \"basmati\") { ...C parent { ...C parent { id } } }
    node(id: \"NODE\") { ...C ... on Category { parent { ...C parent { id } } } }
    states { __typename code name }
    me { __typename permissions account { __typename id name email kind } scope { __typename everything } }
    search(term: \"rice\") { __typename totalCount correctedTerm pageInfo { hasNextPage endCursor } }
    brands(first: 1) { totalCount pageInfo { hasNextPage endCursor } }
    __type(name: \"State\") { name kind }
} fragment C on Category { __typename id name slug }";

/// Hand-picked documents: what random ones may miss.
const PICKED: &[&str] = &[
    "{ category(slug: \"basmati\") { name } __typename category(slug: \"basmati\") { id name } }",
    "query($a: Boolean!) { category(slug: \"basmati\") @skip(if: $a) { id } __typename category(slug: \"basmati\") { name } }",
    "query($a: Boolean!) { __typename @include(if: $a) states { code } }",
    "query($a: Boolean!, $b: Boolean!) { __typename @include(if: $a) @skip(if: $b) }",
    "query($a: Boolean!) { ...F ... @skip(if: $a) { ...F } states { code } } fragment F on Query { me { permissions } __typename }",
    "query($a: Boolean!) { node(id: \"NODE\") { ... on Product { name slug } ... on Category { slug name @skip(if: $a) } } }",
    "{ node(id: \"NODE\") { ... on Product { name slug } ... on Category { slug name } } }",
    "query($a: Boolean!) { search(term: \"rice\") { totalCount @skip(if: $a) } search(term: \"rice\") { pageInfo { endCursor @skip(if: $a) } } }",
    "query($a: Boolean!) { me { ...V @include(if: $a) } me { scope { ...S } } } fragment V on Viewer { scope { __typename } account { name } }
     fragment S on RightsScope { everything @skip(if: $a) }",
    "query A($a: Boolean!) { __typename @skip(if: $a) me { permissions } } query B { __typename }",
];

const DOCUMENTS: usize = 200;

#[tokio::test]
async fn answers_have_the_fields_and_the_order_of_the_specification() {
    let app = TestApp::start().await;
    app.database
        .execute(
            "INSERT INTO categories (id, parent_id, path, name, slug, description, position, status, created_at, updated_at) \
             SELECT id, parent, path, name, lower(name), '', 1, 'active', now(), now() FROM (VALUES \
             ('01900000-0000-7000-8000-000000000001'::uuid, NULL, \
              ARRAY['01900000-0000-7000-8000-000000000001'::uuid], 'Rice'), \
             ('01900000-0000-7000-8000-000000000002', '01900000-0000-7000-8000-000000000001'::uuid, \
              ARRAY['01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000002'::uuid], 'Basmati')) \
             v(id, parent, path, name)",
        )
        .await;
    app.database.execute("INSERT INTO states VALUES ('07', 'DL', 'Delhi', true, true, false)").await;
    let client = app.sign_in("catalogue_manager").await;
    let node = client.query("{ category(slug: \"basmati\") { id } }", json!({})).await.text("/category/id").to_owned();
    let world = client.query(&WORLD.replace("NODE", &node), json!({})).await;
    assert!(world.body.get("errors").is_none(), "{world:?}");
    let world = &world.body["data"];

    let mut too_complex = 0;
    let random = (0..DOCUMENTS).map(|seed| Dice::new(seed).document());
    for document in PICKED.iter().map(|text| (*text).to_owned()).chain(random) {
        let document = document.replace("NODE", &node);
        // More than once, so that what is kept of a document is used with other values, too.
        for (a, b) in [(true, false), (false, true), (true, true), (false, false)] {
            let name = document.starts_with("query A").then_some("A");
            let expected = answer(&document, world, &[("a", a), ("b", b)]);
            let variables = json!({ "a": a, "b": b });
            let answer = client.operation(&document, name, variables).await;
            if answer.code() == Some("TOO_COMPLEX") {
                too_complex += 1;
                break;
            }
            let wanted = format!("\"data\":{expected}");
            assert!(
                answer.text.contains(&wanted),
                "{document}\na = {a}, b = {b}\nwanted {wanted}\ngot {}",
                answer.text
            );
            assert!(answer.body.get("errors").is_none(), "{document}: {}", answer.text);
        }
    }
    assert!(too_complex < DOCUMENTS / 10, "{too_complex} of {DOCUMENTS} documents broke a limit");
    app.finish().await;
}

#[tokio::test]
async fn a_root_field_selected_twice_is_resolved_once() {
    let app = TestApp::start().await;
    let once = app.query("{ category(slug: \"rice\") { id name } }", json!({})).await.statements();
    for twice in [
        "{ category(slug: \"rice\") { id } category(slug: \"rice\") { name } }",
        "{ ...F ...F } fragment F on Query { category(slug: \"rice\") { id } }",
        "{ category(slug: \"rice\") { id } category(slug: \"rice\") @skip(if: true) { name } ... { category(slug: \"rice\") { name } } }",
    ] {
        assert_eq!(app.query(twice, json!({})).await.statements(), once, "{twice}");
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_left_out_is_validated_all_the_same() {
    let app = TestApp::start().await;
    for (document, variables) in [
        ("{ __typename brands { nonsense @skip(if: true) } }", json!({})),
        ("{ __typename ...F @skip(if: true) } fragment F on Query { brands { nonsense } }", json!({})),
        ("{ __typename @skip(if: $unknown) }", json!({})),
        ("query($v: String!) { __typename @skip(if: $v) }", json!({ "v": "x" })),
        ("query($v: Boolean!, $unused: Int) { __typename @skip(if: $v) }", json!({ "v": true })),
        (
            "query($v: Boolean!) { __typename @skip(if: $v) } fragment Unused on Query { __typename }",
            json!({ "v": true }),
        ),
        ("query($v: Boolean = true) { __typename @skip(if: $v) }", json!({ "v": "yes" })),
        (
            "query($f: Int, $v: Boolean!) { brands(first: $f) @skip(if: $v) { totalCount } }",
            json!({ "v": true, "f": "x" }),
        ),
    ] {
        // A second time with what is kept of the first.
        for _ in 0..2 {
            let answer = app.query(document, variables.clone()).await;
            assert_eq!(answer.code(), Some("GRAPHQL_VALIDATION_FAILED"), "{document}: {answer:?}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn fragments_within_fragments_are_bounded_where_they_are_spread() {
    let app = TestApp::start().await;
    // 4,096 fields, each at the end of a chain of fragments of its own: cheap as fields go.
    let mut text = "{ brands { pageInfo { ...A0 } } __typename @skip(if: false) }".to_owned();
    for n in 0..36 {
        let below = format!("...A{}", n + 1);
        let twice = if n < 12 { below.as_str() } else { "" };
        write!(text, " fragment A{n} on PageInfo {{ {below} {twice} }}").unwrap();
    }
    text += " fragment A36 on PageInfo { endCursor }";
    let answer = app.query(&text, json!({})).await;
    assert_eq!(answer.body["errors"][0]["message"], "more than 20000 selections, fragments spread", "{answer:?}");
    app.finish().await;
}

/// Chooses by a fixed sequence, so that a failure comes again.
struct Dice {
    state: u64,
    fragments: Vec<(String, &'static str, String)>,
}

impl Dice {
    fn new(seed: usize) -> Self {
        let state = (seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self { state, fragments: Vec::new() }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % sides
    }

    fn document(&mut self) -> String {
        let set = self.set(shape("Query"), 0);
        let mut variables = String::new();
        let fragments: String =
            self.fragments.iter().map(|(name, on, set)| format!(" fragment {name} on {on} {set}")).collect();
        for name in ["$a", "$b"].into_iter().filter(|name| set.contains(name) || fragments.contains(name)) {
            write!(variables, "{name}: Boolean! ").unwrap();
        }
        let variables = if variables.is_empty() { variables } else { format!("({variables})") };
        format!("query{variables} {set}{fragments}")
    }

    fn set(&mut self, shape: &'static Shape, depth: usize) -> String {
        let count = 1 + self.roll(3);
        let selections: Vec<String> = (0..count).map(|_| self.selection(shape, depth)).collect();
        format!("{{ {} }}", selections.join(" "))
    }

    fn selection(&mut self, shape: &'static Shape, depth: usize) -> String {
        let nested = depth < 4;
        match self.roll(10) {
            0 | 1 if nested => {
                let on = shape.conditions[self.roll(shape.conditions.len())];
                format!("... on {on}{} {}", self.directives(), self.set(self::shape(on), depth + 1))
            }
            2 if nested => format!("...{} {}", self.directives(), self.set(shape, depth + 1)),
            3 if nested && self.fragments.len() < 4 => {
                let set = self.set(shape, depth + 1);
                let name = format!("F{}", self.fragments.len());
                self.fragments.push((name.clone(), shape.name, set));
                format!("...{name}{} ...{name}{}", self.directives(), self.directives())
            }
            4..=7 if nested && !shape.objects.is_empty() => {
                let (field, arguments, of) = shape.objects[self.roll(shape.objects.len())];
                let alias = self.alias(field);
                format!("{alias}{field}{arguments}{} {}", self.directives(), self.set(self::shape(of), depth + 1))
            }
            _ => {
                let field = shape.leaves[self.roll(shape.leaves.len())];
                format!("{}{field}{}", self.alias(field), self.directives())
            }
        }
    }

    /// Every alias is one field's, so that no two fields meet under one key.
    fn alias(&mut self, field: &str) -> String {
        if self.roll(6) == 0 { format!("x{field}: ") } else { String::new() }
    }

    fn directives(&mut self) -> String {
        let values = ["$a", "$b", "true", "false"];
        let mut one = |name: &str, odds: usize| match self.roll(odds) {
            0 => format!(" @{name}(if: {})", values[self.roll(values.len())]),
            _ => String::new(),
        };
        let skip = one("skip", 5);
        skip + &one("include", 5)
    }
}

fn shape(name: &str) -> &'static Shape {
    SHAPES.iter().find(|shape| shape.name == name).unwrap()
}

/// What the specification answers: the fields of `world` that a document selects.
fn answer(text: &str, world: &Value, variables: &[(&str, bool)]) -> String {
    let document = parse_query(text).unwrap();
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => operation,
        DocumentOperations::Multiple(all) => &all[&Name::new("A")],
    };
    let specification = Specification { document: &document, variables };
    specification.complete(world, "Query", &[&operation.node.selection_set.node])
}

struct Specification<'a> {
    document: &'a ExecutableDocument,
    variables: &'a [(&'a str, bool)],
}

impl<'a> Specification<'a> {
    /// CompleteValue(), and ExecuteSelectionSet() of objects.
    fn complete(&self, value: &Value, of: &str, sets: &[&'a SelectionSet]) -> String {
        match value {
            Value::Array(items) if !sets.is_empty() => {
                let items: Vec<_> = items.iter().map(|item| self.complete(item, of, sets)).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(object) => {
                let of = if of == "Node" { object["__typename"].as_str().unwrap() } else { of };
                let (mut fields, mut visited) = (IndexMap::new(), HashSet::new());
                sets.iter().for_each(|set| self.collect(of, set, &mut visited, &mut fields));
                let fields: Vec<_> =
                    fields.into_iter().map(|(key, fields)| self.field(object, of, key, &fields)).collect();
                format!("{{{}}}", fields.join(","))
            }
            leaf => leaf.to_string(),
        }
    }

    /// ExecuteField(), with MergeSelectionSets() of all fields of the key.
    fn field(&self, object: &serde_json::Map<String, Value>, of: &str, key: &str, fields: &[&'a Field]) -> String {
        let name = fields[0].name.node.as_str();
        let below = shape(of).objects.iter().find(|(field, ..)| *field == name);
        let value = match below {
            Some((_, _, of)) => {
                let sets: Vec<_> = fields.iter().map(|field| &field.selection_set.node).collect();
                self.complete(&object[name], of, &sets)
            }
            None => object.get(name).map_or_else(|| json!(of), Value::clone).to_string(),
        };
        format!("{}:{value}", json!(key))
    }

    /// CollectFields().
    fn collect(
        &self,
        of: &str,
        set: &'a SelectionSet,
        visited: &mut HashSet<&'a str>,
        fields: &mut IndexMap<&'a str, Vec<&'a Field>>,
    ) {
        let applies =
            |condition: &str| condition == of || (condition == "Node" && shape(of).conditions.contains(&"Node"));
        for selection in &set.items {
            if !self.included(selection.node.directives()) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    fields.entry(field.node.response_key().node.as_str()).or_default().push(&field.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = &self.document.fragments[name].node;
                    if visited.insert(name.as_str()) && applies(&fragment.type_condition.node.on.node) {
                        self.collect(of, &fragment.selection_set.node, visited, fields);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| applies(&condition.node.on.node)) {
                        self.collect(of, &fragment.node.selection_set.node, visited, fields);
                    }
                }
            }
        }
    }

    fn included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let value = directive.node.get_argument("if").unwrap().node.clone();
            let value = value.into_const_with(|name| {
                let given = self.variables.iter().find(|(given, _)| *given == name.as_str());
                given.map(|(_, value)| Constant::Boolean(*value)).ok_or(())
            });
            (value == Ok(Constant::Boolean(true))) == (directive.node.name.node == "include")
        })
    }
}
