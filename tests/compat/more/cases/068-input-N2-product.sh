#!/usr/bin/env bash
$P -k -N2 echo {} ::: a b ::: c d
