#!/usr/bin/env bash
$P -k echo {#} ::: a b
