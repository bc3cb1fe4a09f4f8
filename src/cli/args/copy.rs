//! Options of presets that copy or compare trees natively.
//!
//! Boundary: defined once for every such preset. Letters and values are those
//! of cp(1) and rsync(1), from whose manuals the meanings are. What depends on
//! the order in which options stand is worked out in `cli::copying`.

use crate::cli::args::BalanceArg;
use crate::cli::copy_values::{self, AttributeList, RequiredList};
use crate::cli::copying::RuleArg;
use crate::cli::values::Destinations;
use crate::copy::verify::Kinds;
use crate::copy::{Client, Follow, Preserve};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::PathBuf;

/// How a tree is copied.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Copying")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one flag of the command line each"
)]
pub struct CopyArgs {
    /// Keep everything, as cp -a does (the default)
    #[arg(short = 'a', long)]
    archive: bool,

    /// Keep mode, ownership and timestamps, as cp -p does
    ///
    /// The same as --preserve. With -p, -d or --preserve only what they name
    /// is kept; without them, everything is.
    #[arg(short = 'p')]
    p: bool,

    /// Keep hard links, and symlinks as links, as cp -d does
    #[arg(short = 'd', hide_short_help = true)]
    d: bool,

    /// Keep LIST alone: mode,ownership,timestamps,...
    ///
    /// LIST is of mode, ownership, timestamps, links, xattr and all. mode has access control lists with it, xattr has capabilities and
    /// security labels. Without a LIST it is mode,ownership,timestamps.
    #[arg(long, value_name = "LIST", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Append)]
    preserve: Vec<AttributeList>,

    /// Do not keep what is in LIST
    #[arg(long, value_name = "LIST", action = clap::ArgAction::Append, allow_hyphen_values = true)]
    no_preserve: Vec<AttributeList>,

    /// Keep nothing but contents, as cp -P does
    ///
    /// Files belong to who copies, are of now, and their mode is the source's
    /// less the umask. It is what the article's script leaves.
    #[arg(long, hide_short_help = true)]
    as_article: bool,

    /// Copy symlinks as symlinks (the default)
    #[arg(short = 'P', long, hide_short_help = true)]
    no_dereference: bool,

    /// Copy what symlinks point to
    #[arg(short = 'L', long, hide_short_help = true)]
    dereference: bool,

    /// Follow SRC itself if it is a symlink (always so)
    #[arg(short = 'H', hide_short_help = true)]
    h: bool,

    /// Copy directories whole (always so); -r is the same
    #[arg(short = 'R', long, short_alias = 'r', hide_short_help = true)]
    recursive: bool,

    /// Leave directories of other file systems empty
    #[arg(short = 'x', long)]
    pub one_file_system: bool,

    /// Replace only files older than their source
    #[arg(short = 'u', long)]
    pub update: bool,

    /// Skip files by their contents, not by their times
    ///
    /// Files of one size are read on both sides. Without it a file is skipped if its size and its time of modification
    /// are those of the source.
    #[arg(short = 'c', long)]
    pub checksum: bool,

    /// Skip files whose sizes are equal
    #[arg(long, hide_short_help = true)]
    pub size_only: bool,

    /// Skip no file for being equal
    #[arg(short = 'I', long, hide_short_help = true)]
    pub ignore_times: bool,

    /// Times at most NS nanoseconds apart are equal
    #[arg(long, value_name = "NS", value_parser = copy_values::whole, allow_hyphen_values = true, hide_short_help = true)]
    pub modify_window: Option<u64>,

    /// Make nothing new, only bring up to date what is there
    #[arg(long, hide_short_help = true)]
    pub existing: bool,

    /// Replace no file; --no-clobber is the same
    #[arg(long, alias = "no-clobber", hide_short_help = true)]
    pub ignore_existing: bool,

    /// Write into existing files in place of replacing them
    #[arg(long, hide_short_help = true)]
    pub inplace: bool,

    /// Keep the part of a file that was copied before it failed
    #[arg(long, hide_short_help = true)]
    pub partial: bool,

    /// Remove from DST what SRC does not have
    ///
    /// At the end of each directory, and never in one that could not be read
    /// whole. --delete=after is the same.
    #[arg(long, value_name = "after", num_args = 0..=1, require_equals = true, value_parser = copy_values::after, default_missing_value = "after")]
    delete: Option<OsString>,

    /// Remove at most N entries
    #[arg(long, value_name = "N", value_parser = copy_values::whole, allow_hyphen_values = true, hide_short_help = true)]
    pub max_delete: Option<u64>,

    /// Leave out what matches P, as rsync does
    ///
    /// Rules of --exclude, --include and of their files are asked in the order
    /// in which they stand; the first that matches decides.
    #[arg(long, value_name = "P", action = clap::ArgAction::Append, allow_hyphen_values = true)]
    exclude: Vec<OsString>,

    /// Do not leave out what matches P
    #[arg(long, value_name = "P", action = clap::ArgAction::Append, allow_hyphen_values = true)]
    include: Vec<OsString>,

