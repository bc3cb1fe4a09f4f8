#!/usr/bin/env bash
$P -S : -k --tag echo ::: a
