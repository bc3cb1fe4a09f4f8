#!/usr/bin/env bash
$P -k echo '{= $_=join("-",reverse split(//,$_)) =}' ::: abc
