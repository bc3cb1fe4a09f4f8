//! Templates that are refused, and what is said.

use super::script;
use crate::template::TemplateError;

/// Shells, a template, and a part of the message.
const REFUSED: &[(&str, &str, &str)] = &[
    // Arithmetic.
    ("dbkzs", "echo $((<> + 1))", "in arithmetic"),
    ("bkz", "((x = <>)) && ls", "in arithmetic"),
    (
        "bkz",
        "for ((i = <>; i < 3; i++)); do :; done",
        "in arithmetic",
    ),
    ("dbkzs", "echo $(( $(stat -c %s <>) / 2 ))", "in arithmetic"),
    ("dbkzs", "echo \"$((<>))\"", "in arithmetic"),
    ("dbkzs", "cat <<E\n$((<>))\nE\n", "in arithmetic"),
    ("dbkzs", "let x=<>; ls", "operand of `let`"),
    ("dbkzs", "x[<>]=1; ls", "subscript"),
    ("dbkzs", "x[1]=<>; ls", "subscript"),
    ("dbkzs", "echo ${x[<>]}", "subscript"),
    ("dbkzs", "echo $[<>]", "`$[`"),
    ("bkz", "x=(<> b); ls", "array literal"),
    ("bkz", "[[ <> -eq 1 ]] && ls", "[[ .. -eq .. ]]"),
    ("bkz", "[[ ( 1 -lt <> ) ]] && ls", "[[ .. -lt .. ]]"),
    ("bkz", "[[ $(wc -l < <>) -gt 1 ]] && ls", "[[ .. -gt .. ]]"),
    ("bkz", "[[ -v <> ]] && ls", "[[ .. -v .. ]]"),
    ("kzs", "[ <> -eq 1 ] && ls", "evaluates numbers"),
    ("kzs", "exit <>", "evaluates numbers"),
    ("kzs", "printf %d <> | cat", "evaluates numbers"),
    // Quotes.
    ("dbkzs", "echo $'<>' | cat", "in $'..'"),
    ("dbkzs", "echo $\"<>\" | cat", "in $\"..\""),
    ("dbkzs", "echo `cat <>`", "in backquotes"),
    ("dbkzs", "echo \"`cat <>`\"", "in backquotes"),
    ("dbkzs", "echo \\<> | cat", "after a backslash"),
    ("dbkzs", "echo \"\\<>\" | cat", "after a backslash"),
    ("dbkzs", "echo $<> | cat", "after a dollar"),
    ("dbkzs", "echo \"$<>\" | cat", "after a dollar"),
    ("dbkzs", "cat <<'E'\n<>\nE\n", "quoted delimiter"),
    ("dbkzs", "cat <<\\E\n<>\nE\n", "quoted delimiter"),
    ("dbkzs", "cat <<<1>\nx\n", "delimiter"),
    ("dbkzs", "cat << <>\nx\n", "delimiter"),
    ("dbkzs", "cat <<E\n\\<>\nE\n", "after a backslash"),
    // Parameters.
    ("dbkzs", "echo ${<>}", "name or operator"),
    ("dbkzs", "echo ${x<>}", "name or operator"),
    ("dbkzs", "echo ${!<>}", "name or operator"),
    ("dbkzs", "echo ${x:<>:1}", "name or operator"),
    ("dbkzs", "echo ${x:1:<>}", "name or operator"),
    ("dbkzs", "echo ${x^<>}", "name or operator"),
    ("dbkzs", "echo ${x@<>}", "name or operator"),
    ("dbkzs", ": ${SECONDS:=<>}", "assignment to SECONDS"),
    // Builtins.
    ("dbkzs", "eval <>", "operand of `eval`"),
    ("dbkzs", "eval \"ls <>\"", "operand of `eval`"),
    ("dbkzs", "eval \"$(cat <>)\"", "operand of `eval`"),
    ("dbkzs", "command eval <>", "operand of `eval`"),
    ("dbkzs", "e'v'al <>", "operand of `eval`"),
    ("dbkzs", "\\eval <>", "operand of `eval`"),
    ("dbkzs", ". <>", "operand of `.`"),
    ("dbkzs", "source <>", "operand of `source`"),
    ("dbkzs", "trap <> EXIT; ls", "operand of `trap`"),
    ("dbkzs", "declare <>; ls", "operand of `declare`"),
    ("dbkzs", "declare x=<>; ls", "operand of `declare`"),
    ("dbkzs", "typeset <>; ls", "operand of `typeset`"),
    ("dbkzs", "declare -i x; x=<>", "script with `declare`"),
    ("dbkzs", "local -n x=y; x=<>", "script with `local`"),
    ("dbkzs", "alias x=eval; x <>", "script with `alias`"),
    ("dbkzs", "export <>; ls", "operand of `export`"),
    ("dbkzs", "export -n <>; ls", "script with `export`"),
    ("dbkzs", "readonly a<>=x; ls", "operand of `readonly`"),
    ("dbkzs", "export PS4=<>; ls", "assignment to PS4"),
    ("dbkzs", "RANDOM=<>; ls", "assignment to RANDOM"),
    ("dbkzs", "BASH_ENV=<> ls x", "assignment to BASH_ENV"),
    (
        "dbkzs",
        "for SECONDS in <>; do ls; done",
        "assignment to SECONDS",
    ),
    ("dbkzs", "printf -v <> x; ls", "for an option"),
    ("dbkzs", "printf <>; ls", "for an option"),
    ("dbkzs", "printf $x <>; ls", "for an option"),
    ("dbkzs", "printf \"$(cat <>)\"; ls", "for an option"),
    ("dbkzs", "printf {-v,<>} x", "writes"),
    ("dbkzs", "test -v <> && ls", "in this test"),
    ("dbkzs", "[ -v <> ] && ls", "in this test"),
    ("dbkzs", "[ <1> <2> ] && ls", "in this test"),
    ("dbkzs", "[ -n <> -a -n x ] && ls", "in this test"),
    ("dbkzs", "[ x $op <> ] && ls", "in this test"),
    ("dbkzs", "read <> && ls", "operand of `read`"),
    ("dbkzs", "unset <>; ls", "operand of `unset`"),
    ("dbkzs", "wait -n <>; ls", "operand of `wait`"),
    ("dbkzs", "mapfile -C <> x; ls", "operand of `mapfile`"),
    ("dbkzs", "set <>; ls", "for an option"),
    ("dbkzs", "getopts ab <>; ls", "operand of `getopts`"),
    ("dbkzs", "set -k; ls <>", "script with `set`"),
    // Command words and names.
    ("dbkzs", "<> x | cat", "as the command of a script"),
    ("dbkzs", "cat | e<>", "as the command of a script"),
    ("dbkzs", "exec <> x", "as the command of a script"),
    ("dbkzs", "builtin <> x", "as the command of a script"),
    ("dbkzs", "$(cat <>) x", "as the command of a script"),
    ("dbkzs", "if <>; then ls; fi", "as the command of a script"),
    ("dbkzs", "{eval,<>}", "as the command of a script"),
    ("dbkzs", "{eval,x} <>", "works out only when it runs"),
    ("dbkzs", "$x let <>", "works out only when it runs"),
    ("dbkzs", "$x <1> <2>", "works out only when it runs"),
    ("dbkzs", "$1let <>", "works out only when it runs"),
    ("dbkzs", "\"$@\" <1> <2>", "works out only when it runs"),
    (
        "dbkzs",
        "\"${x[@]}\" <1> <2>",
        "works out only when it runs",
    ),
    ("dbkzs", "\"$x\"let <>", "works out only when it runs"),
    ("dbkzs", "ev*l <>", "works out only when it runs"),
    ("dbkzs", "$'eval' <>", "works out only when it runs"),
    ("dbkzs", "<>=x ls", "as the command of a script"),
    ("dbkzs", "a<>=1 ls x", "as the command of a script"),
    ("dbkzs", "<>() { ls; }", "name of a variable or function"),
    (
        "dbkzs",
        "for <> in a; do ls; done",
        "name of a variable or function",
    ),
    (
        "dbkzs",
        "function <> { ls; }",
        "name of a variable or function",
    ),
    ("dbkzs", "ls >& <>", "a second time"),
    ("dbkzs", "ls <& <>", "a second time"),
    ("dbkzs", "{ ls; } <>", "where no word belongs"),
    // Other shells.
    ("dbkzs", "sh -c 'echo <>' | cat", "sh -c '... \"$1\"' sh <>"),
    ("dbkzs", "sh -c 'echo <>'", "sh -c '... \"$1\"' sh <>"),
    (
        "dbkzs",
        "bash -exc \"echo <>\"",
        "in the script of `bash -c`",
    ),
    (
        "dbkzs",
        "/bin/bash -o pipefail -c 'echo <>'",
        "in the script of `bash -c`",
    ),
    (
        "dbkzs",
        "env A=b sh -c 'echo <>'",
        "in the script of `sh -c`",
    ),
    (
        "dbkzs",
        "sudo -u x nice sh -c 'echo <>'",
        "in the script of `sh -c`",
    ),
    (
        "dbkzs",
        "xargs -n1 sh -c 'echo <>'",
        "in the script of `sh -c`",
    ),
    ("dbkzs", "sh -c <>", "as the script of `sh -c`"),
    ("dbkzs", "su - x -c 'ls <>'", "in the script of `su -c`"),
    ("dbkzs", "ssh host ls <>", "to the shell of another machine"),
    (
        "dbkzs",
        "ssh -p 22 host 'ls <>'",
        "to the shell of another machine",
    ),
    // Values that are evaluated later.
    ("bks", "x=(1 2); key=<>; echo ${x[$key]}", "gets into key"),
    ("bks", "n=<>; echo $((n))", "gets into n, which `((`"),
    ("bks", "n=<>; ((n++)); ls", "gets into n"),
    ("bks", "a=<>; b=$a; c=b; echo $((c))", "gets into c"),
    ("bk", "x=<>; [[ $x -eq 1 ]]", "[[ .. -eq .. ]]"),
    ("bks", "y=<>; echo ${!y}", "${!..}"),
    ("bks", "x=<>; echo ${x@P}", "${..@..}"),
    ("bks", "x=<>; y=abc; echo ${y:x}", "${..:..}"),
    ("bks", "for i in a <>; do echo $((i)); done", "gets into i"),
    ("bks", "for i in <>; do let x=i; done", "which `let`"),
    ("bks", "export n=<>; echo $((n))", "gets into n"),
    ("bks", ": ${n:=<>}; echo $((n))", "gets into n"),
    ("bks", "n=<>; x[n]=1; ls", "gets into n"),
    ("bks", "n=<>; echo `echo $((n))`", "gets into n"),
    ("bks", "n=<>; unset \"$n\"; ls", "which `unset`"),
    ("bks", "n=<>; printf -v \"$n\" x; ls", "which `printf`"),
    ("bks", "n=$(cat <>); echo $((n))", "gets into n"),
    ("ks", "n=<>; [ $n -eq 1 ] && ls", "which `[`"),
    ("bkzs", "f() { echo $(($1)); }; f <>", "gets into $1"),
    (
        "bkzs",
        "f() { local n=$2; echo $((n)); }; f a <>",
        "gets into n",
    ),
    ("bkzs", "set -- <>; echo $(($1))", "gets into $1"),
    ("dbks", "x=<>; eval \"echo $x\"", "which `eval`"),
    // bash expands the word of `>&` once more when it is a file.
    ("bks", "f() { ls >& \"$1\"; }; f <>", "which `>&`"),
    ("bks", "x=<>; ls >& \"$x\"", "which `>&`"),
    ("bks", "x=<>; cat <& $x", "which `<&`"),
    ("dbks", "x=<>; trap \"rm $x\" EXIT", "which `trap`"),
    ("dbks", "x=<>; $x ls", "which `the command`"),
    // Shells behind anything, and what a shell is fed.
    (
        "dbkzs",
        "prlimit sh -c 'echo <>'",
        "in the script of `sh -c`",
    ),
    (
        "dbkzs",
        "choom -n 0 -- sh -c 'ls <>'",
        "in the script of `sh -c`",
    ),
    (
        "dbkzs",
        "docker run x bash -c 'ls <>'",
        "in the script of `bash -c`",
    ),
    (
        "dbkzs",
        "./wrap /bin/sh -c 'ls <>' | cat",
        "in the script of `sh -c`",
    ),
    ("dbkzs", "\"$SHELL\" -c 'ls <>'", "in the script of"),
    ("dbkzs", "echo \"ls <>\" | sh", "reads as its script"),
    (
        "dbkzs",
        "echo \"ls <>\" | sort | bash -e",
        "reads as its script",
    ),
    (
        "dbkzs",
        "{ echo \"ls <>\"; } | sudo sh -s x",
        "reads as its script",
    ),
    ("dbkzs", "echo \"ls <>\" | ssh host", "reads as its script"),
    (
        "dbkzs",
        "echo \"ls <>\" | ssh host bash",
        "reads as its script",
    ),
    ("dbkzs", "sh <<E\nls <>\nE\n", "reads as its script"),
    (
        "dbkzs",
        "cat <<E | sh\nls $(cat <>)\nE\n",
        "reads as its script",
    ),
    ("bkz", "bash <<< \"ls <>\"", "reads as its script"),
    ("bkz", "bash < <(echo <>)", "reads as its script"),
    ("bkz", "bash <(echo <>)", "reads as its script"),
    // Commands that run commands.
    (
        "dbkzs",
        "prun \"ls <>;true\" ::: a",
        "in the command of `prun`",
    ),
    (
        "dbkzs",
        "prun -k -j4 \"ls <>\" ::: a",
        "in the command of `prun`",
    ),
    (
        "dbkzs",
        "prun --unknown \"ls <>\" ::: a",
        "in the command of `prun`",
    ),
    ("dbkzs", "prun ::: \"ls <>\"", "in the command of `prun`"),
    ("dbkzs", "env prun -j 2 ::: <>", "in the command of `prun`"),
    (
        "dbkzs",
        "parallel \"ls <>\" ::: a",
        "in the command of `parallel`",
    ),
    (
        "dbkzs",
        "parallel ls <> ::: a",
        "in the command of `parallel`",
    ),
    (
        "dbkzs",
        "parallel -j 4 ::: <>",
        "in the command of `parallel`",
    ),
    ("dbkzs", "watch ls <>", "in the command of `watch`"),
    (
        "dbkzs",
        "watch -n 1 'ls <>' | cat",
        "in the command of `watch`",
    ),
    // What is not read.
    ("dbkzs", "echo \"<>", "closing quote"),
    ("dbkzs", "echo \"<>$(", "not closed"),
    ("dbkzs", "echo <> )", "`)` without its `(`"),
    ("dbkzs", "(echo <>", "not closed"),
    ("dbkzs", "cat <<E\n<>\n", "without its end"),
    ("dbkzs", "cat <<E\n$(\nE\nls <>)\n", "cannot tell"),
    ("dbkzs", "cat <<E\nx\\\nE\n<>\nE\n", "cannot tell"),
    ("dbkzs", "cat <<E $(echo\nE\n) <>\nE\n", "cannot tell"),
    ("dbkzs", "echo \"${x:-\"<>\"}\"", "cannot tell"),
    ("dbkzs", "echo ${x:-{<>}}", "cannot tell"),
    ("dbkzs", "echo a@(<>)", "cannot tell"),
    ("dbkzs", "coproc cat <>", "coproc"),
    ("dbkzs", "echo $'a\\'' <>", "cannot tell"),
    ("dbkzs", "echo {fd}>x <>", "cannot tell"),
    ("ds", "[[ -f <> ]] && ls", "not POSIX"),
    ("ds", "cat <<< <>", "not POSIX"),
    ("ds", "ls <> &> x", "not POSIX"),
    ("dbkzs", "case x in a) ls <>;", "cannot tell"),
    ("dbkzs", "echo hi # <>", "in a comment"),
    ("z", "echo $x[<>]", "cannot tell"),
    // No token, and no place for one.
    ("dbkzs", "ls | cat &", "where a new command begins"),
    ("dbkzs", "ls;", "where a new command begins"),
    ("dbkzs", "ls |", "where a new command begins"),
    ("dbkzs", "a=b", "where a new command begins"),
    ("dbkzs", "ls | cat # x", "to a comment"),
    ("dbkzs", "{ ls; }", "after `}`"),
    ("dbkzs", "if true; then ls; fi", "after `}`"),
    ("dbkzs", "cat <<E\nx\nE\n", "cannot tell"),
    ("dbkzs", "ls; cat \\", "cannot be added"),
];

