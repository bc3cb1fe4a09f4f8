//! Where values come from and how they become jobs.

use crate::support::{Dir, need, numbered, prun};

#[test]
fn lines_of_stdin() {
    prun(["-k", "echo", "<>"])
        .stdin("a\nb c\n  d \n")
        .stdout("a\nb c\n  d \n")
        .run();
    prun(["-k", "echo"])
        .stdin("a\nlast without newline")
        .stdout("a\nlast without newline\n")
        .run();
}

#[test]
fn nothing_on_stdin_is_no_job() {
    prun(["echo"]).stdout("").run();
}

#[test]
fn an_empty_line_is_a_job_unless_r() {
    prun(["-k", "echo [<>]"])
        .stdin("a\n\nb\n")
        .stdout("[a]\n[]\n[b]\n")
        .run();
    prun(["-k", "-r", "echo [<>]"])
        .stdin("a\n\nb\n")
        .stdout("[a]\n[b]\n")
        .run();
}

#[test]
fn nul_separated_values_keep_their_newlines() {
    prun(["-0", "-k", "printf", "[%s]"])
        .stdin("a\nb\0c d\0\n\0")
        .stdout("[a\nb][c d][\n]")
        .run();
}

#[test]
fn values_that_are_not_text_pass() {
    prun(["-k", "printf", "[%s]"])
        .stdin(b"\xff\xfe\n\x80\x01\n")
        .stdout(b"[\xff\xfe][\x80\x01]")
        .run();
}

#[test]
fn nul_in_a_line_is_refused() {
    prun(["echo"]).stdin("a\0b\n").refused(&["NUL", "-0"]).run();
}

#[test]
fn delimiters() {
    prun(["-k", "-d", ",", "echo", "[<>]"])
        .stdin("a,b,c")
        .stdout("[a]\n[b]\n[c]\n")
        .run();
    prun(["-k", "-d", "--", "echo", "[<>]"])
        .stdin("a--b-c--d")
        .stdout("[a]\n[b-c]\n[d]\n")
        .run();
    prun(["-k", "-d", "\\t", "echo", "[<>]"])
        .stdin("a\tb")
        .stdout("[a]\n[b]\n")
        .run();
}

#[test]
fn words_of_the_command_line() {
    prun([
        "-k", "printf", "[%s]", ":::", "a", "b c", "", "-n", "--help",
    ])
    .stdout("[a][b c][][-n][--help]")
    .run();
}

#[test]
fn a_newline_in_a_word_stays_in_it() {
    prun(["-k", "printf", "[%s]", ":::", "a\nb", "c"])
        .stdout("[a\nb][c]")
        .run();
}

#[test]
fn products_vary_the_last_source_fastest() {
    prun(["-k", "echo", ":::", "a", "b", ":::", "1", "2"])
        .stdout("a 1\na 2\nb 1\nb 2\n")
        .run();
    prun(["-k", "echo <2>-<1>", ":::", "a", "b", ":::", "1", "2"])
        .stdout("1-a\n2-a\n1-b\n2-b\n")
        .run();
    prun(["-k", "echo", ":::", "a", "b", "::::", "list"])
        .file("list", "1\n2\n")
        .stdout("a 1\na 2\nb 1\nb 2\n")
        .run();
}

#[test]
fn input_files() {
    let base = |arguments: &[&str]| prun(arguments).file("one", "a\nb\n").file("two", "1\n2\n");
    base(&["-k", "-a", "one", "echo"]).stdout("a\nb\n").run();
    base(&["-k", "echo", "::::", "one"]).stdout("a\nb\n").run();
    base(&["-k", "-a", "one", "-a", "two", "echo"])
        .stdout("a 1\na 2\nb 1\nb 2\n")
        .run();
    base(&["-k", "echo", "::::", "one", "two"])
        .stdout("a 1\na 2\nb 1\nb 2\n")
        .run();
    base(&["-k", "-a", "-", "echo"])
        .stdin("x\n")
        .stdout("x\n")
        .run();
    base(&["-k", "-0", "-a", "nul", "echo"])
        .file("nul", "x\0y\0")
        .stdout("x\ny\n")
        .run();
}

#[test]
fn linked_sources_end_with_the_shortest() {
    prun(["-k", "echo", ":::", "a", "b", "c", ":::+", "1", "2"])
        .stdout("a 1\nb 2\n")
        .run();
    prun(["-k", "echo", ":::", "a", "b", "::::+", "list"])
        .file("list", "1\n2\n3\n")
        .stdout("a 1\nb 2\n")
        .run();
    prun([
        "-k", "echo", ":::", "a", "b", ":::+", "1", "2", ":::", "x", "y",
    ])
    .stdout("a 1 x\na 1 y\nb 2 x\nb 2 y\n")
    .run();
}

