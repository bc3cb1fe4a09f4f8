//! The matcher against one that tries every division of the text.

use proptest::prelude::*;

use super::super::class::parse;
use super::super::matcher::{Token, matches};

/// What the tokens mean, with no thought of time.
fn slowly(tokens: &[Token], text: &[u8]) -> bool {
    let Some((token, rest)) = tokens.split_first() else {
        return text.is_empty();
    };
    match token {
        Token::Name | Token::Path => (0..=text.len())
            .take_while(|&end| *token == Token::Path || !text[..end].contains(&b'/'))
            .any(|end| slowly(rest, &text[end..])),
        one => text.split_first().is_some_and(|(&byte, after)| {
            let is = match one {
                Token::Byte(own) => *own == byte,
                Token::Class(set) => set.has(byte),
                _ => byte != b'/',
            };
            is && slowly(rest, after)
        }),
    }
}

fn token() -> impl Strategy<Value = Token> {
    prop_oneof![
        3 => prop::sample::select(b"ab//".to_vec()).prop_map(Token::Byte),
        1 => Just(Token::One),
        1 => Just(Token::Class(parse(b"!b]").unwrap().0)),
        2 => Just(Token::Name),
        2 => Just(Token::Path),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"aabb/".to_vec()), 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    #[test]
    fn two_remembered_stars_are_enough(
        tokens in prop::collection::vec(token(), 0..9),
        text in text(),
        slash: bool,
    ) {
        let mut whole = text.clone();
        if slash {
            whole.push(b'/');
        }
        prop_assert_eq!(matches(&tokens, &text, slash), slowly(&tokens, &whole));
    }
}

/// A matcher that tries every division does not come to an end here.
#[test]
fn no_pattern_takes_for_ever() {
    let text = b"a".repeat(4000);
    let mut tokens = Vec::new();
    for _ in 0..200 {
        tokens.extend([
            Token::Name,
            Token::Byte(b'a'),
            Token::Path,
            Token::Byte(b'a'),
        ]);
    }
    tokens.push(Token::Byte(b'b'));
    assert!(!matches(&tokens, &text, false));
    assert!(!matches(&tokens, &b"a/".repeat(2000), true));
}
