//! The search index and every query over it.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::jobs::RefreshSearch;
use crate::{
    app::App,
    catalog::{
        brand::model::BrandId,
        category::model::CategoryId,
        product::{
            along::{Along, ProductRow},
            model::{Dietary, ProductId},
        },
        shelf::model::ProductOffersWhere,
    },
    kernel::{
        db::Conn,
        error::{Error, Result},
        jobs::Schedule,
        money::MoneyInput,
        page::Source as _,
        sql::Sql,
    },
};

/// Hits of one tier that can be paged through; nobody pages further.
const WINDOW: i64 = 200;
/// Hits that facets and totals count.
pub const COUNTED: i64 = 5_000;
/// Products that are searched first.
const HOT: i64 = 20_000;
/// Products whose search rows are refreshed at once; more are left to jobs.
const AT_ONCE: usize = 500;

/// Brings the search rows of these products in line with the catalogue.
pub async fn refresh(mut conn: &Conn, ids: &[Uuid]) -> Result<()> {
    if !ids.is_empty() {
        Sql::new("SELECT refresh_product_search(").bind(ids.to_vec()).sql(", true)").execute(&mut conn).await?;
    }
    Ok(())
}

/// The same for any number of products: beyond some hundred, jobs do it after the commit.
pub async fn refresh_later(app: &App, conn: &Conn, ids: &[Uuid]) -> Result<()> {
    if ids.len() <= AT_ONCE {
        return refresh(conn, ids).await;
    }
    for chunk in ids.chunks(5_000) {
        app.enqueue(conn, &RefreshSearch { product_ids: chunk.to_vec() }, Schedule::default()).await?;
    }
    Ok(())
}

/// Marks the most popular products as hot and all others as not.
pub async fn rank(conn: &Conn) -> Result<()> {
    let moved = Sql::new(
        "UPDATE product_search s SET hot = r.hot FROM (SELECT product_id, row_number() OVER (ORDER BY popularity DESC, \
         product_id) <= ",
    )
    .bind(HOT)
    .sql(" AS hot FROM product_search) r WHERE r.product_id = s.product_id AND s.hot <> r.hot RETURNING s.product_id AS id")
    .ids(conn)
    .await?;
    Sql::new("SELECT refresh_search_names(").bind(moved).sql(")").execute(&mut { conn }).await?;
    Ok(())
}

/// Narrows a search.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SearchWhere {
    /// In this category or anywhere below it.
    pub category_id: Option<CategoryId>,
    /// Of one of these brands.
    pub brand_ids: Option<Vec<BrandId>>,
    /// With one of these dietary marks.
    pub dietary: Option<Vec<Dietary>>,
    /// Lowest price at least this.
    pub price_min: Option<MoneyInput>,
    /// Lowest price at most this.
    pub price_max: Option<MoneyInput>,
    /// Can be bought, from such an offer; left out, products that nobody offers are found, too.
    pub offers: Option<ProductOffersWhere>,
    /// Attribute values; each attribute that is named must match.
    pub attributes: Option<Vec<AttributeFilter>>,
}

/// One of these values of an attribute.
#[derive(Clone, Debug, InputObject)]
pub struct AttributeFilter {
    /// The attribute's code.
    pub code: String,
    /// Values as text, one of which must match.
    pub values: Vec<String>,
}

/// What is searched for, in the form that SQL needs.
#[derive(Clone, Debug)]
pub struct Search {
    /// `websearch_to_tsquery` text; empty finds everything.
    term: String,
    narrowed: Sql,
    /// What is asked of the hits one after the other, the best first, until there are enough.
    asked: Sql,
}

