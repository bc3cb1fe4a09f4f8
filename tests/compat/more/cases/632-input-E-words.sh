#!/usr/bin/env bash
$P -k -E x echo ::: a x b
