#!/usr/bin/env bash
$P --jl l true ::: 1; wc -l <l
