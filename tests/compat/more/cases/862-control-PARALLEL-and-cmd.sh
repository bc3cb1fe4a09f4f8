#!/usr/bin/env bash
PARALLEL=-k $P --tag echo ::: a b
