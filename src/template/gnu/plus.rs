//! The replacement strings of `--plus` that change a value.
//!
//! Boundary: what parallel(1) documents for each, done without perl. Patterns
//! are perl's as far as the regex crate has them; one that it has not is an
//! error before any job runs.

use std::borrow::Cow;

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::super::error::TemplateError;

/// A change of a value.
#[derive(Clone, Debug)]
pub(super) enum Plus {
    /// `{+/}`: what is before the last slash.
    Directory,
    /// `{+.}`, `{+..}`, `{+...}`: the last so many extensions.
    Extensions(usize),
    /// `{..}`, `{...}`: without the last so many extensions.
    WithoutExtensions(usize),
    /// `{/..}`, `{/...}`: the same of the basename.
    BaseWithoutExtensions(usize),
    /// `{:-str}`: str if the value is empty.
    Default(Box<[u8]>),
    /// `{:num}`, `{:pos:len}`: a part by position.
    Part(usize, Option<usize>),
    /// All that work by a pattern.
    Replace(Box<Replace>),
}

/// A pattern, and what takes its place.
#[derive(Clone, Debug)]
pub(super) struct Replace {
    pattern: Regex,
    with: With,
    times: Times,
}

#[derive(Clone, Debug)]
enum With {
    /// The group of this number.
    Group(usize),
    /// A text, as it is: `$1` in it is none of the groups.
    Text(Box<[u8]>),
    /// What was found, in capitals.
    Upper,
    /// What was found, in small letters.
    Lower,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    All,
}

impl Plus {
    /// The fixed strings, by what stands between the braces.
    pub(super) fn fixed(inner: &[u8]) -> Option<Self> {
        Some(match inner {
            b"+/" => Self::Directory,
            b"+." => Self::Extensions(1),
            b"+.." => Self::Extensions(2),
            b"+..." => Self::Extensions(3),
            b".." => Self::WithoutExtensions(2),
            b"..." => Self::WithoutExtensions(3),
            b"/.." => Self::BaseWithoutExtensions(2),
            b"/..." => Self::BaseWithoutExtensions(3),
            _ => return None,
        })
    }

    /// The strings with a part of the user's own, by what stands between the
    /// braces. `None` if it is none of them.
    pub(super) fn dynamic(inner: &[u8]) -> Option<Result<Self, TemplateError>> {
        if let Some(default) = inner.strip_prefix(b":-") {
            return (!default.is_empty()).then(|| Ok(Self::Default(default.into())));
        }
        if let Some(numbers) = inner.strip_prefix(b":") {
            return part(numbers).map(Ok);
        }
        let (by, pattern, text) = by_pattern(inner)?;
        let replace = replace(by, pattern, text);
        Some(replace.map(|replace| Self::Replace(Box::new(replace))))
    }

    /// The same as an expression, and its groups: for a pattern that the regex
    /// crate does not have.
    pub(super) fn expression(inner: &[u8]) -> Option<(&'static [u8], Vec<Vec<u8>>)> {
        let (by, pattern, text) = by_pattern(inner)?;
        let source: &[u8] = match by {
            By::ShortPrefix => b"s/^$$1(.*)/$1/",
            By::Prefix => b"s/^$$1//",
            By::ShortSuffix => b"s/(.*)$$1$/$1/",
            By::Suffix => b"s/$$1$//",
            By::Once => b"s/$$1/$$2/",
            By::All => b"s/$$1/$$2/g",
            By::UpperFirst => b"s/^($$1)/uc($1)/e",
            By::Upper => b"s/($$1)/uc($1)/eg",
            By::LowerFirst => b"s/^($$1)/lc($1)/e",
            By::Lower => b"s/($$1)/lc($1)/eg",
        };
        let pattern = match by {
            By::ShortPrefix | By::ShortSuffix => least(pattern),
            _ => pattern.to_vec(),
        };
        Some((source, vec![pattern, text.to_vec()]))
    }

    pub(super) fn apply<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
        match self {
            Self::Directory => match value.iter().rposition(|&byte| byte == b'/') {
                Some(slash) => Cow::Borrowed(&value[..slash]),
                None => Cow::Borrowed(b""),
            },
            Self::Extensions(1) => match value.iter().rposition(|&byte| byte == b'.') {
                Some(dot) => Cow::Borrowed(&value[dot + 1..]),
                None => Cow::Borrowed(b""),
            },
            Self::Extensions(count) => match extensions(value, *count) {
                Some(start) => Cow::Borrowed(&value[start + 1..]),
                None => Cow::Borrowed(b""),
            },
            Self::WithoutExtensions(count) => Cow::Borrowed(without(value, *count)),
            Self::BaseWithoutExtensions(count) => {
                let slash = value.iter().rposition(|&byte| byte == b'/');
                let base = &value[slash.map_or(0, |slash| slash + 1)..];
                Cow::Borrowed(without(base, *count))
            }
            // As perl's `||=`: a lone 0 is nothing too.
            Self::Default(default) if matches!(value, b"" | b"0") => Cow::Owned(default.to_vec()),
            Self::Default(_) => Cow::Borrowed(value),
            Self::Part(from, len) => {
                let rest = value.get(*from..).unwrap_or_default();
                Cow::Borrowed(&rest[..len.unwrap_or(rest.len()).min(rest.len())])
            }
            Self::Replace(replace) => replace.apply(value),
        }
    }
}

