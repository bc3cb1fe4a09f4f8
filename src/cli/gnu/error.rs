//! What can be wrong with a command line of GNU parallel's face.
//!
//! Boundary: messages only; the exit status of all of them is 255.

/// A command line that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GnuError {
    /// An option that GNU parallel has not.
    #[error(
        "unknown option {option} (--help lists what there is; options of the command stand after it)"
    )]
    Unknown {
        /// The option.
        option: String,
    },
    /// A beginning that several options have.
    #[error("{option} may be any of {names}: write more of it")]
    Ambiguous {
        /// What was typed.
        option: String,
        /// The names that begin so.
        names: String,
    },
    /// An option without the value it needs.
    #[error("{option} needs a value")]
    NeedsValue {
        /// The option.
        option: String,
    },
    /// An option with a value that it does not take.
    #[error("{option} takes no value")]
    TakesNothing {
        /// The option.
        option: String,
    },
    /// An option of GNU parallel that is not there.
    #[error("{option} is not there: {instead}")]
    Refused {
        /// The option.
        option: String,
        /// What to do.
        instead: &'static str,
    },
    /// A value that is not of the form that its option takes.
    #[error("{option} {value}: {accepted}")]
    Value {
        /// The option.
        option: &'static str,
        /// The value.
        value: String,
        /// What it takes.
        accepted: &'static str,
    },
    /// The shell that `$PARALLEL_SHELL` names.
    #[error("Shell '{shell}' not found.")]
    NoShell {
        /// What it names.
        shell: String,
    },
    /// Options that cannot go together.
    #[error("{0}")]
    Conflict(&'static str),
    /// Standard input is named twice as a source.
    #[error("standard input can be read once: name - only once")]
    StdinTwice,
}
