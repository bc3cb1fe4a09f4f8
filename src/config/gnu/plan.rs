//! From GNU parallel's options to the plan of one stage.
//!
//! Boundary: every option is read here or in the files beside it; the plan is
//! the one that prun's own runner makes.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::env::Standard as Stream;
use super::super::inputs::{Total, all_jobs, take_descriptor, take_stdin};
use super::super::pipe as piping;
use super::super::retry::Again;
use super::super::stages::{Stages, Statuses, Step, Telling};
use super::super::{ConfigError, Env};
use super::records::{self, Runs};
use super::values::{self, Several};
use super::{inputs, machine, pipe, resources, shell};
use crate::cli::gnu::{Given, GnuArgs, Opt};
use crate::cli::unescape;
use crate::exec::{
    Cancel, Children, Directory, DryRun, Executor, PerlProcess, Process, ProcessOptions, Programs,
    SpillPolicy, Standard, Templates, Variables,
};
use crate::input::Sources;
use crate::input::blocks::{Deal, PipeSpec};
use crate::output::{Grouping, Order, Paint};
use crate::run::{Announce, Asking, HaltPolicy, OnSignal, Plan, Streaming, Voice, Work};
use crate::template::{
    Family, GnuBatch, GnuSpec, GnuText, Quoting, Record, Standard as Spelled, Template, Text,
};
use crate::ui;

