#!/usr/bin/env bash
$P --plus -k echo '[{1#}{2##}{1%}{1slot}]' ::: a
