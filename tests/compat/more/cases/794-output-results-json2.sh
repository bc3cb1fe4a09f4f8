#!/usr/bin/env bash
$P -k --results o.json 'echo {}; echo e >&2' ::: 'a"b' >/dev/null; sed 's/"\(Starttime\|JobRuntime\)": *[0-9.]*/"\1": N/g' o.json
