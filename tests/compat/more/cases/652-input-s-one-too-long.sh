#!/usr/bin/env bash
$P -s 10 echo ::: aaaaa; echo rc=$?
