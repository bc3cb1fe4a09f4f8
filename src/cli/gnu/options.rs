//! The options of GNU parallel 20221122: their spellings, and what they take.
//!
//! Boundary: a table, taken from parallel(1) and from what the program itself
//! lists as ambiguous. How words are matched to it is `parse`; what an option
//! does is decided in `config/`.

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// No value.
    Nothing,
    /// A value.
    Value,
    /// A value if one follows: joined to it, or a next word that begins with
    /// no dash.
    Maybe,
    /// The same for a number: a next word that is none is not taken.
    MaybeNumber,
}

/// What becomes of an option that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// prun does what it says.
    Has,
    /// It says something that makes no difference here.
    Ignored,
    /// It is taken where a script's first line has it as its first option,
    /// before options are read; here is what to do elsewhere.
    InFirstLine(&'static str),
    /// It is refused, with what to use instead.
    Refused(&'static str),
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    pub(super) id: Opt,
    /// All spellings, between bars; one letter is the short form.
    names: &'static str,
    pub(super) takes: Takes,
    pub(super) standing: Standing,
}

macro_rules! options {
    ($($id:ident $takes:ident $names:literal $standing:expr;)*) => {
        /// An option of GNU parallel.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the name of the option is the description")]
        pub enum Opt {
            $($id,)*
        }

        const TABLE: &[Spec] = &[
            $(Spec {
                id: Opt::$id,
                names: $names,
                takes: Takes::$takes,
                standing: $standing,
            },)*
        ];
    };
}

const HAS: Standing = Standing::Has;
const IGNORED: Standing = Standing::Ignored;

const fn refused(instead: &'static str) -> Standing {
    Standing::Refused(instead)
}

const SQL: &str = "there is no SQL here; use --results FILE.tsv or --joblog FILE";
const FIRST: &str = "it has to be the first option, in the first line of a script";
const GONE: &str = "GNU parallel has retired it";

options! {
    // Inputs.
    ArgFile Value "a|arg-file|argfile" HAS;
    ArgSep Value "arg-sep|argsep" HAS;
    ArgFileSep Value "arg-file-sep|argfilesep" HAS;
    Null Nothing "0|null" HAS;
    Delimiter Value "d|delimiter" HAS;
    Colsep Value "C|colsep|col-sep" HAS;
    Csv Nothing "csv" HAS;
    Header Value "header" HAS;
    Trim Value "trim" HAS;
    Eof Value "E" HAS;
    EofMaybe Maybe "e|eof" HAS;
    NoRunIfEmpty Nothing "r|no-run-if-empty|norunifempty" HAS;
    SkipFirstLine Nothing "skip-first-line|skipfirstline" HAS;
    Link Nothing "link|linkinputsource|xapply|xapplyinputsource" HAS;
    Shuf Nothing "shuf" HAS;
    MaxArgs Value "n|max-args|maxargs" HAS;
    MaxReplaceArgs Value "N|max-replace-args|maxreplaceargs" HAS;
    MaxLines Value "L" HAS;
    MaxLinesMaybe MaybeNumber "l|max-lines|maxlines" HAS;
    MaxChars Value "s|max-chars|maxchars" HAS;
    ContextReplace Nothing "X" HAS;
    Insert Nothing "m" HAS;
    Xargs Nothing "xargs" HAS;
    Exit Nothing "x|exit" HAS;

    // The command.
    Replace Value "I" HAS;
    ReplaceMaybe Maybe "i|replace" HAS;
    ExtensionReplace Value "er|extensionreplace" HAS;
    BaseReplace Value "bnr|basenamereplace" HAS;
    DirReplace Value "dnr|dirnamereplace" HAS;
    BaseExtensionReplace Value "bner|basenameextensionreplace" HAS;
    SeqReplace Value "seqreplace" HAS;
    SlotReplace Value "slotreplace" HAS;
    Parens Value "parens" HAS;
    Rpl Value "rpl" HAS;
    Plus Nothing "plus" HAS;
    Quote Nothing "q|quote" HAS;
    ShellQuote Nothing "shellquote|shell-quote|shell_quote" HAS;
    Template Value "tmpl|template" HAS;
    Filter Value "filter" HAS;

    // How jobs run.
    Jobs Value "j|jobs|P|max-procs|maxprocs" HAS;
    Delay Value "delay" HAS;
    Timeout Value "timeout" HAS;
    Retries Value "retries" HAS;
    Halt Value "halt|halt-on-error|haltonerror" HAS;
    TermSeq Value "term-seq|termseq" HAS;
    Nice Value "nice" HAS;
    Wd Value "wd|work-dir|workdir" HAS;
    Env Value "env" HAS;
    ProcessSlotVar Value "process-slot-var|processslotvar" HAS;
    Tty Nothing "tty" HAS;
    OpenTty Nothing "o|open-tty|opentty" HAS;
    Interactive Nothing "p|interactive" HAS;
    DryRun Nothing "dry-run|dryrun|dr" HAS;
    TmpDir Value "tmpdir|tempdir" HAS;
    TotalJobs Value "total-jobs|totaljobs|total" HAS;
    UseSockets Nothing "use-sockets-instead-of-threads|usesocketsinsteadofthreads" HAS;
    UseCores Nothing "use-cores-instead-of-threads|usecoresinsteadofthreads" HAS;
    UseCpus Nothing "use-cpus-instead-of-cores|usecpusinsteadofcores" HAS;
    Load Value "load" HAS;
    MemFree Value "memfree" HAS;
    MemSuspend Value "memsuspend" HAS;
    NoSwap Nothing "noswap" HAS;
    Limit Value "limit" HAS;

    // Output.
    KeepOrder Nothing "k|keep-order|keeporder" HAS;
    NoKeepOrder Nothing "no-keep-order|nokeeporder|nok|no-k" HAS;
    Group Nothing "group" HAS;
    Ungroup Nothing "u|ungroup" HAS;
    LineBuffer Nothing "lb|line-buffer|line-buffered|linebuffer|linebuffered" HAS;
    LatestLine Nothing "ll|latest-line|latestline" HAS;
    Tag Nothing "tag" HAS;
    TagString Value "tagstring|tag-string" HAS;
    ColorTag Nothing "ctag" HAS;
    ColorTagString Value "ctagstring|ctag-string" HAS;
    Color Nothing "color|colour" HAS;
    ColorFailed Nothing "color-failed|colorfailed|colour-failed|colourfailed|color-fail|colorfail|colour-fail|colourfail|cf" HAS;
    Verbose Nothing "v" HAS;
    Print Nothing "t|verbose" HAS;
    Silent Nothing "silent" HAS;
    Bar Nothing "bar" HAS;
    Eta Nothing "eta" HAS;
    Progress Nothing "progress" HAS;

    // Records.
    JobLog Value "joblog|jl" HAS;
    Results Value "results|result|res" HAS;
    Files Nothing "files|output-as-files|outputasfiles" HAS;
    Resume Nothing "resume" HAS;
    ResumeFailed Nothing "resume-failed|resumefailed" HAS;
    RetryFailed Nothing "retry-failed|retryfailed" HAS;

    // On this machine as on others.
    Login Value "S|sshlogin" HAS;
    LoginFile Value "slf|sshloginfile" HAS;
    OnAll Nothing "onall" HAS;
    NonAll Nothing "nonall" HAS;
    Transfer Nothing "transfer" HAS;
    TransferFile Value "tf|transfer-file|transferfile|transfer-files|transferfiles" HAS;
    Return Value "return" HAS;
    Cleanup Nothing "cleanup" HAS;
    Trc Value "trc" HAS;
    BaseFile Value "bf|basefile" HAS;
    HostGroups Nothing "hgrp|hostgroup|hostgroups" IGNORED;
    FilterHosts Nothing "filter-hosts|filterhosts|filter-host" IGNORED;
    ControlMaster Nothing "M|controlmaster" IGNORED;
    Ssh Value "ssh" IGNORED;
    SshDelay Value "sshdelay|ssh-delay" IGNORED;
    RsyncOpts Value "rsync-opts|rsyncopts" IGNORED;

    // Where options come from.
    Profile Value "J|profile" HAS;
    Plain Nothing "plain" HAS;

    // First on the `#!` line of a script; elsewhere it is an error.
    Shebang Nothing "shebang|hashbang" Standing::InFirstLine(FIRST);
    ShebangWrap Nothing "shebang-wrap|shebangwrap" Standing::InFirstLine(FIRST);

    // What is printed instead of running anything.
    Help Nothing "help|h" HAS;
    Version Nothing "V|version" HAS;
    MinVersion Value "minversion|min-version" HAS;
    MaxLineLengthAllowed Nothing "max-line-length-allowed|maxlinelengthallowed" HAS;
    ShowLimits Nothing "show-limits|showlimits" HAS;
    NumberOfCpus Nothing "number-of-cpus|numberofcpus" HAS;
    NumberOfCores Nothing "number-of-cores|numberofcores" HAS;
    NumberOfSockets Nothing "number-of-sockets|numberofsockets" HAS;
    NumberOfThreads Nothing "number-of-threads|numberofthreads" HAS;
    Citation Nothing "citation|bibtex" HAS;

    // Said to GNU parallel about itself.
    WillCite Nothing "will-cite|willcite|nn|nonotice|no-notice|bug" IGNORED;
    Gnu Nothing "gnu" IGNORED;
    Debug Value "D|debug" IGNORED;
    CompressProgram Value "compress-program|compressprogram|use-compress-program|usecompressprogram" IGNORED;
    DecompressProgram Value "decompress-program|decompressprogram|use-decompress-program|usedecompressprogram" IGNORED;
    Compress Nothing "compress" IGNORED;
    RecordEnv Nothing "record-env|recordenv" HAS;
    Session Nothing "session" HAS;

    // Jobs that read blocks.
    Pipe Nothing "pipe|spreadstdin" HAS;
    PipePart Nothing "pipepart|pipe-part" HAS;
    Block Value "block|block-size|blocksize" HAS;
    BlockTimeout Value "bt|block-timeout|blocktimeout" HAS;
    RecStart Value "recstart" HAS;
    RecEnd Value "recend" HAS;
    Regexp Nothing "regexp|regex" HAS;
    RemoveRecSep Nothing "rrs|remove-rec-sep|removerecsep" HAS;
    RoundRobin Nothing "round|round-robin|roundrobin" HAS;
    Cat Nothing "cat" HAS;
    Fifo Nothing "fifo" HAS;
    Tee Nothing "tee" HAS;
    Shard Value "shard" HAS;
    Bin Value "bin" HAS;
    GroupBy Value "group-by|groupby" HAS;

    // One command, which waits for a place.
    Semaphore Nothing "semaphore" HAS;
    SemaphoreName Value "id|semaphore-name|semaphorename" HAS;
    SemaphoreTimeout Value "st|semaphore-timeout|semaphoretimeout" HAS;
    Background Nothing "bg" HAS;
    Foreground Nothing "fg" HAS;
    Wait Nothing "wait" HAS;

    // What is not there.
    Tmux Nothing "tmux" refused("use --latest-line or --line-buffer --tag to see jobs while they run");
    TmuxPane Nothing "tmuxpane|tmux-pane" refused("use --latest-line or --line-buffer --tag to see jobs while they run");
    Embed Nothing "embed" refused("prun is one file: put it beside the script");
    ShellCompletion Value "shell-completion|shellcompletion" refused("use prun --generate bash, zsh or fish");
    ParSet Value "_parset" refused("use --results or command substitution");
    Sql Value "sql" refused(GONE);
    SqlMaster Value "sqlmaster|sql-master" refused(SQL);
    SqlWorker Value "sqlworker|sql-worker" refused(SQL);
    SqlAndWorker Value "sqlandworker|sql-and-worker" refused(SQL);
    RetiredG Nothing "g" refused("GNU parallel has retired it; use --group");
    RetiredB Value "B" refused("GNU parallel has retired it; use --bf");
    RetiredT Nothing "T" refused("GNU parallel has retired it; use --tty");
    RetiredU Value "U" refused("GNU parallel has retired it; use --er");
    RetiredW Value "W" refused("GNU parallel has retired it; use --wd");
    RetiredY Nothing "Y" refused("GNU parallel has retired it; write a script that calls parallel");
    RetiredH Value "H" refused("GNU parallel has retired it; use --halt");
    CtrlC Nothing "ctrlc|ctrl-c" refused(GONE);
    NoCtrlC Nothing "noctrlc|no-ctrl-c|no-ctrlc|noctrl-c" refused(GONE);
    Tollef Nothing "tollef" refused(GONE);
}

impl Spec {
    /// All spellings; one letter is the short form.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.split('|')
    }
}

/// Every option.
pub(super) const fn table() -> &'static [Spec] {
    TABLE
}
