//! Which column of a file feeds which field: by name, by the caller's word, or by a default.

use std::borrow::Cow;

use super::reader::{FileFault, Row};

/// A field that a kind of import knows.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name that callers map by.
    pub name: &'static str,
    /// Normalised headers that mean it, the most telling first.
    pub aliases: &'static [&'static str],
}

/// Fields with open names, such as `attr:flavour`.
#[derive(Clone, Copy, Debug)]
pub struct OpenField {
    /// `attr:`
    pub prefix: &'static str,
    /// Headers without the prefix that belong here all the same: normalised header, name.
    pub aliases: &'static [(&'static str, &'static str)],
}

/// What the caller says about columns.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Wishes {
    /// Field and header, or field and template: `name` and `{Commodity} {Variety}`.
    #[serde(default)]
    pub mapping: Vec<(String, String)>,
    /// Field and the value of rows that have none.
    #[serde(default)]
    pub defaults: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
enum Source {
    Column(usize),
    Template(Vec<Piece>),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Column(usize),
}

impl Source {
    fn read<'r>(&self, row: &'r Row) -> Cow<'r, str> {
        match self {
            Self::Column(at) => Cow::Borrowed(row.cell(*at).trim()),
            Self::Template(pieces) => Cow::Owned(fill(pieces, row)),
        }
    }
}

/// A template none of whose columns has a value is empty, whatever text stands between them.
fn fill(pieces: &[Piece], row: &Row) -> String {
    let (mut out, mut any) = (String::new(), false);
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Column(at) => {
                let cell = row.cell(*at).trim();
                any |= !cell.is_empty();
                out.push_str(cell);
            }
        }
    }
    if any { super::value::line(&out) } else { String::new() }
}

/// The columns of one file, understood.
#[derive(Clone, Debug)]
pub struct Columns {
    sources: Vec<Option<Source>>,
    defaults: Vec<Option<String>>,
    labels: Vec<String>,
    open: Vec<OpenColumn>,
    /// Headers that feed nothing.
    pub unmapped: Vec<String>,
    /// Number of columns.
    pub width: usize,
}

#[derive(Clone, Debug)]
struct OpenColumn {
    prefix: &'static str,
    name: String,
    label: String,
    source: Source,
}

impl Columns {
    /// Matches a header with the fields; a wish that names an unknown field or column is an error.
    pub fn understand(header: &Row, fields: &[Field], open: &[OpenField], wishes: &Wishes) -> Result<Self, FileFault> {
        let headers: Vec<String> = header.cells().map(|cell| cell.trim().to_owned()).collect();
        let normal: Vec<String> = headers.iter().map(|header| normalise(header)).collect();
        let mut used = vec![false; headers.len()];
        let none = vec![None; fields.len()];
        let labels = fields.iter().map(|field| field.name.to_owned()).collect();
        let mut columns = Self {
            sources: none.clone(),
            defaults: vec![None; fields.len()],
            labels,
            open: Vec::new(),
            unmapped: Vec::new(),
            width: headers.len(),
        };
        for (field, wish) in &wishes.mapping {
            columns.map(field, wish, &headers, &normal, fields, open, &mut used)?;
        }
        for (field, value) in &wishes.defaults {
            let at = position(fields, field)?;
            if let Some(default) = columns.defaults.get_mut(at) {
                *default = Some(value.trim().to_owned());
            }
        }
        columns.match_aliases(&headers, &normal, fields, &mut used);
        columns.match_open(&headers, &normal, open, &mut used);
        columns.unmapped =
            headers.iter().zip(&used).filter(|(h, used)| !**used && !h.is_empty()).map(|p| p.0.clone()).collect();
        Ok(columns)
    }

    /// Whether the fields that the caller names exist; else which argument is wrong, and why.
    pub fn check_names(fields: &[Field], open: &[OpenField], wishes: &Wishes) -> Result<(), (&'static str, String)> {
        let is_open = |name: &str| open.iter().any(|open| name.starts_with(open.prefix));
        for (field, _) in wishes.mapping.iter().filter(|(field, _)| !is_open(field)) {
            position(fields, field).map_err(|fault| ("mapping", fault.message))?;
        }
        for (field, _) in &wishes.defaults {
            position(fields, field).map_err(|fault| ("defaults", fault.message))?;
        }
        Ok(())
    }

    fn map(
        &mut self,
        field: &str,
        wish: &str,
        headers: &[String],
        normal: &[String],
        fields: &[Field],
        open: &[OpenField],
        used: &mut [bool],
    ) -> Result<(), FileFault> {
        let source = if wish.contains('{') {
            Source::Template(template(wish, headers, normal, used)?)
        } else {
            Source::Column(find(wish, headers, normal, used)?)
        };
        if let Some((prefix, name)) =
            open.iter().find_map(|o| field.strip_prefix(o.prefix).map(|name| (o.prefix, name)))
        {
            self.open.push(OpenColumn { prefix, name: normalise(name), label: wish.to_owned(), source });
            return Ok(());
        }
        let at = position(fields, field)?;
        if let (Some(slot), Some(label)) = (self.sources.get_mut(at), self.labels.get_mut(at)) {
            *slot = Some(source);
            *label = wish.to_owned();
        }
        Ok(())
    }

