#!/usr/bin/env bash
$P -k -v --tag echo ::: a
