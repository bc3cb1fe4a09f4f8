//! A preset and arguments make a pipeline.
//!
//! Boundary: pure. What must be looked at on disk becomes a probe of the pipeline.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::text::{Values, substitute};
use super::{Action, InputsSpec, ParamType, Preset, PresetError, StageSpec, TreesSpec};
use crate::pipeline::{ActionSpec, Command, Params, Pipeline, Probe, Stage, StageInputs, Trees};

impl Preset {
    /// The pipeline for these arguments, by parameter.
    ///
    /// A parameter that is not among them has its default; an error names one
    /// that has none, one that the preset does not have, and a value that does
    /// not fit. Nothing is looked at on disk: [`Pipeline::probes`] says what
    /// must be.
    pub fn expand(&self, args: &BTreeMap<String, Vec<u8>>) -> Result<Pipeline, PresetError> {
        let values = self.values(args)?;
        let directories = self
            .params
            .iter()
            .zip(&values)
            .filter(|(param, _)| param.kind == ParamType::Directory)
            .map(|(_, (_, value))| Probe::Directory(path(value.clone())));
        let there = self.probes.iter().filter(|probe| probe.when.holds(&values));
        let copies = there.map(|probe| {
            let Trees { from, to } = trees(&probe.trees, &values);
            Probe::Copy { from, to }
        });
        let probes = directories.chain(copies).collect();
        Ok(Pipeline::new(probes, self.stages(&values))?)
    }

    /// The value of each parameter, in the order of the parameters.
    fn values(&self, args: &BTreeMap<String, Vec<u8>>) -> Result<Params, PresetError> {
        let known = |name: &&String| self.params.iter().any(|param| param.name == **name);
        if let Some(name) = args.keys().find(|name| !known(name)) {
            return Err(PresetError::Unexpected {
                preset: self.name.clone(),
                param: name.clone(),
            });
        }
        self.params
            .iter()
            .map(|param| {
                let default = || param.default.as_ref().map(String::as_bytes);
                let given = args.get(&param.name).map(Vec::as_slice).or_else(default);
                let given = given.ok_or_else(|| PresetError::Missing {
                    preset: self.name.clone(),
                    param: param.name.clone(),
                    help: param.help.clone(),
                })?;
                Ok((param.name.clone().into_bytes(), param.value(given)?))
            })
            .collect()
    }

    /// The stages that there are for these values, which stand in place of tokens.
    pub(super) fn stages(&self, values: &Values) -> Vec<Stage> {
        self.stages
            .iter()
            .filter(|spec| spec.when.holds(values))
            .map(|spec| stage(spec, values))
            .collect()
    }
}

fn stage(spec: &StageSpec, values: &Values) -> Stage {
    let inputs = match &spec.inputs {
        InputsSpec::None => StageInputs::None,
        InputsSpec::Walk {
            root,
            select,
            include,
        } => StageInputs::Walk {
            root: path(substitute(root, values)),
            select: *select,
            include: *include,
        },
        InputsSpec::From(stage) => StageInputs::From(stage.clone()),
        InputsSpec::List(list) => {
            StageInputs::List(list.iter().map(|text| substitute(text, values)).collect())
        }
        InputsSpec::File {
            path: file,
            separator,
        } => StageInputs::File {
            path: path(substitute(file, values)),
            separator: *separator,
        },
    };
    Stage {
        name: spec.name.clone(),
        inputs,
        action: match &spec.action {
            Action::Run(run) => ActionSpec::Run {
                command: Command::Script(run.clone().into_bytes()),
                params: values.to_vec(),
            },
            Action::Copy(spec) => ActionSpec::Copy(trees(spec, values)),
            Action::Verify(spec) => ActionSpec::Verify(trees(spec, values)),
        },
        limits: spec.limits.clone(),
        start: spec.start,
    }
}

fn trees(spec: &TreesSpec, values: &Values) -> Trees {
    Trees {
        from: path(substitute(&spec.from, values)),
        to: path(substitute(&spec.to, values)),
    }
}

fn path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}