#[test]
fn link_wraps_the_shorter_ones() {
    prun([
        "-k", "--link", "echo", ":::", "a", "b", "c", ":::", "1", "2",
    ])
    .stdout("a 1\nb 2\nc 1\n")
    .run();
}

#[test]
fn columns_are_split_by_a_regex() {
    prun(["-k", "-C", ",", "echo <2>/<1>/<-1>"])
        .stdin("a,b,c\nd,e\n")
        .stdout("b/a/c\ne/d/e\n")
        .run();
    prun(["-k", "--colsep", "[;:]+", "echo <1>-<2>"])
        .stdin("a;:b\nc:d\n")
        .stdout("a-b\nc-d\n")
        .run();
    prun(["-k", "-C", "\\t", "printf '[%s]' <1> <2> <3>"])
        .stdin("a\tb c\t\n")
        .stdout("[a][b c][]")
        .run();
}

#[test]
fn a_header_names_the_columns() {
    prun(["-k", "--header", "-C", ",", "echo <size>:<name>"])
        .stdin("name,size\nx,1\ny,2\n")
        .stdout("1:x\n2:y\n")
        .run();
    prun([
        "-k",
        "--header",
        "echo <f> <g>",
        ":::",
        "f",
        "a",
        "b",
        ":::",
        "g",
        "1",
    ])
    .stdout("a 1\nb 1\n")
    .run();
    prun(["-k", "--header", "echo <f> '<nope>'", ":::", "f", "a"])
        .stdout("a <nope>\n")
        .run();
}

#[test]
fn several_values_per_job() {
    prun(["-k", "-n2", "echo", ":::", "a", "b", "c"])
        .stdout("a b\nc\n")
        .run();
    prun(["-k", "-N2", "echo <2>.<1>", ":::", "a", "b", "c", "d"])
        .stdout("b.a\nd.c\n")
        .run();
    prun(["-k", "-n2", "echo x<>y", ":::", "a", "b"])
        .stdout("xay xby\n")
        .run();
}

#[test]
fn lines_per_job() {
    prun(["-k", "-L2", "echo"])
        .stdin("a\nb\nc\n")
        .stdout("a b\nc\n")
        .run();
}

#[test]
fn as_many_values_as_fit() {
    prun(["-j1", "-X", "echo x<>y", ":::", "a", "b", "c"])
        .stdout("xay xby xcy\n")
        .run();
    prun(["-j1", "-m", "echo x<>y", ":::", "a", "b", "c"])
        .stdout("xa b cy\n")
        .run();
    let list = numbered(50_000);
    let ran = prun(["-j1", "-X", "echo"]).stdin(&list).stdout_any().run();
    assert_eq!(
        ran.text().replace(' ', "\n"),
        list,
        "every value once, in order"
    );
    assert!(
        ran.text().lines().count() < 20,
        "long command lines, not one job a value"
    );
}

#[test]
fn the_tail_of_a_filled_batch_is_spread_over_the_slots() {
    prun(["-k", "-j2", "-X", "echo"])
        .stdin("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n")
        .stdout("1 2 3 4 5\n6 7 8 9 10\n")
        .run();
}

#[test]
fn a_command_line_has_at_most_s_bytes() {
    let list = numbered(100);
    let ran = prun(["-j1", "-X", "-s", "40", "echo"])
        .stdin(&list)
        .stdout_any()
        .run();
    assert_eq!(
        ran.text().replace(' ', "\n"),
        list,
        "every value once, in order"
    );
    for line in ran.text().lines() {
        assert!("echo ".len() + line.len() < 40, "too long: {line:?}");
    }
    assert!(
        (9..40).contains(&ran.text().lines().count()),
        "{}",
        ran.text()
    );
    prun([
        "-X",
        "-s",
        "20",
        "echo",
        ":::",
        "a-value-that-cannot-fit-in-twenty",
    ])
    .refused(&["-s"])
    .run();
}

#[test]
fn a_value_too_long_for_exec_is_refused() {
    let long = format!("short\n{}\n", "x".repeat(200_000));
    prun(["-j1", "echo"])
        .stdin(&long)
        .status(255)
        .stdout_any()
        .stderr_has(&["prun: error: ", "too long"])
        .run();
}

#[test]
fn patterns_pick_parts_of_each_value() {
    let base =
        |arguments: &[&str]| prun(["-k", "--regex", "^(?<stem>.*)\\.(c|h)$"]).args(arguments);
    base(&["echo <stem> <2>", ":::", "a.c", "b.h"])
        .stdout("a c\nb h\n")
        .run();
    base(&["echo <1>", ":::", "a.c", "b.rs"])
        .status(255)
        .stdout_any()
        .stderr_has(&["b.rs"])
        .run();
    base(&["--regex-skip", "echo <1>", ":::", "a.c", "b.rs", "d.c"])
        .stdout("a\nd\n")
        .run();
}

