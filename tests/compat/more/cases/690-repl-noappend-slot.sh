#!/usr/bin/env bash
$P -j1 echo {%} ::: a b
