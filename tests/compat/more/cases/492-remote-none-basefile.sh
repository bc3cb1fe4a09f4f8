#!/usr/bin/env bash
echo b >bf; $P -S : --basefile bf cat bf \; echo ::: a