impl Search {
    /// From a client's term and filter, as of an instant.
    pub fn new(term: &str, filter: &SearchWhere, at: DateTime<Utc>) -> Result<Self> {
        let term: String = term.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Self { term, narrowed: filter.condition(at)?, asked: filter.asked(at)? })
    }

    /// The same with another term.
    #[must_use]
    pub fn with_term(&self, term: String) -> Self {
        Self { term, narrowed: self.narrowed.clone(), asked: self.asked.clone() }
    }

    /// What is searched for.
    pub fn term(&self) -> &str {
        &self.term
    }

    /// The term as a query. In a subquery it is parsed once; bare, it would be parsed again for every row.
    fn query(&self) -> Sql {
        Sql::new("(SELECT websearch_to_tsquery('catalog', ").bind(self.term.clone()).sql("))")
    }

    /// The words of the term, if it is plain words without operators.
    fn plain_words(&self) -> Option<Vec<&str>> {
        let plain = |word: &str| word.chars().all(char::is_alphanumeric) && !word.eq_ignore_ascii_case("or");
        let words: Vec<&str> = self.term.split_whitespace().collect();
        (!words.is_empty() && words.iter().all(|word| plain(word))).then_some(words)
    }

    /// The term as a query for words of names only, if it is plain words without operators.
    fn name_query(&self) -> Option<Sql> {
        let words = self.plain_words()?;
        let text = words.iter().map(|word| format!("{word}:A")).collect::<Vec<_>>().join(" & ");
        Some(Sql::new("(SELECT to_tsquery('catalog', ").bind(text).sql("))"))
    }

    fn words(&self) -> Sql {
        match self.term.is_empty() {
            true => Sql::default(),
            false => Sql::new("document @@ ").join(self.query()),
        }
    }

    /// The best hits of a tier in their order, as `product_id` and `popularity`; `None` for a tier that this search does
    /// not have.
    fn best(&self, tier: Tier) -> Option<Sql> {
        if let (Tier::Named, true, Some([word])) = (tier, self.narrowed.is_empty(), self.plain_words().as_deref()) {
            let lexeme = Sql::new("(SELECT (tsvector_to_array(to_tsvector('catalog', ").bind(*word).sql(")))[1])");
            return Some(Sql::new("search_names WHERE word = ").join(lexeme).sql(BY_INDEX).sql(" LIMIT "));
        }
        let order = if self.term.is_empty() { BY_INDEX } else { BY_SORT };
        let sorted = Sql::new("product_search WHERE ").join(self.matches(tier)?).sql(order);
        if self.asked.is_empty() {
            return Some(sorted.sql(" LIMIT "));
        }
        // The offset keeps the planner from asking before it has sorted.
        let sorted = Sql::new("(SELECT product_id, popularity FROM ").join(sorted).sql(" OFFSET 0) product_search");
        Some(sorted.sql(" WHERE ").join(self.asked.clone()).sql(" LIMIT "))
    }

    /// The condition over `product_search` within a tier; `None` for a tier that this search does not have.
    fn matches(&self, tier: Tier) -> Option<Sql> {
        let named = self.name_query().map(|query| Sql::new("document @@ ").join(query));
        let (hot, words) = match tier {
            Tier::Named => ("hot", vec![named?]),
            Tier::Hot => (
                "hot",
                match named {
                    Some(named) => vec![self.words(), Sql::new("NOT (").join(named).sql(")")],
                    None => vec![self.words()],
                },
            ),
            Tier::Cold => ("NOT hot", vec![self.words()]),
        };
        let parts = std::iter::once(Sql::new(hot)).chain(words).chain([self.narrowed.clone()]);
        Some(Sql::all_of(parts, " AND "))
    }

    /// Hits in no particular order; the cold ones are read only when the hot ones leave room.
    fn sample(&self, columns: &'static str, limit: i64) -> Sql {
        let of = |hot: &'static str| {
            let condition = Sql::all_of([Sql::new(hot), self.words(), self.narrowed.clone()], " AND ");
            Sql::new("(SELECT ")
                .sql(columns)
                .sql(" FROM product_search WHERE ")
                .join(condition)
                .sql(" LIMIT ")
                .bind(limit)
        };
        of("hot").sql(") UNION ALL ").join(of("NOT hot")).sql(") LIMIT ").bind(limit)
    }
}

