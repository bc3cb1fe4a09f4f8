//! Whole presets: what is refused, by its whole text; what the rest expands to.

mod lookup;
mod rsync;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::copy::Depth;
use crate::pipeline::{
    ActionSpec, Codes, Command, Jobs, OnFailure, Pipeline, Probe, Stage, StageInputs, Trees,
};

fn parse(toml: &str) -> Result<Preset, PresetError> {
    Preset::parse(&Source {
        name: "mine".to_owned(),
        origin: Origin::File(PathBuf::from("mine.toml")),
        toml: toml.to_owned(),
    })
}

fn args(pairs: &[(&str, &[u8])]) -> BTreeMap<String, Vec<Vec<u8>>> {
    let owned = |(name, value): &(&str, &[u8])| ((*name).to_owned(), vec![value.to_vec()]);
    pairs.iter().map(owned).collect()
}

fn builtin(name: &str) -> Preset {
    let lookup = Lookup {
        user_dir: None,
        euid: 0,
    };
    let found = find(OsStr::new(name), &lookup).unwrap();
    assert_eq!(found.notes, []);
    Preset::parse(&found.source).unwrap()
}

/// Asserts the whole error of each sample. A sample and its error stand
/// together in one file of `samples/`, so that both are read side by side.
#[test]
fn samples_are_refused_with_these_texts() {
    let samples = [
        include_str!("samples/unknown-key.txt"),
        include_str!("samples/depth-without-walk.txt"),
        include_str!("samples/depth-and-above.txt"),
        include_str!("samples/depth-zero.txt"),
        include_str!("samples/unknown-stage-key.txt"),
        include_str!("samples/syntax.txt"),
        include_str!("samples/wrong-type.txt"),
        include_str!("samples/no-stage.txt"),
        include_str!("samples/empty-stages.txt"),
        include_str!("samples/no-description.txt"),
        include_str!("samples/long-description.txt"),
        include_str!("samples/unknown-type.txt"),
        include_str!("samples/choice-without-choices.txt"),
        include_str!("samples/choices-without-choice.txt"),
        include_str!("samples/empty-choices.txt"),
        include_str!("samples/default-not-a-choice.txt"),
        include_str!("samples/default-not-a-number.txt"),
        include_str!("samples/param-name.txt"),
        include_str!("samples/param-dest.txt"),
        include_str!("samples/param-twice.txt"),
        include_str!("samples/param-order.txt"),
        include_str!("samples/undeclared.txt"),
        include_str!("samples/undeclared-probe.txt"),
        include_str!("samples/stage-name.txt"),
        include_str!("samples/stage-twice.txt"),
        include_str!("samples/from-later.txt"),
        include_str!("samples/from-unknown.txt"),
        include_str!("samples/from-itself.txt"),
        include_str!("samples/no-inputs.txt"),
        include_str!("samples/probe-of-two-kinds.txt"),
        include_str!("samples/buckets-and-walk.txt"),
        include_str!("samples/unknown-in-buckets.txt"),
        include_str!("samples/strict-last-phase.txt"),
        include_str!("samples/words-in-a-word.txt"),
        include_str!("samples/as-without-flag.txt"),
        include_str!("samples/two-inputs.txt"),
        include_str!("samples/select-without-walk.txt"),
        include_str!("samples/root-without-walk.txt"),
        include_str!("samples/separator-without-file.txt"),
        include_str!("samples/unknown-select.txt"),
        include_str!("samples/barrier-false.txt"),
        include_str!("samples/empty-run.txt"),
        include_str!("samples/jobs.txt"),
        include_str!("samples/when-unknown-param.txt"),
        include_str!("samples/when-unknown-choice.txt"),
        include_str!("samples/when-no-choice.txt"),
        include_str!("samples/when-no-params.txt"),
        include_str!("samples/when-probe.txt"),
        include_str!("samples/when-no-stage.txt"),
        include_str!("samples/when-from.txt"),
        include_str!("samples/two-actions.txt"),
        include_str!("samples/no-action.txt"),
        include_str!("samples/native-inputs.txt"),
        include_str!("samples/native-from.txt"),
        include_str!("samples/native-undeclared.txt"),
        include_str!("samples/native-unknown-key.txt"),
        include_str!("samples/from-native.txt"),
        include_str!("samples/param-jobs.txt"),
        include_str!("samples/unknown-on-failure.txt"),
        include_str!("samples/contained-and-run.txt"),
    ];
    let folder = fs::read_dir(Path::new(file!()).with_file_name("samples")).unwrap();
    assert_eq!(folder.count(), samples.len(), "a sample is not in the list");
    let mut wrong = Vec::new();
    for sample in samples {
        let (toml, expected) = sample.split_once("---- refused with\n").unwrap();
        let refused = match parse(toml) {
            Ok(_) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        if refused != expected.trim_end() {
            wrong.push(format!("of:\n{toml}---- refused with\n{refused}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("====\n"));
}

#[test]
fn every_kind_of_inputs_expands() {
    let preset = parse(
        r#"
        description = "all of it"
        [[param]]
        name = "top"
        type = "path"
        help = "a path"
        [[param]]
        name = "level"
        type = "integer"
        form = "option"
        default = 3
        help = "a number"
        [[stage]]
        name = "one"
        list = ["<top>", "x<level>", "<other>"]
        run = "echo <top> <>"
        limits = { jobs = "50%" }
        [[stage]]
        name = "two"
        from = "one"
        run = "echo"
        [[stage]]
        name = "three"
        from = "one"
        barrier = true
        run = "echo"
        [[stage]]
        name = "four"
        file = "<top>/list"
        separator = "nul"
        run = "echo"
        "#,
    )
    .unwrap();
    let value = b"/a b\xff/<level>//";
    let pipeline = preset.expand(&args(&[("top", value)])).unwrap();
    assert_eq!(pipeline.probes(), []);
    let params = vec![
        (b"top".to_vec(), b"/a b\xff/<level>".to_vec()),
        (b"level".to_vec(), b"3".to_vec()),
    ];
    let run = |script: &str| ActionSpec::Run {
        command: Command::Script(script.as_bytes().to_vec()),
        params: params.clone(),
    };
    let stage = |name: &str, inputs, script, jobs, start| Stage {
        name: name.to_owned(),
        inputs,
        action: run(script),
        limits: Limits { jobs },
        start,
        codes: Codes::Plain,
        on_failure: OnFailure::GoOn,
    };
    let from = || StageInputs::From("one".to_owned());
    let list = [&b"/a b\xff/<level>"[..], b"x3", b"<other>"];
    let file = StageInputs::File {
        path: path(b"/a b\xff/<level>/list"),
        separator: Separator::Nul,
    };
    assert_eq!(
        pipeline.stages(),
        [
            stage(
                "one",
                StageInputs::List(list.map(<[u8]>::to_vec).to_vec()),
                "echo <top> <>",
                Some(Jobs::Percent(50)),
                Start::Barrier,
            ),
            stage("two", from(), "echo", None, Start::Streams),
            stage("three", from(), "echo", None, Start::Barrier),
            stage("four", file, "echo", None, Start::Barrier),
        ]
    );
}

fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(OsStr::from_bytes(bytes))
}

fn parallelcp(pairs: &[(&str, &[u8])]) -> Result<Pipeline, PresetError> {
    builtin("parallelcp").expand(&args(pairs))
}

#[test]
fn parallelcp_is_one_copy() {
    let pipeline = parallelcp(&[("src", b"a b/"), ("dst", b"-d\xff///")]).unwrap();
    let (src, dst) = (path(b"a b"), path(b"-d\xff"));
    assert_eq!(pipeline.probes(), [Probe::Directory(src.clone())]);
    let copy = Stage {
        name: "copy".to_owned(),
        inputs: StageInputs::None,
        action: ActionSpec::Copy(Trees { from: src, to: dst }),
        limits: Limits {
            jobs: Some(Jobs::Percent(400)),
        },
        start: Start::Barrier,
        codes: Codes::Plain,
        on_failure: OnFailure::GoOn,
    };
    assert_eq!(pipeline.stages(), [copy]);
}

#[test]
fn the_engine_exec_is_two_walks() {
    let args = [
        ("src", &b"a b/"[..]),
        ("dst", b"-d\xff///"),
        ("engine", b"exec"),
    ];
    let pipeline = parallelcp(&args).unwrap();
    let (src, dst) = (path(b"a b"), path(b"-d\xff"));
    assert_eq!(
        pipeline.probes(),
        [
            Probe::Directory(src.clone()),
            Probe::Copy {
                from: src.clone(),
                to: dst,
            },
        ]
    );
    let jobs: Jobs = "225".parse().unwrap();
    let walks = pipeline.stages().iter().map(|stage| {
        assert_eq!(stage.start, Start::Barrier);
        assert_eq!(stage.limits.jobs, Some(jobs));
        let ActionSpec::Run { command, params } = &stage.action else {
            panic!("{stage:?}")
        };
        assert_eq!(
            *params,
            [
                (b"src".to_vec(), b"a b".to_vec()),
                (b"dst".to_vec(), b"-d\xff".to_vec()),
                (b"engine".to_vec(), b"exec".to_vec()),
            ]
        );
        (stage.name.as_str(), stage.inputs.clone(), command.clone())
    });
    let walk = |select, include| StageInputs::Walk {
        depth: Depth::Any,
        root: src.clone(),
        select,
        include,
    };
    let script = |text: &str| Command::Script(text.as_bytes().to_vec());
    assert_eq!(
        walks.collect::<Vec<_>>(),
        [
            (
                "directories",
                walk(Select::Directories, Root::Included),
                script("mkdir -p -- <dst>/<>"),
            ),
            (
                "files",
                walk(Select::NonDirectories, Root::Excluded),
                script("cp -P -R -T --remove-destination -- <src>/<> <dst>/<>"),
            ),
        ]
    );
}

#[test]
fn arguments_are_checked() {
    let error = |pairs: &[(&str, &[u8])]| parallelcp(pairs).unwrap_err().to_string();
    assert_eq!(
        error(&[("src", b"a")]),
        "preset `parallelcp` needs a value for `dst`: \
         Directory they are copied into; made if missing"
    );
    assert_eq!(
        error(&[("src", b"a"), ("dst", b"")]),
        "`` is not a value of `dst`; give a path"
    );
    assert_eq!(
        error(&[("src", b"a"), ("dst", b"b"), ("engine", b"cp")]),
        "`cp` is not a value of `engine`; give one of: native, exec"
    );
    assert_eq!(
        error(&[("src", b"a"), ("dst", b"b"), ("sorce", b"c")]),
        "preset `parallelcp` has no parameter `sorce`; \
         `prun preset parallelcp --help` lists them"
    );
}

#[test]
fn the_root_directory_keeps_its_slash() {
    let pipeline = parallelcp(&[("src", b"//"), ("dst", b"b")]).unwrap();
    assert_eq!(pipeline.probes()[0], Probe::Directory(PathBuf::from("/")));
}
