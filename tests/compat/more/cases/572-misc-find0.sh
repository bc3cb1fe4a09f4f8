#!/usr/bin/env bash
mkdir d; touch 'd/a b' d/c; find d -type f -print0 | sort -z | $P -0 -k basename
