#!/usr/bin/env bash
touch a b; $P -k echo ::: '*'
