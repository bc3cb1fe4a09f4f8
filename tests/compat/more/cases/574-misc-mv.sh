#!/usr/bin/env bash
touch a.txt b.txt; $P mv {} {.}.bak ::: *.txt; ls
