#!/usr/bin/env bash
$P -k --arg-sep ,, echo ,, a b ,,+ 1 2
