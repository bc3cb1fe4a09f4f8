#!/usr/bin/env bash
$P -k echo ::: '~' '~root' 'a~'
