#!/usr/bin/env bash
$P -k --parens ,, echo ',, s/a/b/ ,,' ::: a
