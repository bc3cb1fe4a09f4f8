#!/usr/bin/env bash
$P : ::: a; echo rc=$?
