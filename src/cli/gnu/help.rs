//! What `parallel --help` and `parallel --version` print.
//!
//! Boundary: texts. The first line of the version is what scripts look at: the
//! name and the day of the version whose options these are.

/// The version of GNU parallel whose options these are.
pub const VERSION: &str = "20221122";

/// The text of `--version`.
pub fn version() -> String {
    format!(
        "GNU parallel {VERSION}\n\
         (prun {}, which takes the options of GNU parallel {VERSION}; https://www.gnu.org/software/parallel is the program itself)\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The text of `--help`.
pub fn help() -> &'static str {
    include_str!("help.txt")
}