/// The one stage of the runner.
pub(super) fn stages(args: &GnuArgs, env: &Env) -> Result<Stages, ConfigError> {
    let given = &args.given;
    let hosts = values::hosts(given)?;
    let slots = values::slots(given, hosts, env)?;
    let several = values::several(given)?;
    if given.has(Opt::Ungroup) && given.has(Opt::Group) {
        return Err(ConfigError::Usage(
            "--group cannot be combined with --ungroup.",
        ));
    }
    if given.has(Opt::ShowLimits) {
        ui::say(format_args!(
            "Maximal size of command: {}",
            machine::LONGEST
        ));
    }
    let halt = halt(given)?;
    let cancel = Arc::new(Cancel::new().map_err(ConfigError::Start)?);
    let alone = alone(args);
    let args = alone.as_ref().unwrap_or(args);
    let (reading, names) = read(args, &several, env, &cancel)?;
    // All jobs that share the input run at once.
    let slots = match &reading {
        Reading::Blocks(_, _, tee) => slots.max(tee.len()),
        Reading::Inputs(_) | Reading::Again(_) => slots,
    };
    let mut family = family(given, perl(env))?;
    family.name(&names);

    let only_shows = given.has(Opt::DryRun) || given.has(Opt::ShellQuote);
    let directory = directory(given, &family, slots, env)?;
    let start = match &directory {
        Directory::Fixed(fixed) => env.directory.join(fixed),
        Directory::Own | Directory::Each(_) => env.directory.clone(),
    };
    let programs = Arc::new(Programs::new(env.get("PATH").map(Into::into), start));
    let template = Arc::new(template(
        args,
        &Ways {
            family: &family,
            several: &several,
            slots,
            reading: &reading,
            directory: &directory,
        },
        &programs,
        env,
    )?);
    let total = if halt.needs_total() || template.needs_total() {
        Total::Needed
    } else {
        Total::Unneeded
    };
    let piped = match reading {
        Reading::Again(jobs) => piping::Piped {
            source: Box::new(jobs),
            attends: None,
        },
        Reading::Inputs(sources) => piping::Piped {
            source: inputs::batched(*sources, &several, &template, slots, total)?,
            attends: None,
        },
        Reading::Blocks(..) if total == Total::Needed => {
            return Err(ConfigError::Usage(
                "with --pipe nobody knows how many jobs there will be before the end of the input: --halt takes a number then, and {##} is not there",
            ));
        }
        Reading::Blocks(spec, stdin, tee) => piping::open(
            &spec,
            piping::Surroundings {
                env,
                cancel: &cancel,
                jobs: slots,
                stdin,
                tee,
            },
        )?,
    };
    let standard = standard(given);
    let children = Arc::new(Children::new(slots));
    let process = || -> Result<Arc<dyn Executor>, ConfigError> {
        let options = ProcessOptions {
            standard,
            directory,
            variables: variables(given, env),
            sequence: match given.last(Opt::TermSeq) {
                None => "TERM,200,TERM,100,TERM,50,KILL,25".parse()?,
                Some(text) => values::text(text, "--termseq")?.parse()?,
            },
        };
        let process = Process::new(options, Arc::clone(&programs), Arc::clone(&children));
        let files = templates(given, &family, slots)?;
        Ok(if files.is_empty() {
            Arc::new(process)
        } else {
            Arc::new(Templates::new(process, files))
        })
    };
    let executor = if only_shows {
        Arc::new(DryRun)
    } else {
        process()?
    };
    let temporary = given.last(Opt::TmpDir).map(PathBuf::from);
    let temporary = temporary.or_else(|| env.directory_in("TMPDIR"));
    let temporary = temporary.unwrap_or_else(|| "/tmp".into());
    let parse = |text: &[u8]| GnuText::parse(text, &family, slots).map(Text::from);
    let runs = if only_shows { Runs::Shown } else { Runs::Jobs };
    let kept = records::of(given, &names, &temporary, &parse, runs)?;
    let (delay, pacing) = values::delay(given)?;
    let retries = given.last(Opt::Retries);
    let retries = retries.map(|value| values::number(value, "--retries"));
    let retries = retries.transpose()?;
    let retries = retries.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
    let resources = resources::resources(given, env, &programs)?;
    let mut watching = resources::watching(given, env)?;
    if only_shows {
        watching.watch = None;
    }
    let plan = Plan {
        source: piped.source,
        work: Work::Template(template),
        feeds: Vec::new(),
        dealer: None,
        executor,
        slots: if only_shows { 1 } else { slots },
        first_slot: 0,
        nice: given.last(Opt::Nice).map(nice).transpose()?,
        timeout: values::timeout(given)?,
        attempts: retries.unwrap_or(1),
        delay,
        pacing,
        gates: if only_shows {
            None
        } else {
            resources.gates(retries)
        },
        watching,
        halt,
        asking: if given.has(Opt::Interactive) {
            Asking::EachJob
        } else {
            Asking::Never
        },
        on_signal: OnSignal::Gnu,
        voice: Voice::Gnu,
        grouping: grouping(given),
        order: if given.is_on(Opt::KeepOrder, Opt::NoKeepOrder) && !is_ungrouped(given) {
            Order::Input
        } else {
            Order::Completion
        },
        streaming: if only_shows {
            Streaming::Never
        } else {
            Streaming::WhenAlone
        },
        tag: tag(given, &family, slots)?,
        paint: paint(given),
        store: kept.store,
        paper: kept.paper,
        announce: announce(given, only_shows),
        spill: SpillPolicy::new(temporary),
        children,
        cancel,
        joblog: kept.joblog,
        resume: kept.resume,
    };
    // A person is told what failed; scripts have the exit status.
    let telling = match env.stderr {
        Stream::Terminal => Telling::Failures,
        Stream::Other => Telling::Nothing,
    };
    Ok(Stages {
        steps: vec![Step {
            attends: piped.attends,
            ..plan.into()
        }],
        statuses: Statuses::Gnu(telling),
    })
}

/// What the jobs of a run have of its inputs.
enum Reading {
    /// Nothing: these commands of an earlier run are run again.
    Again(Again),
    /// Values, in their commands.
    Inputs(Box<Sources>),
    /// Blocks, and under `--tee` values as well.
    Blocks(Box<PipeSpec>, OwnedFd, Vec<Vec<Record>>),
}

