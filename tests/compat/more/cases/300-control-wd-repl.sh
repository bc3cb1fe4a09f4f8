#!/usr/bin/env bash
mkdir a b; $P -k --wd {} 'pwd | sed s#.*/##;:' ::: a b
