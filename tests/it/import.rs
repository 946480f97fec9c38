//! Imports: files as people have them, and what must hold when an import is repeated, killed or not alone.

use std::{io::Write, sync::Arc, time::Duration};

use freshvilla::{
    catalog::import::{
        columns::Wishes,
        jobs::RunLocalImport,
        progress::Progress,
        service,
        spec::{ImportKind, Source, Spec},
    },
    kernel::{
        access::Actor,
        jobs::{self, JobId, JobStatus, Registry, Worker},
        telemetry::OperationMeter,
    },
};
use serde_json::{Value, json};

use crate::support::{Client, Node, TestApp, eventually};

const HEADER: &str = "product_key,name,brand,category,hsn,sku,barcode,pack,mrp,attr:flavour\n";

fn gtin(number: usize) -> String {
    let body = format!("2{number:011}");
    let sum: u32 = body.bytes().rev().zip([3, 1].iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// Rows of complete products, one variant each.
fn rows(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| {
            let (code, shelf) = (gtin(n), n % 3);
            format!(
                "key-{n},Tea {n},Brand {},Drinks > Tea {shelf},0902,SKU-{n},{code},500 g,{}.50,mint\n",
                n % 7,
                n + 1
            )
        })
        .collect()
}

fn catalogue(from: usize, to: usize) -> String {
    format!("{HEADER}{}", rows(from, to))
}

async fn shop() -> TestApp {
    let app = TestApp::start().await;
    app.database.execute("INSERT INTO hsn_codes VALUES ('0902', 'Tea'), ('04021020', 'Milk powder')").await;
    app
}

/// A finished import.
struct Imported {
    status: JobStatus,
    progress: Progress,
    /// Row, column and code of every finding, in the order of the file.
    findings: Vec<(i64, String, String)>,
}

#[derive(Default)]
struct How {
    kind: Option<ImportKind>,
    mapping: Vec<(&'static str, &'static str)>,
    defaults: Vec<(&'static str, &'static str)>,
    dry_run: bool,
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn worker(node: &Node) -> Worker<freshvilla::app::App> {
    let app = node.app.clone();
    let registry = Arc::new(Registry::default().with::<RunLocalImport>());
    Worker::new(app.clone(), app.db.clone(), app.clock.clone(), registry, Arc::clone(&app.jobs_enqueued))
}

async fn start(app: &TestApp, name: &str, content: &[u8], how: &How) -> JobId {
    let path = app.folder().join(name);
    std::fs::write(&path, content).unwrap();
    let wishes = Wishes { mapping: pairs(&how.mapping), defaults: pairs(&how.defaults) };
    let kind = how.kind.unwrap_or(ImportKind::Catalogue);
    let spec = Spec { kind, source: Source::Path(path), wishes, dry_run: how.dry_run };
    let handle = app.node.app.clone();
    app.node
        .on_runtime(async move { service::start_local_import(&handle, &Actor::system(), spec).await.unwrap() })
        .await
}

async fn run(app: &TestApp, id: JobId) -> Imported {
    let worker = worker(&app.node);
    assert!(app.node.on_runtime(async move { worker.run_job(id).await.unwrap() }).await);
    let handle = app.node.app.clone();
    let row = app.node.on_runtime(async move { jobs::find(&handle.db.read().await.unwrap(), id).await.unwrap() }).await;
    let findings = format!(
        "SELECT jsonb_build_array(row_number, column_name, code) FROM import_errors WHERE job_id = '{}' \
         ORDER BY row_number, id",
        id.0
    );
    let findings = column(app, &findings).await;
    Imported {
        status: row.status,
        progress: serde_json::from_value(row.progress).unwrap(),
        findings: findings.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect(),
    }
}

async fn import_as(app: &TestApp, name: &str, content: impl AsRef<[u8]>, how: How) -> Imported {
    let id = start(app, name, content.as_ref(), &how).await;
    run(app, id).await
}

async fn import(app: &TestApp, name: &str, content: impl AsRef<[u8]>) -> Imported {
    import_as(app, name, content, How::default()).await
}

/// Everything of the catalogue that an import writes, without times and IDs.
async fn fingerprint(app: &TestApp) -> Value {
    app.database
        .value(
            "SELECT jsonb_agg(jsonb_build_array(p.import_key, p.name, p.slug, p.status, p.version, p.price_from_minor, \
             p.variant_count, c.name, b.name, v.sku, v.barcode, v.name, v.pack_size, v.mrp_minor, t.description, \
             (SELECT jsonb_object_agg(a.code, va.text_value) FROM variant_attributes va \
              JOIN attributes a ON a.id = va.attribute_id WHERE va.variant_id = v.id)) ORDER BY v.sku) \
             FROM products p JOIN product_variants v ON v.product_id = p.id LEFT JOIN categories c ON c.id = p.category_id \
             LEFT JOIN brands b ON b.id = p.brand_id LEFT JOIN product_texts t ON t.product_id = p.id",
        )
        .await
}

async fn count(app: &TestApp, table: &str) -> i64 {
    app.database.value(&format!("SELECT to_jsonb(count(*)) FROM {table}")).await.as_i64().unwrap()
}

/// The only column of every row.
async fn column(app: &TestApp, query: &str) -> Vec<Value> {
    let only = |row: Value| row.as_object().unwrap().values().next().unwrap().clone();
    app.database.rows(query).await.into_iter().map(only).collect()
}

async fn texts(app: &TestApp, query: &str) -> Vec<String> {
    column(app, query).await.into_iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_file_fills_the_catalogue_and_a_second_time_changes_nothing() {
    let app = shop().await;
    let first = import(&app, "tea.csv", catalogue(0, 50)).await;
    assert_eq!(first.status, JobStatus::Succeeded);
    let Progress { rows_read, created, variants_created, failed, percent, done, .. } = first.progress;
    assert_eq!((rows_read, created, variants_created, failed, percent, done), (50, 50, 50, 0, 100, true));
    assert_eq!(count(&app, "products WHERE status = 'active' AND published_at IS NOT NULL").await, 50);
    assert_eq!((count(&app, "categories").await, count(&app, "brands").await), (4, 7));
    assert_eq!(count(&app, "product_search").await, 50, "a small import is searchable at once");
    let before = fingerprint(&app).await;

    let second = import(&app, "tea.csv", catalogue(0, 50)).await;
    let Progress { created, updated, unchanged, .. } = second.progress;
    assert_eq!((created, updated, unchanged), (0, 0, 50));
    assert_eq!(fingerprint(&app).await, before);

    let dearer = catalogue(0, 50).replace(",8.50,", ",9.75,");
    let third = import(&app, "tea.csv", dearer).await;
    assert_eq!((third.progress.updated, third.progress.unchanged), (1, 49));
    let changed = texts(
        &app,
        "SELECT to_jsonb(name || ' ' || price_from_minor || ' v' || version) FROM products WHERE version > 1",
    )
    .await;
    assert_eq!(changed, ["Tea 7 975 v2"]);
    app.finish().await;
}

#[tokio::test]
async fn files_come_in_every_dress() {
    let app = shop().await;
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = |from, to| format!("\u{feff}{}", catalogue(from, to));
    let gzip = |text: &str| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("bom.csv", marked(0, 5).into_bytes()),
        ("utf16le.csv", utf16(&marked(5, 10), u16::to_le_bytes)),
        ("utf16be.csv", utf16(&catalogue(10, 15), u16::to_be_bytes)),
        ("semicolons.csv", catalogue(15, 20).replace(',', ";").into_bytes()),
        ("excel.csv", format!("sep=;\r\n{}", catalogue(20, 25).replace(',', ";").replace('\n', "\r\n")).into_bytes()),
        ("tabs.tsv", catalogue(25, 30).replace(',', "\t").into_bytes()),
        ("pipes.csv", catalogue(30, 35).replace(',', "|").into_bytes()),
        ("packed.csv.gz", gzip(&catalogue(35, 40))),
    ];
    for (name, content) in files {
        let imported = import(&app, name, content).await;
        assert_eq!((imported.progress.created, imported.findings.len()), (5, 0), "{name}: {:?}", imported.findings);
    }
    let latin = import(&app, "latin.csv", b"name;sku;mrp\nCaf\xe9 Cr\xe8me;L-1;12,50\nMalai;L-2;1.250,00\n").await;
    assert_eq!(latin.progress.created, 2);
    let prices = texts(&app, "SELECT to_jsonb(p.name || ' ' || mrp_minor) FROM product_variants v JOIN products p ON p.id = product_id WHERE sku LIKE 'L-%' ORDER BY sku").await;
    assert_eq!(prices, ["Café Crème 1250", "Malai 125000"]);
    app.finish().await;
}

#[tokio::test]
async fn bad_rows_are_told_and_the_others_imported() {
    let app = shop().await;
    let file = "name,sku,barcode,mrp,hsn,description\n\
        Good,G-1,,10,0902,\"two\nlines\"\n\
        Short,G-2\n\
        Long,G-3,,1,,,more\n\
        \n\
        ,,,,,\n\
        Price,G-4,,abc,,\n\
        Negative,G-5,,-1,,\n\
        ,G-6,,5,,\n\
        No code,,,5,,\n\
        Digit,G-7,8901058844628,5,,\n\
        Hsn,G-8,,5,99999999,\n\
        =cmd|' /C calc'!A0,G-9,,5,902,\n\
        Zero\u{0}byte,G-10,,7,,\n\
        Again,G-1,,11,,\n";
    let imported = import(&app, "rows.csv", file).await;
    let codes: Vec<(i64, &str)> = imported.findings.iter().map(|(row, _, code)| (*row, code.as_str())).collect();
    let expected = [
        (4, "SHORT_ROW"),
        (5, "BAD_ROW"),
        (8, "INVALID"),
        (9, "INVALID"),
        (10, "REQUIRED"),
        (11, "REQUIRED"),
        (12, "INVALID"),
        (13, "UNKNOWN"),
    ];
    for expected in expected {
        assert!(codes.contains(&expected), "{expected:?} is not in {codes:?}");
    }
    assert_eq!((imported.progress.rows_read, imported.progress.failed), (12, 7));
    assert_eq!(imported.progress.duplicates, 1);
    assert_eq!(imported.status, JobStatus::Succeeded);
    let names = texts(&app, "SELECT to_jsonb(p.name || ' ' || coalesce(hsn_code, '-')) FROM product_variants v JOIN products p ON p.id = product_id ORDER BY sku").await;
    assert_eq!(names, ["Again 0902", "Zero byte -", "Short -", "=cmd|' /C calc'!A0 0902"]);
    let report = imported.progress.report_file_id.expect("a report for download");
    let text = report_text(&app, &report).await;
    assert!(text.starts_with("row,severity,column,code,message,value\r\n"));
    assert!(text.contains("9,\"error\",\"mrp\",\"INVALID\""), "{text}");
    assert!(text.contains("\"'-1\""), "a spreadsheet must not take the value for a formula: {text}");
    app.finish().await;
}

async fn report_text(app: &TestApp, id: &str) -> String {
    let staff = app.sign_in("super_administrator").await;
    let answer = staff.query("query($id: ID!) { file(id: $id) { downloadUrl } }", json!({ "id": id })).await;
    let url = answer.text("/file/downloadUrl");
    let path = url.split_once("/files/").map(|(_, rest)| format!("/files/{rest}")).unwrap();
    app.get(&path).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn huge_cells_and_broken_files_do_no_harm() {
    let app = shop().await;
    let huge = format!("name,sku,mrp,description\nA,H-1,1,x\nB,H-2,2,\"{}\"\nC,H-3,3,x\n", "y".repeat(10_000_000));
    let imported = import(&app, "huge.csv", huge).await;
    let refused: Vec<_> = imported.findings.into_iter().filter(|(_, _, code)| code != "INCOMPLETE").collect();
    assert_eq!(refused, [(3, "description".to_owned(), "TOO_LONG".to_owned())]);
    assert_eq!(imported.progress.created, 2);

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(catalogue(100, 5_000).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let cut = import(&app, "cut.csv.gz", &packed[..packed.len() / 2]).await;
    assert_eq!(cut.status, JobStatus::Dead, "trying again mends no file");
    assert_eq!(cut.progress.problem.map(|problem| problem.code).as_deref(), Some("TRUNCATED"));
    assert!(cut.progress.created > 1_000, "what came before the end is good");
    app.drain_jobs().await;

    let junk: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, content, code) in [
        ("empty.csv", Vec::new(), "EMPTY_FILE"),
        ("junk.csv", junk.clone(), "NOT_A_TABLE"),
        ("junk.xlsx", [b"PK\x03\x04".to_vec(), junk].concat(), "NOT_A_TABLE"),
        ("nokey.csv", b"name,price\nA,1\n".to_vec(), "COLUMN_MISSING"),
    ] {
        let imported = import(&app, name, content).await;
        assert_eq!(imported.progress.problem.map(|problem| problem.code).as_deref(), Some(code), "{name}");
        assert_eq!(imported.findings.last().map(|(row, _, code)| (*row, code.as_str())), Some((0, code)));
    }
    let empty = import(&app, "header.csv", HEADER).await;
    assert_eq!((empty.status, empty.progress.rows_read), (JobStatus::Succeeded, 0));
    app.finish().await;
}

/// A workbook with one sheet.
pub fn workbook(sheet: &str) -> Vec<u8> {
    let part = |body: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}");
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Goods\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, body) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(part(&body).as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn workbooks_are_read_as_they_look() {
    let app = shop().await;
    let text = |cell: &str, value: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
    let names = ["Product Name", "EAN", "MRP", "Pack Size", "HSN Code"];
    let header: String = names.iter().zip('A'..).map(|(name, at)| text(&format!("{at}1"), name)).collect();
    let sheet = format!(
        "<row r=\"1\">{header}</row>\
         <row r=\"2\">{}<c r=\"B2\"><v>8901058844627</v></c><c r=\"C2\"><v>19.989999999999998</v></c>{}\
         <c r=\"E2\"><v>902</v></c></row>\
         <row r=\"5\">{}{}<c r=\"C5\"><f>10+5.5</f><v>15.5</v></c></row>",
        text("A2", "Numbers &amp; more"),
        text("D2", "6 x 200 ml"),
        text("A5", "=SUM(A1)"),
        text("B5", "2000000000015"),
    );
    let imported = import(&app, "goods.xlsx", workbook(&sheet)).await;
    assert_eq!((imported.progress.created, imported.progress.failed), (2, 0), "{:?}", imported.findings);
    assert!(imported.findings.iter().all(|(row, _, code)| [2, 5].contains(row) && code == "INCOMPLETE"));
    let goods = "SELECT to_jsonb(concat_ws('|', p.name, v.sku, v.mrp_minor, v.unit, v.pack_size, p.hsn_code)) \
        FROM product_variants v JOIN products p ON p.id = product_id ORDER BY p.name DESC";
    let expected =
        ["Numbers & more|8901058844627|1999|volume|1200.000|0902", "=SUM(A1)|2000000000015|1550|piece|1.000"];
    assert_eq!(texts(&app, goods).await, expected);

    let bomb = workbook(&format!("<row r=\"1\">{}</row>", text("A1", &"x".repeat(17 * 1024 * 1024))));
    assert!(bomb.len() < 100_000);
    let bomb = import(&app, "bomb.xlsx", bomb).await;
    assert_eq!(bomb.progress.problem.map(|problem| problem.code).as_deref(), Some("TOO_LARGE"));
    app.finish().await;
}

#[tokio::test]
async fn a_dry_run_counts_the_same_and_changes_nothing() {
    let app = shop().await;
    import(&app, "tea.csv", catalogue(0, 20)).await;
    let before = fingerprint(&app).await;
    let file = catalogue(10, 40).replace(",15.50,", ",99.00,") + "bad,,,,,,,,,\n";
    let how = || How { dry_run: true, ..How::default() };
    let dry = import_as(&app, "dry.csv", &file, how()).await;
    assert_eq!(fingerprint(&app).await, before);
    let real = import(&app, "dry.csv", &file).await;
    for progress in [&dry.progress, &real.progress] {
        let Progress { created, updated, unchanged, failed, .. } = progress;
        assert_eq!((*created, *updated, *unchanged, *failed), (20, 1, 9, 1));
    }
    assert_eq!(dry.findings, real.findings);
    app.finish().await;
}

#[tokio::test]
async fn columns_are_found_mapped_and_filled() {
    let app = shop().await;
    let file =
        "Item No;Commodity;Kind;Max Retail Price;Shop\nM-1;Tea;Green;₹ 1,20,000.50;X\nM-2;Tea;Black;Rs. 99/-;Y\n";
    let how = How {
        mapping: vec![("sku", "Item No"), ("name", "{Commodity} {Kind}")],
        defaults: vec![("category", "Drinks > Tea"), ("hsn", "0902"), ("brand", "House")],
        ..How::default()
    };
    let imported = import_as(&app, "mapped.csv", file, how).await;
    assert_eq!(imported.progress.unmapped_columns, ["Shop"]);
    let found = texts(
        &app,
        "SELECT to_jsonb(p.name || ' ' || status || ' ' || price_from_minor) FROM products p ORDER BY p.name",
    )
    .await;
    assert_eq!(found, ["Tea Black active 9900", "Tea Green active 12000050"]);
    let unknown = import_as(&app, "m.csv", file, How { mapping: vec![("sku", "Nowhere")], ..How::default() }).await;
    assert_eq!(unknown.progress.problem.map(|problem| problem.code).as_deref(), Some("UNKNOWN_COLUMN"));
    app.finish().await;
}

/// Excerpts of the public data sets that demo/ATTRIBUTION.md names, as they were published: repeated codes, places that
/// share a postal code, barcodes that are none, products without a price.
#[tokio::test]
async fn real_files_go_in() {
    let app = shop().await;
    let read = |name: &str| std::fs::read(format!("tests/it/real_files/{name}")).unwrap();
    let of = |kind| How { kind: Some(kind), ..How::default() };
    let codes = import_as(&app, "hsn.csv", read("hsn.csv"), of(ImportKind::Hsn)).await;
    let Progress { rows_read, created, duplicates, failed, .. } = codes.progress;
    assert_eq!((rows_read, created, duplicates, failed), (190, 170, 20, 0), "{:?}", codes.findings);
    let states = import_as(&app, "states.csv", read("states.csv"), of(ImportKind::States)).await;
    assert_eq!((states.progress.created, states.progress.failed), (38, 0), "{:?}", states.findings);
    for (created, unchanged) in [(29, 0), (0, 29)] {
        let pincodes = import_as(&app, "pincodes.csv", read("pincodes.csv"), of(ImportKind::Pincodes)).await.progress;
        let counted = (pincodes.rows_read, pincodes.created, pincodes.unchanged, pincodes.failed);
        assert_eq!(counted, (156, created, unchanged, 0), "{pincodes:?}");
    }
    for (created, unchanged) in [(79, 0), (0, 79)] {
        let file = read("bank_branches.csv");
        let branches = import_as(&app, "ifsc.csv", file, of(ImportKind::BankBranches)).await.progress;
        assert_eq!((branches.created, branches.unchanged, branches.failed), (created, unchanged, 0), "{branches:?}");
    }
    let branch = app.query("{ bankBranch(ifsc: \" abhy0065007\") { bank branch upi } }", json!({})).await;
    assert_eq!(branch.text("/bankBranch/branch"), "GHATKOPAR");
    let dated = vec![("valid_from", "2022-07-18")];
    let rates = How { defaults: dated, ..of(ImportKind::GstRates) };
    let rates = import_as(&app, "gst.csv", read("gst_5pct_2022.csv"), rates).await;
    assert_eq!((rates.progress.rows_read, rates.progress.created, rates.progress.failed), (84, 83, 0));

    let india = import(&app, "india.csv", read("open_food_facts_india.csv")).await;
    assert_eq!((india.progress.rows_read, india.progress.created, india.progress.failed), (60, 59, 0));
    let salt = app.database.value("SELECT t.nutrition -> 'sodium' FROM product_texts t JOIN product_variants v USING (product_id) WHERE v.barcode = '8900200025556'").await;
    assert_eq!(salt, json!("0.0394 g"));
    let world = import(&app, "world.csv", read("open_food_facts_world.csv")).await;
    assert_eq!((world.progress.rows_read, world.progress.created, world.progress.failed), (32, 28, 4));
    let bad: Vec<&str> = world.findings.iter().map(|(_, _, code)| code.as_str()).filter(|c| *c == "INVALID").collect();
    assert_eq!(bad.len(), 4, "{:?}", world.findings);
    for (created, unchanged) in [(57, 0), (0, 57)] {
        let mandi = import(&app, "mandi.csv", read("mandi_prices.csv")).await.progress;
        let counted = (mandi.rows_read, mandi.created, mandi.unchanged, mandi.failed, mandi.duplicates);
        assert_eq!(counted, (159, created, unchanged, 0, 57), "{mandi:?}");
    }
    app.drain_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_killed_import_goes_on_where_it_was() {
    let app = shop().await;
    let file = catalogue(0, 12_000);
    let id = start(&app, "long.csv", file.as_bytes(), &How::default()).await;
    let (one, handle) = (worker(&app.node), app.node.app.clone());
    let attempt = async move {
        let running = tokio::spawn(async move { one.run_job(id).await });
        eventually("two batches are in", || async {
            let row = jobs::find(&handle.db.read().await.unwrap(), id).await.unwrap();
            row.progress["rowsRead"].as_u64().is_some_and(|rows| rows >= 4_000)
        })
        .await;
        running.abort();
    };
    app.node.on_runtime(attempt).await;
    let committed = count(&app, "products").await;
    assert!((4_000..12_000).contains(&committed), "{committed}");
    // Dead men hold their lease for a minute.
    app.advance(chrono::TimeDelta::minutes(2));
    let imported = run(&app, id).await;
    let Progress { rows_read, created, updated, unchanged, .. } = imported.progress;
    assert_eq!((rows_read, created, updated, unchanged), (12_000, 12_000, 0, 0), "no row twice, none left out");
    assert_eq!(count(&app, "products").await, 12_000);
    app.drain_jobs().await;
    assert_eq!(count(&app, "product_search").await, 12_000);
    app.finish().await;
}

#[tokio::test]
async fn imports_beside_each_other_make_no_duplicates() {
    let app = shop().await;
    let first = start(&app, "one.csv", catalogue(0, 6_000).as_bytes(), &How::default()).await;
    let second = start(&app, "two.csv", catalogue(3_000, 9_000).as_bytes(), &How::default()).await;
    let (one, two) = tokio::join!(run(&app, first), run(&app, second));
    let created = one.progress.created + two.progress.created;
    let unchanged = one.progress.unchanged + two.progress.unchanged;
    assert_eq!((created, unchanged), (9_000, 3_000), "{:?} {:?}", one.progress, two.progress);
    assert_eq!((one.progress.failed, two.progress.failed), (0, 0));
    assert_eq!(count(&app, "products").await, 9_000);
    assert_eq!((count(&app, "categories").await, count(&app, "brands").await), (4, 7));
    app.drain_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_batch_costs_the_same_whatever_its_size() {
    let app = shop().await;
    // New products, and changed ones; the first import makes the categories and brands.
    import(&app, "shelves.csv", catalogue(0, 30)).await;
    for price in [".50,", ".75,"] {
        let small = statements(&app, catalogue(100, 110).replace(".50,", price)).await;
        let large = statements(&app, catalogue(200, 1_700).replace(".50,", price)).await;
        assert_eq!(small, large, "with prices in {price}");
        assert!(small <= 30, "{small}");
    }
    app.finish().await;
}

async fn statements(app: &TestApp, file: String) -> u64 {
    let meter = Arc::new(OperationMeter::default());
    let (handle, data) = (app.node.app.clone(), Box::leak(file.into_boxed_str()).as_bytes());
    let work = async move {
        let import = service::import_embedded(&handle, ImportKind::Catalogue, Wishes::default(), data);
        assert_eq!(import.await.unwrap().failed, 0);
    };
    app.node.on_runtime(Arc::clone(&meter).measure(work)).await;
    meter.statements()
}

const START: &str = "mutation($input: CatalogueImportStartInput!) { catalogueImportStart(input: $input) { \
    job { id status } errors { code path message } } }";

async fn upload(staff: &Client, name: &str, content: &str) -> String {
    upload_for(staff, "IMPORT", name, "text/csv", content.as_bytes().to_vec()).await
}

/// Uploads a file; answers its ID.
pub async fn upload_for(staff: &Client, purpose: &str, name: &str, content_type: &str, content: Vec<u8>) -> String {
    let create = "mutation($input: FileUploadCreateInput!) { fileUploadCreate(input: $input) { \
        upload { file { id } url headers { name value } } errors { code } } }";
    let input =
        json!({ "purpose": purpose, "name": name, "contentType": content_type, "size": content.len().to_string() });
    let answer = staff.query(create, json!({ "input": input })).await;
    let url = answer.text("/fileUploadCreate/upload/url").to_owned();
    let path = url.split_once("/files/").map(|(_, rest)| format!("/files/{rest}")).unwrap();
    let mut request = staff.request(reqwest::Method::PUT, &path).body(content);
    for header in answer.data("/fileUploadCreate/upload/headers").as_array().unwrap() {
        request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
    }
    assert!(request.send().await.unwrap().status().is_success());
    let id = answer.text("/fileUploadCreate/upload/file/id").to_owned();
    let complete = "mutation($id: ID!) { fileUploadComplete(input: { id: $id }) { errors { code } } }";
    staff.query(complete, json!({ "id": id })).await;
    id
}

#[tokio::test]
async fn an_import_stops_with_the_rights_of_whoever_started_it() {
    let app = shop().await;
    let staff = app.sign_in("catalogue_manager").await;
    let file = upload(&staff, "tea.csv", &catalogue(0, 30)).await;
    let input = json!({ "fileId": file, "idempotencyKey": "tea-1" });
    let started = staff.query(START, json!({ "input": input })).await;
    assert_eq!(started.problems("catalogueImportStart"), [""; 0]);
    app.database.execute("DELETE FROM role_grants").await;
    assert_eq!(app.drain_jobs().await, 1, "and it is not tried again");
    let ended = app.database.value("SELECT jsonb_agg(jsonb_build_array(status, last_error)) FROM jobs").await;
    assert_eq!(ended[0][0], "dead");
    assert!(ended[0][1].as_str().unwrap().contains("no longer has the right to it"), "{ended}");
    assert_eq!(app.database.value("SELECT count(*) FROM products").await, json!(0));
    app.finish().await;
}

#[tokio::test]
async fn the_api_starts_an_import_once_and_shows_its_findings() {
    let app = shop().await;
    let staff = app.sign_in("catalogue_manager").await;
    let file = upload(&staff, "tea.csv", &(catalogue(0, 30) + "k,N,,,,S,123,,,\n")).await;
    let input = json!({ "fileId": file, "idempotencyKey": "tea-1", "defaults": [{ "field": "country_of_origin", "value": "India" }] });
    let stranger = app.query(START, json!({ "input": input })).await;
    assert_eq!(stranger.code(), Some("UNAUTHENTICATED"));
    let customer = app.sign_in("customer").await.query(START, json!({ "input": input })).await;
    assert_eq!(customer.code(), Some("FORBIDDEN"));
    let first = staff.query(START, json!({ "input": input })).await;
    let job = first.text("/catalogueImportStart/job/id").to_owned();
    let again = staff.query(START, json!({ "input": input })).await;
    assert_eq!(again.text("/catalogueImportStart/job/id"), job);
    assert_eq!(app.drain_jobs().await, 1);
    let found = staff
        .query(
            "query($id: ID!) { job(id: $id) { status progress } importErrors(jobId: $id, first: 5) { totalCount \
             nodes { row column severity code message value } } }",
            json!({ "id": job }),
        )
        .await;
    assert_eq!(found.text("/job/status"), "SUCCEEDED");
    assert_eq!(found.data("/job/progress/created"), &json!(30));
    assert_eq!(found.data("/importErrors/totalCount"), &json!(1));
    assert_eq!(found.text("/importErrors/nodes/0/column"), "barcode");
    let other = app.sign_in("customer").await;
    let hidden = other.query("query($id: ID!) { importErrors(jobId: $id) { totalCount } }", json!({ "id": job })).await;
    assert_eq!(hidden.code(), Some("NOT_FOUND"));
    let wrong = json!({ "fileId": file, "idempotencyKey": "tea-2", "mapping": [{ "field": "colour", "column": "x" }] });
    let wrong = staff.query(START, json!({ "input": wrong })).await;
    assert_eq!(wrong.problems("catalogueImportStart"), ["INVALID"]);
    app.finish().await;
}

#[tokio::test]
async fn the_demo_catalogue_loads() {
    let app = TestApp::start().await;
    let handle = app.node.app.clone();
    let report = app.node.on_runtime(async move { service::import_demo(&handle).await.unwrap() }).await;
    assert!(report.hsn_codes > 20_000 && report.gst_rates > 200 && report.products > 1_000, "{report:?}");
    let lacking = "products WHERE category_id IS NULL OR hsn_code IS NULL OR price_from_minor IS NULL";
    assert_eq!(count(&app, lacking).await, 0);
    assert_eq!(count(&app, "product_search").await, count(&app, "products WHERE status = 'active'").await);
    assert!(count(&app, "product_search").await > 1_000);
    let again = {
        let handle = app.node.app.clone();
        app.node.on_runtime(async move { service::import_demo(&handle).await.unwrap() }).await
    };
    assert_eq!((again.products, again.variants), (report.products, 0));
    app.finish().await;
}

/// The tests above use a pool of two, and so one lane; with more connections there are two.
#[tokio::test]
async fn two_lanes_do_the_same() {
    let app = TestApp::start_with(&["--database-pool", "6"]).await;
    app.database.execute("INSERT INTO hsn_codes VALUES ('0902', 'Tea')").await;
    let imported = import(&app, "wide.csv", catalogue(0, 9_000) + "bad,,,,,,,,,\n").await;
    assert_eq!(imported.progress.lanes.len(), 2);
    let Progress { rows_read, created, failed, .. } = imported.progress;
    assert_eq!((rows_read, created, failed), (9_001, 9_000, 1));
    let again = import(&app, "wide.csv", catalogue(0, 9_000)).await;
    assert_eq!((again.progress.created, again.progress.unchanged), (0, 9_000));
    tokio::time::timeout(Duration::from_secs(60), app.drain_jobs()).await.unwrap();
    app.finish().await;
}
