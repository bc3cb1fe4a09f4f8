#!/usr/bin/env bash
n=$(nice); $P nice '#' ::: a | grep -c "^$n$"
