#!/usr/bin/env bash
$P --plus -k echo '{1uniq}' '{2choose_k}' ::: b a ::: a b c; :
