//! Why a run did not begin, or could not go on.
//!
//! Boundary: the one error of the library, with its exit status and hint;
//! printing is `main`'s. Jobs that fail are no errors and are not here.

use crate::config::ConfigError;

/// An error that ends prun before, or instead of, its summary.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(#[from] ConfigError);

impl Error {
    /// The exit status: 255 as in GNU parallel; of a preset that could not
    /// begin, 2, or what `--exit` asked for.
    pub fn exit_status(&self) -> u8 {
        match &self.0 {
            ConfigError::Cli(error) => error.status(),
            ConfigError::OfPreset { status, .. } => *status,
            _ => 255,
        }
    }

    /// What to do about it, where the message does not say so itself.
    pub fn hint(&self) -> Option<String> {
        match &self.0 {
            ConfigError::Cli(error) => error.hint(),
            ConfigError::OfPreset { error, .. } => match &**error {
                ConfigError::Cli(error) => error.hint(),
                _ => None,
            },
            _ => None,
        }
    }
}
