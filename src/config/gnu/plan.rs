//! From GNU parallel's options to the plan of one stage.
//!
//! Boundary: every option is read here or in the files beside it; the plan is
//! the one that prun's own runner makes.

use std::ffi::OsString;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::env::Standard as Stream;
use super::super::inputs::{Total, all_jobs, take_descriptor, take_stdin};
use super::super::pipe as piping;
use super::super::records::KnownBy;
use super::super::retry::Again;
use super::super::stages::{Stages, Statuses, Step, Telling};
use super::super::{ConfigError, Env, jobs_file};
use super::place::{directory, templates, variables};
use super::records::{self, Runs};
use super::semaphore::{Holding, Place, Remembering};
use super::shown::{announce, grouping, is_ungrouped, paint, tag};
use super::strings::{family, perl};
use super::values::{self, Several};
use super::{inputs, logins, machine, pipe, resources, semaphore, shell};
use crate::cli::gnu::{Given, GnuArgs, Opt};
use crate::exec::{
    Cancel, Children, Directory, DryRun, Executor, PerlProcess, Process, ProcessOptions, Programs,
    SpillPolicy, Standard, Templates,
};
use crate::input::Sources;
use crate::input::blocks::{Deal, PipeSpec, Way};
use crate::output::{Grouping, Order};
use crate::pipeline::Jobs;
use crate::run::{Asking, HaltPolicy, OnSignal, Plan, Streaming, Voice, Work};
use crate::template::{Family, GnuBatch, GnuSpec, GnuText, Quoting, Record, Template, Text};

/// The one stage of the runner: of a semaphore's command, in its place.
pub(super) fn stages(
    args: &GnuArgs,
    env: &Env,
    place: Option<Place>,
) -> Result<Stages, ConfigError> {
    let given = &args.given;
    let hosts = logins::slots(given, env)?;
    let values::Slots { now: slots, file } = values::slots(given, hosts, env)?;
    let several = values::several(given)?;
    check_grouping(given)?;
    if given.has(Opt::ShowLimits) {
        machine::show_limits(&mut std::io::stdout().lock()).map_err(ConfigError::Start)?;
    }
    let halt = halt(given)?;
    let cancel = Arc::new(Cancel::new().map_err(ConfigError::Start)?);
    let alone = alone(args);
    let args = alone.as_ref().unwrap_or(args);
    let perl = perl(env);
    let (reading, names) = read(args, &several, env, &cancel, perl.as_ref())?;
    // All jobs that share the input run at once.
    let slots = match &reading {
        Reading::Blocks(_, _, Beside::Jobs(jobs)) => slots.max(jobs.len()),
        Reading::Blocks(..) | Reading::Inputs(_) | Reading::Again(_) => slots,
    };
    let only_shows = given.has(Opt::DryRun) || given.has(Opt::ShellQuote);
    // Those that share the input end only with it, and cannot wait for others.
    let file = match &reading {
        Reading::Blocks(spec, ..) if spec.deal != Deal::Each => None,
        _ if only_shows => None,
        _ => file,
    };
    let most = match file {
        _ if only_shows => 1,
        Some(_) => slots.max(Jobs::MOST),
        None => slots,
    };
    let mut family = family(given, perl)?;
    family.name(&names);

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
    let temporary = given.last(Opt::TmpDir).map(PathBuf::from);
    let temporary = temporary.or_else(|| env.directory_in("TMPDIR"));
    let temporary = temporary.unwrap_or_else(|| "/tmp".into());
    let known_by = match &reading {
        Reading::Blocks(_, _, Beside::None) => KnownBy::Number,
        Reading::Blocks(..) | Reading::Inputs(_) | Reading::Again(_) => KnownBy::Values,
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
        Reading::Blocks(spec, stdin, beside) => piping::open(
            &spec,
            piping::Surroundings {
                env,
                cancel: &cancel,
                jobs: slots,
                room: jobs_file::foreseen(file.as_ref(), slots),
                temporary: &temporary,
                stdin,
                values: match beside {
                    Beside::None => piping::Values::None,
                    Beside::Jobs(jobs) => piping::Values::Jobs(jobs),
                    Beside::Sources(sources) => piping::Values::Beside(inputs::batched(
                        *sources, &several, &template, slots, total,
                    )?),
                },
            },
        )?,
    };
    let standard = standard(given, env);
    let children = Arc::new(Children::new(most));
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
    let (executor, attends) = match place {
        None => (executor, piped.attends),
        Some(Place(held)) => {
            let status = Arc::default();
            let attends = Holding {
                held,
                status: Arc::clone(&status),
            };
            let executor: Arc<dyn Executor> = Arc::new(Remembering { executor, status });
            (executor, Some(Box::new(attends) as _))
        }
    };
    let is_sem = semaphore::is_asked(given);
    let parse = |text: &[u8]| GnuText::parse(text, &family, slots).map(Text::from);
    let runs = if only_shows { Runs::Shown } else { Runs::Jobs };
    let kept = records::of(given, &names, &temporary, &parse, runs, known_by)?;
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
        slots: most,
        width: file.map(|file| Box::new(file) as _),
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
        asker: None,
        halt,
        asking: if given.has(Opt::Interactive) {
            Asking::EachJob
        } else {
            Asking::Never
        },
        on_signal: OnSignal::Gnu,
        voice: Voice::Gnu,
        grouping: match standard {
            Standard::Terminal => Grouping::Ungrouped,
            Standard::Piped | Standard::Inherited => grouping(given),
        },
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
            attends,
            ..plan.into()
        }],
        statuses: if is_sem {
            Statuses::Command
        } else if given.has(Opt::OnAll) {
            Statuses::Hosts(telling)
        } else {
            Statuses::Gnu(telling)
        },
    })
}

