//! Values that get into a variable which the script evaluates later.
//!
//! Boundary: keeps what the reader notes (which variables hold a value, what
//! flows from variable to variable, what evaluates which) and, at the end of
//! the script, finds the first value that would be evaluated. The order of
//! commands does not count: functions and loops change it. What `read` takes
//! in is not followed.

use super::super::error::Place as Refusal;
use super::super::token::Sym;

/// Stands for `$1`, `$@` and the other positional parameters.
const POSITIONAL: &[u8] = b"@";

/// What a part of a script refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions {
    names: Vec<Vec<u8>>,
    /// A command substitution: its output could be any value.
    output: bool,
}

impl Mentions {
    /// All names in `symbols`, whether they are expanded there or only
    /// spelled: arithmetic reads both, and again what they hold.
    pub(super) fn of(symbols: &[Sym]) -> Self {
        let byte = |index: usize| match symbols.get(index) {
            Some(Sym::Byte(byte)) => Some(*byte),
            _ => None,
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut mentions = Self::default();
        let mut at = 0;
        while at < symbols.len() {
            match byte(at) {
                Some(b'$') => {
                    let braced = byte(at + 1) == Some(b'{');
                    let mut next = at + 1 + usize::from(braced);
                    if braced && matches!(byte(next), Some(b'#' | b'!')) {
                        next += 1;
                    }
                    match byte(next) {
                        Some(b'@' | b'*' | b'0'..=b'9') => {
                            mentions.names.push(POSITIONAL.to_vec());
                        }
                        Some(b'(') if byte(next + 1) != Some(b'(') => mentions.output = true,
                        _ => {}
                    }
                    at += 1;
                }
                Some(b'`') => {
                    mentions.output = true;
                    at += 1;
                }
                Some(b'<' | b'>') if byte(at + 1) == Some(b'(') => {
                    mentions.output = true;
                    at += 1;
                }
                Some(first) if is_name(first) => {
                    let name: Vec<u8> =
                        (at..).map_while(byte).take_while(|b| is_name(*b)).collect();
                    at += name.len();
                    if !first.is_ascii_digit() {
                        mentions.names.push(name);
                    }
                }
                _ => at += 1,
            }
        }
        mentions
    }

    /// Whether nothing is referred to.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.output
    }
}

/// A command that may be a function of the script.
#[derive(Clone, Debug)]
struct Call {
    /// Its name, if it is known.
    name: Option<Vec<u8>>,
    operands: Mentions,
    token: Option<usize>,
}

/// What is known of the variables of a script.
#[derive(Clone, Debug, Default)]
pub(super) struct Taint {
    kept: Vec<(Vec<u8>, usize)>,
    flows: Vec<(Vec<u8>, Mentions)>,
    evaluations: Vec<(String, Mentions)>,
    calls: Vec<Call>,
    functions: Vec<Vec<u8>>,
}

impl Taint {
    /// `variable` is set from `from`, with the value of `token` in it.
    pub(super) fn set(&mut self, variable: &[u8], from: Mentions, token: Option<usize>) {
        if let Some(token) = token {
            self.kept.push((variable.to_vec(), token));
        }
        self.flows.push((variable.to_vec(), from));
    }

    /// The loop variable of `for NAME`, without words.
    pub(super) fn set_from_positional(&mut self, variable: &[u8]) {
        let from = Mentions {
            names: vec![POSITIONAL.to_vec()],
            output: false,
        };
        self.set(variable, from, None);
    }

    /// `construct` evaluates what `of` refers to.
    pub(super) fn evaluation(&mut self, construct: &str, of: Mentions) {
        if !of.is_empty() {
            self.evaluations.push((construct.to_owned(), of));
        }
    }

    pub(super) fn function(&mut self, name: Vec<u8>) {
        self.functions.push(name);
    }

    pub(super) fn call(&mut self, name: Option<Vec<u8>>, operands: Mentions, token: Option<usize>) {
        self.calls.push(Call {
            name,
            operands,
            token,
        });
    }

    /// The first value that is evaluated: its token, and why that is refused.
    pub(super) fn evaluated(mut self) -> Option<(usize, Refusal)> {
        for call in std::mem::take(&mut self.calls) {
            let takes = match &call.name {
                Some(name) => name == b"set" || self.functions.contains(name),
                None => !self.functions.is_empty(),
            };
            if takes {
                self.set(POSITIONAL, call.operands, call.token);
            }
        }
        if self.evaluations.is_empty() {
            return None;
        }
        let token = self.kept.first()?.1;
        let mut holding = self.kept.clone();
        let find = |holding: &[(Vec<u8>, usize)], mentions: &Mentions| {
            let by_name = holding
                .iter()
                .find(|(name, _)| mentions.names.contains(name));
            match by_name {
                Some((name, token)) => Some((name.clone(), *token)),
                None => mentions
                    .output
                    .then(|| (b"the output of a command".to_vec(), token)),
            }
        };
        loop {
            let before = holding.len();
            for (name, from) in &self.flows {
                if holding.iter().all(|(known, _)| known != name)
                    && let Some((_, token)) = find(&holding, from)
                {
                    holding.push((name.clone(), token));
                }
            }
            if holding.len() == before {
                break;
            }
        }
        self.evaluations.into_iter().find_map(|(construct, of)| {
            let (name, token) = find(&holding, &of)?;
            let name = if name == POSITIONAL {
                b"$1".to_vec()
            } else {
                name
            };
            let name = String::from_utf8_lossy(&name).into_owned();
            Some((token, Refusal::EvaluatedLater(name, construct)))
        })
    }
}

/// Whether `text`, which is read as code later, could evaluate a variable.
pub(super) fn may_evaluate(text: &[Sym]) -> bool {
    const SIGNS: [&[u8]; 14] = [
        b"((",
        b"[",
        b"${",
        b"eval",
        b"let",
        b"declare",
        b"typeset",
        b"local",
        b"export",
        b"readonly",
        b"unset",
        b"read",
        b"trap",
        b"print",
    ];
    let bytes: Vec<u8> = text
        .iter()
        .map(|symbol| match symbol {
            Sym::Byte(byte) => *byte,
            Sym::Token(_) => b' ',
        })
        .collect();
    SIGNS
        .iter()
        .any(|sign| bytes.windows(sign.len()).any(|part| part == *sign))
}
