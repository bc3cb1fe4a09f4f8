#!/usr/bin/env bash
[ "$($P --number-of-sockets)" -ge 1 ] && echo ok
