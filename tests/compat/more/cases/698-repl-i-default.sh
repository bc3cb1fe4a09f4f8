#!/usr/bin/env bash
$P -i echo {} ::: a b
