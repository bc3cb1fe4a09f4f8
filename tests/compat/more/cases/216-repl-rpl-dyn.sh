#!/usr/bin/env bash
$P -k --rpl '{%(.+?)} s/$$1$//;' echo {%.gz} ::: a.gz b.gz
