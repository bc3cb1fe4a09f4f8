#!/usr/bin/env bash
mkdir d; $P 'cd {}; pwd | sed s#.*/##' ::: d
