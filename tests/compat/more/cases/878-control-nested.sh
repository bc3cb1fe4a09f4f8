#!/usr/bin/env bash
export P; $P -k '$P -k echo {}-{} ::: 1 2' ::: a; true