fn read(
    args: &GnuArgs,
    several: &Several,
    env: &Env,
    cancel: &Arc<Cancel>,
) -> Result<(Reading, inputs::Names), ConfigError> {
    if let Some(jobs) = records::again(&args.given)? {
        take_descriptor().map_err(ConfigError::Start)?;
        return Ok((Reading::Again(jobs), inputs::Names::new()));
    }
    let Some(spec) = pipe::spec(args, several)? else {
        let stdin = take_stdin(cancel).map_err(ConfigError::Start)?;
        let (sources, names) = inputs::open(args, env, stdin)?;
        return Ok((Reading::Inputs(Box::new(sources)), names));
    };
    let stdin = take_descriptor().map_err(ConfigError::Start)?;
    let (tee, names) = if spec.deal == Deal::Tee {
        let (sources, names) = inputs::open(args, env, Box::new(std::io::empty()))?;
        (all_jobs(sources)?, names)
    } else {
        (Vec::new(), inputs::Names::new())
    };
    Ok((Reading::Blocks(Box::new(spec), stdin, tee), names))
}

/// What a command is made with.
struct Ways<'a> {
    family: &'a Family,
    several: &'a Several,
    slots: usize,
    reading: &'a Reading,
    directory: &'a Directory,
}

/// `--nonall` without inputs is one job, whose command gets no value.
fn alone(args: &GnuArgs) -> Option<GnuArgs> {
    let is_alone = args.given.has(Opt::NonAll) && args.sources.is_empty();
    is_alone.then(|| GnuArgs {
        sources: vec![crate::cli::SourceArg {
            join: crate::cli::Join::Product,
            kind: crate::cli::SourceKind::Words(vec![OsString::new()]),
        }],
        ..args.clone()
    })
}

/// The perl that evaluates what prun does not understand by itself. It is
/// started when it is first asked.
fn perl(env: &Env) -> Option<Arc<PerlProcess>> {
    let programs = Programs::new(env.get("PATH").map(Into::into), env.directory.clone());
    let program = programs.resolve(b"perl")?;
    Some(Arc::new(PerlProcess::new(program.to_path_buf())))
}

fn family(given: &Given, perl: Option<Arc<PerlProcess>>) -> Result<Family, ConfigError> {
    let mut family = Family::default();
    family.use_perl(perl.map(|perl| perl as _));
    if let Some(parens) = given.last(Opt::Parens) {
        family.enclose(parens.as_bytes());
    }
    if given.has(Opt::Plus) {
        family.plus();
    }
    for (option, which) in [
        (Opt::ExtensionReplace, Spelled::NoExtension),
        (Opt::BaseReplace, Spelled::Base),
        (Opt::DirReplace, Spelled::Dir),
        (Opt::BaseExtensionReplace, Spelled::BaseNoExtension),
        (Opt::SeqReplace, Spelled::Seq),
        (Opt::SlotReplace, Spelled::Slot),
    ] {
        if let Some(spelling) = given.last(option) {
            family.respell(which, spelling.as_bytes());
        }
    }
    if let Some((_, Some(spelling))) = given.last_of(&[Opt::Replace, Opt::ReplaceMaybe]) {
        family.respell(Spelled::Whole, spelling.as_bytes());
    }
    for definition in given.all(Opt::Rpl) {
        family.define(definition.as_bytes())?;
    }
    Ok(family)
}

