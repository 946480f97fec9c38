//! A look at a document's text before it is parsed. The parser descends once per bracket and limits that only
//! afterwards, so a text must be proven harmless first: neither nested too deep nor too long.

use std::iter::Peekable;

/// Deepest nesting of brackets of all kinds. The parser's own limit, met only after its descent, is 64 fields.
const MAX_NESTING: usize = 60;
/// Most names, numbers, strings and marks. Validation takes time for each of them, at worst for each pair.
const MAX_TOKENS: usize = 10_000;

/// The number of tokens, or a sentence that says why the text is not even parsed.
pub fn tokens(text: &str) -> Result<usize, String> {
    let mut scan = Scan { bytes: text.bytes().peekable(), nesting: 0, tokens: 0 };
    while let Some(byte) = scan.bytes.next() {
        scan.byte(byte);
        if scan.nesting > MAX_NESTING {
            return Err(format!("brackets are nested deeper than {MAX_NESTING}"));
        }
        if scan.tokens > MAX_TOKENS {
            return Err(format!("the document has more than {MAX_TOKENS} tokens"));
        }
    }
    Ok(scan.tokens)
}

struct Scan<I: Iterator<Item = u8>> {
    bytes: Peekable<I>,
    nesting: usize,
    tokens: usize,
}

impl<I: Iterator<Item = u8>> Scan<I> {
    fn byte(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => return,
            b'#' => {
                while self.bytes.next_if(|b| !matches!(b, b'\n' | b'\r')).is_some() {}
                return;
            }
            b'{' | b'[' | b'(' => self.nesting += 1,
            b'}' | b']' | b')' => self.nesting = self.nesting.saturating_sub(1),
            b'"' => self.string(),
            b if is_word(b) => while self.bytes.next_if(|b| is_word(*b)).is_some() {},
            _ => {}
        }
        self.tokens += 1;
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
        self.bytes.next_if_eq(&b'"').is_some()
    }

    fn line_string(&mut self) {
        while let Some(byte) = self.bytes.next() {
            match byte {
                b'"' | b'\n' | b'\r' => return,
                b'\\' => {
                    self.bytes.next();
                }
                _ => {}
            }
        }
    }

    fn block_string(&mut self) {
        let mut marks = 0;
        while let Some(byte) = self.bytes.next() {
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
