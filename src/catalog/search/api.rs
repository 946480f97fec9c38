//! Search in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Enum};
use freshvilla_macros::{PlainObject, edges, query};

use super::model::{self, COUNTED, FacetCount, PRICE_BANDS, Place, Search, SearchWhere, Suggested};
use crate::{
    catalog::{
        brand::model::BrandId,
        category::model::CategoryId,
        product::{
            along::{Along, ProductRow},
            model::{Product, ProductId},
        },
        shelf::model::SELLER,
    },
    context::Ctx,
    kernel::{
        db::Conn,
        error::Result,
        id::encode,
        money::{Minor, Money},
        page::{Page, PageArgs, PageInfo, Positioned},
    },
};

/// A piece of a name, for showing why it was found.
#[derive(Clone, Debug, PlainObject)]
pub struct HighlightPart {
    /// The text.
    text: String,
    /// Whether it matches what was searched for.
    matched: bool,
}

/// A product that a search found.
#[derive(Clone, Debug, PlainObject)]
pub struct SearchHit {
    /// The product.
    product: Product,
    /// Its name in pieces, those that match marked; one piece where nothing does.
    highlight: Vec<HighlightPart>,
}

/// A hit with its cursor.
#[derive(PlainObject)]
pub struct SearchEdge<'a> {
    /// Where the hit stands; pass it as `after`.
    cursor: &'a str,
    /// The hit.
    node: &'a SearchHit,
}

/// One value of a facet.
#[derive(Clone, Debug, PlainObject)]
pub struct FacetValue {
    /// What to filter by: an ID, a dietary mark, true or false, or an attribute's value.
    value: String,
    /// What to show.
    label: String,
    /// Hits with it among the first 5,000.
    count: i64,
    /// Lower end of a price band, included.
    price_min: Option<Money>,
    /// Upper end of a price band, not included.
    price_max: Option<Money>,
}

/// A way to narrow the search.
#[derive(Clone, Debug, PlainObject)]
pub struct Facet {
    /// `category`, `brand`, `dietary`, `price` (lowest maximum retail price), `offer_price`, `seller`, `in_stock`, or an
    /// attribute's code.
    code: String,
    /// Its values, most frequent first, at most 20.
    values: Vec<FacetValue>,
}

/// What a search found, page by page; some hundred of the best can be paged through.
#[derive(PlainObject)]
#[graphql(complex)]
pub struct SearchConnection {
    #[graphql(skip)]
    search: Search,
    #[graphql(skip)]
    page: Page<SearchHit>,
    /// What was searched for instead, where the term as typed found nothing.
    corrected_term: Option<String>,
}

#[edges]
impl SearchConnection {
    /// The hits with their cursors, best first.
    fn edges(&self) -> Vec<SearchEdge<'_>> {
        self.page.items.iter().map(|Positioned { cursor, node }| SearchEdge { cursor, node }).collect()
    }

    /// The hits alone.
    fn nodes(&self) -> Vec<&SearchHit> {
        self.page.items.iter().map(|item| &item.node).collect()
    }

    /// Whether the list goes on.
    fn page_info(&self) -> PageInfo {
        self.page.info()
    }

    /// Number of hits, counted up to 5,000.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(model::count(&*ctx.app().db.read().await?, &self.search).await?.min(COUNTED))
    }

    /// Ways to narrow the search, with counts among the first 5,000 hits.
    async fn facets(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether to count what can be bought, too: `offer_price` (bands of the cheapest offer), `seller`, \
                    `in_stock`. Offers that came or went a moment ago may be missing from the counts",
            default
        )]
        offers: bool,
    ) -> Result<Vec<Facet>> {
        Ok(label_facets(model::facets(&*ctx.app().db.read().await?, &self.search, offers).await?))
    }
}

fn label_facets(counts: Vec<FacetCount>) -> Vec<Facet> {
    let mut facets: Vec<Facet> = ["category", "brand", "dietary", "price"]
        .map(|code| Facet { code: code.to_owned(), values: Vec::new() })
        .into();
    for count in counts {
        let code = match (count.facet.as_str(), count.value.split_once('=')) {
            ("attribute", Some((code, _))) => code,
            (facet, _) => facet,
        };
        let at = match facets.iter().position(|f| f.code == code) {
            Some(at) => at,
            None => {
                facets.push(Facet { code: code.to_owned(), values: Vec::new() });
                facets.len() - 1
            }
        };
        let Some(facet) = facets.get_mut(at) else { continue };
        if facet.values.len() < 20 {
            facet.values.push(count.into());
        }
    }
    facets.retain(|facet| !facet.values.is_empty());
    facets
}

impl From<FacetCount> for FacetValue {
    fn from(FacetCount { facet, value, label, n: count }: FacetCount) -> Self {
        let plain = |value: String| Self {
            label: label.clone().unwrap_or_else(|| value.clone()),
            value,
            count,
            price_min: None,
            price_max: None,
        };
        let uuid = value.parse().unwrap_or_default();
        match (facet.as_str(), value.split_once('=')) {
            ("category", _) => plain(CategoryId(uuid).to_string()),
            ("brand", _) => plain(BrandId(uuid).to_string()),
            ("seller", _) => plain(encode(SELLER, uuid)),
            ("price" | "offer_price", _) => price_band(value, count),
            ("attribute", Some((_, value))) => plain(value.to_owned()),
            _ => plain(value),
        }
    }
}

