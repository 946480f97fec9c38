//! Names turned into parts of addresses.

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// Longest slug made from a name.
const MAX: usize = 80;

/// `Amul Taaza Homogenised Toned Milk, 1 L` becomes `amul-taaza-homogenised-toned-milk-1-l`; empty for a name without
/// Latin letters or digits.
pub fn slugify(name: &str) -> String {
    let mut slug = String::with_capacity(name.len().min(MAX));
    if name.is_ascii() {
        append(&mut slug, name.chars());
    } else {
        append(&mut slug, name.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)));
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

fn append(slug: &mut String, chars: impl Iterator<Item = char>) {
    for c in chars {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= MAX {
            return;
        }
    }
}

/// The slug with the random end of the row's ID behind it; for a name that is taken or has no Latin letter.
pub fn distinct(slug: &str, kind: &str, id: Uuid) -> String {
    let base = if slug.is_empty() { kind } else { slug };
    let hex = id.simple().to_string();
    let tail = hex.get(hex.len().saturating_sub(8)..).unwrap_or(&hex);
    format!("{base}-{tail}")
}
