//! Which of the two JSON media types an answer has (GraphQL over HTTP, section "Accept"; RFC 9110 §12.5.1).

use http::{HeaderMap, HeaderValue, header};

/// Media type of an answer. It decides the status of well-formed answers that hold only errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells how it went.
    GraphqlResponse,
    /// `application/json`: for older clients; 200 whenever the answer is a GraphQL response.
    Json,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// What the client wants, or `None` when it accepts neither type.
pub fn accepted(headers: &HeaderMap) -> Option<Media> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Some(Media::Json);
    }
    let mut wishes = Wishes::default();
    for range in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
        wishes.add(range);
    }
    wishes.choose()
}

/// How a range names a type: the more specific one wins over its quality (RFC 9110).
type Wish = Option<(u8, u16)>;

#[derive(Default)]
struct Wishes {
    graphql: Wish,
    json: Wish,
}

impl Wishes {
    fn add(&mut self, range: &str) {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let mut quality = 1_000;
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            match name.as_str() {
                "q" => quality = thousandths(value),
                "charset" if !is_utf8(value) => return,
                _ => {}
            }
        }
        let keep = |wish: &mut Wish, specific: u8| match wish {
            Some((known, _)) if *known > specific => {}
            _ => *wish = Some((specific, quality)),
        };
        match media.as_str() {
            "application/graphql-response+json" => keep(&mut self.graphql, 3),
            "application/json" => keep(&mut self.json, 3),
            "application/*" | "*/*" | "*" => {
                let specific = if media == "application/*" { 2 } else { 1 };
                keep(&mut self.graphql, specific);
                keep(&mut self.json, specific);
            }
            _ => {}
        }
    }

    /// The better wish; when both are equal, the new type only for clients that named it.
    fn choose(self) -> Option<Media> {
        let quality = |wish: Wish| wish.map_or(0, |(_, quality)| quality);
        let (graphql, json) = (quality(self.graphql), quality(self.json));
        let named = matches!(self.graphql, Some((3, _)));
        match () {
            () if graphql == 0 && json == 0 => None,
            () if graphql > json || (graphql == json && named) => Some(Media::GraphqlResponse),
            () => Some(Media::Json),
        }
    }
}

/// A quality such as `0.85` in thousandths; a malformed one counts as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    match (whole, format!("{fraction:0<3}").parse::<u16>()) {
        ("1", Ok(0)) if digits => 1_000,
        ("0", Ok(n)) if digits => n,
        _ => 0,
    }
}

/// Whether a charset parameter is UTF-8, the only encoding that JSON has.
pub fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether a `Content-Type` is JSON in UTF-8.
pub fn is_json(value: Option<&HeaderValue>) -> bool {
    let Some(text) = value.and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = text.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts
        .filter_map(|part| part.split_once('='))
        .all(|(name, value)| !name.trim().eq_ignore_ascii_case("charset") || is_utf8(value.trim().trim_matches('"')))
}
