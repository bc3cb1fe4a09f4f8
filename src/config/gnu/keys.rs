//! What `--group-by`, `--shard` and `--bin` go by: a column, an expression, or
//! an expression of a column's value.
//!
//! Boundary: from the text of the option to what `input/blocks` has of it.

use std::sync::Arc;

use super::super::ConfigError;
use crate::exec::PerlProcess;
use crate::input::blocks::{Key, Which};
use crate::template::TemplateError;
use crate::template::expr::{Context, Expression, Perl};

/// Functions that stand alone in an expression.
const ALONE: [&str; 6] = ["lc", "uc", "lcfirst", "ucfirst", "length", "int"];

/// The column that `text` names, and the expression for its value: `3`,
/// `3 $_%=100`, `Name`, `Name lc`, `s/x//`. A name with blanks in it is one as
/// long as nothing in it looks like an expression.
pub(super) fn by(text: &str) -> (Which, Option<&str>) {
    let text = text.trim();
    let is_word = |text: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !text.is_empty() && text.bytes().all(is_part)
    };
    let is_expression = |text: &str| text.contains(['$', '/', '=', '(']) || ALONE.contains(&text);
    if let Some((first, rest)) = text.split_once(char::is_whitespace)
        && is_word(first)
        && is_expression(rest.trim())
    {
        return (first.into(), Some(rest.trim()));
    }
    if is_expression(text) && !is_word(text) {
        return (Which::Whole, Some(text));
    }
    (text.into(), None)
}

/// What an expression makes of a value.
pub(super) fn key(text: &str, perl: Option<&Arc<PerlProcess>>) -> Result<Key, ConfigError> {
    let expression = Expression::parse(text.as_bytes());
    if let (Some(error), None) = (expression.without_perl(), perl) {
        return Err(TemplateError::Expression(error).into());
    }
    let perl = perl.cloned();
    let make = move |value: &[u8]| {
        let context = Context {
            args: &[value],
            seq: 1,
            slot: 1,
            total: &|| 1,
            quote: &<[u8]>::to_vec,
            perl: perl.as_deref().map(|perl| perl as &dyn Perl),
        };
        let evaluated = expression.evaluate(value, &context);
        evaluated
            .map(|evaluated| evaluated.value)
            .map_err(|error| error.to_string())
    };
    Ok(Key {
        text: text.to_owned(),
        make: Arc::new(make),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_expressions_are_told_apart() {
        let named = |name: &str| Which::Named(name.to_owned());
        for (text, which, expression) in [
            ("3", Which::Number(3), None),
            ("3 $_%=100", Which::Number(3), Some("$_%=100")),
            ("Address", named("Address"), None),
            ("Address s/\\D//g", named("Address"), Some("s/\\D//g")),
            ("Full Name", named("Full Name"), None),
            ("name lc", named("name"), Some("lc")),
            ("lc", named("lc"), None),
            ("s/[0-9] x//", Which::Whole, Some("s/[0-9] x//")),
            (
                "$_ = substr($_, 0, 1)",
                Which::Whole,
                Some("$_ = substr($_, 0, 1)"),
            ),
        ] {
            assert_eq!(by(text), (which, expression), "{text}");
        }
    }

    #[test]
    fn a_key_is_made_of_the_value() {
        let key = key("s/[0-9]//g", None).unwrap();
        assert_eq!((key.make)(b"a1b2"), Ok(b"ab".to_vec()));
    }
}
