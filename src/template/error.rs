//! Why a template cannot be used.
//!
//! Boundary: messages only. Each names the thing and says what to write
//! instead; `prun` fails with it before any job runs.

use thiserror::Error;

/// A template that is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// Nothing to run.
    #[error("the command is empty: give a command, or none at all to run each input as a command")]
    Empty,
    /// A NUL byte cannot be given to a program.
    #[error("the command holds a NUL byte, which no program can be given: remove it")]
    Nul,
    /// `-I ''`.
    #[error("-I needs a text that stands for the input, such as -I '{{}}'")]
    EmptyReplace,
    /// More tokens than a template can have.
    #[error("the command has more than {limit} tokens: give the values on standard input instead")]
    TooManyTokens {
        /// The most there can be.
        limit: usize,
    },
    /// A shell operator as a word of its own.
    #[error(
        "`{word}` is a word of its own here, not shell syntax: quote the whole command, as in prun 'sort <> {word} ...'"
    )]
    Operator {
        /// The word.
        word: String,
    },
    /// The first word is nothing that can be run.
    #[error("{name}: command not found: it is no program on PATH, function or shell builtin")]
    NotFound {
        /// The first word.
        name: String,
    },
    /// The first word of several is part of the shell.
    #[error(
        "{name} is part of the shell, not a program: quote the whole command, as in prun '{name} ... <>'"
    )]
    NeedsShell {
        /// The first word.
        name: String,
    },
    /// A quote is opened and not closed, or a backslash ends the command.
    #[error("missing closing quote in `{command}`")]
    Unbalanced {
        /// The command.
        command: String,
    },
    /// Scripts are written for POSIX shells.
    #[error(
        "{shell} is not a POSIX shell, and values can be put safely only into scripts for one: use --shell sh, or a plain command without shell syntax"
    )]
    NotPosix {
        /// The shell.
        shell: String,
    },
    /// An expression that cannot be evaluated here.
    #[error(transparent)]
    Expression(#[from] super::expr::ExprError),
    /// A pattern in a replacement string.
    #[error("bad pattern `{pattern}` in a replacement string: {problem}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A token stands where its value could become code, or would be wrong.
    #[error("{token} cannot stand {place}")]
    Refused {
        /// The token as it is spelled.
        token: String,
        /// Where it stands, why that is refused, and what to write.
        place: Place,
    },
    /// Shell syntax that is not understood for certain.
    #[error(
        "cannot tell for certain how the shell reads {what}, so no value is put into this script: write sh -c '... \"$1\"' sh <> with the values as arguments"
    )]
    NotUnderstood {
        /// What it is.
        what: String,
    },
    /// A script without a token, to whose end nothing can be added.
    #[error(
        "the command has no token, and the input cannot be added {place}: write <> where it belongs"
    )]
    Append {
        /// What stands at the end.
        place: &'static str,
    },
}

/// A place in a script where no token may stand.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the message of each variant is its description"
)]
pub enum Place {
    #[error(
        "in arithmetic, where the shell evaluates the value: check it in a shell of its own, as in prun sh -c 'case $1 in \"\"|*[!0-9]*) exit 1;; esac; echo $(($1))' sh '<>'"
    )]
    Arithmetic,
    #[error(
        "in an array subscript, which the shell evaluates: check that it is a number in a shell of its own, as in prun bash -c 'case $1 in \"\"|*[!0-9]*) exit 1;; esac; x=(a b); echo ${{x[$1]}}' bash '<>'"
    )]
    Subscript,
    #[error("in an array literal: use positional parameters, as in set -- <>")]
    Array,
    #[error("in $'..': close the quote before it, as in $'a\\t'<>")]
    AnsiC,
    #[error("in $\"..\": use plain double quotes")]
    Locale,
    #[error("in backquotes: write $(..) instead")]
    Backquote,
    #[error(
        "in a here-document with a quoted delimiter, where the shell expands nothing: leave the delimiter unquoted"
    )]
    QuotedHeredoc,
    #[error("in the delimiter of a here-document: use a fixed word")]
    HeredocDelimiter,
    #[error("straight after a backslash: write it as '\\'<>, or leave the backslash out")]
    AfterBackslash,
    #[error("straight after a dollar sign: write '$'<> for a literal dollar")]
    AfterDollar,
    #[error(
        "in the name or operator of ${{..}}: only a word after :- - := :+ :? # % or / can hold a value"
    )]
    ParameterName,
    #[error(
        "as the command of a script, where a value such as `eval` would run its arguments as code: write env -- <> ..."
    )]
    CommandWord,
    #[error(
        "after `{0}`, whose name the shell works out only when it runs: write the command plainly, in double quotes, or after env --"
    )]
    ComputedCommand(String),
    #[error(
        "as an operand of `{0}`, which evaluates it: pass the value on, as in sh -c '... \"$1\"' sh <>"
    )]
    Evaluated(String),
    #[error("where `{0}` could take the value for an option: write -- before it")]
    OptionOf(String),
    #[error(
        "in this test: `{0}` is safe only as `test VALUE`, `test -OP VALUE` or `test VALUE OP VALUE`; join tests with && and ||"
    )]
    TestForm(String),
    #[error(
        "as an operand of `{0}`, which evaluates numbers in this shell: use --shell bash or --shell dash, or compare as text"
    )]
    Number(String),
    #[error("in [[ .. {0} .. ]], which evaluates its operands: use [ .. ] instead")]
    Conditional(String),
    #[error("in a script with `{0}`, which changes how values are read: leave it out")]
    Attribute(String),
    #[error("in an assignment to {0}, which the shell evaluates: use another name")]
    SpecialVariable(String),
    #[error(
        "in an assignment to {0}, which zsh evaluates once the script has used the variable as a number: use --shell bash"
    )]
    AssignedInZsh(String),
    #[error(
        "where the value gets into {0}, which `{1}` in this script would evaluate: check it in a shell of its own, as in prun sh -c 'case $1 in \"\"|*[!0-9]*) exit 1;; esac; echo $(($1))' sh '<>'"
    )]
    EvaluatedLater(String, String),
    #[error(
        "in what `{0}` reads as its script, where the value would become code: pass it as an argument, as in {0} -c '... \"$1\"' sh <>"
    )]
    Fed(String),
    #[error(
        "in the command of `{0}`, which gives it to a shell, where the value would become code: pass it as an argument, as in sh -c '... \"$1\"' sh <>, without {0}"
    )]
    InnerCommand(String),
    #[error("in a comment")]
    Comment,
    #[error("after `}}`, `)`, `done`, `fi` or `esac`, where no word belongs")]
    AfterCompound,
    #[error("as the name of a variable or function: use a fixed name")]
    Name,
    #[error("after {0}, where bash expands the value a second time: write > <> 2>&1")]
    Duplication(String),
    #[error(
        "in the script of `{0}`, where the value would become code: pass it as an argument, as in {0} '... \"$1\"' sh <>"
    )]
    InnerScript(String),
    #[error(
        "as the script of `{0}`, where the value would become code: pass it as an argument, as in {0} '... \"$1\"' sh <>; to run inputs as commands, give prun no command"
    )]
    WholeScript(String),
    #[error(
        "in what `{0}` hands to the shell of another machine, where the value would become code: put it on standard input, as in printf '%s\\n' <> | {0} HOST 'IFS= read -r x; ... \"$x\"', or in a file"
    )]
    Remote(String),
}
