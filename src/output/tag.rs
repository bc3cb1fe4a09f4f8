//! `--tag` and `--tagstring`: a prefix for every line of a job's output.
//!
//! Boundary: bytes in, bytes out, for one stream of one job. A last line
//! without its newline is tagged and not completed.

use crate::template::Text;

/// What stands before each line.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The prefix.
    pub text: Text,
    /// Where it stands.
    pub lines: LineEnd,
}

/// What ends a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnd {
    /// A newline.
    #[default]
    Newline,
    /// A carriage return as well, even before a newline: GNU parallel tags what
    /// a progress bar draws over.
    NewlineOrReturn,
}

/// Puts the tag before each line.
#[derive(Debug, Default)]
pub struct Tagger {
    lines: LineEnd,
    inside_line: bool,
}

impl Tagger {
    /// A stream at its start.
    pub fn new(lines: LineEnd) -> Self {
        Self {
            lines,
            inside_line: false,
        }
    }

    /// Appends `chunk` to `out`, with `tag` before each line that begins in it.
    pub fn apply(&mut self, tag: &[u8], chunk: &[u8], out: &mut Vec<u8>) {
        let lines = self.lines;
        for line in chunk.split_inclusive(|byte| lines.is_end(*byte)) {
            if !self.inside_line {
                out.extend_from_slice(tag);
            }
            out.extend_from_slice(line);
            self.inside_line = !line.last().is_some_and(|byte| lines.is_end(*byte));
        }
    }
}

impl LineEnd {
    fn is_end(self, byte: u8) -> bool {
        byte == b'\n' || byte == b'\r' && self == Self::NewlineOrReturn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(chunks: &[&[u8]]) -> Vec<u8> {
        tagged_at(LineEnd::Newline, chunks)
    }

    fn tagged_at(lines: LineEnd, chunks: &[&[u8]]) -> Vec<u8> {
        let (mut tagger, mut out) = (Tagger::new(lines), Vec::new());
        for chunk in chunks {
            tagger.apply(b"T\t", chunk, &mut out);
        }
        out
    }

    #[test]
    fn every_line_is_tagged_once_however_it_is_cut() {
        assert_eq!(tagged(&[b"a\nb\n"]), b"T\ta\nT\tb\n");
        assert_eq!(tagged(&[b"a", b"b\n", b"c"]), b"T\tab\nT\tc");
        assert_eq!(tagged(&[b"", b"\n", b"\n"]), b"T\t\nT\t\n");
        assert_eq!(tagged(&[]), b"");
        assert_eq!(tagged(&[b"a\rb\r", b"\n"]), b"T\ta\rb\r\n");
    }

    #[test]
    fn gnu_parallel_tags_behind_a_carriage_return() {
        // As 20221122 does, grouped and with --line-buffer.
        let tagged = |chunks: &[&[u8]]| tagged_at(LineEnd::NewlineOrReturn, chunks);
        assert_eq!(tagged(&[b"a\rb\n"]), b"T\ta\rT\tb\n");
        assert_eq!(tagged(&[b"a\r", b"\nb\r"]), b"T\ta\rT\t\nT\tb\r");
    }
}
