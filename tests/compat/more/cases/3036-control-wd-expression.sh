#!/usr/bin/env bash
$P -k --wd '{= s/x/y/ =}' 'basename $PWD;:' ::: x1 x2; ls