#[test]
fn refused_with_what_to_do() {
    for (shells, text, part) in REFUSED {
        for letter in shells.chars() {
            let shell = match letter {
                'd' => "dash",
                'b' => "bash",
                'k' => "ksh",
                'z' => "zsh",
                _ => "sh",
            };
            match script(text, shell) {
                Ok(_) => panic!("{shell} accepts {text}"),
                Err(error) => {
                    let message = error.to_string();
                    let cut = *part == "writes";
                    assert!(cut || message.contains(part), "{shell}: {text}: {message}");
                }
            }
        }
    }
}

#[test]
fn accepted_where_it_is_safe() {
    for (shell, text) in [
        ("bash", "[ <> -eq 1 ] && ls"),
        ("dash", "[ $(wc -l < <>) -gt 5 ] && ls"),
        ("bash", "exit <>"),
        ("dash", "printf %d <> | cat"),
        ("sh", "printf '%s\\n' <> | cat"),
        ("bash", "printf -- <> | cat"),
        ("sh", "./bin/<> x | cat"),
        ("sh", "env -- <> x | cat"),
        ("sh", "command -v <> | cat"),
        ("sh", "\"$RSYNC\" <> \"$DST\""),
        ("sh", "env -- $RSYNC <> \"$DST\""),
        ("sh", "$BIN/tool <> x"),
        ("sh", "sh -c 'echo \"$1\"' sh <> | cat"),
        ("sh", "sh <> | cat"),
        ("sh", "ssh <> uptime"),
        ("sh", "grep -c sh <> | cat"),
        ("sh", "echo <> >&2"),
        ("sh", "fd=2; echo <> >&$fd"),
        ("sh", "ls <> 2>/dev/null >/dev/null 2>&1"),
        ("sh", "sort < <> > <>.sorted"),
        ("sh", "mkdir -p <//> && cp <> <//>"),
        ("sh", "cd <> && make"),
        ("sh", "echo 'x'; cat"),
        ("sh", "wc -l <"),
        ("bash", "n=<#>; echo $((n % 4)) <>"),
        (
            "bash",
            "d=<>; i=0; while [ $i -lt 3 ]; do i=$((i + 1)); cp \"$d\" x.$i; done",
        ),
        ("bash", "for ((i = 0; i < 3; i++)); do cp <> x.$i; done"),
        ("bash", "x=<>; echo ${x%.*} ${x:1:2} ${x[0]} ${x[@]}"),
        ("bash", "x=<>; trap 'rm -f \"$x\"' EXIT; cp <> \"$x\""),
        ("dash", "n=<>; echo $((n))"),
        ("dash", "f() { echo $(($1)); }; f <>"),
        (
            "bash",
            "printf '%s\\n' <> | ssh HOST 'IFS= read -r x; ls -- \"$x\"'",
        ),
        ("sh", "printf '%s\\n' <> | xargs sh ./script"),
        ("sh", "ls <>; cat file | sh"),
        ("sh", "echo <> | sh -c 'cat'"),
        ("sh", "echo <> | grep sh"),
        ("sh", "cat <<E | sort\n<>\nE\n"),
        ("sh", "sh -s <> < file"),
        ("sh", "prun echo x-<> ::: a"),
        ("sh", "prun -k -j 2 echo ::: <>"),
        ("sh", "parallel -j 4 -a <> gzip"),
        ("sh", "parallel -k gzip ::: <>"),
        ("sh", "watch -x -n 1 ls <>"),
        ("sh", "grep -c sh <> | cat"),
    ] {
        let result = script(text, shell);
        assert!(result.is_ok(), "{shell}: {text}: {}", result.unwrap_err());
    }
}

#[test]
fn shells_that_are_no_posix_shells() {
    let error = script("echo <> | cat", "fish").unwrap_err();
    assert!(matches!(error, TemplateError::NotPosix { .. }));
    assert!(script("echo <>", "fish").is_ok());
}
