//! Why a run did not begin, or could not go on: the errors of all layers.
//!
//! Boundary: unites them and knows their exit statuses and hints; printing is
//! `main`'s. Jobs that fail are no errors and are not here.

use crate::cli::CliError;
use crate::config::ConfigError;
use crate::input::InputError;
use crate::output::JobLogError;
use crate::preset::PresetError;
use crate::template::TemplateError;

/// An error that ends prun before, or instead of, its summary.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum Error {
    /// The command line.
    Cli(#[from] CliError),
    /// What the command line means here.
    Config(#[from] ConfigError),
    /// The template.
    Template(#[from] TemplateError),
    /// The inputs.
    Input(#[from] InputError),
    /// The job log.
    JobLog(#[from] JobLogError),
    /// A preset.
    Preset(#[from] PresetError),
}

impl Error {
    /// The exit status: 255 as in GNU parallel, 2 for a preset that could not
    /// begin.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Cli(error) => error.status(),
            Self::Preset(_) | Self::Config(ConfigError::Probe(_) | ConfigError::InPreset(_)) => 2,
            _ => 255,
        }
    }

    /// What to do about it, where the message does not say so itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Cli(error) => error.hint(),
            _ => None,
        }
    }
}
