#!/usr/bin/env bash
$P -k --rpl 'ZZ s/a/b/' echo ZZ {} ::: aa
