#!/usr/bin/env bash
mkdir t; $P --tmpdir t --files echo ::: a | grep -c '^t/'