/// Where the last `count` extensions begin: at a dot. Each has a byte at
/// least, and none a slash.
fn extensions(value: &[u8], count: usize) -> Option<usize> {
    let mut end = value.len();
    for _ in 0..count {
        let start = value[..end]
            .iter()
            .rposition(|byte| matches!(byte, b'.' | b'/'))?;
        if value[start] == b'/' || start + 1 == end {
            return None;
        }
        end = start;
    }
    Some(end)
}

fn without(value: &[u8], count: usize) -> &[u8] {
    extensions(value, count).map_or(value, |start| &value[..start])
}

fn part(numbers: &[u8]) -> Option<Plus> {
    let number = |digits: &[u8]| -> Option<usize> {
        let digits = std::str::from_utf8(digits).ok()?;
        digits.parse().ok()
    };
    match numbers.iter().position(|&byte| byte == b':') {
        None => Some(Plus::Part(number(numbers)?, None)),
        Some(colon) => Some(Plus::Part(
            number(&numbers[..colon])?,
            Some(number(&numbers[colon + 1..])?),
        )),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    ShortPrefix,
    Prefix,
    ShortSuffix,
    Suffix,
    Once,
    All,
    UpperFirst,
    Upper,
    LowerFirst,
    Lower,
}

/// What each begins with; the longer ones first.
const BY_PATTERN: [(&str, By); 10] = [
    ("##", By::Prefix),
    ("#", By::ShortPrefix),
    ("%%", By::Suffix),
    ("%", By::ShortSuffix),
    ("//", By::All),
    ("/", By::Once),
    ("^^", By::Upper),
    ("^", By::UpperFirst),
    (",,", By::Lower),
    (",", By::LowerFirst),
];

/// What stands between the braces: how it works, its pattern, its text.
fn by_pattern(inner: &[u8]) -> Option<(By, &[u8], &[u8])> {
    // Of `{%%}` the second is the pattern: it has a byte at least.
    let (by, rest) = BY_PATTERN.iter().find_map(|(prefix, by)| {
        let rest = inner.strip_prefix(prefix.as_bytes())?;
        (!rest.is_empty()).then_some((*by, rest))
    })?;
    match by {
        By::Prefix | By::ShortPrefix if rest.first() == Some(&b'#') => None,
        By::All | By::Once => {
            // It may be a slash.
            let (_, after) = rest.split_first()?;
            let cut = 1 + after.iter().position(|&byte| byte == b'/')?;
            Some((by, &rest[..cut], &rest[cut + 1..]))
        }
        _ => Some((by, rest, b"")),
    }
}

/// A pattern that matches as little as it can: each of its `*`, `+`, `?` and
/// `{2,3}` has a `?` behind it.
fn least(pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pattern.len() + 4);
    let mut bytes = pattern.iter().copied().peekable();
    let mut is_class = false;
    while let Some(byte) = bytes.next() {
        out.push(byte);
        match byte {
            b'\\' => out.extend(bytes.next()),
            b'[' => is_class = true,
            b']' => is_class = false,
            // Of `(?` the mark is no quantifier.
            b'(' if !is_class && bytes.peek() == Some(&b'?') => out.extend(bytes.next()),
            b'*' | b'+' | b'?' | b'}' if !is_class && bytes.next_if_eq(&b'?').is_none() => {
                out.push(b'?');
            }
            _ => {}
        }
    }
    out
}

