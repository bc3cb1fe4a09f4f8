#!/usr/bin/env bash
seq 100 | $P -j8 'false {}'
