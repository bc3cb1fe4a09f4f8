#!/usr/bin/env bash
PARALLEL='--tagstring a\ b' $P echo ::: x