#[test]
fn a_prefix_is_stripped_by_whole_components() {
    let base =
        |prefix: &str, value: &str| prun(["-k", "--strip", prefix, "echo", "<>", ":::", value]);
    base("src", "src/a/b").stdout("a/b\n").run();
    base("src/", "src/a").stdout("a\n").run();
    base("/x//y/", "/x/y/z").stdout("z\n").run();
    base("src", "src").stdout(".\n").run();
    base("src", "src//a").stdout("a\n").run();
    base("my s[1].*", "my s[1].*/f").stdout("f\n").run();
    base("src", "src2/a")
        .status(255)
        .stderr_has(&["src2/a", "src"])
        .run();
    base("src", "lib/a")
        .status(255)
        .stderr_has(&["lib/a"])
        .run();
    prun([
        "-k",
        "--strip",
        "s",
        "--strip-skip",
        "echo",
        ":::",
        "s/a",
        "t/b",
        "s/c",
    ])
    .stdout("a\nc\n")
    .run();
}

#[test]
fn trimming() {
    prun(["-k", "--trim", "lr", "echo", "[<>]"])
        .stdin("  a \n\tb\n")
        .stdout("[a]\n[b]\n")
        .run();
    prun(["-k", "--trim", "l", "echo", "[<>]"])
        .stdin("  a \n")
        .stdout("[a ]\n")
        .run();
}

#[test]
fn shuffling_keeps_every_value() {
    let values: Vec<String> = (0..200).map(|n| n.to_string()).collect();
    let ran = prun(["-k", "--shuf", "echo", ":::"])
        .args(&values)
        .stdout_lines(&values)
        .run();
    assert_ne!(
        ran.text().lines().collect::<Vec<_>>(),
        values,
        "200 values in their old order"
    );
}

#[test]
fn without_a_command_each_line_is_one() {
    prun(["-k"])
        .stdin("echo a\necho b; echo c\nprintf '%s\\n' 'd  e'\n")
        .stdout("a\nb\nc\nd  e\n")
        .run();
    prun(["-k", ":::", "echo a", "echo $((1+1))"])
        .stdout("a\n2\n")
        .run();
    prun(["-j1"])
        .stdin("exit 3\nexit 0\n")
        .status(1)
        .stderr_has(&["exit 3"])
        .run();
}

#[test]
fn a_job_starts_before_the_producer_has_finished() {
    let mut running = prun(["-j2", "echo"])
        .stdin_pipe()
        .stdout("a\nb\nc\n")
        .start();
    running.send("a\n");
    running.wait_stdout("a\n");
    running.send("b\n");
    running.wait_stdout("a\nb\n");
    running.send("c"); // its newline never comes, the end of the input does
    running.end_input();
    running.finish();
}

#[test]
fn a_job_starts_before_a_whole_batch_of_input_files_has_come() {
    let dir = Dir::new();
    let fifo = dir.gate("list");
    let running = prun(["-j2", "-a", "list", "echo"])
        .in_dir(&dir)
        .stdout("a\nb\n")
        .start();
    let writer = fifo.arrived();
    writer.write("a\n");
    running.wait_stdout("a\n");
    writer.write("b\n");
    drop(writer);
    running.finish();
}

#[test]
fn more_inputs_need_no_more_memory() {
    if !need("time") {
        return;
    }
    let peak = |count: usize| {
        let list = "some/path/to/a/file\n".repeat(count);
        let ran = prun(["--dry-run", "echo"])
            .stdin(list)
            .stdout_any()
            .measured()
            .run();
        assert_eq!(
            ran.stdout,
            "echo some/path/to/a/file\n".repeat(count).as_bytes()
        );
        ran.peak_kib()
    };
    // The queues are full at the first count already.
    let (few, many) = (peak(100_000), peak(400_000));
    assert!(
        many < few + 8192,
        "{few} KiB for 100,000 inputs, {many} KiB for 400,000"
    );
}

#[test]
fn a_product_of_large_sources_streams() {
    if !need("time") {
        return;
    }
    let words: Vec<String> = (0..600).map(|n| n.to_string()).collect();
    let peak = |count: usize| {
        let source = || {
            [":::"]
                .into_iter()
                .chain(words[..count].iter().map(String::as_str))
        };
        let ran = prun(["--dry-run", "echo"])
            .args(source().chain(source()))
            .stdout_any()
            .measured()
            .run();
        assert_eq!(ran.text().lines().count(), count * count);
        ran.peak_kib()
    };
    let (few, many) = (peak(300), peak(600));
    assert!(
        many < few + 8192,
        "{few} KiB for 90,000 jobs, {many} KiB for 360,000"
    );
}
