//! [`Lines`]: bytes, cut anywhere, as lines.

use bytes::BytesMut;

/// What came and is no whole line yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: BytesMut,
    /// So many bytes of it hold no line break.
    searched: usize,
    /// The last line ended with CR at the end of what had come: an LF after it belongs to it.
    after_cr: bool,
}

impl Lines {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that are kept.
    pub(super) fn kept(&self) -> usize {
        self.buffer.len()
    }

    /// The next line, without what ends it: LF, CR LF, or CR.
    pub(super) fn next(&mut self) -> Option<BytesMut> {
        if self.after_cr && !self.buffer.is_empty() {
            self.after_cr = false;
            if self.buffer[0] == b'\n' {
                self.skip();
            }
        }
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let Some(at) = self.buffer[self.searched..].iter().position(is_break) else {
            self.searched = self.buffer.len();
            return None;
        };
        let line = self.buffer.split_to(self.searched + at);
        self.searched = 0;
        self.after_cr = self.skip() == Some(b'\r');
        Some(line)
    }

    /// Passes over one byte.
    fn skip(&mut self) -> Option<u8> {
        let byte = self.buffer.first().copied()?;
        let _ = self.buffer.split_to(1);
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of `text`, given in pieces of `size` bytes.
    fn lines(text: &str, size: usize) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for piece in text.as_bytes().chunks(size) {
            lines.add(piece);
            while let Some(line) = lines.next() {
                found.push(String::from_utf8(line.to_vec()).unwrap());
            }
        }
        found
    }

    #[test]
    fn every_line_break_counts_once_wherever_the_bytes_are_cut() {
        let text = "one\ntwo\r\nthree\rfour\n\n\r\n\rrest";
        for size in 1..=text.len() {
            let found = lines(text, size);
            assert_eq!(found, ["one", "two", "three", "four", "", "", ""], "{size}");
        }
    }
}