/// The order in which hits are shown: a tier is read only when those before it leave room on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    /// Popular products with every word in their name.
    Named,
    /// Other popular products.
    Hot,
    /// The rest.
    Cold,
}

const TIERS: [Tier; 3] = [Tier::Named, Tier::Hot, Tier::Cold];

/// Where a hit stands: its tier and its number within, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    tier: usize,
    number: i64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.tier, self.number)
    }
}

impl std::str::FromStr for Place {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let numbers = text.split_once(':').and_then(|(t, n)| Some((t.parse().ok()?, n.parse().ok()?)));
        let (tier, number) = numbers.ok_or_else(|| Error::BadInput("malformed cursor".to_owned()))?;
        Ok(Self { tier, number })
    }
}

impl SearchWhere {
    fn condition(&self, at: DateTime<Utc>) -> Result<Sql> {
        let mut parts = Vec::new();
        if let Some(category) = self.category_id {
            parts.push(Sql::new("category_path @> ARRAY[").bind(category).sql("]"));
        }
        if let Some(brands) = &self.brand_ids {
            let ids: Vec<Uuid> = brands.iter().map(|id| id.0).collect();
            parts.push(Sql::new("brand_id = ANY(").bind(ids).sql(")"));
        }
        if let Some(dietary) = &self.dietary {
            let marks: Vec<String> = dietary.iter().map(|d| d.as_str().to_owned()).collect();
            parts.push(Sql::new("dietary = ANY(").bind(marks).sql(")"));
        }
        if let Some(min) = &self.price_min {
            parts.push(Sql::new("price_from_minor >= ").bind(minor(min)?));
        }
        if let Some(max) = &self.price_max {
            parts.push(Sql::new("price_from_minor <= ").bind(minor(max)?));
        }
        for attribute in self.attributes.iter().flatten() {
            let values: Vec<String> = attribute.values.iter().map(|v| format!("{}={v}", attribute.code)).collect();
            parts.push(Sql::new("attributes && ").bind(values));
        }
        if let Some(offers) = &self.offers {
            parts.push(offers.counted("product_search.product_id", at)?);
        }
        Ok(Sql::composed(parts))
    }
}

impl SearchWhere {
    /// What the summary of the offers cannot say for sure.
    fn asked(&self, at: DateTime<Utc>) -> Result<Sql> {
        let offers = self.offers.as_ref().filter(|offers| offers.summary_suffices());
        offers.map_or(Ok(Sql::default()), |offers| offers.exactly("product_search.product_id", at))
    }
}

fn minor(money: &MoneyInput) -> Result<i64> {
    money.minor().map(|minor| minor.0).map_err(Error::BadInput)
}

/// Without words, and for one word of a name, an index has the first rows ready.
const BY_INDEX: &str = " ORDER BY popularity DESC, product_id";
/// With words, the word index finds at most some hundred hot rows, which are sorted. The sum keeps the planner from
/// walking the popularity index and testing row after row instead, which costs four times as much.
const BY_SORT: &str = " ORDER BY (popularity + 0) DESC, product_id";

