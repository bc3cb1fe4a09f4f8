#!/usr/bin/env bash
$P --nonall echo hi
