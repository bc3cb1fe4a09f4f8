#!/usr/bin/env bash
touch x; $P ./x ::: 1
