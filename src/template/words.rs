//! A command given as one word: is it plain words, or a script?
//!
//! Boundary: decides and splits, for the templates and for command lines that
//! come as inputs. What a shell does with a script is `script`.

use super::error::TemplateError;
use super::spec::IsProgram;
use super::token::Sym;

/// Tokens go through shell-words as characters of this private-use plane;
/// bytes go through as the characters of the same number.
const FIRST_TOKEN: u32 = 0xf_0000;

/// How a command line is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Without a shell, as these words.
    Direct(Vec<Vec<Sym>>),
    /// By the shell.
    Script,
    /// By bash, which has the function that it names.
    Function,
}

/// Builtins that act on the shell itself: a program of the same name would do
/// nothing.
const CHANGES_SHELL: &str = "\
    . : alias bg bind break builtin caller cd command compgen complete compopt continue \
    declare dirs disown enable eval exec exit export fc fg getopts hash help history jobs \
    let local logout mapfile popd pushd read readarray readonly return set shift shopt \
    source suspend times trap type typeset ulimit umask unalias unset wait";

/// Words that are grammar where a command begins.
const KEYWORDS: &str = "\
    ! [[ ]] case coproc do done elif else esac fi for function if in select then time until \
    while { }";

/// Builtins that are programs as well, and in the shell where they are not.
const ALSO_PROGRAMS: &str = "\
    [ echo false kill printf pwd test true";

/// Whether `name` is one of `names`, which stand between spaces.
pub(super) fn among(names: &str, name: &[u8]) -> bool {
    names.split(' ').any(|known| known.as_bytes() == name)
}

/// Whether `name` is a keyword or a builtin that is not run from PATH.
pub(super) fn is_shell_only(name: &[u8]) -> bool {
    among(CHANGES_SHELL, name) || among(KEYWORDS, name)
}

/// Whether a shell that `name` is pasted into would not run the program.
pub(super) fn is_shell_word(name: &[u8]) -> bool {
    const ELSEWHERE: &str = "\
    autoload bindkey chdir echotc echoti emulate end float foreach functions getln hist \
    integer limit log namespace nameref nocorrect noglob print pushln r rehash repeat sched \
    setopt stat stop ttyctl unfunction unhash unlimit unsetopt vared whence where which \
    zcompile zformat zle zmodload zparseopts zstyle";
    is_shell_only(name) || among(ALSO_PROGRAMS, name) || among(ELSEWHERE, name)
}

/// Decides how the command line `symbols` is run.
pub(super) fn shape(
    symbols: &[Sym],
    functions: &[Vec<u8>],
    is_program: &IsProgram,
) -> Result<Shape, TemplateError> {
    if has_syntax(symbols) {
        return Ok(Shape::Script);
    }
    let words = split(symbols)?;
    let Some(first) = words.first() else {
        return Err(TemplateError::Empty);
    };
    let Some(name) = literal(first) else {
        return Ok(Shape::Direct(words));
    };
    if is_shell_only(&name) {
        return Ok(Shape::Script);
    }
    if functions.contains(&name) {
        return Ok(Shape::Function);
    }
    if is_program(&name) {
        return Ok(Shape::Direct(words));
    }
    if among(ALSO_PROGRAMS, &name) {
        return Ok(Shape::Script);
    }
    Err(TemplateError::NotFound {
        name: String::from_utf8_lossy(&name).into_owned(),
    })
}

/// The bytes of a word that holds no token.
pub(super) fn literal(word: &[Sym]) -> Option<Vec<u8>> {
    word.iter()
        .map(|symbol| match symbol {
            Sym::Byte(byte) => Some(*byte),
            Sym::Token(_) => None,
        })
        .collect()
}

