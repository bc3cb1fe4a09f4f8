#!/usr/bin/env bash
$P --plus echo {%.gz} {%%[.].*} {#a} {##.*/} ::: a/b.tar.gz
