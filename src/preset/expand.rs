//! A preset and arguments make a pipeline.
//!
//! Boundary: pure. What must be looked at on disk becomes a probe of the pipeline.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use super::expand_buckets::{buckets, codes, command, every, words};
use super::text::{Values, is_name, substitute};
use super::{
    Action, DepthSpec, InputsSpec, Param, ParamType, Preset, PresetError, Repeat, StageSpec,
    TreesSpec,
};
use crate::copy::Depth;
use crate::pipeline::{
    ActionSpec, Command, Params, Pipeline, Probe, Stage, StageInputs, Tree, Trees,
};

impl Preset {
    /// The pipeline for these arguments, by parameter.
    ///
    /// A parameter that is not among them has its default; an error names one
    /// that has none, one that the preset does not have, and a value that does
    /// not fit. Nothing is looked at on disk: [`Pipeline::probes`] says what
    /// must be.
    pub fn expand(&self, args: &BTreeMap<String, Vec<Vec<u8>>>) -> Result<Pipeline, PresetError> {
        let values = self.values(args)?;
        let directories = self
            .params
            .iter()
            .zip(&values)
            .filter_map(|(param, (_, value))| match param.kind {
                ParamType::Directory => Some(Probe::Directory(path(value.clone()))),
                ParamType::File => Some(Probe::File(path(value.clone()))),
                _ => None,
            });
        let there = self.probes.iter().filter(|probe| probe.when.holds(&values));
        let copies = there.map(|probe| {
            if let Some(options) = &probe.options {
                return Probe::Rsync {
                    from: every(&probe.trees.from, &values),
                    to: substitute(&probe.trees.to, &values),
                    options: words(options, &values),
                };
            }
            let Trees { from, to } = trees(&probe.trees, &values);
            Probe::Copy { from, to }
        });
        let probes = directories.chain(copies).collect();
        let stages = self.stages(&values)?;
        let is_wrong = |stage: &&Stage| {
            let depth = match &stage.inputs {
                StageInputs::Walk { depth, .. } => *depth,
                _ => Depth::Any,
            };
            matches!(depth, Depth::At(0) | Depth::Above(0))
        };
        if let Some(stage) = stages.iter().find(is_wrong) {
            return Err(PresetError::Depth {
                stage: stage.name.clone(),
            });
        }
        Ok(Pipeline::new(probes, stages)?)
    }

    /// The value of each parameter, in the order of the parameters.
    fn values(&self, args: &BTreeMap<String, Vec<Vec<u8>>>) -> Result<Params, PresetError> {
        let known = |name: &&String| self.params.iter().any(|param| param.name == **name);
        if let Some(name) = args.keys().find(|name| !known(name)) {
            return Err(PresetError::Unexpected {
                preset: self.name.clone(),
                param: name.clone(),
            });
        }
        let mut values = Params::new();
        for param in &self.params {
            let default = param.default.as_ref().map(|text| text.as_bytes().to_vec());
            let given = match args.get(&param.name).map(Vec::as_slice) {
                Some([.., last]) if param.repeat == Repeat::Once => vec![last.clone()],
                Some(given) if !given.is_empty() => given.to_vec(),
                _ => default.into_iter().collect(),
            };
            let name = || param.name.clone().into_bytes();
            if let (ParamType::Flag(_), []) = (&param.kind, given.as_slice()) {
                values.push((name(), Vec::new()));
                continue;
            }
            if given.is_empty() {
                return Err(PresetError::Missing {
                    preset: self.name.clone(),
                    param: param.name.clone(),
                    help: param.help.clone(),
                });
            }
            for value in given {
                values.push((name(), param.value(&value)?));
            }
        }
        Ok(values)
    }

    /// The stages that there are for these values, which stand in place of tokens.
    pub(super) fn stages(&self, values: &Values) -> Result<Vec<Stage>, PresetError> {
        self.stages
            .iter()
            .filter(|spec| spec.when.holds(values))
            .map(|spec| stage(spec, &self.params, values))
            .collect()
    }
}

fn stage(spec: &StageSpec, params: &[Param], values: &Values) -> Result<Stage, PresetError> {
    let inputs = match &spec.inputs {
        InputsSpec::None => StageInputs::None,
        InputsSpec::Walk {
            root,
            select,
            include,
            depth,
        } => StageInputs::Walk {
            root: path(substitute(root, values)),
            select: *select,
            include: *include,
            depth: match depth {
                DepthSpec::Any => Depth::Any,
                DepthSpec::At(text) => Depth::At(number(text, values)),
                DepthSpec::Above(text) => Depth::Above(number(text, values)),
            },
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
        InputsSpec::Buckets(spec) => StageInputs::Buckets(Box::new(buckets(spec, values)?)),
    };
    Ok(Stage {
        name: spec.name.clone(),
        inputs,
        action: match &spec.action {
            Action::Run(run) => {
                let (script, params) = command(run, params, values);
                ActionSpec::Run {
                    command: Command::Script(script),
                    params,
                }
            }
            Action::Copy(spec) => ActionSpec::Copy(trees(spec, values)),
            Action::Finalize(spec) => ActionSpec::Finalize(trees(spec, values)),
            Action::Verify(spec) => ActionSpec::Verify(trees(spec, values)),
            Action::Manifest(spec) => ActionSpec::Manifest(trees(spec, values)),
            Action::Count(text) => ActionSpec::Count(Tree {
                path: path(substitute(text, values)),
                param: text
                    .strip_prefix('<')
                    .and_then(|text| text.strip_suffix('>'))
                    .filter(|name| is_name(name))
                    .map(str::to_owned),
            }),
            Action::Contained(root) => ActionSpec::Contained(path(substitute(root, values))),
        },
        limits: spec.limits.clone(),
        start: spec.start,
        codes: codes(&spec.codes, values),
        on_failure: spec.on_failure,
    })
}

fn trees(spec: &TreesSpec, values: &Values) -> Trees {
    Trees {
        from: path(substitute(&spec.from, values)),
        to: path(substitute(&spec.to, values)),
    }
}

/// A depth; 0, which nothing has, for what is none. [`Preset::expand`] refuses it.
fn number(text: &str, values: &Values) -> usize {
    let text = substitute(text, values);
    let text = std::str::from_utf8(&text).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}
