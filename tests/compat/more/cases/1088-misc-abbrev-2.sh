#!/usr/bin/env bash
$P --tags x echo ::: a
