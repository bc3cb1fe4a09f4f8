#!/usr/bin/env bash
touch f; $P --wd f 'echo never;:' ::: 1 2>/dev/null; echo $?
