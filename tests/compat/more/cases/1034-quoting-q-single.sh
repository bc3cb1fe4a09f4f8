#!/usr/bin/env bash
$P -q echo "it's" {} ::: "that's"