/// At most `limit` hits after a place, best first: name matches before others, popular before less popular.
pub async fn hits(
    conn: &Conn,
    search: &Search,
    after: Place,
    limit: usize,
    along: Along,
) -> Result<Vec<(Place, ProductRow)>> {
    let mut found = Vec::new();
    for (tier, kind) in TIERS.into_iter().enumerate().skip(after.tier) {
        let Some(best) = search.best(kind) else { continue };
        let skipped = if tier == after.tier { after.number } else { 0 };
        let room = limit.saturating_sub(found.len()).min(usize::try_from(WINDOW - skipped).unwrap_or(0));
        if room == 0 {
            continue;
        }
        let rest = Sql::new("FROM (SELECT product_id, popularity FROM ")
            .join(best)
            .number(room)
            .join(if skipped == 0 { Sql::default() } else { Sql::new(" OFFSET ").bind(skipped) })
            .sql(") hits JOIN products ON products.id = hits.product_id")
            .join(along.joins())
            .sql(" ORDER BY hits.popularity DESC, products.id");
        let rows = along.rows(conn, rest).await?;
        found.extend((skipped + 1..).map(|number| Place { tier, number }).zip(rows));
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// Number of hits, counted up to [`COUNTED`].
pub async fn count(conn: &Conn, search: &Search) -> Result<i64> {
    Sql::new("FROM (").join(search.sample("1", COUNTED)).sql(") found").count_up_to(conn, COUNTED).await
}

/// How often a value occurs among the hits.
#[derive(Clone, Debug, QueryableByName)]
pub struct FacetCount {
    /// `category`, `brand`, `dietary`, `price`, `attribute`, `offer_price`, `seller` or `in_stock`.
    #[diesel(sql_type = sql_types::Text)]
    pub facet: String,
    /// ID, word, band number, or `code=value`.
    #[diesel(sql_type = sql_types::Text)]
    pub value: String,
    /// Name of the category, brand or seller.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub label: Option<String>,
    /// Hits with it.
    #[diesel(sql_type = sql_types::BigInt)]
    pub n: i64,
}

/// Upper ends of the price bands but the last, in paise.
pub const PRICE_BANDS: [i64; 4] = [5_000, 10_000, 20_000, 50_000];

/// Counts of every facet among the first [`COUNTED`] hits, most frequent first; those of what can be bought only where
/// they are wanted.
pub async fn facets(mut conn: &Conn, search: &Search, of_offers: bool) -> Result<Vec<FacetCount>> {
    let sample = match of_offers {
        false => search.sample("category_id, brand_id, dietary, price_from_minor, attributes", COUNTED),
        true => Sql::new("SELECT hits.*, price_minor, seller_ids, in_stock FROM (")
            .join(search.sample("category_id, brand_id, dietary, price_from_minor, attributes, product_id", COUNTED))
            .sql(") hits LEFT JOIN product_shelves USING (product_id)"),
    };
    let statement = Sql::new("WITH m AS MATERIALIZED (")
        .join(sample)
        .sql(
            ") SELECT 'category' AS facet, category_id::text AS value, (SELECT name FROM categories WHERE id = category_id) \
             AS label, count(*) AS n FROM m GROUP BY category_id \
             UNION ALL SELECT 'brand', brand_id::text, (SELECT name FROM brands WHERE id = brand_id), count(*) FROM m \
             WHERE brand_id IS NOT NULL GROUP BY brand_id \
             UNION ALL SELECT 'dietary', dietary, NULL, count(*) FROM m WHERE dietary IS NOT NULL GROUP BY 2 \
             UNION ALL SELECT 'price', width_bucket(price_from_minor, ",
        )
        .bind(PRICE_BANDS.to_vec())
        .sql(
            ")::text, NULL, count(*) FROM m GROUP BY 2 \
             UNION ALL SELECT 'attribute', a, NULL, count(*) FROM m, unnest(attributes) a GROUP BY 2",
        );
    let statement = if of_offers { statement.join(offer_facets()) } else { statement };
    Ok(statement.sql(" ORDER BY n DESC, value").load(&mut conn).await?)
}

/// What can be bought of the hits, by the summary of the offers, without sellers who do not sell at present.
fn offer_facets() -> Sql {
    Sql::new(" UNION ALL SELECT 'offer_price', width_bucket(price_minor, ")
        .bind(PRICE_BANDS.to_vec())
        .sql(
            ")::text, NULL, count(*) FROM m WHERE price_minor IS NOT NULL GROUP BY 2 \
             UNION ALL SELECT 'seller', sellers.id::text, sellers.name, count(*) FROM m CROSS JOIN unnest(seller_ids) AS seller_id \
             JOIN sellers ON sellers.id = seller_id AND sellers.status = 'active' GROUP BY sellers.id \
             UNION ALL SELECT 'in_stock', in_stock::text, NULL, count(*) FROM m WHERE price_minor IS NOT NULL GROUP BY in_stock",
        )
}

#[derive(QueryableByName)]
struct Marked {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    marked: String,
}

/// Names with their matching words between U+0002 and U+0003.
pub async fn mark_names(mut conn: &Conn, search: &Search, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Marked> = Sql::new("SELECT id, ts_headline('catalog', name, ")
        .join(search.query())
        .sql(", E'StartSel=\\x02, StopSel=\\x03, HighlightAll=true') AS marked FROM products WHERE id = ANY(")
        .bind(ids)
        .sql(")")
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (ProductId(row.id), row.marked)).collect())
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = sql_types::Text)]
    word: String,
}

