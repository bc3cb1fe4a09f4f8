#!/usr/bin/env bash
$P -k --tag echo ::: a b