    fn match_aliases(&mut self, headers: &[String], normal: &[String], fields: &[Field], used: &mut [bool]) {
        for (at, field) in fields.iter().enumerate() {
            let Some(slot) = self.sources.get_mut(at).filter(|slot| slot.is_none()) else { continue };
            let found = field
                .aliases
                .iter()
                .find_map(|alias| normal.iter().zip(used.iter()).position(|(header, used)| !used && header == alias));
            let Some(column) = found else { continue };
            *slot = Some(Source::Column(column));
            if let (Some(label), Some(used)) = (self.labels.get_mut(at), used.get_mut(column)) {
                *used = true;
                if let Some(header) = headers.get(column) {
                    label.clone_from(header);
                }
            }
        }
    }

    fn match_open(&mut self, headers: &[String], normal: &[String], open: &[OpenField], used: &mut [bool]) {
        for (column, used) in used.iter_mut().enumerate().filter(|(_, used)| !**used) {
            let (Some(header), Some(normal)) = (headers.get(column), normal.get(column)) else { continue };
            let found = open.iter().find_map(|open| {
                let lower = header.to_lowercase();
                let prefixed = lower.strip_prefix(open.prefix).map(normalise);
                let alias =
                    || open.aliases.iter().find(|(alias, _)| alias == normal).map(|(_, name)| (*name).to_owned());
                prefixed.or_else(alias).filter(|name| !name.is_empty()).map(|name| (open.prefix, name))
            });
            if let Some((prefix, name)) = found {
                *used = true;
                self.open.push(OpenColumn { prefix, name, label: header.clone(), source: Source::Column(column) });
            }
        }
    }

    /// Whether any column or default feeds the field at this position.
    pub fn feeds(&self, field: usize) -> bool {
        self.sources.get(field).is_some_and(Option::is_some) || self.defaults.get(field).is_some_and(Option::is_some)
    }

    /// A row's value of the field at this position, without blanks around it; empty when there is none.
    pub fn get<'r>(&'r self, row: &'r Row, field: usize) -> Cow<'r, str> {
        let value = match self.sources.get(field) {
            Some(Some(source)) => source.read(row),
            _ => Cow::Borrowed(""),
        };
        match self.defaults.get(field) {
            Some(Some(default)) if value.is_empty() => Cow::Borrowed(default),
            _ => value,
        }
    }

    /// What the file calls the field at this position.
    pub fn label(&self, field: usize) -> &str {
        self.labels.get(field).map_or("", String::as_str)
    }

    /// A row's values of open fields with this prefix: name, label, value; empty ones are left out.
    pub fn open<'r>(
        &'r self,
        row: &'r Row,
        prefix: &'static str,
    ) -> impl Iterator<Item = (&'r str, &'r str, Cow<'r, str>)> {
        self.open
            .iter()
            .filter(move |open| open.prefix == prefix)
            .map(|open| (open.name.as_str(), open.label.as_str(), open.source.read(row)))
            .filter(|(_, _, value)| !value.is_empty())
    }
}

/// `Product Name (EN)` becomes `product_name_en`.
pub fn normalise(header: &str) -> String {
    let mut out = String::with_capacity(header.len());
    for c in header.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    out
}

fn position(fields: &[Field], name: &str) -> Result<usize, FileFault> {
    let wanted = normalise(name);
    fields.iter().position(|field| field.name == wanted).ok_or_else(|| {
        let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
        FileFault::new("UNKNOWN_FIELD", format!("there is no field {name:?}; known are {}", known.join(", ")))
    })
}

fn find(wish: &str, headers: &[String], normal: &[String], used: &mut [bool]) -> Result<usize, FileFault> {
    let same = |header: &String| header == wish.trim();
    let at = headers.iter().position(same).or_else(|| {
        let wanted = normalise(wish);
        normal.iter().position(|header| *header == wanted)
    });
    let at = at.ok_or_else(|| FileFault::new("UNKNOWN_COLUMN", format!("the file has no column {wish:?}")))?;
    if let Some(used) = used.get_mut(at) {
        *used = true;
    }
    Ok(at)
}

fn template(wish: &str, headers: &[String], normal: &[String], used: &mut [bool]) -> Result<Vec<Piece>, FileFault> {
    let mut pieces = Vec::new();
    let mut rest = wish;
    while let Some((text, tail)) = rest.split_once('{') {
        let (name, after) = tail
            .split_once('}')
            .ok_or_else(|| FileFault::new("UNKNOWN_COLUMN", format!("the template {wish:?} lacks a closing brace")))?;
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Column(find(name, headers, normal, used)?));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}
