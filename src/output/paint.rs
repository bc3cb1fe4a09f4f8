//! Output in colours: a background for each job, or for the jobs that failed.
//!
//! Boundary: bytes in, bytes out, for one stream of one job. The codes are
//! those of ECMA-48 (SGR) with the 256 colours that xterm numbers.

/// What is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Nothing.
    #[default]
    Nothing,
    /// Each job's lines, in a colour of the job (`--color`).
    Jobs,
    /// The lines of jobs that failed, in red (`--color-failed`).
    Failed,
}

/// A colour, as what begins a line in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colour(Vec<u8>);

/// The backgrounds of the first jobs and the text on them, as GNU parallel
/// 20221122 was seen to paint them: a script may have learnt to read those.
const FIRST: [(u64, u64); 24] = [
    (134, 231),
    (21, 231),
    (243, 231),
    (149, 0),
    (102, 231),
    (231, 0),
    (203, 231),
    (78, 0),
    (73, 231),
    (208, 0),
    (167, 231),
    (6, 0),
    (44, 231),
    (22, 231),
    (244, 231),
    (150, 0),
    (103, 231),
    (249, 0),
    (204, 231),
    (79, 0),
    (74, 231),
    (209, 0),
    (168, 231),
    (7, 0),
];

/// Ends a line in any colour.
const END: &[u8] = b"\x1b[m";

impl Colour {
    /// The colour of job `seq`: after the first ones it is of the 216 in the
    /// cube of xterm, each a good way from the one before.
    pub fn of_job(seq: u64) -> Self {
        let first = usize::try_from(seq.saturating_sub(1)).ok();
        if let Some((background, text)) = first.and_then(|first| FIRST.get(first)) {
            return Self::new(*background, *text);
        }
        // 109 and 216 have no factor in common: all are used before one is
        // used again.
        let cube = (seq % 216 * 109 + 9) % 216;
        let (red, green, blue) = (cube / 36, cube / 6 % 6, cube % 6);
        // As bright as the eye sees it: on what is light, text is black.
        let is_light = 3 * red + 6 * green + blue > 25;
        Self::new(16 + cube, if is_light { 0 } else { 231 })
    }

    /// White on red.
    pub fn of_failure() -> Self {
        Self::new(196, 231)
    }

    fn new(background: u64, text: u64) -> Self {
        Self(format!("\x1b[48;5;{background:03};38;5;{text:03}m\x1b[K").into_bytes())
    }
}

/// Paints one stream.
#[derive(Debug, Default)]
pub struct Painter {
    inside_line: bool,
}

impl Painter {
    /// Appends `chunk` to `out`, each line in the colour.
    pub fn apply(&mut self, colour: &Colour, chunk: &[u8], out: &mut Vec<u8>) {
        for line in chunk.split_inclusive(|byte| *byte == b'\n') {
            if !self.inside_line {
                out.extend_from_slice(&colour.0);
            }
            self.inside_line = true;
            if let Some(line) = line.strip_suffix(b"\n") {
                out.extend_from_slice(line);
                self.finish(out);
            } else {
                out.extend_from_slice(line);
            }
        }
    }

    /// Ends a line that is open: a colour must not run on.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.inside_line) {
            out.extend_from_slice(END);
            out.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_painted_once_however_it_is_cut() {
        let colour = Colour(b"<".to_vec());
        let painted = |chunks: &[&[u8]]| {
            let (mut painter, mut out) = (Painter::default(), Vec::new());
            for chunk in chunks {
                painter.apply(&colour, chunk, &mut out);
            }
            painter.finish(&mut out);
            out.escape_ascii().to_string()
        };
        let whole = r"<a\x1b[m\n<b\x1b[m\n";
        assert_eq!(painted(&[b"a\nb\n"]), whole);
        assert_eq!(painted(&[b"a", b"\nb"]), whole);
        assert_eq!(painted(&[b"", b""]), "");
        assert_eq!(painted(&[b"\n"]), r"<\x1b[m\n");
    }

    #[test]
    fn jobs_that_follow_each_other_differ() {
        assert!(Colour::of_job(1).0.starts_with(b"\x1b[48;5;134;38;5;231m"));
        let colours: std::collections::BTreeSet<_> =
            (25..=240).map(|seq| Colour::of_job(seq).0).collect();
        assert_eq!(colours.len(), 216);
        assert!(Colour::of_job(24).0.starts_with(b"\x1b[48;5;007;38;5;000m"));
    }
}
