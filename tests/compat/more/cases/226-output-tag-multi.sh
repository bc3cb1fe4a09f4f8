#!/usr/bin/env bash
$P -k --tag 'echo {}; echo y' ::: a b
