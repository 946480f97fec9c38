//! A look at a document's text before it is parsed. The parser descends once per bracket and limits that only
//! afterwards, so a text must be proven harmless first: neither nested too deep nor too long. And it keeps the last of
//! an input object's fields of one name, so that repeated ones can only be seen here (GraphQL specification, 5.6.3).

use std::collections::HashSet;

/// Deepest nesting of brackets of all kinds. The parser's own limit, met only after its descent, is 64 fields.
const MAX_NESTING: usize = 60;
/// Most names, numbers, strings and marks. Validation takes time for each of them, at worst for each pair.
const MAX_TOKENS: usize = 10_000;

/// Why a text is not even parsed.
#[derive(Debug, PartialEq, Eq)]
pub enum Unparsed {
    /// Which limit it breaks.
    TooComplex(String),
    /// The name that an input object has twice.
    RepeatedField(String),
}

/// The number of tokens.
pub fn tokens(text: &str) -> Result<usize, Unparsed> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0, open: Vec::new(), word: None, tokens: 0 };
    while let Some(byte) = scan.next() {
        scan.byte(byte)?;
        if scan.open.len() > MAX_NESTING {
            return Err(Unparsed::TooComplex(format!("brackets are nested deeper than {MAX_NESTING}")));
        }
        if scan.tokens > MAX_TOKENS {
            return Err(Unparsed::TooComplex(format!("the document has more than {MAX_TOKENS} tokens")));
        }
    }
    Ok(scan.tokens)
}

/// An open bracket; with the names before a colon, where it is an input object's.
struct Open<'a> {
    bracket: u8,
    fields: HashSet<&'a [u8]>,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open<'a>>,
    /// The token just read, where it is a word.
    word: Option<&'a [u8]>,
    tokens: usize,
}

impl<'a> Scan<'a> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn next_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        let found = self.bytes.get(self.at).is_some_and(|byte| wanted(*byte));
        self.at += usize::from(found);
        found
    }

    fn byte(&mut self, byte: u8) -> Result<(), Unparsed> {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => return Ok(()),
            b'#' => {
                while self.next_if(|b| !matches!(b, b'\n' | b'\r')) {}
                return Ok(());
            }
            b':' => self.colon()?,
            b'{' | b'[' | b'(' => self.open.push(Open { bracket: byte, fields: HashSet::new() }),
            b'}' | b']' | b')' => drop(self.open.pop()),
            b'"' => self.string(),
            b if is_word(b) => {
                self.word();
                return Ok(());
            }
            _ => {}
        }
        self.word = None;
        self.tokens += 1;
        Ok(())
    }

    fn word(&mut self) {
        let start = self.at - 1;
        while self.next_if(is_word) {}
        self.word = self.bytes.get(start..self.at);
        self.tokens += 1;
    }

    /// After a word between braces, somewhere inside parentheses, it makes that word the name of an input field.
    fn colon(&mut self) -> Result<(), Unparsed> {
        let in_arguments = self.open.iter().any(|open| open.bracket == b'(');
        let object = self.open.last_mut().filter(|open| in_arguments && open.bracket == b'{');
        match (object, self.word) {
            (Some(object), Some(name)) if !object.fields.contains(name) => drop(object.fields.insert(name)),
            (Some(_), Some(name)) => return Err(Unparsed::RepeatedField(String::from_utf8_lossy(name).into_owned())),
            _ => {}
        }
        Ok(())
    }

    /// The rest of a string after its first quotation mark.
    fn string(&mut self) {
        if !self.quote() {
            self.line_string();
        } else if self.quote() {
            self.block_string();
        }
    }

    fn quote(&mut self) -> bool {
        self.next_if(|byte| byte == b'"')
    }

    fn line_string(&mut self) {
        while let Some(byte) = self.next() {
            match byte {
                b'"' | b'\n' | b'\r' => return,
                b'\\' => {
                    self.next();
                }
                _ => {}
            }
        }
    }

    fn block_string(&mut self) {
        let mut marks = 0;
        while let Some(byte) = self.next() {
            marks = match byte {
                b'"' => marks + 1,
                b'\\' => {
                    // `\"""` does not end the string.
                    while self.quote() {}
                    0
                }
                _ => 0,
            };
            if marks == 3 {
                return;
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || byte >= 0x80
}