/// What the jobs of a run have of its inputs.
enum Reading {
    /// Nothing: these commands of an earlier run are run again.
    Again(Again),
    /// Values, in their commands.
    Inputs(Box<Sources>),
    /// Blocks, and values beside them.
    Blocks(Box<PipeSpec>, OwnedFd, Beside),
}

/// What stands in the commands of jobs that read blocks.
enum Beside {
    /// Nothing, or the name of the file with the block.
    None,
    /// Each of these, and every job reads all of the input (`--tee`).
    Jobs(Vec<Vec<Record>>),
    /// One after the other, as long as there are any.
    Sources(Box<Sources>),
}

fn read(
    args: &GnuArgs,
    several: &Several,
    env: &Env,
    cancel: &Arc<Cancel>,
    perl: Option<&Arc<PerlProcess>>,
) -> Result<(Reading, inputs::Names), ConfigError> {
    if let Some(jobs) = records::again(&args.given)? {
        take_descriptor().map_err(ConfigError::Start)?;
        return Ok((Reading::Again(jobs), inputs::Names::new()));
    }
    // It passes its standard input on.
    if semaphore::is_asked(&args.given) {
        let (sources, names) = inputs::open(args, env, Box::new(std::io::empty()))?;
        return Ok((Reading::Inputs(Box::new(sources)), names));
    }
    let Some(spec) = pipe::spec(args, several, perl)? else {
        let stdin = take_stdin(cancel).map_err(ConfigError::Start)?;
        let (sources, names) = inputs::open(args, env, stdin)?;
        return Ok((Reading::Inputs(Box::new(sources)), names));
    };
    let stdin = take_descriptor().map_err(ConfigError::Start)?;
    let (beside, names) = if pipe::has_values(args, &spec) {
        let (sources, names) = inputs::open(args, env, Box::new(std::io::empty()))?;
        let beside = match spec.deal {
            Deal::Tee => Beside::Jobs(all_jobs(sources)?),
            _ => Beside::Sources(Box::new(sources)),
        };
        (beside, names)
    } else {
        (Beside::None, inputs::Names::new())
    };
    Ok((Reading::Blocks(Box::new(spec), stdin, beside), names))
}

