#!/usr/bin/env bash
$P --onall -S : -k -j1 echo ::: 3 1 2
