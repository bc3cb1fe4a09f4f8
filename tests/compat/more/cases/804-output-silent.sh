#!/usr/bin/env bash
$P -k --silent -v echo ::: a
