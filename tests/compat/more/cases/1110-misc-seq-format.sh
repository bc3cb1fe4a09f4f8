#!/usr/bin/env bash
seq -w 8 11 | $P -k echo f{}.txt
