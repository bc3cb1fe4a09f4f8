#!/usr/bin/env bash
$P echo {0} {01} ::: a ::: b
