#!/usr/bin/env bash
$P -k --files echo ::: a b | xargs cat
