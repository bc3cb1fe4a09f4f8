#!/usr/bin/env bash
$P -k -q echo '$x' '*' '{}' ::: 'a b'
