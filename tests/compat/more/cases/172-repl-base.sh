#!/usr/bin/env bash
$P -k echo '[{/}]' ::: a/b/ a /a / '' 'x y/z w'
