#!/usr/bin/env bash
$P -s 3 echo ::: aaaa
