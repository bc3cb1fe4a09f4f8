//! The stage that divides a tree into lists, and what it says of them.
//!
//! Boundary: what the division came to goes to standard output, what could not
//! be read to standard error; the files are written by `manifest/`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

use super::lines::{Ending, Lines};
use super::rehearsing::LineRehearsal;
use super::{NativeStage, Says, Verdict, Whole, bytes};
use crate::cli::{ManifestArgs, PresetRun, SplitArg};
use crate::config::command::{Commands, Particulars};
use crate::config::error::InPreset;
use crate::config::{ConfigError, Env};
use crate::copy::{Control, ProbeError, probe};
use crate::exec::{NativeWork, Output};
use crate::manifest::{self, Cut, Manifest, ManifestError, Spec, Split, Written};
use crate::output::RunEnd;
use crate::pipeline::Trees;
use crate::template::{Append, Batch, Command, DestToken, Replace, Template};
use crate::ui;

/// What a preset ends with that could not begin.
const NOTHING_DONE: u8 = 2;

/// The stage that divides a tree.
pub(super) fn stage(
    trees: &Trees,
    args: &ManifestArgs,
    run: &PresetRun,
    workers: usize,
    env: &Env,
) -> Result<Box<dyn NativeStage>, ConfigError> {
    // The destination may be a mount that only the clients have. Where it is
    // there, mkdir -p and cp would follow a symlink in the place of a directory.
    if let Err(
        error @ (ProbeError::Same { .. } | ProbeError::Inside { .. } | ProbeError::Linked { .. }),
    ) = probe::copy(&trees.from, &trees.to)
    {
        return Err(error.into());
    }
    if run.options.running.dry_run {
        let depth = args.depth.to_string().into_bytes();
        let mut words = vec![b"find".to_vec(), bytes(&trees.from)];
        for word in ["-mindepth", "-maxdepth"] {
            words.extend([word.as_bytes().to_vec(), depth.clone()]);
        }
        words.extend(["-type", "d"].map(|word| word.as_bytes().to_vec()));
        let lines = std::iter::once(words);
        return Ok(Box::new(LineRehearsal::new(lines, b"")));
    }
    let template = match &args.template {
        None => None,
        Some(text) => Some(Arc::new(template(text, run, env)?)),
    };
    let spec = Spec {
        source: manifest::absolute(&trees.from)?,
        destination: manifest::absolute(&trees.to)?,
        depth: args.depth,
        clients: args.clients,
        split: match args.split {
            SplitArg::Rr => Split::Turn,
            SplitArg::Size => Split::Size,
            SplitArg::Files => Split::Files,
        },
        cut: if args.no_cut { Cut::No } else { Cut::Deeper },
        out: args.out.clone(),
        template,
    };
    let lines = Lines::new(env.stdout);
    Ok(Box::new(ManifestStage::new(spec, workers, lines)))
}

/// The command that copies a row. A script would be run by a shell for each row,
/// in a script already.
fn template(text: &OsStr, run: &PresetRun, env: &Env) -> Result<Template, ConfigError> {
    const STAGE: &str = "--template";
    let mut text = text.as_bytes().to_vec();
    let has = |token: &[u8]| text.windows(token.len()).any(|part| part == token);
    if !has(b"<src>") && !has(b"<dst>") {
        text.extend_from_slice(b" <src> <dst>");
    }
    let names = [(b"src".to_vec(), 0), (b"dst".to_vec(), 1)];
    let commands = Commands::new(run.options.running.shell.as_deref(), None, env)?;
    let template = commands
        .parse(&Particulars {
            command: Command::Script(&text),
            replace: Replace::Auto,
            names: &names,
            params: &[],
            dest: DestToken::Undeclared,
            batch: Batch::One,
            append: Append::Input,
        })
        .map_err(|source| InPreset::Template {
            stage: STAGE.to_owned(),
            source,
        })
        .map_err(ConfigError::from)?;
    if template.uses_shell() {
        return Err(ConfigError::from(InPreset::TemplateIsScript));
    }
    Ok(template)
}

/// A division and its outcome.
struct ManifestStage {
    manifest: Arc<Manifest>,
    lines: Lines,
    split: Split,
    /// Whether it was refused for what the tree is like.
    is_refused: bool,
}

impl ManifestStage {
    fn new(spec: Spec, workers: usize, lines: Lines) -> Self {
        let split = spec.split;
        Self {
            manifest: Arc::new(Manifest::new(spec, workers, Arc::new(Says))),
            lines,
            split,
            is_refused: false,
        }
    }

    fn say(&self, written: &Written) {
        for (number, share) in (1..).zip(&written.clients) {
            self.lines.line(&format!(
                "client{number}: {} rows, {} entries, {} bytes",
                share.rows, share.amount.entries, share.amount.bytes
            ));
        }
        self.lines.line(&format!(
            "rest: {} entries, {} bytes, {} names to link",
            written.rest.entries, written.rest.bytes, written.links
        ));
        self.lines.line(&format!("cut deeper: {}", written.cut));
        let of = match self.split {
            Split::Turn | Split::Size => "bytes",
            Split::Files => "entries",
        };
        let spread = match written.spread(self.split) {
            Some(spread) => format!("spread: {spread:.2} (most {of} of a client / mean)"),
            None => format!("spread: no {of} in the lists"),
        };
        self.lines.line(&spread);
        let listed: u64 = written.clients.iter().map(|share| share.amount.bytes).sum();
        if written.rest.bytes > listed {
            ui::note(
                "most of the bytes are above the directories that were divided and are in \
                 rest_copy_commands; give a smaller --depth",
            );
        }
    }
}

impl NativeWork for Manifest {
    fn work(&self, _output: &mut dyn Output, control: Control<'_>) {
        Manifest::work(self, control);
    }

    fn finish(&self, _output: &mut dyn Output, control: Control<'_>) {
        Manifest::finish(self, control);
    }
}

impl NativeStage for ManifestStage {
    fn work(&self) -> Arc<dyn NativeWork> {
        Arc::clone(&self.manifest) as Arc<dyn NativeWork>
    }

    fn begin(&mut self) -> Result<(), ConfigError> {
        Ok(self.manifest.begin()?)
    }

    fn end(&mut self, end: &RunEnd) -> Verdict {
        if matches!(end, RunEnd::Signal(_)) {
            return Verdict::default();
        }
        let failed = Verdict {
            failed: true,
            ..Verdict::default()
        };
        match self.manifest.outcome() {
            None => failed,
            Some(Err(error)) => {
                self.is_refused = matches!(error, ManifestError::Few { .. });
                ui::error(error);
                failed
            }
            Some(Ok(written)) => {
                self.say(written);
                let ending = self.lines.end();
                Verdict {
                    failed: written.unreadable > 0 || ending != Ending::Written,
                    reader_gone: ending == Ending::ReaderGone,
                    ..Verdict::default()
                }
            }
        }
    }

    fn tell(self: Box<Self>, whole: &Whole) -> u8 {
        if self.is_refused && whole.signal.is_none() {
            NOTHING_DONE
        } else {
            whole.status
        }
    }
}
