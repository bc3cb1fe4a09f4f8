#!/usr/bin/env bash
$P --nn --no-notice --will-cite -k echo ::: a
