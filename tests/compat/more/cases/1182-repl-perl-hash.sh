#!/usr/bin/env bash
$P -k echo '{= $_=hash("a") eq hash("a") && hash("a") ne hash("b") =}' ::: a
