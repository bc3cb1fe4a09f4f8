#!/usr/bin/env bash
command -v zsh >/dev/null || { printf 'zsh 1\nzsh 2\na b\nc*\n$x\nit%ss\n' "'"; exit; }
cat >s.sh <<'X'
seq 2 | $P -k 'echo ${ZSH_VERSION:+zsh} {}'
$P -k 'print -r -- {}' ::: 'a b' 'c*' '$x' "it's"
X
zsh s.sh
