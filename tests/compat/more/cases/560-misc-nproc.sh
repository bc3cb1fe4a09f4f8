#!/usr/bin/env bash
[ "$($P --number-of-cores)" -ge 1 ] && echo ok
