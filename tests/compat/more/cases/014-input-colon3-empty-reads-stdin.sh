#!/usr/bin/env bash
echo x | $P echo :::
