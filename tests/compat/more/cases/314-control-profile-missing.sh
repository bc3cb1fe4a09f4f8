#!/usr/bin/env bash
$P -J nope echo ::: a; echo rc=$?
