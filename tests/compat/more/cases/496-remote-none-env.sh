#!/usr/bin/env bash
export X=1; $P -S : --env X 'echo $X;:' ::: a
