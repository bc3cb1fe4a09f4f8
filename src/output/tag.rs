//! `--tag` and `--tagstring`: a prefix for every line of a job's output.
//!
//! Boundary: bytes in, bytes out, for one stream of one job. A last line
//! without its newline is tagged and not completed.

/// Puts the tag before each line.
#[derive(Debug, Default)]
pub struct Tagger {
    inside_line: bool,
}

impl Tagger {
    /// A stream at its start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends `chunk` to `out`, with `tag` before each line that begins in it.
    pub fn apply(&mut self, tag: &[u8], chunk: &[u8], out: &mut Vec<u8>) {
        for line in chunk.split_inclusive(|byte| *byte == b'\n') {
            if !self.inside_line {
                out.extend_from_slice(tag);
            }
            out.extend_from_slice(line);
            self.inside_line = !line.ends_with(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(chunks: &[&[u8]]) -> Vec<u8> {
        let (mut tagger, mut out) = (Tagger::new(), Vec::new());
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
    }
}