fn template(
    args: &GnuArgs,
    ways: &Ways<'_>,
    programs: &Programs,
    env: &Env,
) -> Result<Template, ConfigError> {
    let given = &args.given;
    let words: Vec<Vec<u8>> = match ways.reading {
        Reading::Again(_) => Vec::new(),
        Reading::Inputs(_) | Reading::Blocks(..) => args
            .command
            .iter()
            .map(|word| word.as_bytes().to_vec())
            .collect(),
    };
    let has_inputs = match ways.reading {
        Reading::Inputs(_) => !given.has(Opt::NonAll),
        Reading::Again(_) => true,
        Reading::Blocks(spec, ..) => pipe::has_inputs(spec),
    };
    let batch = match ways.reading {
        Reading::Blocks(..) | Reading::Again(_) => GnuBatch::Joined,
        Reading::Inputs(_) => ways.several.batch,
    };
    let is_again = matches!(ways.reading, Reading::Again(_));
    let shell = shell::find(env, programs);
    let functions = env.functions();
    let runs = |word: &[u8]| shell::runs_by_itself(word, programs, &functions);
    let may = matches!(ways.directory, Directory::Own) && shell::may_be_left_out(&shell, env);
    Ok(Template::gnu(&GnuSpec {
        words: &words,
        family: ways.family,
        quoting: match given.count(Opt::ShellQuote) {
            0 if given.has(Opt::Quote) && !is_again => Quoting::Words,
            0 => Quoting::Values,
            times => Quoting::Line(u32::try_from(times).unwrap_or(u32::MAX)),
        },
        batch: if has_inputs { batch } else { GnuBatch::LeftOut },
        append: match ways.reading {
            Reading::Blocks(spec, ..) if spec.deal == Deal::Tee => false,
            Reading::Blocks(..) | Reading::Inputs(_) | Reading::Again(_) => has_inputs,
        },
        filter: given.last(Opt::Filter).map(|text| text.as_bytes()),
        slots: ways.slots,
        shell: &shell,
        runs_directly: if may { Some(&runs) } else { None },
    })?)
}

/// `--wd`: made if it is not there; `...` is one of the job's own.
fn directory(
    given: &Given,
    family: &Family,
    slots: usize,
    env: &Env,
) -> Result<Directory, ConfigError> {
    let Some(name) = given.last(Opt::Wd) else {
        return Ok(Directory::Own);
    };
    if name == "." {
        return Ok(Directory::Own);
    }
    if name == "..." {
        let base = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
        let own = format!("parallel-{}-{{#}}", std::process::id());
        let text = base.join(own).into_os_string().into_vec();
        let text = GnuText::parse(&text, &Family::default(), slots)?;
        return Ok(Directory::Each(text.into()));
    }
    let text = GnuText::parse(name.as_bytes(), family, slots)?;
    if !text.is_constant() {
        return Ok(Directory::Each(text.into()));
    }
    let path = PathBuf::from(name);
    let made = if path.is_dir() {
        Ok(())
    } else {
        std::fs::create_dir_all(&path)
    };
    made.map_err(|source| ConfigError::Path {
        what: "cannot make the directory",
        path: path.clone(),
        source,
    })?;
    Ok(Directory::Fixed(path))
}

fn variables(given: &Given, env: &Env) -> Variables {
    let process = std::process::id();
    let temporary = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
    let fixed: [(&str, OsString); 4] = [
        ("PARALLEL_PID", process.to_string().into()),
        ("PARALLEL_SSHLOGIN", ":".into()),
        ("PARALLEL_SSHHOST", ":".into()),
        (
            "PARALLEL_TMP",
            temporary.join(format!("par{process}")).into(),
        ),
    ];
    Variables {
        seq: "PARALLEL_SEQ".into(),
        slot: "PARALLEL_JOBSLOT".into(),
        slot_from_zero: Some(
            given
                .last(Opt::ProcessSlotVar)
                .cloned()
                .unwrap_or_else(|| "PARALLEL_JOBSLOT0".into()),
        ),
        fixed: fixed
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    }
}

fn templates(
    given: &Given,
    family: &Family,
    slots: usize,
) -> Result<Vec<crate::exec::TemplateFile>, ConfigError> {
    let keep = if given.has(Opt::Cleanup) {
        crate::exec::Afterwards::Remove
    } else {
        crate::exec::Afterwards::Keep
    };
    let mut files = Vec::new();
    for value in given.all(Opt::Template) {
        let bytes = value.as_bytes();
        let Some(equals) = bytes.iter().position(|&byte| byte == b'=') else {
            return Err(values::wrong(
                "--template",
                value,
                "give FILE=NAME, where NAME may have replacement strings",
            ));
        };
        let path = PathBuf::from(OsString::from_vec(bytes[..equals].to_vec()));
        let text = std::fs::read(&path).map_err(|source| ConfigError::Path {
            what: "cannot read the template",
            path,
            source,
        })?;
        files.push(crate::exec::TemplateFile {
            name: GnuText::parse(&bytes[equals + 1..], family, slots)?.into(),
            text: GnuText::parse(&text, family, slots)?.into(),
            afterwards: keep,
        });
    }
    Ok(files)
}

