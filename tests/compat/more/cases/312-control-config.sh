#!/usr/bin/env bash
mkdir ~/.parallel; echo '--tag' > ~/.parallel/config; $P -k echo ::: a; $P --plain -k echo ::: a
