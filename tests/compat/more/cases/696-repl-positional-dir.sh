#!/usr/bin/env bash
$P echo {1//} {2/} {2.} ::: a/b ::: c/d.e
