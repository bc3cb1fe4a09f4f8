#!/usr/bin/env bash
$P -k --seqreplace ,, echo ,, {} ::: a b
