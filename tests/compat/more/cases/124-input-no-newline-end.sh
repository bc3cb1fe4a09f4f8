#!/usr/bin/env bash
printf 'a\nb' | $P -k echo
