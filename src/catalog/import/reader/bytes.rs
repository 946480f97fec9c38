//! From bytes to UTF-8: byte order marks, UTF-16 and Windows-1252.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::read_up_to;

/// How much of the file decides its encoding and delimiter.
const SAMPLE: usize = 64 * 1024;
const CHUNK: usize = 32 * 1024;

/// A source of bytes in UTF-8, or in Windows-1252 where a UTF-8 file breaks its promise later on.
pub struct Utf8<R> {
    source: R,
    /// Read ahead to guess the encoding; served first.
    sample: Vec<u8>,
    served: usize,
    /// Present when bytes must be converted.
    decoder: Option<Decoder>,
    decoded: String,
    decoded_served: usize,
    ended: bool,
}

impl<R: Read> Utf8<R> {
    /// Looks at the beginning of the source.
    pub fn new(mut source: R) -> io::Result<Self> {
        let mut sample = vec![0; SAMPLE];
        let filled = read_up_to(&mut source, &mut sample)?;
        sample.truncate(filled);
        let (encoding, mark) = guess(&sample, filled < SAMPLE);
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let decoded = String::with_capacity(CHUNK * 3);
        Ok(Self { source, sample, served: mark, decoder, decoded, decoded_served: 0, ended: false })
    }

    fn raw(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = self.sample.get(self.served..).unwrap_or(&[]);
        if rest.is_empty() {
            return self.source.read(buffer);
        }
        let n = rest.len().min(buffer.len());
        if let (Some(from), Some(to)) = (rest.get(..n), buffer.get_mut(..n)) {
            to.copy_from_slice(from);
        }
        self.served += n;
        Ok(n)
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let mut chunk = [0; CHUNK];
        self.decoded.clear();
        self.decoded_served = 0;
        while self.decoded.is_empty() && !self.ended {
            let n = self.raw(&mut chunk)?;
            self.ended = n == 0;
            if let Some(decoder) = &mut self.decoder {
                let bytes = chunk.get(..n).unwrap_or(&[]);
                let _replaced = decoder.decode_to_string(bytes, &mut self.decoded, self.ended);
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.decoder.is_none() {
            return self.raw(buffer);
        }
        if self.decoded_served == self.decoded.len() {
            self.decode_more()?;
        }
        let rest = self.decoded.as_bytes().get(self.decoded_served..).unwrap_or(&[]);
        let n = rest.len().min(buffer.len());
        if let (Some(from), Some(to)) = (rest.get(..n), buffer.get_mut(..n)) {
            to.copy_from_slice(from);
        }
        self.decoded_served += n;
        Ok(n)
    }
}

/// The encoding, and the length of the byte order mark. `whole`: the sample is the whole file.
fn guess(sample: &[u8], whole: bool) -> (&'static Encoding, usize) {
    if let Some((encoding, mark)) = Encoding::for_bom(sample) {
        return (encoding, mark);
    }
    // Latin text in UTF-16 has a zero in every second byte.
    let pairs = sample.len() / 2;
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    if pairs > 0 && zeros(1) * 2 > pairs && zeros(0) * 10 < pairs {
        return (UTF_16LE, 0);
    }
    if pairs > 0 && zeros(0) * 2 > pairs && zeros(1) * 10 < pairs {
        return (UTF_16BE, 0);
    }
    match std::str::from_utf8(sample) {
        Ok(_) => (UTF_8, 0),
        // A character cut in two by the end of the sample.
        Err(error) if error.error_len().is_none() && !whole => (UTF_8, 0),
        Err(_) => (WINDOWS_1252, 0),
    }
}
