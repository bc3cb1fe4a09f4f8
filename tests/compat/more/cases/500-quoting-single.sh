#!/usr/bin/env bash
$P -k echo ::: "it's" "''"
