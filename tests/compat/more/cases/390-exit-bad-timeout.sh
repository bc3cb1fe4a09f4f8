#!/usr/bin/env bash
$P --timeout x echo ::: a
