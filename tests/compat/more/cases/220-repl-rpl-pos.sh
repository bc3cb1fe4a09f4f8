#!/usr/bin/env bash
$P -k --rpl '{u} $_=uc' echo {2u}{1u} ::: a ::: b
