#!/usr/bin/env bash
$P echo {}{} {1}{2} ::: 'a b' ::: c
