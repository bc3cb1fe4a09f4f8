#!/usr/bin/env bash
yes | head -100000 | $P -k echo | head -2
