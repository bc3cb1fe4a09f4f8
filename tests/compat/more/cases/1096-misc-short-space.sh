#!/usr/bin/env bash
$P -I ,, echo ,, ::: a
