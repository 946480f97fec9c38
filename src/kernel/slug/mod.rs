//! Slugs: the readable part of a page's address. A changed slug leaves a redirect behind.

mod model;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

pub use model::{SlugKind, follow_redirect, leave_redirect};

/// Longest slug.
pub const MAX_SLUG: usize = 120;

/// A slug made from a name: lower-case Latin letters and digits joined by hyphens, accents taken off. Empty when the
/// name has none of either (it is written in another script): use the ID then.
pub fn slugify(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_combining_mark(*c)) {
        if slug.len() >= MAX_SLUG {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && !matches!(c, '\'' | '’') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The slug that a client gave, or one made from the name; a sentence when it is malformed.
pub fn choose(given: Option<&str>, name: &str, id: Uuid) -> Result<String, String> {
    match given.map(str::trim) {
        Some(slug) if !slug.is_empty() && slug == slugify(slug) => Ok(slug.to_owned()),
        Some(slug) => {
            Err(format!("{slug:?} is not a slug: use a-z, 0-9 and single hyphens, at most {MAX_SLUG} characters"))
        }
        None => {
            let slug = slugify(name);
            Ok(if slug.is_empty() { id.simple().to_string() } else { slug })
        }
    }
}

/// A slug that nobody else has: the given one with the tail of the row's ID, which is random.
pub fn with_tail(slug: &str, id: Uuid) -> String {
    let hex = id.simple().to_string();
    let tail = hex.get(24..).unwrap_or_default();
    let head: String = slug.chars().take(MAX_SLUG - 9).collect();
    format!("{head}-{tail}")
}
