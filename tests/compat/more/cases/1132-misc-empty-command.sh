#!/usr/bin/env bash
$P '' ::: 'echo a'; echo rc=$?
