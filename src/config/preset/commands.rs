//! A stage of a preset that runs a command: its template, its plan and its
//! inputs.
//!
//! Boundary: one stage at a time; how stages go together is for `steps`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::command::{Commands, Particulars};
use super::super::error::InPreset;
use super::super::inputs::Streamed;
use super::super::links::Link;
use super::super::runner::{Common, Kind, grouping, standard, tag};
use super::super::walked::Walked;
use super::super::{ConfigError, rsync};
use crate::cli::PresetRun;
use crate::copy::Options;
use crate::exec::Programs;
use crate::input::{BatchSpec, Join, Separator, SourceSpec, Sources, SourcesSpec};
use crate::pipeline::{self, Stage, StageInputs};
use crate::run::{JobSource, Plan};
use crate::template::{Append, Batch, Command, DestToken, Replace, Template, TemplateError};

/// The parameters of a stage's command, and how many of its jobs run at once:
/// some programs have a `-j` of their own.
pub(super) fn with_jobs(params: &pipeline::Params, jobs: usize) -> pipeline::Params {
    let jobs = (b"jobs".to_vec(), jobs.to_string().into_bytes());
    params.iter().cloned().chain([jobs]).collect()
}

pub(super) fn template(
    stage: &Stage,
    command: &pipeline::Command,
    params: &pipeline::Params,
    commands: &Commands<'_>,
) -> Result<Template, ConfigError> {
    let names: Vec<(Vec<u8>, usize)> = match &stage.inputs {
        StageInputs::Buckets(_) => rsync::COLUMNS
            .iter()
            .map(|(name, column)| (name.as_bytes().to_vec(), *column))
            .collect(),
        _ => Vec::new(),
    };
    let template = commands
        .parse(&Particulars {
            command: match command {
                pipeline::Command::Script(script) => Command::Script(script),
                pipeline::Command::Argv(words) => Command::Argv(words),
            },
            replace: Replace::Auto,
            names: &names,
            params,
            dest: match &stage.inputs {
                StageInputs::Buckets(_) => DestToken::Declared,
                _ => DestToken::Undeclared,
            },
            batch: Batch::One,
            append: Append::Input,
        })
        .map_err(|source| match source {
            TemplateError::NotFound { name } => InPreset::NotFound {
                stage: stage.name.clone(),
                program: name.into_bytes(),
            },
            source => InPreset::Template {
                stage: stage.name.clone(),
                source,
            },
        })
        .map_err(ConfigError::from)?;
    if let Some(program) = commands.missing_program(&template) {
        return Err(ConfigError::from(InPreset::NotFound {
            stage: stage.name.clone(),
            program,
        }));
    }
    Ok(template)
}

pub(super) fn plan(
    source: Box<dyn JobSource>,
    template: &Arc<Template>,
    (slots, link): (usize, Link),
    run: &PresetRun,
    common: &Common<'_>,
    programs: &Arc<Programs>,
) -> Result<Plan, ConfigError> {
    let options = &run.options;
    let kind = Kind {
        standard: standard(&options.output),
        directory: None,
        children: link.children,
    };
    let mut plan = common.plan(
        source,
        Arc::clone(template),
        slots,
        kind,
        &options.running,
        programs,
    );
    plan.feeds = link.feeds;
    plan.first_slot = link.first_slot;
    plan.grouping = grouping(&options.output);
    plan.tag = tag(&options.output, Replace::Auto, &[], DestToken::Undeclared)?;
    Ok(plan)
}

pub(super) fn source(stage: &Stage) -> Result<Box<dyn JobSource>, ConfigError> {
    let open = |source, separator| {
        let spec = SourcesSpec {
            sources: vec![(Join::Product, source)],
            separator,
            ..SourcesSpec::default()
        };
        let sources = Sources::open(spec, || Box::new(io::empty()))
            .map_err(|source| InPreset::Input {
                stage: stage.name.clone(),
                source,
            })
            .map_err(ConfigError::from)?;
        Ok::<_, ConfigError>(Box::new(Streamed(sources.batched(BatchSpec::default()))))
    };
    Ok(match &stage.inputs {
        // Only native actions have none, and what is read from another stage
        // comes by its link.
        StageInputs::None | StageInputs::From(_) | StageInputs::Buckets(_) => {
            open(SourceSpec::Words(Vec::new()), Separator::Line)?
        }
        StageInputs::Walk {
            root,
            select,
            include,
            depth,
        } => {
            let options = Options {
                select: *select,
                root: *include,
                depth: *depth,
                ..Options::default()
            };
            Box::new(Walked::Due(PathBuf::clone(root), options))
        }
        StageInputs::List(values) => open(SourceSpec::Words(values.clone()), Separator::Line)?,
        StageInputs::File { path, separator } => open(
            SourceSpec::File(path.clone()),
            match separator {
                pipeline::Separator::Line => Separator::Line,
                pipeline::Separator::Nul => Separator::Nul,
            },
        )?,
    })
}
