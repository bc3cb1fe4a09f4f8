#!/usr/bin/env bash
echo zzz | $P -k echo ::: a
