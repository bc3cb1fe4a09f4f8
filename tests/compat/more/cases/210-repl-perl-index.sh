#!/usr/bin/env bash
$P -k echo '{= $_=index($_,"c") =}' ::: abc
