//! A preset that is another one with other defaults: `extends`.
//!
//! Boundary: finds the other one, and the one that it may extend in turn; the
//! text of each is checked in `check`. It adds and changes no stage: what
//! differs by more than defaults is better read as one file.

use std::path::Path;

use toml::de::Error as TomlError;

use super::check::{Check, check_beside, fail, preset};
use super::lookup::find_from;
use super::{Located, Lookup, Origin, Preset, PresetError, Source, schema};

impl Preset {
    /// Reads the text of a preset, and of what it extends, which is looked for
    /// as if its name had been typed; a path is meant from the file that has it. Every error names file, line and column.
    pub fn read(source: &Source, lookup: &Lookup<'_>) -> Result<Self, PresetError> {
        read(source, lookup, &mut Vec::new())
    }

    /// As [`Preset::read`], of a text that extends none but built-ins.
    pub fn parse(source: &Source) -> Result<Self, PresetError> {
        let lookup = Lookup {
            user_dir: None,
            euid: 0,
        };
        Self::read(source, &lookup)
    }
}

/// What errors call a preset.
fn label(source: &Source) -> String {
    match &source.origin {
        Origin::BuiltIn => format!("builtin:{}", source.name),
        Origin::File(path) => path.display().to_string(),
    }
}

/// `before` are those that have led here, each extending the next.
fn read(
    source: &Source,
    lookup: &Lookup<'_>,
    before: &mut Vec<String>,
) -> Result<Preset, PresetError> {
    let label = label(source);
    let toml = &source.toml;
    let of_toml = |error: TomlError| Located::from_toml(&label, toml, &error);
    let file: schema::File = toml::from_str(toml).map_err(|error| Box::new(of_toml(error)))?;
    let here = |(span, message): (_, String)| Box::new(Located::new(&label, toml, span, &message));
    alone(&file).map_err(here)?;
    let Some(extends) = &file.extends else {
        return Ok(preset(&source.name, file).map_err(here)?);
    };
    let word = extends.get_ref();
    let place = match &source.origin {
        Origin::File(path) => path.parent().unwrap_or(Path::new("")),
        Origin::BuiltIn => Path::new(""),
    };
    let found = find_from(place, word.as_ref(), lookup)
        .map_err(|error| here((extends.span(), format!("`extends`: {error}"))))?;
    before.push(label.clone());
    if before.contains(&self::label(&found.source)) {
        let chain: Vec<&str> = before.iter().map(String::as_str).collect();
        let message = format!(
            "a preset cannot extend itself: {} extends {}; a built-in is called `builtin:{}`",
            chain.join(" extends "),
            self::label(&found.source),
            found.source.name
        );
        return Err(here((extends.span(), message)).into());
    }
    let base = read(&found.source, lookup, before)?;
    Ok(with_defaults(base, &source.name, file).map_err(here)?)
}

/// Checks that a preset has stages, or those of another one, and not both.
fn alone(file: &schema::File) -> Check<()> {
    if file.extends.is_none() {
        return match file.defaults.keys().next() {
            Some(name) => fail(name.span(), "only a preset with `extends` has `defaults`"),
            None => Ok(()),
        };
    }
    let stage = file.stage.first().map(|stage| stage.name.span());
    let param = file.param.first().map(|param| param.name.span());
    match stage.or(param) {
        Some(span) => fail(
            span,
            "a preset with `extends` has the parameters and stages of the other one; take this out, or `extends`",
        ),
        None => Ok(()),
    }
}

