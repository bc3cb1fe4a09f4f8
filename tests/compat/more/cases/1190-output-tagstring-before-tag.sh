#!/usr/bin/env bash
$P -k --tagstring B --tag echo ::: a