fn price_band(value: String, count: i64) -> FacetValue {
    let band: usize = value.parse().unwrap_or(0);
    let money = |at: usize| PRICE_BANDS.get(at).map(|end| Money::from(Minor(*end)));
    let price_min = band.checked_sub(1).map_or(Some(Money::from(Minor::ZERO)), money);
    let price_max = money(band);
    let end = |money: Option<Money>| money.map_or_else(String::new, |m| (m.amount.0 / 100).to_string());
    let label = match (price_min, price_max) {
        (min, Some(max)) => format!("₹{} to ₹{}", end(min), end(Some(max))),
        (min, None) => format!("₹{} and more", end(min)),
    };
    FacetValue { value, label, count, price_min, price_max }
}

/// What a suggestion leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SuggestionKind {
    /// A word to search for.
    Word,
    /// A product's page.
    Product,
    /// A category's page.
    Category,
    /// A brand's page.
    Brand,
}

/// Something to type or to go to.
#[derive(Clone, Debug, PlainObject)]
pub struct SearchSuggestion {
    /// What it leads to.
    kind: SuggestionKind,
    /// What to show.
    text: String,
    /// Slug of the page; null for a word.
    slug: Option<String>,
}

impl From<Suggested> for SearchSuggestion {
    fn from(row: Suggested) -> Self {
        let kind = match row.kind.as_str() {
            "product" => SuggestionKind::Product,
            "category" => SuggestionKind::Category,
            "brand" => SuggestionKind::Brand,
            _ => SuggestionKind::Word,
        };
        Self { kind, text: row.label, slug: row.slug }
    }
}

/// Search.
#[derive(Default)]
pub struct SearchQuery;

#[query]
impl SearchQuery {
    /// Active products that match the term, best first: every word must match (quotes, `or` and a leading minus work as
    /// in web search); typing errors are corrected when nothing is found. An empty term finds everything.
    #[access(Public)]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed, at most 200 characters", default)] term: String,
        #[graphql(desc = "Narrows the search", name = "where")] filter: Option<SearchWhere>,
        page: PageArgs,
    ) -> Result<SearchConnection> {
        let search = Search::new(&term, &filter.unwrap_or_default(), ctx.app().clock.now())?;
        let conn = ctx.app().db.read().await?;
        let (after, limit) = page.forward()?;
        let after = after.map(str::parse).transpose()?.unwrap_or_default();
        let along = Along::of(&ctx.selected(&["nodes.product", "edges.node.product"]));
        let (search, found) = forgiving_hits(&conn, search, after, limit, along).await?;
        let corrected_term = (search.term() != term.trim()).then(|| search.term().to_owned());
        let marked = marked_names(ctx, &conn, &search, &found).await?;
        drop(conn);
        let (places, rows): (Vec<Place>, Vec<ProductRow>) = found.into_iter().unzip();
        let products = along.settle(ctx.loaders(), rows);
        let hits = places.iter().map(Place::to_string).zip(products.into_iter().map(|product| hit(&marked, product)));
        Ok(SearchConnection { page: Page::forward(&page, hits.collect()), search, corrected_term })
    }

    /// Words, categories, brands and products that begin with what was typed so far.
    #[access(Public)]
    async fn search_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far, at least 2 characters")] prefix: String,
        #[graphql(desc = "Suggestions of each kind, at most 10", default = 5)] limit: i32,
    ) -> Result<Vec<SearchSuggestion>> {
        if prefix.trim().chars().count() < 2 {
            return Ok(Vec::new());
        }
        let conn = ctx.app().db.read().await?;
        let rows = model::suggest(&conn, &prefix, limit.clamp(1, 10).into()).await?;
        Ok(rows.into_iter().map(SearchSuggestion::from).collect())
    }
}

type Found = Vec<(Place, ProductRow)>;

/// Tries the term as typed, then with typing errors corrected, then with any of its words. Pages after the first go on
/// with whichever found something.
async fn forgiving_hits(
    conn: &Conn,
    search: Search,
    after: Place,
    limit: usize,
    along: Along,
) -> Result<(Search, Found)> {
    let hits = model::hits(conn, &search, after, limit, along).await?;
    if !hits.is_empty() || search.term().is_empty() {
        return Ok((search, hits));
    }
    let corrected = model::correct(conn, search.term()).await?;
    let any = model::any_word(corrected.as_deref().unwrap_or(search.term()));
    for other in corrected.into_iter().chain(any.contains(' ').then_some(any)) {
        let second = search.with_term(other);
        let hits = model::hits(conn, &second, after, limit, along).await?;
        if !hits.is_empty() {
            return Ok((second, hits));
        }
    }
    Ok((search, Vec::new()))
}

/// The names of the hits with their matching words marked, if the client wants to see them.
async fn marked_names(
    ctx: &Context<'_>,
    conn: &Conn,
    search: &Search,
    hits: &Found,
) -> Result<HashMap<ProductId, String>> {
    let wanted = ctx.wants("nodes.highlight") || ctx.wants("edges.node.highlight");
    if search.term().is_empty() || !wanted {
        return Ok(HashMap::new());
    }
    let ids: Vec<ProductId> = hits.iter().map(|(_, (product, ..))| product.id).collect();
    Ok(model::mark_names(conn, search, &ids).await?.into_iter().collect())
}

fn hit(marked: &HashMap<ProductId, String>, product: Product) -> SearchHit {
    SearchHit { highlight: split_marks(marked.get(&product.id).unwrap_or(&product.name)), product }
}

/// Cuts a text at its marks.
fn split_marks(text: &str) -> Vec<HighlightPart> {
    let mut parts = Vec::new();
    let mut matched = false;
    for piece in text.split(['\u{2}', '\u{3}']) {
        if !piece.is_empty() {
            parts.push(HighlightPart { text: piece.to_owned(), matched });
        }
        matched = !matched;
    }
    parts
}
