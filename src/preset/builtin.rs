//! The presets that prun brings along.
//!
//! Boundary: a written list, so that a reader finds the files by searching; a
//! test compares it with the folder.

/// Name and text of each, by name.
pub(super) const BUILTIN: &[(&str, &str)] = &[
    ("count", include_str!("../../presets/count.toml")),
    ("dirs", include_str!("../../presets/dirs.toml")),
    ("finalize", include_str!("../../presets/finalize.toml")),
    ("manifest", include_str!("../../presets/manifest.toml")),
    ("msrsync", include_str!("../../presets/msrsync.toml")),
    ("parallelcp", include_str!("../../presets/parallelcp.toml")),
    ("rsync", include_str!("../../presets/rsync.toml")),
    (
        "stage-build",
        include_str!("../../presets/stage-build.toml"),
    ),
    ("verify", include_str!("../../presets/verify.toml")),
];

/// Other names, and what they stand for.
pub(super) const ALIASES: &[(&str, &str)] = &[("prime", "count"), ("two-phase-rsync", "rsync")];

/// The names of the presets that prun brings along.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::preset::{Origin, Preset, Source};

    #[test]
    fn the_list_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = BUILTIN
            .iter()
            .map(|(name, _)| format!("{name}.toml"))
            .collect();
        assert_eq!(listed, files);
    }

    #[test]
    fn each_is_valid() {
        for (name, toml) in BUILTIN {
            let source = Source {
                name: (*name).to_owned(),
                origin: Origin::BuiltIn,
                toml: (*toml).to_owned(),
            };
            let preset = Preset::parse(&source).unwrap_or_else(|error| panic!("{error}"));
            assert!(!preset.description.ends_with('.'));
        }
    }
}
