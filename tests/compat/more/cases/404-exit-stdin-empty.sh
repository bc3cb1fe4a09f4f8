#!/usr/bin/env bash
$P false < /dev/null