/// Whether a shell would do more with `symbols` than split them into words
/// and take off the quotes. In doubt it would.
fn has_syntax(symbols: &[Sym]) -> bool {
    let mut at = 0;
    let mut word_start = 0;
    let mut first_word = true;
    let mut brace = false;
    let byte = |index: usize| match symbols.get(index) {
        Some(Sym::Byte(byte)) => Some(*byte),
        _ => None,
    };
    while at < symbols.len() {
        let Sym::Byte(here) = symbols[at] else {
            at += 1;
            continue;
        };
        match here {
            b' ' | b'\t' => {
                first_word &= at == word_start;
                word_start = at + 1;
                brace = false;
            }
            b'\'' => match (at + 1..symbols.len()).find(|&index| byte(index) == Some(b'\'')) {
                Some(end) => at = end,
                None => return false,
            },
            b'"' => loop {
                at += 1;
                match symbols.get(at) {
                    None => return false,
                    Some(Sym::Byte(b'"')) => break,
                    // A token after a backslash is refused by the script writer.
                    Some(Sym::Byte(b'\\'))
                        if matches!(symbols.get(at + 1), Some(Sym::Token(_))) =>
                    {
                        return true;
                    }
                    Some(Sym::Byte(b'\\')) if byte(at + 1) == Some(b'\n') => return true,
                    Some(Sym::Byte(b'\\')) => at += 1,
                    Some(Sym::Byte(b'$' | b'`')) => return true,
                    Some(_) => {}
                }
            },
            b'\\' => match symbols.get(at + 1) {
                Some(Sym::Byte(b'\n') | Sym::Token(_)) => return true,
                _ => at += 1,
            },
            b'|' | b'&' | b';' | b'<' | b'>' | b'(' | b')' | b'$' | b'`' | b'\n' | b'*' | b'?' => {
                return true;
            }
            // `[` as a word is the program.
            b'[' if at > word_start || !matches!(byte(at + 1), None | Some(b' ' | b'\t')) => {
                return true;
            }
            b'[' if matches!(symbols.get(at + 1), Some(Sym::Token(_))) => return true,
            b'#' if at == word_start => return true,
            b'~' if at == word_start || matches!(byte(at - 1), Some(b'=' | b':')) => return true,
            b'{' => brace = true,
            b',' if brace => return true,
            b'.' if brace && byte(at + 1) == Some(b'.') => return true,
            b'=' if first_word && is_assignment(&symbols[word_start..at]) => return true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// Whether what stands before `=` makes the word an assignment: a name, or
/// what is one for some value of a token.
fn is_assignment(before: &[Sym]) -> bool {
    let name = before.strip_suffix(&[Sym::Byte(b'+')]).unwrap_or(before);
    !name.is_empty()
        && !matches!(name[0], Sym::Byte(b'0'..=b'9'))
        && name.iter().all(|symbol| match symbol {
            Sym::Byte(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
            Sym::Token(_) => true,
        })
}

fn split(symbols: &[Sym]) -> Result<Vec<Vec<Sym>>, TemplateError> {
    let text: String = symbols
        .iter()
        .map(|symbol| match symbol {
            Sym::Byte(byte) => char::from(*byte),
            Sym::Token(index) => u32::try_from(*index)
                .ok()
                .and_then(|index| char::from_u32(FIRST_TOKEN + index))
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        })
        .collect();
    let words = shell_words::split(&text).map_err(|_| TemplateError::Unbalanced {
        command: show(symbols),
    })?;
    Ok(words
        .iter()
        .map(|word| word.chars().map(symbol).collect())
        .collect())
}

fn symbol(character: char) -> Sym {
    match u8::try_from(u32::from(character)) {
        Ok(byte) => Sym::Byte(byte),
        Err(_) => Sym::Token((u32::from(character) - FIRST_TOKEN) as usize),
    }
}

/// `symbols` for a message; tokens show as `<>`.
pub(super) fn show(symbols: &[Sym]) -> String {
    let bytes: Vec<u8> = symbols
        .iter()
        .flat_map(|symbol| match symbol {
            Sym::Byte(byte) => vec![*byte],
            Sym::Token(_) => b"<>".to_vec(),
        })
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
