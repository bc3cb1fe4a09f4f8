#!/usr/bin/env bash
seq 5 >f; seq 6 9 >g; $P --pipepart -k cat :::: f g
