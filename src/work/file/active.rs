//! Whether a PDF brings along what runs, opens or hides something. Pure.

/// Names of PDF's actions and keys (ISO 32000) that no paper needs: scripts, programs to start, and files inside. A
/// script is an action of type `JavaScript` or `Rendition`; its key, `JS`, is too short to tell it from chance. What
/// happens on opening (`OpenAction`) is mostly a page that is shown, and many tools write it.
const ACTIVE: [&[u8]; 5] = [b"JavaScript", b"Rendition", b"Launch", b"EmbeddedFile", b"EmbeddedFiles"];

/// Longest name that is looked at: three bytes for each escaped letter of the longest.
const LONGEST: usize = 3 * 16;

/// Looks for names of active content in the bytes of a PDF, in pieces of any size.
///
/// A scan of bytes, no parser: it takes `/J#61vaScript` for what it is, and looks everywhere, so that no comment and no
/// string leads it astray. It cannot see into compressed object streams, which are decompressed only by a reader.
#[derive(Debug, Default)]
pub struct ActiveContent {
    /// The name in work, escapes unresolved, behind its slash.
    name: Option<Vec<u8>>,
    found: bool,
}

impl ActiveContent {
    /// Looks at the next bytes.
    pub fn look_at(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match &mut self.name {
                Some(name) if is_regular(*byte) => {
                    // One more than fits tells a name that is too long.
                    if name.len() <= LONGEST {
                        name.push(*byte);
                    }
                }
                _ => {
                    self.end_name();
                    self.name = (*byte == b'/').then(Vec::new);
                }
            }
        }
    }

    /// Whether active content was found, once all bytes were looked at.
    pub fn found(mut self) -> bool {
        self.end_name();
        self.found
    }

    fn end_name(&mut self) {
        let Some(name) = self.name.take() else { return };
        self.found |= ACTIVE.contains(&resolved(&name).as_slice());
    }
}

/// Neither white space nor a delimiter: part of a name (ISO 32000, 7.2.3).
fn is_regular(byte: u8) -> bool {
    !matches!(byte, b'\0' | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
        && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// A name with its escapes (`#4a` is J) resolved; what is no escape stays.
fn resolved(name: &[u8]) -> Vec<u8> {
    let hex = |at: usize| name.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(name.len()), 0);
    while let Some(byte) = name.get(at) {
        match (byte, hex(at + 1).zip(hex(at + 2))) {
            (b'#', Some((high, low))) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'#'));
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}
