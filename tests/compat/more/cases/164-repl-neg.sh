#!/usr/bin/env bash
$P echo {-1} {-2} {-3} ::: a ::: b
