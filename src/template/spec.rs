//! What a template is parsed from.
//!
//! Boundary: plain data that the configuration layer fills in. Whether a word
//! is a program is asked through a function, so that nothing here looks at
//! the file system.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The command as it was given.
#[derive(Clone, Copy, Debug)]
pub enum Command<'a> {
    /// No command: each input is a command line of its own.
    None,
    /// One word: a script, or a command line without shell syntax.
    Script(&'a [u8]),
    /// Several words, which are kept exactly as they are.
    Argv(&'a [Vec<u8>]),
}

/// Which spelling the tokens have.
#[derive(Clone, Copy, Debug)]
pub enum Replace<'a> {
    /// The `<>` family; the `{}` family if there is no `<>` token at all.
    Auto,
    /// `-I STR`: STR is the whole input and the only token, except that `{}`
    /// and `<>` bring their families.
    With(&'a [u8]),
}

/// What several inputs in one job do to a token that stands for the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// One input a job.
    One,
    /// The word that holds the token is repeated, once an input (`-X -n -N -L`).
    Repeat,
    /// All values are put in place, as words of their own (`-m`).
    Insert,
}

/// What a command without any token gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Append {
    /// The input, as its last word.
    #[default]
    Input,
    /// Nothing: the job reads its input (`--pipe`).
    Nothing,
}

/// Whether `<dest>` is a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestToken {
    /// It is text.
    Undeclared,
    /// It is this job's destination.
    Declared,
}

/// What kind of shell runs scripts: it decides which constructs evaluate a
/// value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// Some POSIX shell; only what is safe in all of them is accepted.
    Posix,
    /// dash, or the ash of busybox.
    Dash,
    /// bash.
    Bash,
    /// ksh93, mksh and their kin.
    Ksh,
    /// zsh.
    Zsh,
    /// fish, csh and other shells with a language of their own.
    Other,
}

impl ShellKind {
    /// The kind by the base name of `path`. Give it the path with symbolic
    /// links resolved: `sh` itself says only "some POSIX shell".
    pub fn of(path: &Path) -> Self {
        let name = path
            .file_name()
            .map_or(&b""[..], std::ffi::OsStr::as_encoded_bytes);
        match name {
            b"sh" => Self::Posix,
            b"dash" | b"ash" | b"busybox" => Self::Dash,
            b"bash" | b"rbash" => Self::Bash,
            b"zsh" => Self::Zsh,
            _ if name.starts_with(b"bash") => Self::Bash,
            _ if name.starts_with(b"zsh-") => Self::Zsh,
            _ if name.ends_with(b"ksh") || name.starts_with(b"ksh") => Self::Ksh,
            _ => Self::Other,
        }
    }
}

/// Tells whether a word is a program: on PATH, or a path with a slash that
/// can be executed. Shared, because command lines that come as inputs are
/// looked at while jobs run.
pub type IsProgram = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// Everything [`Template::parse`](super::Template::parse) needs.
#[derive(Clone)]
pub struct Spec<'a> {
    /// The command.
    pub command: Command<'a>,
    /// The spelling of its tokens.
    pub replace: Replace<'a>,
    /// Declared names and the column, from 0, that each stands for.
    pub names: &'a [(Vec<u8>, usize)],
    /// Names with one constant value: a value like any other, never scanned.
    pub params: &'a [(Vec<u8>, Vec<u8>)],
    /// Whether `<dest>` is a token.
    pub dest: DestToken,
    /// What several inputs in one job do.
    pub batch: Batch,
    /// What a command without any token gets.
    pub append: Append,
    /// The shell that runs scripts.
    pub shell: &'a Path,
    /// Its kind; see [`ShellKind::of`].
    pub shell_kind: ShellKind,
    /// The bash that runs the functions in `functions`.
    pub bash: &'a Path,
    /// Names of the functions that bash exported into the environment.
    pub functions: &'a [Vec<u8>],
    /// Whether a word is a program.
    pub is_program: IsProgram,
}

impl fmt::Debug for Spec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("command", &self.command)
            .field("replace", &self.replace)
            .field("batch", &self.batch)
            .field("shell", &self.shell)
            .field("shell_kind", &self.shell_kind)
            .finish_non_exhaustive()
    }
}
