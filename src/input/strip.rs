//! `--strip PREFIX`: paths relative to where they begin.
//!
//! Boundary: bytes; no file system is asked, and `.` and `..` are components
//! like any other. What is left of a value is left as it is written.

use super::Record;
use super::error::InputError;
use super::spec::{Outside, StripSpec};

/// Whether an input goes on to be a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Drop,
}

/// A prefix, without trailing and doubled slashes.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    given: Vec<u8>,
    root: Root,
    components: Vec<Vec<u8>>,
    outside: Outside,
    scratch: Record,
}

/// Whether a path begins with a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Absolute,
    Relative,
}

impl Root {
    fn of(path: &[u8]) -> Self {
        if path.starts_with(b"/") {
            Self::Absolute
        } else {
            Self::Relative
        }
    }
}

impl Strip {
    pub(super) fn new(spec: StripSpec) -> Result<Self, InputError> {
        if spec.prefix.is_empty() {
            return Err(InputError::EmptyPrefix);
        }
        let components = spec.prefix.split(|&byte| byte == b'/');
        Ok(Self {
            root: Root::of(&spec.prefix),
            components: components
                .filter(|part| !part.is_empty())
                .map(<[u8]>::to_vec)
                .collect(),
            given: spec.prefix,
            outside: spec.outside,
            scratch: Record::new(),
        })
    }

    /// Whether some inputs may be dropped.
    pub(super) fn outside(&self) -> Outside {
        self.outside
    }

    /// Takes the prefix off every column of `record`.
    pub(super) fn apply(&mut self, record: &mut Record) -> Result<Verdict, InputError> {
        self.scratch.clear();
        for value in record.iter() {
            match (self.rest(value), self.outside) {
                (Some(rest), _) => self.scratch.push(rest),
                (None, Outside::Skip) => return Ok(Verdict::Drop),
                (None, Outside::Error) => {
                    return Err(InputError::Outside {
                        value: value.to_vec(),
                        prefix: self.given.clone(),
                    });
                }
            }
        }
        std::mem::swap(record, &mut self.scratch);
        Ok(Verdict::Keep)
    }

    /// What is left of `value`; `None` when it is not under the prefix.
    fn rest<'a>(&self, value: &'a [u8]) -> Option<&'a [u8]> {
        if value.is_empty() || Root::of(value) != self.root {
            return None;
        }
        let mut rest = without_slashes(value);
        for component in &self.components {
            rest = rest.strip_prefix(component.as_slice())?;
            if !rest.is_empty() && !rest.starts_with(b"/") {
                return None;
            }
            rest = without_slashes(rest);
        }
        Some(if rest.is_empty() { b"." } else { rest })
    }
}

fn without_slashes(mut path: &[u8]) -> &[u8] {
    while let Some(rest) = path.strip_prefix(b"/") {
        path = rest;
    }
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn strip(prefix: &[u8]) -> Strip {
        let prefix = prefix.to_vec();
        Strip::new(StripSpec {
            prefix,
            outside: Outside::Error,
        })
        .unwrap()
    }

    fn rest(prefix: &[u8], value: &[u8]) -> Option<String> {
        strip(prefix)
            .rest(value)
            .map(|rest| rest.escape_ascii().to_string())
    }

    #[test]
    fn prefixes_and_values() {
        for (prefix, value, expected) in [
            ("src", "src/a/b", Some("a/b")),
            ("src/", "src/a", Some("a")),
            ("src//x/", "src/x//a//b/", Some("a//b/")),
            ("src", "src", Some(".")),
            ("src", "src//", Some(".")),
            ("src", "srcs/a", None),
            ("src", "a/src/b", None),
            ("src", "/src/a", None),
            ("src", "./src/a", None),
            ("src", "", None),
            ("./src", "./src/a", Some("a")),
            ("./src/", ".//src/a", Some("a")),
            ("./src", "src/a", None),
            (".", "./a", Some("a")),
            (".", ".", Some(".")),
            (".", "a", None),
            (".", ".hidden", None),
            ("/", "/a/b", Some("a/b")),
            ("//", "//a", Some("a")),
            ("/", "/", Some(".")),
            ("/", "a", None),
            ("/a", "//a/b", Some("b")),
            ("/a", "a/b", None),
            ("a", "a/../b", Some("../b")),
            ("a", "a/ b\n", Some(" b\\n")),
        ] {
            let found = rest(prefix.as_bytes(), value.as_bytes());
            assert_eq!(found.as_deref(), expected, "{prefix} {value}");
        }
        assert_eq!(rest(b"\xff", b"\xff/\xfe").as_deref(), Some("\\xfe"));
    }

    #[test]
    fn each_column_is_stripped() {
        let mut record = Record::single(b"s/a");
        record.push(b"s/b");
        assert_eq!(strip(b"s").apply(&mut record).unwrap(), Verdict::Keep);
        assert_eq!(record.iter().collect::<Vec<_>>(), [b"a", b"b"]);
        record.push(b"s/c");
        let message = strip(b"s").apply(&mut record).unwrap_err().to_string();
        assert!(
            message.starts_with("the input 'a' is not under 's'; "),
            "{message}"
        );
    }

    #[test]
    fn others_can_be_dropped_but_an_empty_prefix_is_nothing() {
        let prefix = b"s".to_vec();
        let mut strip = Strip::new(StripSpec {
            prefix,
            outside: Outside::Skip,
        })
        .unwrap();
        assert_eq!(
            strip.apply(&mut Record::single(b"a")).unwrap(),
            Verdict::Drop
        );
        let spec = StripSpec {
            prefix: Vec::new(),
            outside: Outside::Skip,
        };
        assert!(matches!(Strip::new(spec), Err(InputError::EmptyPrefix)));
    }

    /// Component by component, on strings that have been cut and rejoined.
    fn model(prefix: &str, value: &str) -> Option<Vec<String>> {
        let parts = |path: &str| -> Vec<String> {
            let root = path.starts_with('/').then(|| "/".to_owned());
            let names = path
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned);
            root.into_iter().chain(names).collect()
        };
        let (prefix, value) = (parts(prefix), parts(value));
        (!value.is_empty() && value.starts_with(&prefix)).then(|| value[prefix.len()..].to_vec())
    }

    proptest! {
        #[test]
        fn as_component_by_component(prefix in "[a./]{1,5}", value in "[a./]{0,10}") {
            // `/` as a prefix of a relative path is the model's to tell apart.
            let expected = model(&prefix, &value);
            let found = strip(prefix.as_bytes()).rest(value.as_bytes());
            prop_assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                let found = String::from_utf8(found.to_vec()).unwrap();
                prop_assert!(!found.starts_with('/'));
                let names: Vec<&str> = found.split('/').filter(|part| !part.is_empty()).collect();
                if expected.is_empty() {
                    prop_assert_eq!(names, vec!["."]);
                } else {
                    prop_assert_eq!(names, expected);
                }
                prop_assert!(found == "." || value.ends_with(&found));
            }
        }
    }
}
