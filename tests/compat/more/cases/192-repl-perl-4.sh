#!/usr/bin/env bash
$P -k echo '{= tr/a-z/A-Z/ =}' ::: abc
