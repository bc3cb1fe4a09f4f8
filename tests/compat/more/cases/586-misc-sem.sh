#!/usr/bin/env bash
$P --semaphore --id x --fg echo hi
