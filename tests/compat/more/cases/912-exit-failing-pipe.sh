#!/usr/bin/env bash
$P 'false | true;:' ::: 1
