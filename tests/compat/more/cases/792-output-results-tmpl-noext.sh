#!/usr/bin/env bash
$P --results '{.}.out' echo ::: a.x >/dev/null; ls
