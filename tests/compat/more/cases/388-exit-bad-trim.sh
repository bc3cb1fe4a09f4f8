#!/usr/bin/env bash
$P --trim x echo ::: a