    /// Rules of --exclude, one a line
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append, allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::FilePath)]
    exclude_from: Vec<PathBuf>,

    /// Rules of --include, one a line
    #[arg(long, value_name = "FILE", action = clap::ArgAction::Append, allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::FilePath)]
    include_from: Vec<PathBuf>,

    /// Leave out files of less than SIZE: 10K, 1.5M, 2GB
    #[arg(long, value_name = "SIZE", value_parser = copy_values::size, allow_hyphen_values = true, hide_short_help = true)]
    pub min_size: Option<u64>,

    /// Leave out files of more than SIZE
    #[arg(long, value_name = "SIZE", value_parser = copy_values::size, allow_hyphen_values = true, hide_short_help = true)]
    pub max_size: Option<u64>,

    /// In place of DST: mounts of one file system
    ///
    /// D1, D2, ... are the full paths of one directory by way of each mount, and
    /// each entry is written once, by one of them; D1 is the main one. That they
    /// are one directory is proved by a file, and if not nothing is copied.
    /// Repeatable; \, is a comma in a path.
    #[arg(id = "mounts", long = "spread", value_name = "D1,D2", action = clap::ArgAction::Append, value_parser = OsStringValueParser::new().try_map(|text| Destinations::parse(&text)), allow_hyphen_values = true)]
    pub(in crate::cli) spread: Vec<Destinations>,

    /// How --spread deals: rr (in turn), load or hash
    ///
    /// load is the mount with the fewest bytes under way, hash is by the path:
    /// the same one in every run.
    #[arg(
        id = "mounts_balance",
        long = "balance",
        value_name = "HOW",
        allow_hyphen_values = true,
        hide_short_help = true,
        hide_possible_values = true
    )]
    pub(in crate::cli) balance: Option<BalanceArg>,

    /// In place of DST: directories, a full copy in each
    ///
    /// The source is read once. What fails in one of them, or a full one, does
    /// not stop the others. With --journal FILE each has its own: FILE.1, FILE.2.
    #[arg(id = "replicas", long = "replicate", value_name = "D1,D2", action = clap::ArgAction::Append, value_parser = OsStringValueParser::new().try_map(|text| Destinations::parse(&text)), allow_hyphen_values = true)]
    pub(in crate::cli) replicate: Vec<Destinations>,

    /// Copy at most RATE a second: 500K, 10M
    ///
    /// Without a unit it is KiB. 0 is no limit.
    #[arg(long, value_name = "RATE", value_parser = copy_values::rate, allow_hyphen_values = true)]
    bwlimit: Option<copy_values::Rate>,

    /// Begin at most N files a second
    #[arg(long, value_name = "N", value_parser = copy_values::files_rate, allow_hyphen_values = true, hide_short_help = true)]
    files_limit: Option<copy_values::Rate>,

    /// What a full DST means: stop (the default) or continue
    ///
    /// Either way what was begun is ended and all failures are told; with
    /// continue the rest is tried too.
    #[arg(
        long,
        value_name = "stop|continue",
        hide_short_help = true,
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    pub on_full: Option<OnFullArg>,

    /// Do not store DST at the end (syncfs)
    ///
    /// It is quicker, and errors that only show then are not seen.
    #[arg(long, hide_short_help = true)]
    pub no_sync: bool,

    /// Compare when all is copied; checksum: contents too
    ///
    /// Differences are printed on stdout as `prun preset verify` prints them.
    /// An attribute that was not to be kept is none.
    #[arg(long, value_name = "checksum", num_args = 0..=1, require_equals = true, value_parser = copy_values::checksum, default_missing_value = "")]
    verify: Option<OsString>,

    /// Fail where one of LIST was not kept
    ///
    /// LIST is of owner, mode, acl, xattr, times and links. Without it what
    /// the destination cannot hold is counted and told, and is no failure.
    #[arg(
        long,
        value_name = "LIST",
        allow_hyphen_values = true,
        hide_short_help = true
    )]
    pub require: Option<RequiredList>,

    /// Copy the share of the I-th of N clients
    ///
    /// Run it on N machines, with I from 1 to N, and when all have ended run
    /// prun preset finalize SRC DST on one of them. A client has what is directly
    /// in its directories, which are dealt out by their paths.
    #[arg(long, value_name = "I/N", value_parser = copy_values::client, allow_hyphen_values = true)]
    pub client: Option<Client>,

    /// Record what is done in FILE
    ///
    /// A run that is stopped can go on with --resume without looking again at
    /// what FILE says is done. FILE is replaced unless --resume is given.
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::FilePath)]
    pub journal: Option<PathBuf>,

    /// Go on where the --journal of an earlier run ends
    #[arg(long, hide_short_help = true)]
    pub resume: bool,

    /// What was kept apart for the order in which options stand.
    #[arg(skip)]
    pub(in crate::cli) ordered: Ordered,
}

