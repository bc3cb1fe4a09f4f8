#!/usr/bin/env bash
$P -k --link echo ::: a b ::: ; echo rc=$?
