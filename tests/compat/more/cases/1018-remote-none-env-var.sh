#!/usr/bin/env bash
export Q=1; $P -S : --env Q 'echo $Q {}' ::: a
