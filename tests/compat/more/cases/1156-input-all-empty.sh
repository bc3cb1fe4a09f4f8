#!/usr/bin/env bash
: > f; $P -k -a f -a f echo x{1}-{2}; $P -k echo x{1}-{2} :::: f f; $P echo x ::: :::; echo rc=$?
