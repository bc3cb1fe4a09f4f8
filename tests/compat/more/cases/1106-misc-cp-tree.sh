#!/usr/bin/env bash
mkdir -p s/a s/b d; touch s/a/1 s/b/2; (cd s && find . -type f | $P -k cp {} ../d); ls d
