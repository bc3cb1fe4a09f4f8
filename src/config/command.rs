//! Commands: from words to a parsed template whose program is there.
//!
//! Boundary: tells the template what it cannot know (which words are programs,
//! which shell there is), and finds a missing program before any job runs.

use std::path::Path;
use std::sync::Arc;

use super::shell::Shell;
use super::{ConfigError, Env};
use crate::exec::{Programs, is_program};
use crate::template::{
    Append, Batch, Command, DestToken, IsProgram, Replace, Spec, Template, TemplateError,
};

/// What templates of a run have in common.
pub(super) struct Commands<'a> {
    pub(super) env: &'a Env,
    pub(super) programs: Arc<Programs>,
    pub(super) shell: Shell,
}

/// What is particular to one template.
pub(super) struct Particulars<'a> {
    pub(super) command: Command<'a>,
    pub(super) replace: Replace<'a>,
    pub(super) names: &'a [(Vec<u8>, usize)],
    pub(super) params: &'a [(Vec<u8>, Vec<u8>)],
    pub(super) dest: DestToken,
    pub(super) batch: Batch,
    pub(super) append: Append,
}

impl<'a> Commands<'a> {
    pub(super) fn new(
        shell: Option<&Path>,
        directory: Option<&Path>,
        env: &'a Env,
    ) -> Result<Self, ConfigError> {
        let start = directory.map_or_else(|| env.directory.clone(), |wd| env.directory.join(wd));
        let programs = Arc::new(Programs::new(env.get("PATH").map(Into::into), start));
        let shell = Shell::find(shell, env, &programs)?;
        Ok(Self {
            env,
            programs,
            shell,
        })
    }

    /// Parses a template.
    pub(super) fn parse(&self, given: &Particulars<'_>) -> Result<Template, TemplateError> {
        let programs = Arc::clone(&self.programs);
        let is_program: IsProgram = Arc::new(move |word: &[u8]| is_program(&programs, word));
        Template::parse(&Spec {
            command: given.command,
            replace: given.replace,
            names: given.names,
            params: given.params,
            dest: given.dest,
            batch: given.batch,
            append: given.append,
            shell: &self.shell.path,
            shell_kind: self.shell.kind,
            bash: &self.shell.bash,
            functions: &self.env.functions(),
            is_program,
        })
    }

    /// The program that every job would look for in vain, if there is one.
    pub(super) fn missing_program(&self, template: &Template) -> Option<Vec<u8>> {
        let program = template.program()?;
        (!is_program(&self.programs, program)).then(|| program.to_vec())
    }
}