/// What a command is made with.
struct Ways<'a> {
    family: &'a Family,
    several: &'a Several,
    slots: usize,
    reading: &'a Reading,
    directory: &'a Directory,
}

/// `--nonall` without inputs is one job, whose command gets no value; so is
/// a semaphore's, which takes no inputs.
fn alone(args: &GnuArgs) -> Option<GnuArgs> {
    let is_sem = semaphore::is_asked(&args.given);
    let is_alone = is_sem || args.given.has(Opt::NonAll) && args.sources.is_empty();
    is_alone.then(|| GnuArgs {
        sources: vec![crate::cli::SourceArg {
            join: crate::cli::Join::Product,
            kind: crate::cli::SourceKind::Words(vec![OsString::new()]),
        }],
        ..args.clone()
    })
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
        Reading::Inputs(_) => !given.has(Opt::NonAll) && !semaphore::is_asked(given),
        Reading::Again(_) | Reading::Blocks(..) => true,
    };
    let batch = match ways.reading {
        _ if !has_inputs => GnuBatch::LeftOut,
        // As there: parts of files have no value beside them.
        Reading::Blocks(..) if given.has(Opt::PipePart) => GnuBatch::LeftOut,
        Reading::Again(_) => GnuBatch::Joined,
        Reading::Inputs(_) | Reading::Blocks(..) => ways.several.batch,
    };
    let is_again = matches!(ways.reading, Reading::Again(_));
    let shell = shell::find(env, programs)?;
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
        batch,
        append: match ways.reading {
            Reading::Blocks(spec, ..) => spec.way != Way::Stdin || words.is_empty(),
            Reading::Inputs(_) | Reading::Again(_) => has_inputs,
        },
        filter: given.last(Opt::Filter).map(|text| text.as_bytes()),
        slots: ways.slots,
        shell: &shell,
        runs_directly: if may { Some(&runs) } else { None },
    })?)
}

fn halt(given: &Given) -> Result<HaltPolicy, ConfigError> {
    let Some(value) = given.last(Opt::Halt) else {
        return Ok(HaltPolicy::Never);
    };
    let text = values::text(value, "--halt")?;
    Ok(text.parse()?)
}

/// What is to be added to prun's own niceness: that of jobs is as given.
fn nice(value: &OsString) -> Result<i32, ConfigError> {
    let parsed = value.to_str().and_then(|text| text.parse::<i32>().ok());
    let nice = parsed.ok_or_else(|| values::wrong("--nice", value, "give a whole number"))?;
    let own = rustix::process::getpriority_process(None).unwrap_or(0);
    Ok(nice.saturating_sub(own))
}

/// Refuses two ways at once in which output appears.
fn check_grouping(given: &Given) -> Result<(), ConfigError> {
    let has = |option| given.has(option);
    let refusal = match (has(Opt::Group), has(Opt::Ungroup), has(Opt::LineBuffer)) {
        (true, true, _) => "--group cannot be combined with --ungroup.",
        (true, _, true) => "--group cannot be combined with --line-buffer.",
        (_, true, true) => "--ungroup cannot be combined with --line-buffer.",
        _ => return Ok(()),
    };
    Err(ConfigError::Usage(refusal))
}

/// Whether there is a terminal that jobs could have. Without one, a job that
/// asks nothing can run nevertheless.
fn has_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

fn standard(given: &Given, env: &Env) -> Standard {
    let is_own_terminal = given.has(Opt::Foreground) && env.stdin == Stream::Terminal;
    // Blocks come before the terminal.
    let reads_blocks = given.has(Opt::Pipe) || given.has(Opt::PipePart);
    let asks = given.has(Opt::Tty) || given.has(Opt::OpenTty);
    if is_own_terminal || asks && !reads_blocks && has_terminal() {
        return Standard::Terminal;
    }
    match grouping(given) {
        Grouping::Ungrouped => Standard::Inherited,
        Grouping::Grouped | Grouping::LineBuffered | Grouping::LatestLine => Standard::Piped,
    }
}
