//! An error in a file, with the line it is in and a caret under the place.
//!
//! Boundary: text only. The form is that of the toml crate, with the file in
//! front; it is written here because toml cannot render an error of ours.

use std::fmt;
use std::ops::Range;

/// An error at a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    file: String,
    line: usize,
    column: usize,
    content: String,
    width: usize,
    message: String,
}

impl Located {
    /// The error `message` about the bytes `span` of the file's `text`.
    pub(super) fn new(file: &str, text: &str, span: Range<usize>, message: &str) -> Self {
        // A span is made of places in `text`; one that is not is shown at the end.
        let before = text.get(..span.start).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let content = text[start..].lines().next().unwrap_or("");
        let width = text
            .get(span)
            .and_then(|marked| marked.lines().next())
            .map_or(0, |marked| marked.chars().count());
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            content: content.to_owned(),
            width: width.max(1),
            message: message.trim_end().to_owned(),
        }
    }

    /// An error of the toml crate.
    pub(super) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(text.len()..text.len());
        Self::new(file, text, span, error.message())
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gutter = self.line.to_string().len();
        // Tabs keep their width under the line, so that the caret stands where it should.
        let indent: String = self
            .content
            .chars()
            .take(self.column - 1)
            .map(|char| if char == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{} | {}", self.line, self.content)?;
        write!(f, "{:gutter$} | {indent}{}", "", "^".repeat(self.width))
    }
}

impl std::error::Error for Located {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let text = "a = 1\n\tb = \"ä\" # c\n";
        let start = text.find("\"ä\"").unwrap();
        let located = Located::new("f.toml", text, start..start + 4, "wrong");
        assert_eq!(
            located.to_string(),
            "f.toml:2:6: wrong\n  |\n2 | \tb = \"ä\" # c\n  | \t    ^^^"
        );
    }

    #[test]
    fn a_place_at_the_end_or_past_it_is_shown_at_the_end() {
        for span in [6..6, 90..99] {
            let located = Located::new("f", "a = 1\n", span, "more\n");
            assert_eq!(located.to_string(), "f:2:1: more\n  |\n2 | \n  | ^");
        }
    }

    #[test]
    fn only_the_first_line_of_a_place_is_marked() {
        let located = Located::new("f", "ab\ncd", 1..5, "x");
        assert_eq!(located.to_string(), "f:1:2: x\n  |\n1 | ab\n  |  ^");
    }
}
