//! Options that were typed and mean nothing here.
//!
//! Boundary: only what was typed. Defaults of the user are for all runs, and
//! what of them does not apply is passed over.

use crate::cli::Typed;
use crate::config::ConfigError;
use crate::config::error::InPreset;
use crate::preset::Preset;

/// Refuses options about jobs where all is done natively, and options of
/// native actions where nothing is.
pub(in crate::config) fn check(
    preset: &Preset,
    typed: &Typed,
    has_native: bool,
    has_commands: bool,
) -> Result<(), ConfigError> {
    let choose = |is_native| {
        let choice = preset.choice_of(is_native);
        choice.map(|(param, choice)| format!("--{param} {choice}"))
    };
    if let Some(option) = typed.of_jobs.first()
        && !has_commands
    {
        let instead = match &**option {
            "--joblog" => "--report, --log and --journal record a copy",
            "--drain" => "a first signal lets files that are under way end",
            _ => "leave it out",
        };
        let advice = match choose(false) {
            Some(words) => format!("{instead}, or {words} runs jobs"),
            None => instead.to_owned(),
        };
        return Err(ConfigError::from(InPreset::OfJobs {
            option: option.clone(),
            advice,
        }));
    }
    if let Some(option) = typed.of_native.first()
        && !has_native
    {
        let advice = match choose(true) {
            Some(words) => format!("say {words}, or leave it out"),
            None => "leave it out".to_owned(),
        };
        return Err(ConfigError::from(InPreset::OfNative {
            option: option.clone(),
            advice,
        }));
    }
    Ok(())
}
