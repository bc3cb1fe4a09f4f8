#!/usr/bin/env bash
mkdir d; $P -S : --wd $PWD/d 'pwd | sed s#.*/##;:' ::: 1