/// What options say that depends on the order in which they stand.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Ordered {
    pub(in crate::cli) preserve: Preserve,
    pub(in crate::cli) follow: Follow,
    pub(in crate::cli) rules: Vec<RuleArg>,
}

/// What a full destination means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OnFullArg {
    /// Nothing more is tried.
    Stop,
    /// The rest is tried.
    Continue,
}

/// What is checked after copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyArg {
    /// Nothing.
    No,
    /// Names, types, sizes, attributes.
    Metadata,
    /// Contents too.
    Contents,
}

impl CopyArgs {
    /// Which attributes are kept.
    pub fn preserve(&self) -> Preserve {
        self.ordered.preserve
    }

    /// Which symlinks are followed.
    pub fn follow(&self) -> Follow {
        self.ordered.follow
    }

    /// The filter rules, in the order in which they were given.
    pub fn rules(&self) -> &[RuleArg] {
        &self.ordered.rules
    }

    /// Whether what the source does not have is removed.
    pub fn deletes(&self) -> bool {
        self.delete.is_some()
    }

    /// Bytes a second.
    pub fn bytes_per_second(&self) -> Option<NonZeroU64> {
        self.bwlimit.and_then(|rate| rate.0)
    }

    /// Files a second.
    pub fn files_per_second(&self) -> Option<NonZeroU64> {
        self.files_limit.and_then(|rate| rate.0)
    }

    /// What is checked after copying.
    pub fn verify(&self) -> VerifyArg {
        match &self.verify {
            None => VerifyArg::No,
            Some(what) if what.is_empty() => VerifyArg::Metadata,
            Some(_) => VerifyArg::Contents,
        }
    }
}

/// How two trees are compared.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Comparing")]
pub struct VerifyArgs {
    /// Compare the contents of files too
    ///
    /// Both sides are read whole. Without it files of one size and one time
    /// of modification count as equal.
    #[arg(short = 'c', long)]
    pub checksum: bool,

    /// Kinds that are no difference, as xattr,mtime:dir
    ///
    /// The kinds are missing, extra, type, content, size, mode, owner, mtime,
    /// target, rdev, hardlink, xattr, acl and sparse, each perhaps of one type
    /// of entry alone: :file, :dir, :link or :special.
    #[arg(long, value_name = "LIST", value_parser = copy_values::kinds, action = clap::ArgAction::Append, allow_hyphen_values = true)]
    pub ignore: Vec<Kinds>,

    /// Times at most NS nanoseconds apart are equal
    #[arg(long, value_name = "NS", value_parser = copy_values::whole, allow_hyphen_values = true)]
    pub modify_window: Option<u64>,

    /// Do not enter directories of other file systems
    #[arg(short = 'x', long)]
    pub one_file_system: bool,
}

/// What is told of native work.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Telling")]
pub struct TellingArgs {
    /// Show progress, on a terminal or not; json: as objects
    ///
    /// With json a line of JSON on stderr each second, and one at the end.
    /// SIGUSR1 asks for one line at any time.
    #[arg(long, value_name = "json", num_args = 0..=1, require_equals = true, value_parser = copy_values::json, default_missing_value = "", overrides_with = "no_progress", hide_short_help = true)]
    progress: Option<OsString>,

    /// Show no progress
    #[arg(long, overrides_with = "progress", hide_short_help = true)]
    no_progress: bool,

    /// Tell all counts and rates at the end, on stderr
    #[arg(long)]
    pub stats: bool,

    /// Write what came of it to FILE, as JSON
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, value_hint = clap::ValueHint::FilePath)]
    pub report: Option<PathBuf>,

    /// Write each failure to FILE, as JSON Lines
    ///
    /// With -v each entry that is done, too.
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, hide_short_help = true, value_hint = clap::ValueHint::FilePath)]
    pub log: Option<PathBuf>,

    /// Exit statuses: prun's, or rsync's (23, 24, 11)
    ///
    /// rsync's are 23 if something failed, 24 if sources vanished or changed,
    /// 25 if --max-delete kept something, 11 if DST was full, 1 and 3 if
    /// nothing was begun.
    #[arg(
        long,
        value_name = "prun|rsync",
        hide_short_help = true,
        hide_possible_values = true,
        allow_hyphen_values = true
    )]
    pub exit: Option<ExitArg>,
}

/// Whose exit statuses there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ExitArg {
    /// prun's.
    Prun,
    /// Those of rsync(1).
    Rsync,
}

/// When progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgressArg {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Always, for a program to read.
    Json,
    /// Never.
    Never,
}

impl TellingArgs {
    /// When progress is shown.
    pub fn progress(&self) -> ProgressArg {
        match (&self.progress, self.no_progress) {
            (Some(form), _) if form == "json" => ProgressArg::Json,
            (Some(_), _) => ProgressArg::Always,
            (None, true) => ProgressArg::Never,
            (None, false) => ProgressArg::Auto,
        }
    }
}
