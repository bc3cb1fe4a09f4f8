#!/usr/bin/env bash
printf '' | $P --pipe cat; echo rc=$?
