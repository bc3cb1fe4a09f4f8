#!/usr/bin/env bash
$P --minversion 20100101
