//! `--header`: names for columns.
//!
//! Boundary: checks and collects names; the template decides what of them is
//! a token.

use super::Record;
use super::error::{InputError, Origin};
use super::spec::Rules;

/// Names by column, from 0.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<(Vec<u8>, usize)>,
    rules: Rules,
}

impl Names {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            names: Vec::new(),
            rules,
        }
    }

    /// Adds the columns of a header; the first is column `offset`. A column
    /// without a name has its number only: tables are exported like that.
    pub(super) fn add_header(
        &mut self,
        header: &Record,
        offset: usize,
        origin: &Origin,
    ) -> Result<(), InputError> {
        for (at, name) in header
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.is_empty())
        {
            if let (Rules::Own, Some(problem)) = (self.rules, problem(name)) {
                return Err(InputError::BadName {
                    origin: origin.clone(),
                    name: name.to_vec(),
                    column: at + 1,
                    problem,
                });
            }
            self.add(name.to_vec(), offset + at)?;
        }
        Ok(())
    }

    /// Adds one name; a name for two columns is refused, as either choice
    /// would be silent.
    pub(super) fn add(&mut self, name: Vec<u8>, column: usize) -> Result<(), InputError> {
        if let Some((_, first)) = self.names.iter().find(|(known, _)| *known == name) {
            if self.rules == Rules::Gnu {
                return Ok(());
            }
            return Err(InputError::DuplicateName {
                name,
                first: first + 1,
                second: column + 1,
            });
        }
        self.names.push((name, column));
        Ok(())
    }

    pub(super) fn as_slice(&self) -> &[(Vec<u8>, usize)] {
        &self.names
    }
}

/// Why `<name>` could not stand for a column.
fn problem(name: &[u8]) -> Option<&'static str> {
    if name
        .iter()
        .any(|byte| b"<>".contains(byte) || byte.is_ascii_control())
    {
        return Some("which cannot be written between < and >");
    }
    let number = name.strip_prefix(b"-").unwrap_or(name);
    let digits = number
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let modifier = match (digits, number.len() == name.len()) {
        (0, true) => name,
        (0, false) => return None,
        _ => &number[digits..],
    };
    if matches!(modifier, b"" | b"." | b"/" | b"//" | b"/.") {
        return Some("which is another token");
    }
    matches!(name, b"#" | b"%").then_some("which is another token")
}

#[cfg(test)]
mod tests {
    use super::super::spec::{Header, SourcesSpec};
    use super::super::testing::{jobs, open, sources, stdin, words};
    use super::*;

    fn spec() -> SourcesSpec {
        SourcesSpec {
            sources: vec![stdin()],
            header: Header::FirstRecord,
            ..SourcesSpec::default()
        }
    }

    fn names(spec: SourcesSpec, bytes: &'static [u8]) -> Vec<(String, usize)> {
        let sources = sources(spec, bytes).unwrap();
        let text = |name: &[u8]| name.escape_ascii().to_string();
        sources
            .names()
            .iter()
            .map(|(name, column)| (text(name), *column))
            .collect()
    }

    #[test]
    fn the_first_record_names_columns_cut_at_tabs() {
        let bytes = b"x\ty z\t\n1\t2\n3\n4\t5\t6\t7\n";
        assert_eq!(
            names(spec(), bytes),
            [("x".to_owned(), 0), ("y z".to_owned(), 1)]
        );
        assert_eq!(
            jobs(open(spec(), &bytes[..])),
            ["[1][2][]", "[3][][]", "[4][5][6][7]"]
        );
    }

    #[test]
    fn columns_of_several_sources_are_numbered_on() {
        let spec = SourcesSpec {
            sources: vec![stdin(), words(&["c", "x"])],
            colsep: Some(",".to_owned()),
            ..spec()
        };
        let found = names(spec.clone(), b"a,b\n1\n");
        assert_eq!(
            found,
            [
                ("a".to_owned(), 0),
                ("b".to_owned(), 1),
                ("c".to_owned(), 2)
            ]
        );
        assert_eq!(jobs(open(spec.clone(), &b"a,b\n1\n"[..])), ["[1][][x]"]);
        let (_, error) = super::super::testing::drain(&mut open(spec, &b"a,b\n1,2,3\n"[..]));
        let message = error.unwrap().to_string();
        assert!(
            message.starts_with("record 2 of standard input has 3 columns and"),
            "{message}"
        );
    }

    #[test]
    fn a_header_alone_is_no_input_and_nothing_is_no_header() {
        assert_eq!(jobs(open(spec(), &b"a\tb\n"[..])), Vec::<String>::new());
        assert_eq!(names(spec(), b""), []);
        assert_eq!(jobs(open(spec(), &b""[..])), Vec::<String>::new());
    }

    #[test]
    fn names_that_cannot_be_used_are_refused() {
        for (bytes, message) in [
            (
                &b"a\tb\ta\n"[..],
                "the name 'a' stands for two columns (1 and 3)",
            ),
            (
                b"a\t2020\n",
                "the header of standard input names column 2 '2020', which is another",
            ),
            (
                b"-1\n",
                "the header of standard input names column 1 '-1', which is another token",
            ),
            (
                b"3/.\n",
                "the header of standard input names column 1 '3/.', which is another token",
            ),
            (
                b"#\n",
                "the header of standard input names column 1 '#', which is another token",
            ),
            (
                b"//\n",
                "the header of standard input names column 1 '//', which is another token",
            ),
            (
                b"a>b\n",
                "the header of standard input names column 1 'a>b', which cannot be",
            ),
        ] {
            let error = sources(spec(), bytes).err().unwrap().to_string();
            assert!(error.starts_with(message), "{error}");
        }
        for name in ["1a", "-", "a.b", "--", "-.", "dest"] {
            assert_eq!(problem(name.as_bytes()), None, "{name}");
        }
    }
}
