#!/usr/bin/env bash
seq 3 | $P -j1 'echo {} >> out'; cat out