fn halt(given: &Given) -> Result<HaltPolicy, ConfigError> {
    let Some(value) = given.last(Opt::Halt) else {
        return Ok(HaltPolicy::Never);
    };
    let text = values::text(value, "--halt")?;
    Ok(text.parse()?)
}

fn nice(value: &OsString) -> Result<i32, ConfigError> {
    let parsed = value.to_str().and_then(|text| text.parse::<i32>().ok());
    parsed.ok_or_else(|| values::wrong("--nice", value, "give a whole number"))
}

fn is_ungrouped(given: &Given) -> bool {
    grouping(given) == Grouping::Ungrouped
}

fn grouping(given: &Given) -> Grouping {
    if given.has(Opt::Tty) || given.has(Opt::OpenTty) || given.has(Opt::Ungroup) {
        return Grouping::Ungrouped;
    }
    match given.last_of(&[Opt::Group, Opt::LineBuffer, Opt::LatestLine]) {
        Some((Opt::LineBuffer | Opt::LatestLine, _)) => Grouping::LineBuffered,
        _ => Grouping::Grouped,
    }
}

fn standard(given: &Given) -> Standard {
    if given.has(Opt::Tty) || given.has(Opt::OpenTty) {
        return Standard::Terminal;
    }
    match grouping(given) {
        Grouping::Ungrouped => Standard::Inherited,
        Grouping::Grouped | Grouping::LineBuffered => Standard::Piped,
    }
}

/// What stands before each line of output; nothing where lines are not prun's
/// to write.
fn tag(given: &Given, family: &Family, slots: usize) -> Result<Option<Text>, ConfigError> {
    if is_ungrouped(given) {
        return Ok(None);
    }
    let everywhere = given.has(Opt::OnAll) || given.has(Opt::NonAll);
    let tags = [Opt::Tag, Opt::TagString, Opt::ColorTag, Opt::ColorTagString];
    let (text, family) = match given.last_of(&tags) {
        None => return Ok(None),
        Some((Opt::TagString | Opt::ColorTagString, Some(text))) => {
            let text = text.as_bytes();
            let text = unescape(text).unwrap_or_else(|| text.to_vec());
            (text, family.clone())
        }
        Some(_) if everywhere => (b":".to_vec(), Family::default()),
        Some(_) => (b"{}".to_vec(), Family::default()),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let text = [text.as_slice(), b"\t"].concat();
    Ok(Some(GnuText::parse(&text, &family, slots)?.into()))
}

/// Output that does not come through prun cannot be painted.
fn paint(given: &Given) -> Paint {
    let colours = [Opt::Color, Opt::ColorTag, Opt::ColorTagString];
    if is_ungrouped(given) {
        Paint::Nothing
    } else if colours.into_iter().any(|option| given.has(option)) {
        Paint::Jobs
    } else if given.has(Opt::ColorFailed) {
        Paint::Failed
    } else {
        Paint::Nothing
    }
}

fn announce(given: &Given, only_shows: bool) -> Announce {
    let shows = given.has(Opt::Verbose) && !given.has(Opt::Silent) && !only_shows;
    // The question of `-p` shows the command already.
    let prints = given.has(Opt::Print);
    match (shows, prints) {
        (false, false) => Announce::No,
        (true, false) => Announce::WithOutput,
        (false, true) => Announce::AtStart,
        (true, true) => Announce::Both,
    }
}
