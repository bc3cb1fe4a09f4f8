#!/usr/bin/env bash
$P echo -k -j2 ::: a
