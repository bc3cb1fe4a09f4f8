#!/usr/bin/env bash
B=1; $P 'echo "[$B]" {}' ::: z
