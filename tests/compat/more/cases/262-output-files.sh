#!/usr/bin/env bash
$P --files echo ::: a | xargs cat