/// The term with each unknown word replaced by the most similar known one; `None` when nothing changes.
pub async fn correct(mut conn: &Conn, term: &str) -> Result<Option<String>> {
    let words: Vec<String> =
        term.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(10).map(str::to_lowercase).collect();
    if words.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Word> = Sql::new("SELECT coalesce(k.word, s.word, w.word) AS word FROM unnest(")
        .bind(words.clone())
        .sql(
            ") WITH ORDINALITY AS w(word, n) LEFT JOIN search_words k ON k.word = unaccent(w.word) \
             LEFT JOIN LATERAL (SELECT word FROM search_words WHERE k.word IS NULL AND length(w.word) > 2 \
             AND word % w.word ORDER BY similarity(word, w.word) DESC, word LIMIT 1) s ON true ORDER BY w.n",
        )
        .load(&mut conn)
        .await?;
    let corrected: Vec<String> = rows.into_iter().map(|row| row.word).collect();
    Ok((corrected != words).then(|| corrected.join(" ")))
}

/// Any of the words instead of all of them.
pub fn any_word(term: &str) -> String {
    term.split_whitespace().collect::<Vec<_>>().join(" or ")
}

/// Something to type or to go to.
#[derive(Clone, Debug, QueryableByName)]
pub struct Suggested {
    /// `word`, `product`, `category` or `brand`.
    #[diesel(sql_type = sql_types::Text)]
    pub kind: String,
    /// What to show.
    #[diesel(sql_type = sql_types::Text)]
    pub label: String,
    /// Slug of the page; absent for a word.
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub slug: Option<String>,
}

/// Words, categories, brands and products that begin with what was typed.
pub async fn suggest(mut conn: &Conn, typed: &str, limit: i64) -> Result<Vec<Suggested>> {
    let words: Vec<&str> = typed.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(6).collect();
    let Some(last) = words.last() else { return Ok(Vec::new()) };
    // Letters and digits only, so the text is safe inside a tsquery.
    let query = words.iter().map(|word| format!("{}:*", word.to_lowercase())).collect::<Vec<_>>().join(" & ");
    let start: String = typed.trim().chars().filter(|c| !c.is_control()).take(80).collect::<String>().to_lowercase();
    Ok(Sql::new("(SELECT 'word' AS kind, word AS label, NULL AS slug FROM search_words WHERE word LIKE ")
        .bind(format!("{}%", last.to_lowercase()))
        .sql(" ORDER BY length(word), word LIMIT ")
        .bind(limit)
        .sql(") UNION ALL (SELECT 'category', name, slug FROM categories WHERE status = 'active' AND starts_with(lower(name), ")
        .bind(start.clone())
        .sql(") ORDER BY cardinality(path), name LIMIT ")
        .bind(limit)
        .sql(") UNION ALL (SELECT 'brand', name, slug FROM brands WHERE status = 'active' AND starts_with(lower(name), ")
        .bind(start)
        .sql(") ORDER BY name LIMIT ")
        .bind(limit)
        .sql(
            ") UNION ALL (SELECT 'product', name, slug FROM (SELECT product_id, popularity FROM product_search \
             WHERE hot AND document @@ to_tsquery('catalog', ",
        )
        .bind(query)
        .sql(") ORDER BY popularity DESC, product_id LIMIT ")
        .bind(limit)
        .sql(") s JOIN products ON products.id = s.product_id ORDER BY s.popularity DESC, products.id)")
        .load(&mut conn)
        .await?)
}
