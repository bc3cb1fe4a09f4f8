#!/usr/bin/env bash
$P -k '(cd / && pwd); echo {}' ::: a
