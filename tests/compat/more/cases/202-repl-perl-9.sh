#!/usr/bin/env bash
$P -k echo '{=1 s/a/b/ =}{=2 s/a/c/ =}' ::: aa ::: aa