fn with_defaults(mut base: Preset, name: &str, file: schema::File) -> Check<Preset> {
    for (name, default) in file.defaults {
        let names: Vec<String> = base.params.iter().map(|param| param.name.clone()).collect();
        let param = base.params.iter_mut();
        let Some(param) = param
            .into_iter()
            .find(|param| param.name == *name.get_ref())
        else {
            return fail(
                name.span(),
                format!(
                    "`{}` has no parameter `{}`; it has: {}",
                    base.name,
                    name.get_ref(),
                    names.join(", ")
                ),
            );
        };
        let span = default.span();
        let default = default.into_inner().0;
        if let Err(error) = param.value(default.as_bytes()) {
            return fail(span, error.to_string());
        }
        param.default = Some(default);
        let mut wrong = base
            .params
            .iter()
            .enumerate()
            .map(|(place, param)| check_beside(&base.params[..place], param));
        if let Some(message) = wrong.find_map(Result::err) {
            return fail(span, message);
        }
    }
    name.clone_into(&mut base.name);
    file.description
        .get_ref()
        .trim()
        .clone_into(&mut base.description);
    Ok(base)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::find;
    use super::*;

    /// What reading `a.toml` of these files comes to.
    fn read_a(dir: &Path, files: &[(&str, &str)]) -> Result<Preset, String> {
        for (name, text) in files {
            std::fs::write(dir.join(format!("{name}.toml")), text).unwrap();
        }
        let lookup = Lookup {
            user_dir: Some(dir),
            euid: rustix::process::geteuid().as_raw(),
        };
        let found = find("a".as_ref(), &lookup).unwrap();
        let shown = |error: PresetError| error.to_string().replace(&dir.display().to_string(), "D");
        Preset::read(&found.source, &lookup).map_err(shown)
    }

    #[test]
    fn other_defaults_through_several() {
        let dir = tempfile::tempdir().unwrap();
        let a = "description = \"mine\"\nextends = \"b\"\ndefaults = { dst = \"/mnt/x\" }\n";
        let b = "description = \"its\"\nextends = \"builtin:parallelcp\"\ndefaults = { engine = \"exec\" }\n";
        let preset = read_a(dir.path(), &[("a", a), ("b", b)]).unwrap();
        assert_eq!((&*preset.name, &*preset.description), ("a", "mine"));
        let default = |name: &str| {
            let mut params = preset.params.iter();
            params
                .find(|param| param.name == name)
                .unwrap()
                .default
                .clone()
        };
        assert_eq!(default("dst").unwrap(), "/mnt/x");
        assert_eq!(default("engine").unwrap(), "exec");
        assert_eq!(default("src"), None);
    }

    #[test]
    fn a_path_is_meant_from_the_file_that_has_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        let a = "description = \"a\"\nextends = \"./sub/b.toml\"\n";
        let b = "description = \"b\"\nextends = \"../c.toml\"\n";
        let c = "description = \"c\"\nextends = \"parallelcp\"\n";
        let preset = read_a(dir.path(), &[("a", a), ("sub/b", b), ("c", c)]).unwrap();
        assert_eq!(preset.description, "a");
    }

    #[test]
    fn a_circle_is_told_whole() {
        let dir = tempfile::tempdir().unwrap();
        let of = |other: &str| format!("description = \"d\"\nextends = \"{other}\"\n");
        let (a, b) = (of("b"), of("a"));
        let error = read_a(dir.path(), &[("a", &a), ("b", &b)]).unwrap_err();
        assert_eq!(
            error,
            "D/b.toml:2:11: a preset cannot extend itself: D/a.toml extends D/b.toml extends D/a.toml; a built-in is called `builtin:a`\n  |\n2 | extends = \"a\"\n  |           ^^^"
        );
        let error = read_a(dir.path(), &[("a", &of("a"))]).unwrap_err();
        assert!(
            error.starts_with(
                "D/a.toml:2:11: a preset cannot extend itself: D/a.toml extends D/a.toml;"
            ),
            "{error}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        for (text, expected) in [
            (
                "description = \"d\"\nextends = \"nope\"",
                "D/a.toml:2:11: `extends`: there is no preset `nope`",
            ),
            (
                "description = \"d\"\nextends = \"parallelcp\"\ndefaults = { engin = \"exec\" }",
                "D/a.toml:3:14: `parallelcp` has no parameter `engin`; it has: src, dst, engine",
            ),
            (
                "description = \"d\"\nextends = \"parallelcp\"\ndefaults = { engine = \"fast\" }",
                "D/a.toml:3:23: `fast` is not a value of `engine`; give one of: native, exec",
            ),
            (
                "description = \"d\"\nextends = \"parallelcp\"\ndefaults = { src = \"s\" }",
                "D/a.toml:3:20: `dst` must be given and comes after `src`",
            ),
            (
                "description = \"d\"\ndefaults = { x = 1 }\n[[stage]]\nname = \"a\"\nlist = []\nrun = \"true\"",
                "D/a.toml:2:14: only a preset with `extends` has `defaults`",
            ),
            (
                "description = \"d\"\nextends = \"parallelcp\"\n[[stage]]\nname = \"a\"\nlist = []\nrun = \"true\"",
                "D/a.toml:4:8: a preset with `extends` has the parameters and stages",
            ),
        ] {
            let error = read_a(dir.path(), &[("a", text)]).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let source = Source {
            name: "x".to_owned(),
            origin: Origin::File(PathBuf::from("x.toml")),
            toml: "description = \"d\"\nextends = \"parallelcp\"".to_owned(),
        };
        assert!(Preset::parse(&source).unwrap().copies());
    }
}
