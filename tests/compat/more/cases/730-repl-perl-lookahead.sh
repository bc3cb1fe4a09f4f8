#!/usr/bin/env bash
$P -k echo '{= s/a(?=b)/X/g =}' ::: abac
