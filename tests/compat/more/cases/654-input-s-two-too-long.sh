#!/usr/bin/env bash
$P -s 10 echo ::: aaaa aaaaaa; echo rc=$?
