#!/usr/bin/env bash
seq 8 11 | $P -k echo '{= $_=sprintf("%04d",$_) =}'
