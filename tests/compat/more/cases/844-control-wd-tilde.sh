#!/usr/bin/env bash
cd /; $P --wd $HOME 'pwd;:' ::: a | grep -c home
