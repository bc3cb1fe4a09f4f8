#!/usr/bin/env bash
$P -k --plus echo {choose_k} ::: a b c ::: a b c; true
