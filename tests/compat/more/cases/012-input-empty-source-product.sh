#!/usr/bin/env bash
$P -k echo {1}-{2} ::: a b :::