fn replace(by: By, pattern: &[u8], text: &[u8]) -> Result<Replace, TemplateError> {
    let refused = |problem: String| TemplateError::Pattern {
        pattern: String::from_utf8_lossy(pattern).into_owned(),
        problem,
    };
    let source =
        std::str::from_utf8(pattern).map_err(|_| refused("it is not valid UTF-8".to_owned()))?;
    // `(?U)` swaps greedy and non-greedy.
    let (whole, with) = match by {
        By::ShortPrefix => (format!("^(?U:{source})"), With::Text([].into())),
        By::Prefix => (format!("^(?:{source})"), With::Text([].into())),
        By::ShortSuffix => (format!("(.*)(?U:{source})$"), With::Group(1)),
        By::Suffix => (format!("(?:{source})$"), With::Text([].into())),
        By::Once | By::All => (source.to_owned(), With::Text(text.into())),
        By::UpperFirst => (format!("^(?:{source})"), With::Upper),
        By::Upper => (source.to_owned(), With::Upper),
        By::LowerFirst => (format!("^(?:{source})"), With::Lower),
        By::Lower => (source.to_owned(), With::Lower),
    };
    let pattern = RegexBuilder::new(&whole)
        .unicode(false)
        .build()
        .map_err(|error| refused(error.to_string()))?;
    let times = match by {
        By::All | By::Upper | By::Lower => Times::All,
        _ => Times::Once,
    };
    Ok(Replace {
        pattern,
        with,
        times,
    })
}

impl Replace {
    fn apply<'v>(&self, value: &'v [u8]) -> Cow<'v, [u8]> {
        let limit = match self.times {
            Times::Once => 1,
            Times::All => 0,
        };
        self.pattern
            .replacen(value, limit, |found: &Captures<'_>| self.instead(found))
    }

    fn instead(&self, found: &Captures<'_>) -> Vec<u8> {
        let group = |number: usize| found.get(number).map_or(&b""[..], |group| group.as_bytes());
        match &self.with {
            With::Group(number) => group(*number).to_vec(),
            With::Upper => group(0).to_ascii_uppercase(),
            With::Lower => group(0).to_ascii_lowercase(),
            With::Text(text) => text.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inner: &str, value: &str) -> String {
        let inner = inner.as_bytes();
        let plus = Plus::fixed(inner)
            .or_else(|| Plus::dynamic(inner).map(Result::unwrap))
            .unwrap();
        String::from_utf8(plus.apply(value.as_bytes()).into_owned()).unwrap()
    }

    /// Each answer is what GNU parallel 20221122 prints.
    #[test]
    fn as_gnu_parallel_has_them() {
        let path = "d/e/a.b.c.d";
        for (inner, expected) in [
            ("+/", "d/e"),
            ("+.", "d"),
            ("+..", "c.d"),
            ("+...", "b.c.d"),
            ("..", "d/e/a.b"),
            ("...", "d/e/a"),
            ("/..", "a.b"),
            ("/...", "a"),
        ] {
            assert_eq!(of(inner, path), expected, "{inner}");
        }
        for (inner, value, expected) in [
            ("+..", "a.b", ""),
            ("..", "a.b", "a.b"),
            ("+/", "a", ""),
            (":-x", "", "x"),
            (":-x", "eae/Ad", "eae/Ad"),
            (":2", "eae/Ad", "e/Ad"),
            (":2:3", "eae/Ad", "e/A"),
            (":9", "eae", ""),
            ("#e", "eae/Ad", "ae/Ad"),
            ("#d", "eae/Ad", "eae/Ad"),
            ("%d", "eae/Ad", "eae/A"),
            ("/a/b", "eae/Ad", "ebe/Ad"),
            ("//e/X", "eae/Ad", "XaX/Ad"),
            ("/b/", "abc", "ac"),
            ("^e", "eae/Ad", "Eae/Ad"),
            ("^^e", "eae/Ad", "EaE/Ad"),
            (",A", "eae/Ad", "eae/Ad"),
            (",,A", "eae/Ad", "eae/ad"),
            ("/(a)(e)/$2$1", "eae/Ad", "e$2$1/Ad"),
            ("#.*b", "xbyb", "yb"),
            ("##.*b", "xbyb", ""),
            ("%b.*", "xbyb", "xby"),
            ("%%b.*", "xbyb", "x"),
            ("%%", "a%", "a"),
            ("^^", "ab", "ab"),
        ] {
            assert_eq!(of(inner, value), expected, "{inner} of {value}");
        }
    }

    #[test]
    fn other_braces_are_text() {
        for inner in ["", "#", "##", "%", "^", ",", ":", ":x", "###", "/a", "//"] {
            assert!(Plus::dynamic(inner.as_bytes()).is_none(), "{inner}");
        }
        assert!(Plus::dynamic(b"#(").unwrap().is_err());
    }

    #[test]
    fn a_pattern_that_matches_as_little_as_it_can() {
        for (pattern, expected) in [
            ("a*b+c?", "a*?b+?c??"),
            ("a*?", "a*"),
            (r"\*[*+](?=x+)y{2,3}", r"\*[*+](?=x+?)y{2,3}?"),
        ] {
            assert_eq!(least(pattern.as_bytes()), expected.as_bytes(), "{pattern}");
        }
    }
}
