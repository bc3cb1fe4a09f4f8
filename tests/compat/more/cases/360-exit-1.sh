#!/usr/bin/env bash
$P false ::: 1
