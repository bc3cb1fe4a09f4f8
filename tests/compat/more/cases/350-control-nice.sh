#!/usr/bin/env bash
$P --nice 17 'nice;:' ::: 1
