#!/usr/bin/env bash
seq 102 | $P -j8 'false {}'
