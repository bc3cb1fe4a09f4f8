#!/usr/bin/env bash
$P --plus -k echo '{^^}x' '{,,}x' '{%%}' ::: aB 'a%'
