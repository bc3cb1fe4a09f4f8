#!/usr/bin/env bash
$P -k echo ::: 'a;b' 'a&b' 'a|b' '<a>' '(a)'
